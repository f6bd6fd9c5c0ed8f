"""What of a damaged answer may be read: the API document's own examples are damaged, and nobody guesses with money.

Text in, a verdict out; the codec has the parser.
"""

import re
from collections.abc import Set as AbstractSet
from html import unescape

from makeasync.protocol.answers import Raw

__all__ = ["damage", "may_be_recovered"]

_WHOLE = re.compile(rb"</response\s*>\s*\Z")
# What recovery hides or drops without a word: declarations, entities, a lone ampersand, control characters.
_LOST = re.compile(rb"<!|<\?(?!xml\s)|&(?!(?:amp|lt|gt|quot|apos);)|[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ROOTS = re.compile(rb"<response[\s/>]")
# What recovery takes for the text of an element may be a part of it, or more than it; a field written whole is neither.
_FIELD = re.compile(r"<([A-Za-z_]+)\s*>([^<]*)</\1\s*>", re.ASCII)
_OPENED = re.compile(r"<([A-Za-z_]+)[\s/>]", re.ASCII)


def may_be_recovered(document: bytes) -> bool:
    """Hold only of a whole document: one that ends as it must, begins once and would lose nothing of its text."""
    return _WHOLE.search(document) is not None and len(_ROOTS.findall(document)) == 1 and _LOST.search(document) is None


def damage(text: str, raw: Raw, fields: AbstractSet[str]) -> str | None:
    """Name what recovery had to repair or to drop, if that was a field: `<id>ab<c12</id>` would be read as `ab`.

    Of `make` we want no more than its kind, and that is what the document's own examples damage.

    Args:
        text: the whole answer.
        raw: what recovery made of it.
        fields: the elements that must not be damaged.

    Returns:
        The field, the root if there is a field that was not read at all, or `None`: all is well.
    """
    written = {(name, unescape(value)) for name, value in _FIELD.findall(text)}
    for name, value in raw:
        if name in fields and name != "make" and (name, value) not in written:
            return name
    opened = sorted(name for name in _OPENED.findall(text) if name in fields)
    return None if opened == sorted(name for name, _ in raw if name in fields) else "response"
