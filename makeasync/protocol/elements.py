"""How the text of one XML element becomes a value.

Each reader takes the text (empty where the element is absent) and gives the value, or `None` for *nothing there*;
it raises ValueError where there is something that it cannot read. `answers` says which element is read by which.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TypedDict
from urllib.parse import unquote_plus

from makeasync.protocol.dates import decode_date

__all__ = ["Element", "Reader", "content", "date", "element", "minutes", "number", "seconds", "text"]

Reader = Callable[[str], object]
_WHOLE = re.compile(r"-?[0-9]{1,15}", re.ASCII)

date = decode_date


class Element(TypedDict):
    """What an attribute of an answer says about its XML element."""

    element: str
    reader: Reader
    required: bool


def element(name: str, reader: Reader, *, required: bool = False) -> Element:
    """Say which element an attribute is read from, as attrs metadata."""
    return Element(element=name, reader=reader, required=required)


def text(raw: str) -> str | None:
    """Text as it stands."""
    return raw.strip() or None


def number(raw: str) -> int | None:
    """A whole number in ASCII digits."""
    bare = raw.strip()
    if not bare:
        return None
    if not _WHOLE.fullmatch(bare):
        raise ValueError("not a whole number")
    return int(bare)


def minutes(raw: str) -> timedelta:
    """A delay in whole minutes; none at all is no delay."""
    return timedelta(minutes=_duration(raw) or 0)


def seconds(raw: str) -> timedelta | None:
    """A duration in whole seconds."""
    value = _duration(raw)
    return None if value is None else timedelta(seconds=value)


def content(raw: str) -> str | None:
    """Text that is percent-encoded once more, with `+` for a space."""
    return unquote_plus(raw) or None


def _duration(raw: str) -> int | None:
    value = number(raw)
    if value is not None and not 0 <= value < 10**9:
        raise ValueError("not a duration")
    return value
