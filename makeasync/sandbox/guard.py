"""Guard: who may steer the sandbox, and how much they may say.

Here live the two checks that the JSON and the page share. The API itself is open to whoever reaches it.
"""

from __future__ import annotations

from contextlib import aclosing

from starlette.requests import ClientDisconnect, Request

__all__ = ["is_foreign", "read_body"]

_LONGEST_BODY = 65_536


def is_foreign(request: Request) -> bool:
    """Whether a browser asks on behalf of a page of somebody else."""
    return request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}


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
