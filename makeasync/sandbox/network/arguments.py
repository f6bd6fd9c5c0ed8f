"""Arguments: how a query is read, and what may stand in each argument of it.

Here live the checks, one `Argument` each, with the result code that blames it. Pure: no state, no clock, no HTTP;
which request takes which arguments is the business of `operations`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import parse_qsl

from attrs import frozen

__all__ = [
    "DURATION",
    "ENGAGE",
    "FROM",
    "IN",
    "MSG",
    "TO",
    "TXT",
    "Argument",
    "Pairs",
    "first_fault",
    "read_query",
]

Pairs = tuple[tuple[str, str], ...]

_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

_GSM_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà" + string.digits + string.ascii_letters
)
# Eight cells of the document's table print a look-alike; the first of them, i for ¡, is a letter anyway.
_LOOK_ALIKES = (
    "i"
    "\N{LATIN SMALL LETTER DOTLESS I}"
    "\N{GREEK SMALL LETTER ALPHA}"
    "\N{LATIN SMALL LETTER C WITH CEDILLA}"
    "\N{GREEK CAPITAL LETTER EPSILON}"
    "\N{EMPTY SET}"
    "\N{GREEK SMALL LETTER BETA}"
    "\N{LATIN CAPITAL LETTER S WITH CEDILLA}"
)
_ALPHABET = frozenset(_GSM_BASIC + _LOOK_ALIKES)


def read_query(query: bytes) -> Pairs | None:
    """Take a raw query apart into names and values, in their order; `None` if its encoding is broken."""
    try:
        text = query.decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError:
        return None
    return None if _STRAY_PERCENT.search(text) else tuple(pairs)


@frozen
class Argument:
    """One argument: its name, the code that blames it, and what it may hold."""

    name: str
    code: int
    accepts: Callable[[str], bool]
    optional: bool = False

    def is_wrong(self, value: str | None) -> bool:
        """Whether this value, or its absence, is refused."""
        return not self.optional if value is None else not self.accepts(value)


def first_fault(table: Iterable[Argument], values: Mapping[str, str]) -> int | None:
    """The code of the first argument that is wrong, in the order of the table."""
    return next((argument.code for argument in table if argument.is_wrong(values.get(argument.name))), None)


def _matching(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _between(low: int, high: int) -> Callable[[str], bool]:
    # As many digits as the limit has: int() would take the digits of every script, signs, and any length.
    is_plain = _matching(rf"[0-9]{{1,{len(str(high))}}}")
    return lambda value: is_plain(value) and low <= int(value) <= high


def _is_writable(text: str) -> bool:
    return text != "" and _ALPHABET.issuperset(text)


_is_number = _matching(r"[1-9][0-9]{6,14}")

FROM = Argument("from", 103, _is_number)
TO = Argument("to", 104, _is_number)
IN = Argument("in", 105, _between(0, 120), optional=True)
DURATION = Argument("duration", 106, _between(1, 10))
ENGAGE = Argument("engage", 107, _matching("1"))
TXT = Argument("txt", 108, _between(1, 9999))
MSG = Argument("msg", 109, _is_writable)
