"""Phone numbers as people type them into a spreadsheet: to digits, or to a reason that a person understands.

The only import of phonenumbers. What the API itself takes as a number stands in `protocol.numbers`.
"""

import re
import unicodedata
from types import ModuleType

from makeasync.errors import MakeError, MissingExtra

__all__ = ["UnusableNumber", "normalise"]

# A national number is tried as one of the region first, then of France's overseas regions (0690 …, 0692 …).
_OVERSEAS = ("GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF")
# Numbers that the French regulator keeps for fiction: no metadata knows them, every test and example uses them.
_FICTION = re.compile(r"33(?:63998|19900|26191|35301|46571|53649)\d{4}", re.ASCII)
_MANGLED = re.compile(r"\d+(?:[.,]\d+)?[eE]\+?\d+", re.ASCII)
_FEWEST = 10
_SCHEME = re.compile(r"^(?:tel:|')", re.IGNORECASE)
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_SEPARATORS = frozenset(" .-()/+")
_LOOKS_LIKE = {"O": "0", "o": "0", "I": "1", "l": "1", "S": "5", "B": "8"}


class UnusableNumber(MakeError, ValueError):
    """A cell holds no phone number that can be used.

    Attributes:
        reason: why, for the person who keeps the file.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def normalise(text: str, region: str = "FR") -> str:
    """Read a phone number the way it was typed.

    Args:
        text: a cell: `06 39 98 94 32`, `+33 (0)6.39.98.94.32`, `0033639989432`, `33639989432`; no-break spaces and
            dashes of any kind are separators.
        region: the country whose national numbers are meant, as two letters.

    Returns:
        The digits of the international number, without `+`.

    Raises:
        UnusableNumber: it is none; `.reason` says why.
        MissingExtra: `phonenumberslite` is not installed.

    Example:
        >>> normalise("06 39 98 94 32")
        '33639989432'
    """
    number = _plain(text)
    _refuse_the_obvious(number)
    bare = _TRUNK_ZERO.sub("", number)
    phonenumbers = _phonenumbers()
    for written, home in _readings(bare, region):
        parsed = _parsed(phonenumbers, written, home)
        if parsed is not None:
            return parsed
    raise UnusableNumber(_why_not(bare))


def _plain(text: str) -> str:
    """Make every space and dash the ordinary one, and drop what cannot be seen."""
    visible = (
        " " if character.isspace() else "-" if unicodedata.category(character) == "Pd" else character
        for character in text
        if unicodedata.category(character) not in {"Cf", "Cc"} or character.isspace()
    )
    return _SCHEME.sub("", "".join(visible).strip()).strip()


def _refuse_the_obvious(number: str) -> None:
    if not number:
        raise UnusableNumber("empty")
    if _MANGLED.fullmatch(number):
        raise UnusableNumber(f"mangled by a spreadsheet ({number}): the digits are lost, format the column as text")
    if not any(character in "0123456789" for character in number):
        raise UnusableNumber(f"no digits: {number}")
    for character in number:
        if character not in _SEPARATORS and character not in "0123456789":
            raise UnusableNumber(_odd(character))


def _odd(character: str) -> str:
    meant = _LOOKS_LIKE.get(character)
    if meant:
        return f"contains the letter {character}; the digit {meant} was probably meant"
    return f"contains {character!r}, which no phone number has"


def _readings(number: str, region: str) -> list[tuple[str, str | None]]:
    digits = re.sub(r"[^0-9]", "", number)
    if number.startswith("+"):
        return [("+" + digits, None)]
    if digits.startswith("00"):
        return [("+" + digits.removeprefix("00"), None)]
    national: list[tuple[str, str | None]] = [(digits, home) for home in (region, *_OVERSEAS)]
    return [*national, ("+" + digits, None)]


def _parsed(phonenumbers: ModuleType, written: str, home: str | None) -> str | None:
    try:
        number = phonenumbers.parse(written, home)
    except phonenumbers.NumberParseException:
        return None
    digits = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)).removeprefix("+")
    return digits if phonenumbers.is_valid_number(number) or _FICTION.fullmatch(digits) else None


def _why_not(number: str) -> str:
    count = sum(character.isdigit() for character in number)
    if count < _FEWEST:
        return f"too short: {count} digits"
    return f"too long: {count} digits" if count > _most(number) else "not a number that is in use"


def _most(number: str) -> int:
    """Give the digits of a French number written like that: 10 at home, 11 with 33, 13 with 0033."""
    if number.startswith("00"):
        return 13
    return 10 if number.startswith("0") else 11


def _phonenumbers() -> ModuleType:
    try:
        import phonenumbers  # noqa: PLC0415 - an extra is imported where it is used
    except ImportError:
        raise MissingExtra("recipients", purpose="reading phone numbers from a file") from None
    return phonenumbers
