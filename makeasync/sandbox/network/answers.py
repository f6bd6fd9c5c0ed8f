"""Answers: what the service says, as elements in their order, and how that is written in XML.

Here lives the only XML of the sandbox, laid out as in the API document. It knows no account and no time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from attrs import frozen

__all__ = ["Answer", "accepted", "balance", "failed", "succeeded", "written"]

# An answer echoes a login, whatever that is, and must remain XML: these characters cannot stand in it, even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@frozen
class Answer:
    """The children of a `<response>`, names and texts."""

    elements: tuple[tuple[str, str], ...]

    def text(self, name: str) -> str | None:
        """What stands in the child of this name, if there is one."""
        return dict(self.elements).get(name)

    @property
    def code(self) -> int | None:
        """The result code that was answered; `None` if the element is empty or missing."""
        return int(text) if (text := self.text("result_code")) else None

    def xml(self) -> bytes:
        """The document."""
        lines = (f"  <{name}>{written(text)}</{name}>\n" for name, text in self.elements)
        return f"<response>\n{''.join(lines)}</response>\n".encode()


def written(text: str) -> str:
    """A text as it stands in an element."""
    # A bare CR would be read back as LF.
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text), {"\r": "&#13;"})


def succeeded(elements: Iterable[tuple[str, str]]) -> Answer:
    """Success, and these elements."""
    return Answer((("result", "success"), *elements))


def failed(code: int) -> Answer:
    """The refusal with this code."""
    return Answer((("result", "failed"), ("result_code", str(code))))


def accepted(*, cost: int, credits_left: int, id_: str, code: int | None) -> Answer:
    """A paid request was taken; without a code the element is there and empty."""
    result_code = "" if code is None else str(code)
    return succeeded(
        (("cost", str(cost)), ("credits", str(credits_left)), ("id", id_), ("result_code", result_code)),
    )


def balance(*, login: str, credits_left: int) -> Answer:
    """What is left on the account."""
    return succeeded((("login", login), ("credits", str(credits_left))))
