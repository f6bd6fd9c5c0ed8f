from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeasync.errors import InvalidRequest
from makeasync.protocol.numbers import digits

NB, NNB, ZW, SHY = "\u00a0", "\u202f", "\u200b", "\u00ad"


@pytest.mark.parametrize(
    "written",
    [
        "33612345678",
        "+33 6 12 34 56 78",
        "+33.6.12.34.56.78",
        "+33-6-12-34-56-78",
        "0033612345678",
        "00 33 6 12 34 56 78",
        "(+33) 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "+33( 0 )612345678",
        "0033 (0) 6.12.34.56.78",
        "33(0)612345678",
        f"+33{NB}6{NNB}12{NNB}34{NNB}56{NNB}78",
        f"\u202a+33 6 12 34 56 78\u202c{ZW}",
        f"+33{SHY}6\u201012\u201134\u201356\u221278",
        "\t+33 6/12/34/56/78\n",
    ],
)
def test_usual_ways_of_writing_an_international_number_are_the_same_number(written: str) -> None:
    assert digits(written) == "33612345678"


@pytest.mark.parametrize(
    "written",
    [
        *("0612345678", "06 12 34 56 78", "(06) 12 34 56 78", "+0612345678"),
        *("(0)6 12 34 56 78", "( 0 ) 612345678", "+(0)612345678", "00(0)612345678", "- (0)6 12 34 56 78"),
        *("000612345678", "0", "00033612345678"),
    ],
)
def test_number_without_a_country_is_national(written: str) -> None:
    with pytest.raises(InvalidRequest, match="is a national number; write it in international form"):
        digits(written)


@pytest.mark.parametrize(
    "written",
    [
        *("++33612345678", "33+612345678", "33612345678 or 33687654321", "33612345678,33687654321", "tel:+33612345678"),
        *("３３６１２３４５６７８", "³³612345678", "6,12E+08", "33612345678\x00", "33_612345678"),
    ],
)
def test_anything_but_digits_is_no_number(written: str) -> None:
    with pytest.raises(InvalidRequest, match="holds a character that is no digit"):
        digits(written)


@pytest.mark.parametrize("written", ["", " ", "+", "00", "(-)", NB])
def test_number_of_no_digits_says_so(written: str) -> None:
    with pytest.raises(InvalidRequest, match="holds no digits"):
        digits(written)


@pytest.mark.parametrize(("length", "allowed"), [(6, False), (7, True), (15, True), (16, False)])
def test_number_has_7_to_15_digits(length: int, *, allowed: bool) -> None:
    number = "3" * length
    if allowed:
        assert digits(number) == number
    else:
        with pytest.raises(InvalidRequest, match=f"has {length} digits, 7 to 15 are allowed"):
            digits(number)


def test_error_names_the_argument_it_was_told() -> None:
    with pytest.raises(InvalidRequest, match=r"^from3: '06'") as caught:
        digits("06", "from3", 103)
    assert (caught.value.argument, caught.value.code) == ("from3", 103)


@given(st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True), st.sampled_from(["", "+", "00"]), st.data())
def test_punctuation_never_changes_the_digits(number: str, prefix: str, data: st.DataObject) -> None:
    marks = st.text(" .-/\u00a0\u202f\u2011\u200b", max_size=2)
    written = prefix + "".join(digit + data.draw(marks) for digit in number)
    assert digits(written) == number


@given(st.text(st.sampled_from("0123456789+ ()-.\u00a0a٣")))
def test_any_text_is_7_to_15_ascii_digits_of_it_or_refused(text: str) -> None:
    try:
        number = digits(text)
    except InvalidRequest:
        return
    assert number.isascii()
    assert number.isdigit()
    assert 7 <= len(number) <= 15
    assert not number.startswith("0")
    assert not text.strip(" ().-\u00a0").startswith(("01", "02", "03", "04", "05", "06", "07", "08", "09"))
