"""Recipients out of a CSV file as spreadsheets write it: each record usable, rejected with a reason, double or blank.

Here lives the file: its encoding, delimiter, header and records. What a phone cell means is the business of `phones`,
what a column is called that of `columns`. `parse_recipients` is pure; `read_recipients` adds the reading of a file.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import Factory, define, frozen

from makeasync.campaign import columns
from makeasync.campaign.phones import UnusableNumber, normalise
from makeasync.errors import MakeError

__all__ = ["Duplicate", "Recipient", "Recipients", "RecipientsError", "Rejected", "parse_recipients", "read_recipients"]

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS = (";", ",", "\t")
_EXCEL_SEPARATOR = re.compile(r'"?sep=([^\w\s"]|\t)"?[ ;,\t]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
_BLANK_LINES = re.compile(r"\s*[\r\n]")
# Possessive: a quotation mark that is never closed must not make it try every way again.
_FIRST_RECORD = re.compile(r'(?:[^"\r\n]++|"[^"]*+")*+')
_QUOTED = re.compile(r'"[^"]*"')


class RecipientsError(MakeError):
    """A file of recipients cannot be read at all. What is wrong with single records is in `Recipients.rejected`.

    Attributes:
        line: the line of the file it is about, or `None`.
        columns: the names of the columns, where they were found.
    """

    def __init__(self, message: str, *, line: int | None = None, columns: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.line = line
        self.columns = tuple(columns)


@frozen
class Recipient:
    """One who can be sent to.

    Attributes:
        line: the line of the file on which the record begins; the first is 1.
        number: international digits, such as 33612345678.
        fields: the record's values by the name of their column, without surrounding space.
    """

    line: int
    number: str
    fields: Mapping[str, str]


@frozen
class Rejected:
    """A record that cannot be sent to.

    Attributes:
        line: the line of the file on which the record begins; the first is 1.
        text: its phone cell as written.
        reason: why not.
    """

    line: int
    text: str
    reason: str


@frozen
class Duplicate:
    """A record whose number an earlier one has.

    Attributes:
        line: the line of the file on which the record begins; the first is 1.
        number: international digits.
        first_line: the line of the record that is kept.
    """

    line: int
    number: str
    first_line: int


@frozen
class Recipients:
    """All that a file holds: each record after the header is in exactly one of the first four.

    Attributes:
        usable: whom to send to, in the order of the file; no number twice.
        rejected: what cannot be sent to, and why.
        duplicates: what has the number of an earlier record.
        blank: the lines on which nothing stands.
        encoding: how the file was decoded: `utf-8-sig`, `utf-16`, `utf-8` or `cp1252`.
        delimiter: what stands between two cells.
        phone_column: the name of the column the numbers were read from.
        columns: the names of all columns that have one, for `Template.check`.
    """

    usable: tuple[Recipient, ...]
    rejected: tuple[Rejected, ...]
    duplicates: tuple[Duplicate, ...]
    blank: tuple[int, ...]
    encoding: str
    delimiter: str
    phone_column: str
    columns: tuple[str, ...]

    @property
    def records(self) -> int:
        """How many records stand after the header."""
        return len(self.usable) + len(self.rejected) + len(self.duplicates) + len(self.blank)


def read_recipients(path: str | Path, *, phone_column: str | None = None, region: str = "FR") -> Recipients:
    """Read a CSV file; see `parse_recipients`.

    Raises:
        RecipientsError: the file cannot be opened or is no table with a column of phone numbers.

    Example:
        >>> read_recipients("recipients.csv").usable  # doctest: +SKIP
        (Recipient(line=2, number='33639989432', fields={'Prénom': 'Gaël', ...}), ...)
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise RecipientsError(f"cannot read {path}: {error.strerror or error}") from None
    except ValueError:
        raise RecipientsError(f"cannot read {str(path)!r}: no file can be called so") from None
    return parse_recipients(data, phone_column=phone_column, region=region)


def parse_recipients(data: bytes, *, phone_column: str | None = None, region: str = "FR") -> Recipients:
    r"""Read recipients out of the bytes of a CSV file with a header.

    Args:
        data: UTF-8, UTF-16 with its mark, or Windows-1252; delimited by semicolons, commas or tabs.
        phone_column: the column to read numbers from, by its name; found by itself if its name says phone or mobile.
        region: the country of a number that names none, as two letters.

    Raises:
        RecipientsError: it is no table with a column of phone numbers.
        InvalidRequest: there is no such region.
        MissingExtra: phonenumberslite is not installed.

    Example:
        >>> found = parse_recipients(b"Nom;Mobile\nAda;06 39 98 14 55\nBob;0639\n")
        >>> [recipient.number for recipient in found.usable], [rejected.reason for rejected in found.rejected]
        (['33639981455'], ['too short: 4 digits'])
    """
    text, encoding = _decode(data)
    body, first_line, delimiter = _body(text)
    records = _records(body, first_line, delimiter)
    header = _header(next(records, None))
    pile = _Pile(header, _phone_position(header, phone_column), region)
    for record in records:
        pile.take(record)
    return pile.result(encoding, delimiter)


