"""Delivery: how a reply goes out over ASGI, and how it goes wrong on the way, when it shall.

Here lives what a fault looks like to a client: late, cut, rubbish, reset, silent. Which request it hits is decided in
`faults`. Behind a socket `hang_up` is in the scope; in process there is no connection, so an error stands for its end.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

import anyio
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from makeasync.sandbox.network.faults import RESET, SILENT, Does
from makeasync.sandbox.network.service import Reply
from makeasync.sandbox.web.presence import while_there

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

__all__ = ["HANG_UP", "Sleep", "deliver"]

HANG_UP = "makeasync.hang_up"
"""The key in an ASGI scope of a function that ends the connection: `hang_up(reset=True)` ends it without a farewell."""

Sleep = Callable[[float], Awaitable[None]]

_HTML = "<!doctype html><title>Maintenance</title><h1>Le service est en maintenance</h1>"
_GARBAGE = b"\x00\xff<response><<result>succ\xe9ss</id>" * 3
_HEADERS = {"Cache-Control": "no-store"}


async def deliver(reply: Reply, scope: Scope, receive: Receive, send: Send, *, sleep: Sleep) -> None:
    """Send a reply, or let it go wrong as its fault says."""
    document = Response(reply.document, media_type="text/xml", headers=_HEADERS)
    is_there = await _wait(reply, scope, receive, sleep)
    if not is_there or reply.does in RESET:
        _reset(scope)
    elif reply.does == "cut":
        await _cut(document, scope, send)
    elif reply.fault is not None and reply.does in _INSTEAD:
        await _INSTEAD[reply.does](reply.fault.status)(scope, receive, send)
    else:
        await document(scope, receive, send)


_INSTEAD: dict[Does | None, Callable[[int], Response]] = {
    "garbage": lambda _status: Response(_GARBAGE, media_type="text/xml"),
    "html": lambda _status: HTMLResponse(_HTML),
    "status": lambda status: PlainTextResponse(f"HTTP {status}", status, headers={"Retry-After": "1"}),
}


async def _wait(reply: Reply, scope: Scope, receive: Receive, sleep: Sleep) -> bool:
    """Wait as long as it shall, and say whether there is anybody left to answer."""
    if reply.does in SILENT:
        return await while_there(scope, receive, anyio.sleep_forever)
    return not reply.late or await while_there(scope, receive, partial(sleep, reply.late))


def _reset(scope: Scope) -> None:
    if HANG_UP not in scope:
        raise ConnectionResetError("the sandbox resets the connection, as it was told to")
    scope[HANG_UP](reset=True)


async def _cut(document: Response, scope: Scope, send: Send) -> None:
    half = bytes(document.body)[: len(document.body) // 2]
    hang_up = scope.get(HANG_UP)
    # The length that was promised tells a client on a socket that something is missing; in process none is promised.
    headers = [(name, value) for name, value in document.raw_headers if hang_up or name != b"content-length"]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": half, "more_body": hang_up is not None})
    if hang_up is not None:
        hang_up(reset=False)
