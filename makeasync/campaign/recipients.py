"""Recipients from a file as people really have them: every line is used, or said why not.

CSV as spreadsheets write it: with or without BOM, UTF-8, UTF-16 or cp1252, `;`, `,` or tab. What a phone number is
stands in `phones`; what is said to whom, in `template`.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from attrs import define, field, frozen

from makeasync.campaign.phones import UnusableNumber, normalise
from makeasync.errors import MakeError

__all__ = ["Duplicate", "Recipient", "Recipients", "RecipientsError", "Rejected", "parse_recipients", "read_recipients"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ";,\t"
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
# Words of a header that say what its column holds, and how surely; the surest column is the phone's.
_PHONE_WORDS = MappingProxyType(
    {
        **dict.fromkeys(("mobile", "mobiles", "portable", "portables", "gsm", "cellulaire", "msisdn"), 4),
        **dict.fromkeys(("telephone", "telephones", "tel", "phone", "telefon"), 3),
        **dict.fromkeys(("numero", "number", "num", "destinataire", "recipient", "to"), 1),
        **dict.fromkeys(("fixe", "fax", "domicile", "bureau"), -2),
    }
)


class RecipientsError(MakeError):
    """A file of recipients cannot be read at all.

    Attributes:
        line: the line at which it fails, or `None` if it is the whole file.
    """

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


@frozen
class Recipient:
    """One person to be reached.

    Attributes:
        line: the line of the file where the record begins; the header is line 1.
        number: international, digits only.
        fields: the cells by column name.
    """

    line: int
    number: str
    fields: Mapping[str, str]


@frozen
class Rejected:
    """A line that cannot be used.

    Attributes:
        line: the line of the file.
        text: the phone cell as it stands.
        reason: why, for the person who keeps the file.
    """

    line: int
    text: str
    reason: str


@frozen
class Duplicate:
    """A line whose number was there before.

    Attributes:
        line: the line of the file.
        number: international, digits only.
        first_line: the line that is used.
    """

    line: int
    number: str
    first_line: int


@frozen
class Recipients:
    """What a file holds. Every record is in exactly one of `usable`, `rejected`, `duplicates` and `blank`.

    Attributes:
        usable: the people to be reached, each number once.
        rejected: lines that cannot be used.
        duplicates: lines whose number was there before.
        blank: line numbers of records without any content.
        columns: the names in the header.
        phone_column: the one that holds the numbers.
        encoding: how the file was decoded.
        delimiter: what separates its cells.
    """

    usable: tuple[Recipient, ...]
    rejected: tuple[Rejected, ...]
    duplicates: tuple[Duplicate, ...]
    blank: tuple[int, ...]
    columns: tuple[str, ...]
    phone_column: str
    encoding: str
    delimiter: str


def read_recipients(path: Path, *, phone_column: str | None = None, region: str = "FR") -> Recipients:
    """Read a CSV file of recipients.

    Args:
        path: the file.
        phone_column: the name of the column with the numbers; without it, it is found by its name.
        region: the country whose national numbers are meant, as two letters.

    Returns:
        The recipients, and every line that is none, with the reason.

    Raises:
        RecipientsError: the file cannot be read, or has no column of numbers.
        MissingExtra: `phonenumberslite` is not installed.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecipientsError(f"{path}: cannot be read ({error.strerror})") from None
    return parse_recipients(data, phone_column=phone_column, region=region)


def parse_recipients(data: bytes, *, phone_column: str | None = None, region: str = "FR") -> Recipients:
    r"""Read recipients from the bytes of a CSV file; see `read_recipients`.

    Example:
        >>> parse_recipients(b"Nom;Mobile\nGarcia;06 39 98 94 32").usable[0].number
        '33639989432'
    """
    text, encoding = _decode(data)
    delimiter, text, skipped = _delimiter(text)
    records = _records(text, delimiter, skipped)
    columns = _header(records)
    sorting = _Sorting(columns, _phone_column(columns, phone_column), region)
    for line, cells in records:
        sorting.add(line, cells)
    return Recipients(
        usable=tuple(sorting.usable.values()),
        rejected=tuple(sorting.rejected),
        duplicates=tuple(sorting.duplicates),
        blank=tuple(sorting.blank),
        columns=columns,
        phone_column=columns[sorting.phone],
        encoding=encoding,
        delimiter=delimiter,
    )


