from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeasync import MissingExtra, segments, transliterate, unsendable
from makeasync.protocol.alphabet import ALPHABET, check_message

EXTENSION = "€[]{}~^|\\\f"


@given(st.text())
def test_any_text_becomes_sendable(text: str) -> None:
    assert unsendable(transliterate(text).text) == ()


@given(st.text(sorted(ALPHABET)))
def test_what_is_sendable_stays_as_it_is(text: str) -> None:
    result = transliterate(text)
    assert (result.text, result.changes) == (text, ())


@given(st.text())
def test_every_change_is_reported_where_it_was(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    result = transliterate(text)
    assert [(change.position, change.before) for change in result.changes] == list(unsendable(composed))


@pytest.mark.parametrize(
    ("text", "sendable"),
    [
        ("Joyeux Noël, cœur !", "Joyeux Noel, coeur !"),
        ("« Ça va ? »", '" Ça va ? "'),
        ("l’été… 5 €", "l'été... 5 EUR"),
        ("Œuvre – forêt", "OEuvre - foret"),
        ("Nguyễn", "Nguyen"),
        ("Noe\N{COMBINING DIAERESIS}l", "Noel"),
        ("é", "é"),
        ("Привет", "Privet"),
        ("a\u200bb\tc", "ab c"),
        ("\ue000", "?"),
    ],
)
def test_french_reads_as_a_french_reader_expects(text: str, sendable: str) -> None:
    assert transliterate(text).text == sendable


def test_the_alphabet_is_the_basic_set_and_what_the_document_prints() -> None:
    assert len(ALPHABET) == 127 + 7
    assert ALPHABET.isdisjoint(EXTENSION)
    assert "\x1b" not in ALPHABET
    assert ALPHABET.issuperset("¡¿¤ÇΞØß§" + "iıαçΕ∅βŞ")


@pytest.mark.parametrize("character", EXTENSION)
def test_the_extension_table_is_refused(character: str) -> None:
    with pytest.raises(ValueError, match="at 1"):
        check_message(f"a{character}")


@pytest.mark.parametrize(("length", "count"), [(1, 1), (160, 1), (161, 2), (306, 2), (307, 3)])
def test_long_messages_are_several_sms(length: int, count: int) -> None:
    assert segments("a" * length) == count


def test_without_the_extra_it_says_which_one_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anyascii", None)
    assert transliterate("cœur").text == "coeur"
    with pytest.raises(MissingExtra) as caught:
        transliterate("Привет")
    assert caught.value.extra == "text"
