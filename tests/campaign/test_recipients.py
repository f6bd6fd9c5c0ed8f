from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeasync.campaign.recipients import (
    Duplicate,
    Recipient,
    Recipients,
    RecipientsError,
    Rejected,
    parse_recipients,
    read_recipients,
)
from makeasync.errors import MakeError

_ROOT = Path(__file__).parents[2]
_SAMPLES = _ROOT / "tests" / "samples"
_BOTH = [
    (_ROOT / "examples" / "recipients.csv", "utf-8-sig"),
    (_SAMPLES / "recipients-excel-1252.csv", "cp1252"),
]
_MOBILE = "0639981455"
_DIGITS = "33639981455"


def numbers(found: Recipients) -> list[str]:
    return [recipient.number for recipient in found.usable]


def failure(data: bytes, *, phone_column: str | None = None) -> RecipientsError:
    with pytest.raises(RecipientsError) as caught:
        parse_recipients(data, phone_column=phone_column)
    return caught.value


@pytest.mark.parametrize(("path", "encoding"), _BOTH)
def test_example_is_counted_exactly(path: Path, encoding: str) -> None:
    found = read_recipients(path)
    expected = json.loads((_SAMPLES / "recipients.expected.json").read_text())
    assert expected == {
        "data_lines": found.records,
        "sendable_distinct": len(found.usable),
        "duplicates": len(found.duplicates),
        "unusable_numbers": len(found.rejected),
        "blank_lines": len(found.blank),
    }
    assert (found.records, len(found.usable), len(found.duplicates)) == (244, 220, 12)
    assert (len(found.rejected), len(found.blank)) == (9, 3)
    assert (found.encoding, found.delimiter, found.phone_column) == (encoding, ";", "Téléphone")
    assert found.columns == ("Prénom", "Nom", "Téléphone", "Ville")


@pytest.mark.parametrize("path", [path for path, _ in _BOTH])
def test_example_says_where_and_why(path: Path) -> None:
    found = read_recipients(path)
    assert found.blank == (43, 115, 205)
    assert found.usable[0].fields == {"Prénom": "Gaël", "Nom": "Côté", "Téléphone": "0639989432", "Ville": "Béthune"}
    assert Duplicate(58, "33639989432", 2) in found.duplicates
    assert [(rejected.line, rejected.text, rejected.reason.partition(";")[0]) for rejected in found.rejected] == [
        (10, "0639", "too short: 4 digits"),
        (34, "néant", "no digits: néant"),
        (47, "+33 6 39 98 12 34 5 6", "too long: 13 digits"),
        (51, "", "empty"),
        (123, "06 39 98 12 3", "too short: 9 digits"),
        (125, "6,40E+08", "a number that a spreadsheet has mangled (6,40E+08): the digits are lost"),
        (168, "abc", "no digits: abc"),
        (182, "12345", "too short: 5 digits"),
        (214, "06 39 98 O1 23", "contains the letter O"),
    ]


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("cp1252", "cp1252")],
)
def test_encoding_is_found(codec: str, encoding: str) -> None:
    found = parse_recipients(f"Prénom;Tél\nZoë;{_MOBILE}\n".encode(codec))
    assert found.usable == (Recipient(2, _DIGITS, {"Prénom": "Zoë", "Tél": _MOBILE}),)
    assert found.encoding == encoding


def test_big_endian_utf16_is_read() -> None:
    assert numbers(parse_recipients(f"\ufeffTél\n{_MOBILE}\n".encode("utf-16-be"))) == [_DIGITS]


