"""Login and password: the one object that holds them, and what takes them out of a text again.

Only a transport reads them, when it writes the request's target.
"""

import re
from collections.abc import Iterator
from html.entities import codepoint2name
from types import MappingProxyType
from typing import NoReturn

from makeasync.protocol.codec import MASK

__all__ = ["Credentials", "complaint_about", "masked"]

_ASCII = 127
_IN_SOME_WRITINGS = MappingProxyType(
    {" ": (r"\+",), "'": ("&apos;", r"\\'"), '"': (r"\\\"",), "/": (r"\\/",), "\\": (r"\\\\",)}
)


def masked(login: str) -> str:
    """Show enough of a login to know it by.

    Example:
        >>> masked("john@gmail.com")
        'j***'
    """
    return login[:1] + MASK


def complaint_about(login: object, password: object) -> str | None:
    """Say what is wrong with them, without showing either; `None`: nothing is."""
    for name, value in (("login", login), ("password", password)):
        if not isinstance(value, str):
            return f"{name}: not a text; give the one of your make account"
        if not value:
            return f"{name}: empty; give the one of your make account"
        if any("\ud800" <= character <= "\udfff" for character in value):
            return f"{name}: not UTF-8; it cannot be sent"
    return None


class Credentials:
    """Login and password. Its repr shows neither; it cannot be pickled.

    Args:
        login: the e-mail address of the account.
        password: its password.

    Raises:
        ValueError: either is empty, or no text that can be sent.
    """

    __slots__ = ("_login", "_password", "_written")

    def __init__(self, login: str, password: str) -> None:
        if complaint := complaint_about(login, password):
            # Whoever reports the error may show this call's variables.
            del login, password
            raise ValueError(complaint)
        self._login = login
        self._password = password
        # The longer first: the other may be a part of it.
        secrets = sorted((password, login), key=len, reverse=True)
        self._written = re.compile("|".join(map(_any_writing, secrets)))

    @property
    def shown(self) -> str:
        """The login, masked."""
        return masked(self._login)

    def query(self) -> tuple[tuple[str, str], ...]:
        """The arguments of a request that needs them."""
        return (("login", self._login), ("pwd", self._password))

    def redact(self, text: str) -> str:
        """Mask the password, and the login, however they are written, in a text for people."""
        return self._written.sub(MASK, text)

    def __repr__(self) -> str:
        # A debugger or a report may ask one that was never finished.
        return f"Credentials({self.shown if hasattr(self, '_login') else '?'})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials are not pickled: they would lie on a disk or a wire in clear")


def _any_writing(secret: str) -> str:
    """Make a pattern of a secret as anybody's encoder may have written it: for a query, XML, HTML or JSON."""
    return "".join(f"(?:{'|'.join(_writings(character))})" for character in secret)


def _writings(character: str) -> Iterator[str]:
    number = ord(character)
    yield re.escape(character)
    for charset in ("utf-8", "latin-1"):
        if written := character.encode(charset, "ignore"):
            yield "".join(f"%(?i:{byte:02x})" for byte in written)
    yield f"&#0*{number};"
    yield f"&#[xX]0*(?i:{number:x});"
    if number in codepoint2name:
        yield f"&{codepoint2name[number]};"
    units = character.encode("utf-16-be", "ignore").hex()
    yield "".join(rf"\\u(?i:{units[start : start + 4]})" for start in range(0, len(units), 4))
    yield from _IN_SOME_WRITINGS.get(character, ())
    if number > _ASCII:
        # What is left of it where another charset was read.
        yield "\ufffd"