@frozen
class _Record:
    line: int
    cells: list[str]

    @property
    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


def _decode(data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), encoding
    try:
        return data.decode(), "utf-8"
    except UnicodeDecodeError:
        # Five bytes mean nothing in cp1252; one of them must not cost the whole file.
        return data.decode("cp1252", "replace"), "cp1252"


def _body(text: str) -> tuple[str, int, str]:
    """Find where the header begins, its line, and the delimiter that Excel declares above it or that it uses."""
    declared = _EXCEL_SEPARATOR.match(text)
    start = declared.end() if declared else 0
    if blank := _BLANK_LINES.match(text, start):
        start = blank.end()
    delimiter = declared[1] if declared else _delimiter(text, start)
    return text[start:], 1 + sum(1 for _ in io.StringIO(text[:start], newline="")), delimiter


def _delimiter(text: str, start: int) -> str:
    found = _FIRST_RECORD.match(text, start)
    unquoted = _QUOTED.sub("", found[0]) if found else ""
    return max(_DELIMITERS, key=unquoted.count)


def _records(text: str, first_line: int, delimiter: str) -> Iterator[_Record]:
    # newline="" keeps line ends as they are, so that the reader counts the lines that an editor shows.
    # strict: a quotation mark that does not pair up would silently swallow the records up to the next one.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = first_line
    try:
        for cells in reader:
            yield _Record(line, cells)
            line = first_line + reader.line_num
    except csv.Error as error:
        message = f"line {line}: the quotation marks do not pair up, or a cell has no end ({error})"
        raise RecipientsError(message, line=line) from None


def _header(record: _Record | None) -> tuple[str, ...]:
    if record is None or record.is_blank:
        raise RecipientsError("the file is empty: its first line must name the columns")
    names = tuple(name.strip() for name in record.cells)
    if any("\0" in name for name in names):
        raise RecipientsError(
            "this is no CSV text (a workbook, or UTF-16 without its mark?): save it as CSV (UTF-8)", line=record.line
        )
    if twice := columns.doubled(names):
        raise RecipientsError(f"two columns are called {twice!r}: rename one", line=record.line, columns=names)
    return names


def _phone_position(names: Sequence[str], wanted: str | None) -> int:
    position = columns.phone_column(names) if wanted is None else columns.find_column(names, wanted)
    if position is not None:
        return position
    problem = "no column is named like one of phone numbers" if wanted is None else f"there is no column {wanted!r}"
    message = (
        f"{problem}; name it with phone_column (--phone-column). The columns are: {', '.join(filter(None, names))}"
    )
    raise RecipientsError(message, columns=names)


@define
class _Pile:
    """Sorts records, one by one."""

    names: Sequence[str]
    phone: int
    region: str
    usable: dict[str, Recipient] = Factory(dict[str, Recipient])
    rejected: list[Rejected] = Factory(list[Rejected])
    duplicates: list[Duplicate] = Factory(list[Duplicate])
    blank: list[int] = Factory(list[int])

    def take(self, record: _Record) -> None:
        if record.is_blank:
            self.blank.append(record.line)
            return
        try:
            number = normalise(self._phone_cell(record), self.region)
        except UnusableNumber as error:
            self.rejected.append(Rejected(record.line, error.text, error.reason))
        else:
            self._keep(record, number)

    def result(self, encoding: str, delimiter: str) -> Recipients:
        return Recipients(
            usable=tuple(self.usable.values()),
            rejected=tuple(self.rejected),
            duplicates=tuple(self.duplicates),
            blank=tuple(self.blank),
            encoding=encoding,
            delimiter=delimiter,
            phone_column=self.names[self.phone],
            columns=tuple(filter(None, self.names)),
        )

    def _phone_cell(self, record: _Record) -> str:
        cells, width = record.cells, len(self.names)
        text = cells[self.phone] if self.phone < len(cells) else ""
        if len(cells) > width:
            reason = f"{len(cells)} cells but {width} columns: the number may have shifted"
            raise UnusableNumber(text, reason=reason)
        if self.phone >= len(cells):
            raise UnusableNumber(text, reason=f"no phone number: {len(cells)} of {width} cells")
        return text

    def _keep(self, record: _Record, number: str) -> None:
        first = self.usable.get(number)
        if first is None:
            self.usable[number] = Recipient(record.line, number, self._fields(record.cells))
        else:
            self.duplicates.append(Duplicate(record.line, number, first.line))

    def _fields(self, cells: Sequence[str]) -> dict[str, str]:
        missing = len(self.names) - len(cells)
        values = (*(cell.strip() for cell in cells), *("" for _ in range(missing)))
        return {name: value for name, value in zip(self.names, values, strict=True) if name}