def _decode(data: bytes) -> tuple[str, str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252"


def _delimiter(text: str) -> tuple[str, str, int]:
    """Give the delimiter, the text to read with it, and how many lines come before that text."""
    said = _SEPARATOR_LINE.match(text)
    if said:
        return said[1], text[said.end() :], 1
    header = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").split("\n", 1)[0])
    return max(_DELIMITERS, key=header.count), text, 0


def _records(text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        line = skipped + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise RecipientsError(f"line {line}: not readable as CSV ({error})", line=line) from None
        yield line, [cell.strip() for cell in cells]


def _header(records: Iterator[tuple[int, list[str]]]) -> tuple[str, ...]:
    for line, cells in records:
        columns = tuple(cells)
        while columns and not columns[-1]:
            columns = columns[:-1]
        doubled = {column for column in columns if column and columns.count(column) > 1}
        if doubled:
            raise RecipientsError(f"line {line}: the column {doubled.pop()} stands twice in the header", line=line)
        if columns:
            return columns
    raise RecipientsError("the file is empty: its first line must name the columns", line=1)


def _phone_column(columns: tuple[str, ...], wanted: str | None) -> int:
    if wanted is not None:
        matching = [index for index, column in enumerate(columns) if _words(column) == _words(wanted)]
        if not matching:
            raise RecipientsError(f"there is no column {wanted}; the file has {', '.join(columns)}", line=1)
        return matching[0]
    sureness = [sum(_PHONE_WORDS.get(word, 0) for word in _words(column)) for column in columns]
    best = max(sureness)
    if best <= 0 or sureness.count(best) > 1:
        found = "several columns could hold" if best > 0 else "no column is named like one that holds"
        raise RecipientsError(f"{found} the phone numbers; say which with --phone-column: {', '.join(columns)}", line=1)
    return sureness.index(best)


def _words(column: str) -> tuple[str, ...]:
    bare = "".join(c for c in unicodedata.normalize("NFKD", column.casefold()) if not unicodedata.combining(c))
    return tuple(re.findall(r"[a-z]+", bare))


@define
class _Sorting:
    """Every record goes to one of four places."""

    columns: tuple[str, ...]
    phone: int
    region: str
    usable: dict[str, Recipient] = field(factory=dict[str, Recipient])
    rejected: list[Rejected] = field(factory=list[Rejected])
    duplicates: list[Duplicate] = field(factory=list[Duplicate])
    blank: list[int] = field(factory=list[int])

    def add(self, line: int, cells: list[str]) -> None:
        if not any(cells):
            self.blank.append(line)
            return
        text = cells[self.phone] if self.phone < len(cells) else ""
        try:
            number = self._number(text, cells)
        except UnusableNumber as error:
            self.rejected.append(Rejected(line, text, error.reason))
            return
        first = self.usable.get(number)
        if first is not None:
            self.duplicates.append(Duplicate(line, number, first.line))
            return
        padded = [*cells, *[""] * (len(self.columns) - len(cells))]
        fields = MappingProxyType(dict(zip(self.columns, padded, strict=False)))
        self.usable[number] = Recipient(line, number, fields)

    def _number(self, text: str, cells: list[str]) -> str:
        if any(cells[len(self.columns) :]):
            # A delimiter inside a cell shifts the rest: the number beside it may be somebody else's.
            raise UnusableNumber(f"{len(cells)} cells, the header has {len(self.columns)}")
        return normalise(text, self.region)
