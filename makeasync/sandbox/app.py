"""The ASGI app: GET, a path and a raw query in, XML out.

Here lives which path goes where. It decides nothing about a request of the API. No lifespan, no threads, no event loop
of its own: it runs on asyncio and on trio.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from attrs import frozen
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from makeasync.sandbox.delivery import Sleep, deliver
from makeasync.sandbox.operations import ARGUMENT_NAMES
from makeasync.sandbox.recordings import RECORDINGS_PATH, sound
from makeasync.sandbox.service import Reply

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

__all__ = ["build_app", "origin_of"]


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


def origin_of(scope: Scope) -> str:
    """Where the client found us, without a slash at its end: recordings lie there too."""
    host = dict(scope["headers"]).get(b"host", b"127.0.0.1").decode("latin-1")
    return f"{scope.get('scheme', 'http')}://{host}"


async def _recording(_request: Request) -> Response:
    return Response(sound(), media_type="audio/wav")


def build_app(answer: Callable[[str, bytes, str], Reply], *, sleep: Sleep, others: Sequence[BaseRoute]) -> Starlette:
    """The app of the eight paths and of others; `answer` is given path, raw query and origin."""
    api = [Route(path, _Endpoint(path, answer, sleep)) for path in ARGUMENT_NAMES]
    app = Starlette(routes=[*api, Route(f"{RECORDINGS_PATH}{{name}}", _recording), *others])
    # A redirect would repeat login and password in its Location.
    app.router.redirect_slashes = False
    return app
