"""A message with places for the fields of a recipient: `Bonjour {Prénom} !`.

Names only: no format, no attribute, nothing that is evaluated.
"""

import re
from collections.abc import Collection, Mapping

from attrs import field, frozen

from makeasync.errors import InvalidRequest

__all__ = ["Template"]

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def _wrong(message: str) -> InvalidRequest:
    return InvalidRequest(f"msg: {message}", argument="msg", code=109)


def _fold(name: str) -> str:
    return name.strip().casefold()


def _names(text: str) -> tuple[str, ...]:
    found = dict.fromkeys(_fold(match[1]) for match in _PIECE.finditer(text) if match[1] is not None)
    return tuple(found)


def _sound(text: str) -> str:
    for match in _PIECE.finditer(text):
        if match[0] in {"{", "}"}:
            raise _wrong(f"a lone {match[0]} at {match.start()}; write {match[0] * 2} for the character itself")
        if match[1] is not None and not match[1].strip():
            raise _wrong(f"a place without a name at {match.start()}; write {{Column}}")
    return text


@frozen
class Template:
    """A message with places in it.

    Args:
        text: the message; `{Column}` is replaced by the recipient's field of that name, upper or lower case, `{{` and
            `}}` are braces.

    Raises:
        InvalidRequest: a brace stands alone, or a place has no name.

    Example:
        >>> Template("Bonjour {Prénom} !").render({"Prénom": "Zoé"})
        'Bonjour Zoé !'
    """

    text: str = field(converter=_sound)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are used, in lower case, each once."""
        return _names(self.text)

    def check(self, columns: Collection[str]) -> None:
        """Refuse a template that uses a column which is not there.

        Args:
            columns: the columns of the file.

        Raises:
            InvalidRequest: it names the place and lists the columns.
        """
        known = {_fold(column) for column in columns}
        for name in self.names:
            if name not in known:
                raise _wrong(f"there is no column {{{name}}}; the file has {', '.join(columns)}")

    def render(self, fields: Mapping[str, str]) -> str:
        """Put the fields in.

        Args:
            fields: a recipient's fields by column; `check` has seen to it that those used are there.
        """
        folded = {_fold(name): value for name, value in fields.items()}

        def piece(match: re.Match[str]) -> str:
            return match[0][0] if match[1] is None else folded[_fold(match[1])]

        return _PIECE.sub(piece, self.text)
