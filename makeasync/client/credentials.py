"""Login and password: the one object that holds them, and what takes them out of a text again.

Only a transport reads them, when it writes the request's target.
"""

import re
from types import MappingProxyType
from typing import NoReturn
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

__all__ = ["Credentials", "masked"]

_MASK = "***"
_ESCAPE = re.compile("%[0-9A-F]{2}")
_QUOTES = MappingProxyType({'"': "&quot;", "'": "&apos;"})


def masked(login: str) -> str:
    """Show enough of a login to know it by.

    Example:
        >>> masked("john@gmail.com")
        'j***'
    """
    return login[:1] + _MASK


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
        if not login or not password:
            raise ValueError(f"{'password' if login else 'login'}: empty; give the one of your make account")
        self._login = login
        self._password = password
        for name, value in self.query():
            if any("\ud800" <= character <= "\udfff" for character in value):
                del login, password, value
                raise ValueError(f"{'password' if name == 'pwd' else name}: not UTF-8; it cannot be sent")
        self._written = _ways_of_writing(password) + _ways_of_writing(login)

    @property
    def shown(self) -> str:
        """The login, masked."""
        return masked(self._login)

    def query(self) -> tuple[tuple[str, str], ...]:
        """The arguments of a request that needs them."""
        return (("login", self._login), ("pwd", self._password))

    def redact(self, text: str) -> str:
        """Mask the password, and the login, however they are written, in a text for people."""
        for written in self._written:
            text = text.replace(written, _MASK)
        return text

    def __repr__(self) -> str:
        return f"Credentials({self.shown})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("credentials are not pickled: they would lie on a disk or a wire in clear")


def _ways_of_writing(secret: str) -> tuple[str, ...]:
    """List how an answer or a log may repeat a secret: as it is, in XML, in a query by anybody's encoder."""
    latin = secret.encode("latin-1", "ignore")
    encoded = [quote(written, safe=safe) for written in (secret, latin) for safe in ("/", "")]
    encoded += [quote_plus(written) for written in (secret, latin)]
    in_lower_case = [_ESCAPE.sub(lambda found: found[0].lower(), written) for written in encoded]
    in_xml = [escape(secret), escape(secret, dict(_QUOTES))]
    # The longest first: a short one inside it would leave the rest.
    return tuple(sorted({secret, *encoded, *in_lower_case, *in_xml} - {""}, key=len, reverse=True))
