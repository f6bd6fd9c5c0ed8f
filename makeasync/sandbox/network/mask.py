"""Mask: what stands in the place of the password in whatever is remembered.

Here live the ways in which requests and answers write it: as it is, in XML, percent-encoded once or twice. Only texts
of messages are kept as they were sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from makeasync.sandbox.network.answers import written

__all__ = ["MASK", "mask_of"]

MASK = "***"
# A shorter one stands in too many words to be looked for inside them.
_SHORTEST = 4


def mask_of(password: str) -> Callable[[str], str]:
    """Make what masks a password in a text."""
    once = {quote(password), quote(password, safe=""), quote_plus(password), quote_plus(password, safe="!")}
    twice = {quote(each, safe="") for each in once}
    forms = {password, written(password), escape(password), *once, *twice} - {""}
    # Hexadecimal is written in either case.
    forms |= {re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), each) for each in forms}
    if len(password) < _SHORTEST:
        return lambda text: MASK if text in forms else text
    found = re.compile("|".join(re.escape(each) for each in sorted(forms, key=len, reverse=True)))
    return lambda text: found.sub(MASK, text)
