"""The ASGI app: GET, a path and a raw query in, XML out.

Here lives which path goes where. It decides nothing about a request of the API. No lifespan and no event loop of its
own: it runs on asyncio and on trio.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from attrs import frozen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from makeasync.sandbox.network.operations import ARGUMENT_NAMES
from makeasync.sandbox.network.recordings import RECORDINGS_PATH, sound
from makeasync.sandbox.network.service import Reply
from makeasync.sandbox.web.delivery import Sleep, deliver
from makeasync.sandbox.web.guard import origin_of
from makeasync.sandbox.web.inbox.view import INBOX_PATH

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

__all__ = ["build_app"]


@frozen
class _Endpoint:
    """One path. An ASGI app rather than a function: Starlette would let HEAD through, and a HEAD must not send."""

    path: str
    answer: Callable[[str, bytes, str], Reply]
    sleep: Sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            refusal = PlainTextResponse("Method Not Allowed", status_code=405, headers={"Allow": "GET"})
            await refusal(scope, receive, send)
            return
        reply = self.answer(self.path, scope["query_string"], origin_of(scope))
        await deliver(reply, scope, receive, send, sleep=self.sleep)


@frozen
class _Recordings:
    """The recordings of calls that have one by now."""

    is_there: Callable[[str], bool]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_there = self.is_there(scope["path_params"]["name"])
        found = Response(sound(), media_type="audio/wav") if is_there else PlainTextResponse(_NO_RECORDING, 404)
        await found(scope, receive, send)


_NO_RECORDING = "There is no such recording: no call+ has it, or the two have not hung up yet, or never spoke."
_NOT_FOUND = f"There is nothing here. The paths of the API: {' '.join(ARGUMENT_NAMES)}; the inbox: {INBOX_PATH}"


async def _not_found(_request: Request, _error: Exception) -> Response:
    # The path is not repeated: it may hold what was meant for the query.
    return PlainTextResponse(_NOT_FOUND, 404)


def build_app(
    answer: Callable[[str, bytes, str], Reply],
    *,
    sleep: Sleep,
    has_recording: Callable[[str], bool],
    others: Sequence[BaseRoute],
) -> Starlette:
    """The app of the eight paths, the recordings and others; `answer` is given path, raw query and origin."""
    api = [Route(path, _Endpoint(path, answer, sleep)) for path in ARGUMENT_NAMES]
    recordings = Route(f"{RECORDINGS_PATH}{{name}}", _Recordings(has_recording))
    app = Starlette(routes=[*api, recordings, *others], exception_handlers={404: _not_found})
    # A redirect would repeat login and password in its Location.
    app.router.redirect_slashes = False
    return app
