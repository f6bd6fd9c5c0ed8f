"""Guard: who may steer the sandbox, and how much they may say.

Here live the checks that the JSON and the page share. The API itself is open to whoever reaches it.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from starlette.requests import ClientDisconnect, Request

if TYPE_CHECKING:
    from starlette.types import Scope

__all__ = ["is_foreign", "origin_of", "read_body"]

_LONGEST_BODY = 65_536


def origin_of(scope: Scope) -> str:
    """Where the client found us, without a slash at its end: recordings lie there too."""
    host = dict(scope["headers"]).get(b"host", b"127.0.0.1").decode("latin-1")
    return f"{scope.get('scheme', 'http')}://{host}"


def is_foreign(request: Request) -> bool:
    """Whether a browser asks on behalf of a page of somebody else."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site not in {"none", "same-origin"}
    # Browsers that are old, and all where the address is not loopback and not https, say no more than this.
    return origin is not None and origin != origin_of(request.scope)


async def read_body(request: Request) -> bytes:
    """The body, bounded.

    One that is too long is read to its end all the same, and nothing of it kept: who is still sending would not see the
    answer.

    Raises:
        ValueError: if it is too long, or ends early.
    """
    raw, length = b"", 0
    try:
        async with aclosing(request.stream()) as parts:
            async for part in parts:
                length += len(part)
                raw = raw + part if length <= _LONGEST_BODY else b""
    except ClientDisconnect:
        raise ValueError("the body ended early") from None
    if length > _LONGEST_BODY:
        raise ValueError("the body is too long")
    return raw