@pytest.mark.parametrize("data", [b"Nom;Tel\n\xe9\x8d;0639981455\n", b"\xef\xbb\xbfNom;Tel\n\xe9;0639981455\n"])
def test_byte_without_meaning_is_replaced(data: bytes) -> None:
    found = parse_recipients(data)
    assert numbers(found) == [_DIGITS]
    assert "\ufffd" in found.usable[0].fields["Nom"]


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ("Nom;Tel", ";"),
        ("Nom,Tel", ","),
        ("Nom\tTel", "\t"),
        ("Tel", ";"),
        ('"Nom, prénom, surnom";Tel', ";"),
        ('"a;\n;b","c;;",Tel,x,y', ","),
    ],
)
def test_delimiter_is_counted_outside_quotation_marks(header: str, delimiter: str) -> None:
    assert parse_recipients(f"{header}\n".encode()).delimiter == delimiter


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;"])
def test_separator_declared_by_excel_is_honoured(first: str, end: str) -> None:
    found = parse_recipients(end.join([first, "a,b,c;Tel", f"x;{_MOBILE}"]).encode())
    assert (found.delimiter, [recipient.line for recipient in found.usable]) == (";", [3])


def test_lines_are_those_that_an_editor_shows() -> None:
    text = '\n\n"Nom\ncomplet";Tel\n"A\nB";0639981455\n\n;\n"C\r\nD";0639981456\n" ";12\nE;0639981455'
    found = parse_recipients(text.encode())
    assert [recipient.line for recipient in found.usable] == [5, 9]
    assert found.usable[0].fields == {"Nom\ncomplet": "A\nB", "Tel": _MOBILE}
    assert found.blank == (7, 8)
    assert found.rejected == (Rejected(11, "12", "too short: 2 digits"),)
    assert found.duplicates == (Duplicate(12, _DIGITS, 5),)


def test_unicode_line_ends_inside_a_cell_end_no_line() -> None:
    found = parse_recipients(f"Nom;Tel\na\u2028b\x85c\x0cd;{_MOBILE}\n".encode())
    assert [recipient.line for recipient in found.usable] == [2]


def test_longer_row_is_rejected_for_it_hides_a_shifted_number() -> None:
    found = parse_recipients(f"Nom;Fixe;Mobile\nA;b;0102030405;{_MOBILE}\n".encode())
    assert found.rejected == (Rejected(2, "0102030405", "4 cells but 3 columns: the number may have shifted"),)


def test_shorter_row_is_usable_if_its_number_is_there() -> None:
    found = parse_recipients(f"Nom;Mobile;Ville\nA;{_MOBILE}\nB\n".encode())
    assert found.usable == (Recipient(2, _DIGITS, {"Nom": "A", "Mobile": _MOBILE, "Ville": ""}),)
    assert found.rejected == (Rejected(3, "", "no phone number: 1 of 3 cells"),)


def test_values_are_stripped_and_columns_without_a_name_left_out() -> None:
    found = parse_recipients(f" Nom ; Tel ;;\n A\u00a0; {_MOBILE};x;\n".encode())
    assert found.usable[0].fields == {"Nom": "A", "Tel": _MOBILE}
    assert (found.columns, found.phone_column) == (("Nom", "Tel"), "Tel")


def test_rejected_text_is_as_written() -> None:
    assert parse_recipients(b"Tel\n 12\xc2\xa0\n").rejected[0].text == " 12\u00a0"


def test_phone_column_can_be_named() -> None:
    data = f"Mobile;Contact d'urgence\n{_MOBILE};0639981456\n".encode()
    assert numbers(parse_recipients(data)) == [_DIGITS]
    assert numbers(parse_recipients(data, phone_column="contact D'URGENCE")) == ["33639981456"]


def test_region_reaches_the_numbers() -> None:
    assert numbers(parse_recipients(b"Tel\n07911 123456\n", region="GB")) == ["447911123456"]


def test_file_with_a_header_only_holds_nobody() -> None:
    assert parse_recipients(b"Nom;Tel").records == 0


def test_nul_byte_in_a_cell_concerns_its_record_alone() -> None:
    found = parse_recipients(b"Nom;Tel\nA\0;0639981455\nB;06399814\x0055\n")
    assert numbers(found) == [_DIGITS]
    assert found.rejected[0].reason == "contains the character (U+0000)"


