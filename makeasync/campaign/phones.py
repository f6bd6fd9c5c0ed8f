"""Phone numbers as people and spreadsheets write them: to the digits that the API takes, or to a reason why not.

Here live the traps of a cell and nothing of the file around it. Whoever cannot be called is refused, never guessed at:
a wrong guess is a paid message to a stranger. The only import of phonenumbers.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from types import MappingProxyType

from makeasync.errors import InvalidRequest, MakeError, MissingExtra

__all__ = ["UnusableNumber", "normalise"]

# A number of these is written in France like a French one; only the plans tell where it belongs.
_OVERSEAS = ("GP", "MQ", "RE", "GF", "YT", "PM", "BL", "MF", "NC", "PF", "WF")
# Numbers kept free for films and examples. phonenumbers holds all of 06 39 for Mayotte, and so calls these invalid.
_FICTION = re.compile(r"3363998[0-9]{4}")

_LONGEST = 15
_SHOWN_AT_MOST = 40
# Fewer digits than this are no number of their own, but a part of one: 06/12/34/56/78.
_SHORTEST_ALONE = 6

_SPREADSHEET_TEXT = re.compile(r'="(.*)"')
_DECIMAL_NUMBER = re.compile(r"([0-9]{9,})[.,]0")
_PREFIX = re.compile(r"(?i:tel:)|['`\u2018\u2019]")
_MANGLED = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_EXTENSION = re.compile(r"(?i)[0-9]{2}\W*((?:;?\bext|\bextension|\bposte|x|#)[\s.:=]*[0-9]{1,6})$")
_BETWEEN_NUMBERS = re.compile(r"(?i)[/,;|&\r\n]|\s[-\u2010-\u2015\u2212]\s|\b(?:ou|et|or|and)\b")
_SEPARATORS = re.compile(r"[\s.()/\-\u2010-\u2015\u2212_·]")
_LETTERS = re.compile(r"[^\W\d_]+")
_LIKE_ZERO = "Oo\N{CYRILLIC CAPITAL LETTER O}\N{GREEK CAPITAL LETTER OMICRON}"
_MEANT = MappingProxyType({**dict.fromkeys(_LIKE_ZERO, "0"), **dict.fromkeys("Iil", "1")})


class UnusableNumber(MakeError, ValueError):
    """A text is not one phone number that can be sent to.

    Attributes:
        text: what was written.
        reason: why it cannot be used, for whoever keeps the list: `too short: 4 digits`.
    """

    def __init__(self, text: str, *, reason: str) -> None:
        super().__init__(f"{text!r}: {reason}")
        self.text = text
        self.reason = reason


def normalise(text: str, region: str = "FR") -> str:
    """Read one phone number, however it was written, and check it against the numbering plan of its country.

    Args:
        text: `06 39 98 14 55`, `+33 (0)6-39-98-14-55`, `0033639981455`, `33639981455`, `639981455` (a spreadsheet ate
            the zero), `0690 00 12 34` (overseas).
        region: the country of a number that names none, as two letters. `FR` includes the overseas territories.

    Returns:
        The digits in international form, without `+`.

    Raises:
        UnusableNumber: the text is not one valid number; `reason` says why.
        InvalidRequest: there is no such region.
        MissingExtra: phonenumberslite is not installed.

    Example:
        >>> normalise("06.39.98.14.55")
        '33639981455'
    """
    written = _unwrapped(text)
    reason = next(filter(None, (fault(written) for fault in _FAULTS)), "")
    if reason:
        raise UnusableNumber(text, reason=reason)
    number, reason = _look_up(_bare(written), region.upper())
    if reason:
        raise UnusableNumber(text, reason=reason)
    return number


def _unwrapped(text: str) -> str:
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf").strip()
    for wrapping in (_SPREADSHEET_TEXT, _DECIMAL_NUMBER):
        if found := wrapping.fullmatch(visible):
            visible = found[1]
    return _PREFIX.sub("", visible.lstrip(), count=1).strip() if _PREFIX.match(visible) else visible


def _bare(written: str) -> str:
    bare = _SEPARATORS.sub("", written)
    return f"+{bare[2:]}" if bare.startswith("00") else bare


def _digits_in(text: str) -> int:
    return sum(character.isdecimal() for character in text)


def _count(text: str) -> str:
    count = _digits_in(text)
    return f"{count} digit" if count == 1 else f"{count} digits"


def _shown(text: str) -> str:
    line = " ".join(text[: 2 * _SHOWN_AT_MOST].split())
    return line if len(line) <= _SHOWN_AT_MOST else f"{line[:_SHOWN_AT_MOST]}…"


def _empty(written: str) -> str:
    return "" if written else "empty"


def _digitless(written: str) -> str:
    return "" if _digits_in(written) else f"no digits: {_shown(written)}"


def _mangled(written: str) -> str:
    if not _MANGLED.fullmatch("".join(written.split())):
        return ""
    return (
        f"a number that a spreadsheet has mangled ({_shown(written)}): the digits are lost; "
        "format the column as text and enter it again"
    )


def _several(written: str) -> str:
    parts = _BETWEEN_NUMBERS.split(written)
    alone = sum(_digits_in(part) >= _SHORTEST_ALONE for part in parts)
    return f"{alone} numbers in one cell: write one a line" if alone > 1 else ""


def _extended(written: str) -> str:
    found = _EXTENSION.search(written)
    return f"an extension ({found[1].lstrip(';')}) cannot be reached" if found else ""


def _lettered(written: str) -> str:
    letters = tuple(dict.fromkeys(filter(str.isalpha, written)))
    if not letters:
        return ""
    if len(letters) == 1 and letters[0] in _MEANT:
        return f"contains the letter {letters[0]}; the digit {_MEANT[letters[0]]} was probably meant"
    return f"contains letters: {_shown(', '.join(dict.fromkeys(_LETTERS.findall(written))))}"


def _strange(written: str) -> str:
    bare = _SEPARATORS.sub("", written).removeprefix("+")
    strange = next((character for character in bare if not (character.isascii() and character.isdigit())), "")
    return f"contains {_named(strange)}" if strange else ""


def _named(character: str) -> str:
    shown = f" {character}" if character.isprintable() else ""
    return f"the character{shown} (U+{ord(character):04X})"


def _endless(written: str) -> str:
    return f"too long: {_count(written)}" if _digits_in(written) > _LONGEST + len("00") else ""


# The first that has something to say is the reason, so what explains more stands before what explains less.
_FAULTS: tuple[Callable[[str], str], ...] = (
    _empty,
    _digitless,
    _mangled,
    _several,
    _extended,
    _lettered,
    _strange,
    _endless,
)


def _look_up(bare: str, region: str) -> tuple[str, str]:
    try:
        import phonenumbers  # noqa: PLC0415 - an extra is imported where it is used
    except ImportError:
        raise MissingExtra("recipients", purpose="reading phone numbers") from None
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise InvalidRequest(f"region: {region!r} is no country; two letters such as FR", argument="region", code=104)
    for countries in _candidates(bare, region):
        found = dict.fromkeys(filter(None, (_valid(bare, country) for country in countries)))
        if len(found) == 1:
            return found.popitem()[0], ""
        if found:
            # Six digits may be a number in Nouméa and another in Saint-Pierre.
            return "", f"could be any of {', '.join(f'+{number}' for number in found)}: write it so"
    return "", _why_not(bare, region)


def _candidates(bare: str, region: str) -> Iterator[tuple[str, ...]]:
    yield (region,)
    if region == "FR" and not bare.startswith("+"):
        yield _OVERSEAS


def _valid(bare: str, country: str) -> str:
    import phonenumbers  # noqa: PLC0415 - an extra is imported where it is used

    try:
        number = phonenumbers.parse(bare, country)
    except phonenumbers.NumberParseException:
        return ""
    digits = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).removeprefix("+")
    return digits if phonenumbers.is_valid_number(number) or _FICTION.fullmatch(digits) else ""


def _why_not(bare: str, region: str) -> str:
    """Say what is wrong with a number that no plan knows: its length, most of all."""
    import phonenumbers  # noqa: PLC0415 - an extra is imported where it is used

    result = phonenumbers.ValidationResult
    lengths = {result.TOO_SHORT: f"too short: {_count(bare)}", result.TOO_LONG: f"too long: {_count(bare)}"}
    try:
        number = phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException as error:
        unknown = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        return "no country has this code" if unknown else lengths[result.TOO_SHORT]
    # A zero that no plan could take off counts as a digit there, and would make 06 39 98 12 3 long enough.
    number.italian_leading_zero = False
    possible = phonenumbers.is_possible_number_with_reason(number)
    place = "its country" if bare.startswith("+") else region
    reason = lengths.get(possible, f"no such number: the numbering plan of {place} has none like it")
    foreign = not bare.startswith("+") and _valid(f"+{bare}", region)
    return f"{reason}; if it is a foreign one, it needs a + in front" if foreign else reason
