"""The message with blanks: `Bonjour {Prénom}`, filled in from the columns of a recipient.

A blank is a name and nothing more: nothing is formatted, looked into or evaluated (never `str.format`), and what is
filled in is not read again. Nothing here knows where the columns come from, or what the message may hold.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import Factory, field, frozen

from makeasync.campaign.columns import column_key
from makeasync.errors import InvalidRequest

__all__ = ["Template"]

_TOKEN = re.compile(r"(?P<escaped>\{\{|\}\})|\{(?P<field>[^{}]*)\}|(?P<stray>[{}])|(?P<literal>[^{}]+)")


@frozen
class _Blank:
    name: str
    key: str


_Piece = str | _Blank


def _read(template: "Template") -> tuple[_Piece, ...]:
    return tuple(_pieces(template.text))


@frozen
class Template:
    """A message whose blanks `{Name}` are filled in from columns; `{{` and `}}` stand for braces.

    Case, and spaces around a name, make no difference.

    Attributes:
        text: the message as written.

    Raises:
        InvalidRequest: a brace stands alone, or a blank names nothing.

    Example:
        >>> Template("Bonjour {prénom} !").render({"Prénom": "Gaël"})
        'Bonjour Gaël !'
    """

    text: str
    _pieces: tuple[_Piece, ...] = field(init=False, eq=False, repr=False, default=Factory(_read, takes_self=True))

    @property
    def fields(self) -> tuple[str, ...]:
        """The names used, each once, as first written and in that order."""
        return tuple(blank.name for blank in self._blanks())

    def check(self, columns: Iterable[str]) -> None:
        """Make sure that every name used is a column.

        Raises:
            InvalidRequest: one is not; the message lists the columns.

        Example:
            >>> Template("Bonjour {Prénom}").check(["Prénom", "Ville"])
        """
        names = [name for name in columns if name.strip()]
        keys = {column_key(name) for name in names}
        for blank in self._blanks():
            if blank.key not in keys:
                raise _wrong(f"there is no column {blank.name!r}; the columns are: {', '.join(names) or 'none'}")

    def render(self, fields: Mapping[str, str]) -> str:
        """Fill in every blank; an empty value is filled in as it is.

        Raises:
            InvalidRequest: a name used is not among `fields`.

        Example:
            >>> Template("{{{Ville}}}").render({"Ville": "Évry"})
            '{Évry}'
        """
        self.check(fields)
        values = {column_key(name): value for name, value in fields.items()}
        return "".join(values[piece.key] if isinstance(piece, _Blank) else piece for piece in self._pieces)

    def empty_fields(self, fields: Mapping[str, str]) -> tuple[str, ...]:
        """Name the blanks that would be filled in with nothing: `Bonjour  !` is seldom what was meant.

        Raises:
            InvalidRequest: a name used is not among `fields`.

        Example:
            >>> Template("Bonjour {Prénom} !").empty_fields({"Prénom": " "})
            ('Prénom',)
        """
        self.check(fields)
        values = {column_key(name): value for name, value in fields.items()}
        return tuple(blank.name for blank in self._blanks() if not values[blank.key].strip())

    def _blanks(self) -> Iterable[_Blank]:
        first: dict[str, _Blank] = {}
        for piece in self._pieces:
            if isinstance(piece, _Blank):
                first.setdefault(piece.key, piece)
        return first.values()


def _pieces(text: str) -> Iterator[_Piece]:
    for token in _TOKEN.finditer(text):
        written, name = token[0], token["field"]
        if token["stray"]:
            raise _wrong(f"the brace {written} at character {token.start() + 1} stands alone; write {written * 2}")
        if name is None:
            yield written[0] if token["escaped"] else written
        elif name.strip():
            yield _Blank(name.strip(), column_key(name))
        else:
            raise _wrong(f"{written} at character {token.start() + 1} names no column; write {{{{}}}} for the braces")


def _wrong(problem: str) -> InvalidRequest:
    return InvalidRequest(f"msg: {problem}", argument="msg", code=109)
