"""The message alphabet (section 8 of the API document): what a `msg` may hold, and how any text is made to fit.

The document's table is the GSM 03.38 basic character set, damaged by a scan; both the set and what the table prints are
allowed. Nothing here runs unasked: a message that does not fit is an error, and `transliterate` is called by name.
"""

import unicodedata
from collections.abc import Iterator
from types import MappingProxyType

from attrs import frozen

from makeasync.errors import InvalidRequest, MissingExtra

__all__ = ["ALPHABET", "Change", "Transliteration", "check_message", "segments", "transliterate", "unsendable"]

_GSM_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_LOOK_ALIKES = "iıαç\N{GREEK CAPITAL LETTER EPSILON}\N{EMPTY SET}βŞ"
ALPHABET = frozenset(_GSM_BASIC + _LOOK_ALIKES)

# What French (and a spreadsheet) puts into a message, in the way a French reader expects it replaced.
_FRENCH = MappingProxyType(
    {
        "œ": "oe", "Œ": "OE", "€": "EUR", "«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'",
        "‚": ",", "′": "'", "″": '"', "`": "'", "´": "'", "…": "...", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-",
        "•": "-", "·": ".", "×": "x", "÷": "/", "°": "o", "\t": " ", "\u2028": "\n", "\u2029": "\n", "\x85": "\n",
        "[": "(", "]": ")", "{": "(", "}": ")", "~": "-", "^": "'", "|": "/", "\\": "/", "©": "(c)", "®": "(r)",
        "™": "TM", "½": "1/2", "¼": "1/4", "¾": "3/4", "ẞ": "SS",
    }
)  # fmt: skip
# Marks that stand for nothing by themselves: combining accents, joiners, variation selectors, controls.
_SILENT = frozenset({"Mn", "Me", "Cf", "Cc"})

_ONE_SEGMENT, _EACH_OF_MANY = 160, 153
_NAMED_AT_MOST = 10


@frozen
class Change:
    """One replacement that `transliterate` made.

    Attributes:
        position: where it was in the text (0 is the first character), after composing accents (NFC).
        before: the character that was not allowed.
        after: what stands in its place; may be empty.
    """

    position: int
    before: str
    after: str


@frozen
class Transliteration:
    """A text made sendable.

    Attributes:
        text: the text, in the message alphabet only.
        changes: every replacement, in order; empty when the text was sendable as it was.
    """

    text: str
    changes: tuple[Change, ...]


def unsendable(text: str) -> tuple[tuple[int, str], ...]:
    """Name the characters of a text that a message may not hold, each with its position.

    Example:
        >>> unsendable("Noël à 20 €")
        ((2, 'ë'), (10, '€'))
    """
    return tuple((position, character) for position, character in enumerate(text) if character not in ALPHABET)


def check_message(msg: str) -> None:
    """Refuse a message that the service would refuse.

    Args:
        msg: the text of an sms+.

    Raises:
        InvalidRequest: it is empty, or holds characters outside the alphabet, which the error names with their
            positions.
    """
    problem = _problem(msg)
    if problem:
        raise InvalidRequest(f"msg: {problem}", argument="msg", code=109)


def _problem(msg: str) -> str:
    if not isinstance(msg, str):  # pyright: ignore[reportUnnecessaryIsInstance] - not everybody runs a type checker
        return f"{msg!r} is not text"
    if not msg:
        return "empty; give at least one character"
    if ALPHABET.issuperset(msg):
        return ""
    wrong = unsendable(msg)
    named = ", ".join(f"{character!r} at {position}" for position, character in wrong[:_NAMED_AT_MOST])
    more = f" and {len(wrong) - _NAMED_AT_MOST} more" if len(wrong) > _NAMED_AT_MOST else ""
    return f"{named}{more}: not in the message alphabet (GSM 03.38 basic); transliterate() makes any text fit"


def segments(msg: str) -> int:
    """Count the SMS that a message fills: 160 characters in one, 153 in each of several.

    Example:
        >>> segments("Bonjour"), segments("a" * 161)
        (1, 2)
    """
    if len(msg) <= _ONE_SEGMENT:
        return 1
    return -(-len(msg) // _EACH_OF_MANY)


def transliterate(text: str) -> Transliteration:
    """Make any text sendable, and say what was changed. Characters that are allowed stay as they are.

    French letters and punctuation have a table of their own; other accents are dropped; what is left goes through
    `anyascii` (the extra `text`); what nobody can write becomes `?`.

    Args:
        text: any text.

    Returns:
        The sendable text and every replacement.

    Raises:
        MissingExtra: the text needs `anyascii` (a script other than Latin, an emoji) and it is not installed.

    Example:
        >>> transliterate("Joyeux Noël, cœur !").text
        'Joyeux Noel, coeur !'
    """
    composed = unicodedata.normalize("NFC", text)
    changes = tuple(
        Change(position, character, "".join(_fit(character))) for position, character in unsendable(composed)
    )
    replaced = {change.before: change.after for change in changes}
    return Transliteration("".join(replaced.get(character, character) for character in composed), changes)


def _fit(character: str) -> Iterator[str]:
    """Give what stands for one character that is not allowed, piece by piece, each piece allowed."""
    known = _FRENCH.get(character)
    if known is not None:
        yield known
    elif unicodedata.category(character) in _SILENT:
        return
    else:
        yield from _decomposed(character) or _last_resort(character)


def _decomposed(character: str) -> list[str]:
    """Drop the accents; nothing at all if what is left is still not allowed."""
    pieces = [
        _FRENCH.get(piece, piece)
        for piece in unicodedata.normalize("NFKD", character)
        if unicodedata.category(piece) not in _SILENT
    ]
    return pieces if ALPHABET.issuperset("".join(pieces)) else []


def _last_resort(character: str) -> list[str]:
    try:
        from anyascii import anyascii  # noqa: PLC0415 - an extra is imported where it is used
    except ImportError:
        raise MissingExtra("text", purpose=f"transliterating {character!r}") from None
    pieces = [_FRENCH.get(piece, piece) for piece in anyascii(character)]
    return [piece for piece in pieces if ALPHABET.issuperset(piece)] or ["?"]
