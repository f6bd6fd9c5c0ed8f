from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeasync.errors import InvalidRequest, MissingExtra
from makeasync.protocol.alphabet import ALPHABET, Change, check_message, segments, transliterate, unsendable

# 3GPP TS 23.038, 6.2.1, column by column; the cell 0x1B (ESC) is left out.
GSM_BASIC = [
    *(0x40, 0xA3, 0x24, 0xA5, 0xE8, 0xE9, 0xF9, 0xEC, 0xF2, 0xC7, 0x0A, 0xD8, 0xF8, 0x0D, 0xC5, 0xE5),
    *(0x394, 0x5F, 0x3A6, 0x393, 0x39B, 0x3A9, 0x3A0, 0x3A8, 0x3A3, 0x398, 0x39E, 0xC6, 0xE6, 0xDF, 0xC9),
    *(0x20, 0x21, 0x22, 0x23, 0xA4, *range(0x25, 0x40)),
    *(0xA1, *range(0x41, 0x5B), 0xC4, 0xD6, 0xD1, 0xDC, 0xA7),
    *(0xBF, *range(0x61, 0x7B), 0xE4, 0xF6, 0xF1, 0xFC, 0xE0),
]
LOOK_ALIKES = "iıαçΕ∅βŞ"
EXTENSION = "€[]{}~^|\\\f\x1b"
PRINTED = """
@	Δ	SP	0	i	P	ı	p
£	_	!	1	A	Q	a	q
$	Φ	"	2	B	R	b	r
¥	Γ	#	3	C	S	c	s
è	Λ	α	4	D	T	d	t
é	Ω	%	5	E	U	e	u
ù	Π	&	6	F	V	f	v
ì	Ψ	'	7	G	W	g	w
ò	Σ	(	8	H	X	h	x
ç	Θ	)	9	I	Y	i	y
LF	Ε	*	:	J	Z	j	z
∅	1)	+	;	K	Ä	k	ä
ø	Æ	,	<	L	Ö	l	ö
CR	æ	-	=	M	Ñ	m	ñ
Å	β	.	>	N	Ü	n	ü
å	É	/	?	O	Ş	o	à
"""
NAMED = {"SP": " ", "LF": "\n", "CR": "\r"}

allowed = st.text(sorted(ALPHABET))


def test_alphabet_is_gsm_basic_and_what_the_document_prints() -> None:
    assert len(set(GSM_BASIC)) == 127
    assert set(map(chr, GSM_BASIC)) | set(LOOK_ALIKES) == ALPHABET


def test_every_cell_of_the_document_is_allowed_but_the_footnote_mark() -> None:
    cells = [NAMED.get(cell, cell) for cell in PRINTED.split()]
    assert len(cells) == 128
    assert [cell for cell in cells if cell not in ALPHABET] == ["1)"]


@pytest.mark.parametrize("character", EXTENSION)
def test_extension_table_is_refused(character: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check_message(f"a{character}")
    assert f"{character!r} at 1: not in the message alphabet" in str(caught.value)


@given(st.text(min_size=1))
def test_message_is_refused_if_and_only_if_a_character_is_outside(text: str) -> None:
    wrong = unsendable(text)
    assert [text[position] for position, _ in wrong] == [character for _, character in wrong]
    assert {character for _, character in wrong} == set(text) - ALPHABET
    if wrong:
        with pytest.raises(InvalidRequest, match="transliterate") as caught:
            check_message(text)
        assert (caught.value.argument, caught.value.code) == ("msg", 109)
    else:
        check_message(text)


@given(st.text(st.characters(codec="utf-8") | st.sampled_from(sorted(ALPHABET))))
def test_any_text_is_made_sendable_and_only_what_is_not_allowed_is_touched(text: str) -> None:
    result = transliterate(text)
    composed = unicodedata.normalize("NFC", text)
    assert ALPHABET.issuperset(result.text)
    assert tuple((change.position, change.before) for change in result.changes) == unsendable(composed)
    replaced = {change.position: change.after for change in result.changes}
    assert result.text == "".join(replaced.get(position, character) for position, character in enumerate(composed))


@pytest.mark.parametrize("character", [chr(0xD800), chr(0xDFFF), "\ue000", "\U0010ffff", "\uffff", "\u0378"])
def test_what_nobody_can_write_becomes_a_question_mark(character: str) -> None:
    assert transliterate(f"a{character}").text == "a?"


@given(allowed)
def test_sendable_text_stays_as_it_is(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert ALPHABET.issuperset(composed)
    assert (transliterate(text).text, transliterate(text).changes) == (composed, ())


@given(st.text())
def test_transliterating_twice_changes_nothing_more(text: str) -> None:
    once = transliterate(text).text
    assert transliterate(once).changes == ()


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Joyeux Noël, cœur !", "Joyeux Noel, coeur !"),
        ("forêt, île, août, crêpe, maïs", "foret, ile, aout, crepe, mais"),
        ("« Ça va ? », dit-il…", '" Ça va ? ", dit-il...'),
        ("L’été – déjà — là", "L'été - déjà - là"),
        ("20 € [TTC] {net} ~10 | c:\\", "20 EUR (TTC) (net) -10 / c:/"),
        ("n°\u00a05,\u202fMᵐᵉ Œuvre", "no 5, Mme OEuvre"),
        ("ÀÂÊËÎÏÔÛŸ", "AAEEIIOUY"),
        ("co\u00adopé\u200bra\ufefftion", "coopération"),
        ("a\tb\u2028c", "a b\nc"),
        ("ﬁn ½ №", "fin 1/2 No"),
        ("Ελλάδα", "Εllαdα"),
        ("👍", ":thumbsup:"),
    ],
)
def test_text_is_replaced_as_a_french_reader_expects(text: str, sent: str) -> None:
    assert transliterate(text).text == sent


def test_changes_say_where_in_the_composed_text() -> None:
    assert transliterate("e\u0301 e\u0302 €").changes == (Change(2, "ê", "e"), Change(4, "€", "EUR"))


@pytest.mark.parametrize(("length", "count"), [(0, 1), (1, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3)])
def test_message_fills_160_characters_or_153_in_each_of_several(length: int, count: int) -> None:
    assert segments("a" * length) == count


def test_without_anyascii_other_scripts_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anyascii", None)
    with pytest.raises(MissingExtra, match=r'transliterating \'北\' needs .*pip install "makeasync\[text\]"') as caught:
        transliterate("北京")
    assert caught.value.extra == "text"
    assert transliterate("Noël à 20 €, cœur …").text == "Noel à 20 EUR, coeur ..."
