from __future__ import annotations

import pickle
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeasync.campaign.phones import UnusableNumber, normalise
from makeasync.errors import InvalidRequest, MissingExtra


@pytest.mark.parametrize(
    "written",
    [
        "0639981455",
        "06 39 98 14 55",
        "06.39.98.14.55",
        "06-39-98-14-55",
        "06/39/98/14/55",
        "(06) 39 98 14 55",
        "06\u00a039\u00a098\u00a014\u00a055",
        "06\u202f39\u202f98\u202f14\u202f55",
        "\ufeff\u200b06\u200e39981455\u2060",
        "06\u201139\u201398\u201214\u221255",
        "+33639981455",
        "+33 (0)6 39 98 14 55",
        "33 (0)6 39 98 14 55",
        "0033639981455",
        "0033 (0)6 39 98 14 55",
        "33639981455",
        "'0639981455",
        "\u20190639981455",
        '="0639981455"',
        "tel:+33-6-39-98-14-55",
        "TEL: 06 39 98 14 55",
        "639981455",
        "639981455.0",
        "639981455,0",
    ],
)
def test_usual_ways_of_writing_are_read(written: str) -> None:
    assert normalise(written) == "33639981455"


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("06 12 34 56 78", "33612345678"),
        ("0690 00 12 34", "590690001234"),
        ("690001234", "590690001234"),
        ("0692 12 34 56", "262692123456"),
        ("0694 12 34 56", "594694123456"),
        ("0696 12 34 56", "596696123456"),
        ("0639 02 34 56", "262639023456"),
        ("590690001234", "590690001234"),
        ("87 12 34 56", "68987123456"),
        ("+44 7911 123456", "447911123456"),
        ("0044 7911 123456", "447911123456"),
    ],
)
def test_numbers_of_other_plans_get_their_own_code(written: str, digits: str) -> None:
    assert normalise(written) == digits


def test_region_decides_about_a_national_number() -> None:
    assert normalise("07911 123456", "gb") == "447911123456"
    with pytest.raises(UnusableNumber):
        normalise("0690001234", "GB")


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "empty"),
        (" \u00a0\u200b", "empty"),
        ("'", "empty"),
        ("néant", "no digits: néant"),
        ("n" * 100, f"no digits: {'n' * 40}…"),
        ("+", "no digits: +"),
        ("0", "too short: 1 digit"),
        ("0639", "too short: 4 digits"),
        ("06 39 98 12 3", "too short: 9 digits"),
        ("+33 6 39 98 12 34 5 6", "too long: 13 digits"),
        ("9" * 300, "too long: 300 digits"),
        ("447911123456", "too long: 12 digits; if it is a foreign one, it needs a + in front"),
        ("06 39 98 O1 23", "contains the letter O; the digit 0 was probably meant"),
        ("06 39 98 OO 23", "contains the letter O; the digit 0 was probably meant"),
        ("06 39 98 l1 23", "contains the letter l; the digit 1 was probably meant"),
        ("Bob 0612345678", "contains letters: Bob"),
        ("1-800-FLOWERS", "contains letters: FLOWERS"),
        ("06 12 34 56 78 / 06 98 76 54 32", "2 numbers in one cell: write one a line"),
        ("0612345678 ou 0698765432", "2 numbers in one cell: write one a line"),
        ("0612345678 - 0698765432", "2 numbers in one cell: write one a line"),
        ("0612345678\n0698765432", "2 numbers in one cell: write one a line"),
        ("0612345678 poste 12", "an extension (poste 12) cannot be reached"),
        ("0612345678 ext. 5", "an extension (ext. 5) cannot be reached"),
        ("+33612345678;ext=5", "an extension (ext=5) cannot be reached"),
        ("0612345678#12", "an extension (#12) cannot be reached"),
        ("06*12345678", "contains the character * (U+002A)"),
        ("06123456\x0078", "contains the character (U+0000)"),
        ("06123456²8", "contains the character ² (U+00B2)"),
        ("\u0660\u0666123456", "contains the character \u0660 (U+0660)"),
        ("+33+612345678", "contains the character + (U+002B)"),
        ("+999 123456", "no country has this code"),
        ("+33 690 00 12 34", "no such number: the numbering plan of its country has none like it"),
        ("751234", "could be any of +508751234, +687751234: write it so"),
    ],
)
def test_unusable_numbers_say_why(written: str, reason: str) -> None:
    with pytest.raises(UnusableNumber) as caught:
        normalise(written)
    assert caught.value.reason == reason
    assert caught.value.text == written


@pytest.mark.parametrize("written", ["6,40E+08", "6.12E+08", "6,12 e+08", "6E8", "3,3612E+10"])
def test_number_mangled_by_a_spreadsheet_is_said_to_be_so(written: str) -> None:
    with pytest.raises(UnusableNumber, match="format the column as text") as caught:
        normalise(written)
    assert f"a spreadsheet has mangled ({written})" in caught.value.reason


def test_unknown_region_is_an_argument_that_is_wrong() -> None:
    with pytest.raises(InvalidRequest, match="'XX' is no country") as caught:
        normalise("0612345678", "XX")
    assert caught.value.argument == "region"


def test_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    with pytest.raises(MissingExtra, match=r"makeasync\[recipients\]"):
        normalise("0612345678")


def test_error_survives_pickling() -> None:
    with pytest.raises(UnusableNumber) as caught:
        normalise("abc")
    revived = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert (str(revived), revived.text, revived.reason) == (str(caught.value), "abc", "no digits: abc")


def outcome(text: str) -> tuple[str, str]:
    try:
        return normalise(text), ""
    except UnusableNumber as error:
        return "", error.reason


@settings(max_examples=50)
@given(st.text(max_size=40) | st.text("+0123456789 .()/-xO\u00a0", max_size=25))
def test_any_text_is_a_number_or_unusable(text: str) -> None:
    digits, reason = outcome(text)
    assert bool(digits) != bool(reason)
    assert "\n" not in reason
    if digits:
        assert digits.isascii()
        assert digits.isdigit()
        assert outcome(f"+{digits}") == (digits, "")


@given(st.integers(0, 9999), st.sampled_from(["06 39 98 {}", "+33639 98{}", "63998{}", "0033 (0)6.39.98.{}"]))
def test_numbers_of_fiction_are_usable(last: int, form: str) -> None:
    assert normalise(form.format(f"{last:04}")) == f"3363998{last:04}"
