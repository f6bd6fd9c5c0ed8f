"""Settings: what may be set here, and the sentence that says so of what may not.

Here live checks of what developers give, not of requests: those are in `arguments`. Nothing but `ValueError` is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

from attrs import Attribute

__all__ = ["MOST", "checked", "checked_text", "checked_word", "number", "one_of"]

MOST = 1_000_000_000

# A validator of any field: attrs would take its value's type for the field's own.
Validator = Callable[[object, "Attribute[Any]", Any], None]


def checked(name: str, value: object, least: float, most: float = MOST, *, whole: bool = False) -> float:
    """Give the value back, if it is a number in this range.

    Raises:
        ValueError: if it is not; it names the setting and the range.
    """
    if isinstance(value, int if whole else int | float) and not isinstance(value, bool) and least <= value <= most:
        return value
    msg = f"{name}: {_shown(value)} is not a {'whole ' if whole else ''}number from {least:,} to {most:,}"
    raise ValueError(msg)


def checked_text(name: str, value: object, least: float, most: float = MOST, *, whole: bool = False) -> float:
    """Do the same with a number that may be written as text, as in a query or a form."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = (int if whole else float)(value)
    return checked(name, value, least, most, whole=whole)


def checked_word(name: str, value: object, words: Collection[str], *, optional: bool = False) -> object:
    """Give the value back, if it is one of these words, or `None` where it is optional.

    Raises:
        ValueError: if it is not; it names the setting and the words.
    """
    if (optional and value is None) or value in words:
        return value
    msg = f"{name}: {_shown(value)} is none of {', '.join(words) or 'those taken here, as nothing is'}"
    raise ValueError(msg)


def number(least: float, most: float = MOST, *, whole: bool = False, optional: bool = False) -> Validator:
    """For a field that holds a number in this range, or `None` if it is optional."""

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        if not (optional and value is None):
            checked(attribute.name, value, least, most, whole=whole)

    return check


def one_of(words: Collection[str], *, optional: bool = False) -> Validator:
    """For a field that holds one of these words, or `None` if it is optional."""

    def check(_: object, attribute: Attribute[Any], value: object) -> None:
        checked_word(attribute.name, value, words, optional=optional)

    return check


def _shown(value: object) -> str:
    # A number of a thousand digits cannot even be written.
    return f"{value!r:.60}" if not isinstance(value, int) or abs(value) < 10**18 else "so large a number"