@pytest.mark.parametrize("data", [b"", b"\n\r\n", b"\xef\xbb\xbf", b";;;\n", b"sep=;\n", b"   "])
def test_empty_file_is_an_error(data: bytes) -> None:
    assert "the file is empty" in str(failure(data))


@pytest.mark.parametrize("wanted", [None, "Téléphone"])
def test_missing_phone_column_names_the_columns_and_the_option(wanted: str | None) -> None:
    error = failure(b"Nom;;Age\nA;;0639981455\n", phone_column=wanted)
    assert "phone_column (--phone-column). The columns are: Nom, Age" in str(error)
    assert error.columns == ("Nom", "", "Age")


def test_doubled_column_is_an_error() -> None:
    error = failure(b"Nom;Tel;NOM\n")
    assert "two columns are called 'NOM'" in str(error)
    assert error.line == 1


@pytest.mark.parametrize("data", [b"PK\x03\x04\0\0Tel\n", "Nom;Tel\nA;0639981455\n".encode("utf-16-le")])
def test_what_is_no_text_is_said_to_be_none(data: bytes) -> None:
    assert "save it as CSV (UTF-8)" in str(failure(data))


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b'Nom;Tel\nA;12\n"B;0639981455\nC;0639981456\n', 3),
        (b'Nom;Tel\n"A;0639981455\n"B;0639981456\n', 2),
        (b'Nom;Tel\n"Jo" A;0639981455\n', 2),
        (b'"Nom;Tel\nA;0639981455\n', 1),
        (b"Nom;Tel\n\n" + b"x" * 200_000 + b";0639981455\n", 3),
    ],
)
def test_cell_without_an_end_loses_nobody_silently(data: bytes, line: int) -> None:
    error = failure(data)
    assert error.line == line
    assert str(error).startswith(f"line {line}: ")
    assert error.__suppress_context__


@pytest.mark.parametrize("name", ["missing.csv", ".", "nul\0.csv", "x" * 5000])
def test_file_that_cannot_be_read_is_our_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecipientsError, match="cannot read") as caught:
        read_recipients(tmp_path / name)
    assert caught.value.__suppress_context__


def test_file_is_read_by_its_name_too(tmp_path: Path) -> None:
    path = tmp_path / "recipients.csv"
    path.write_text(f"Tel\n{_MOBILE}\n")
    assert numbers(read_recipients(str(path))) == [_DIGITS]


def test_error_survives_pickling() -> None:
    error = failure(b"Nom;Age\n")
    revived = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert isinstance(revived, MakeError)
    assert str(revived) == str(error)
    assert vars(revived) == {"line": None, "columns": ("Nom", "Age")}


def count_up(data: bytes) -> None:
    try:
        found = parse_recipients(data)
    except RecipientsError:
        return
    lines = [one.line for pile in (found.usable, found.rejected, found.duplicates) for one in pile]
    assert len(lines) + len(found.blank) == found.records == len({*lines, *found.blank})


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    count_up(data)


@given(st.text('Tel;,\t"\r\n\0 06é39', max_size=80), st.sampled_from(["utf-8", "utf-16", "cp1252", "utf-8-sig"]))
def test_anything_like_a_table_is_read_or_refused(text: str, codec: str) -> None:
    count_up(f"Nom;Tel\n{text}".encode(codec))


@given(
    st.lists(st.sampled_from(["", ";", ";12", f";{_MOBILE}", "x;0639981456", "x;y;z", "x", '"a\nb";+33639981457'])),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_every_record_is_in_exactly_one_pile(rows: list[str], end: str) -> None:
    found = parse_recipients(end.join(["Nom;Tel", *rows, ""]).encode())
    assert found.records == len(rows)
    assert len(found.usable) == len(set(numbers(found)))
