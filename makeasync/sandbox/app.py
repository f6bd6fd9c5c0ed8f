"""The ASGI app: GET, a path and a raw query in, XML out.

Here lives all that the sandbox knows of HTTP, and its only use of Starlette. It decides nothing about a request of
the API. No lifespan, no threads, no event loop of its own: it runs on asyncio and on trio.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import frozen
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from makeasync.sandbox.operations import ARGUMENT_NAMES

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

__all__ = ["build_app"]


@frozen
class _Endpoint:
    """One path. An ASGI app rather than a function: Starlette would let HEAD through, and a HEAD must not send."""

    path: str
    answer: Callable[[str, bytes], bytes]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._response(scope)(scope, receive, send)

    def _response(self, scope: Scope) -> Response:
        if scope["method"] != "GET":
            return PlainTextResponse("Method Not Allowed", status_code=405, headers={"Allow": "GET"})
        document = self.answer(self.path, scope["query_string"])
        return Response(document, media_type="text/xml", headers={"Cache-Control": "no-store"})


def build_app(answer: Callable[[str, bytes], bytes]) -> Starlette:
    """The app of the eight paths; `answer` is given the path and the raw query, and gives the document."""
    app = Starlette(routes=[Route(path, _Endpoint(path, answer)) for path in ARGUMENT_NAMES])
    # A redirect would repeat login and password in its Location.
    app.router.redirect_slashes = False
    return app
