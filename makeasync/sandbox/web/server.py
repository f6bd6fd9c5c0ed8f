"""The server: a sandbox on a loopback socket, in a thread of its own.

Here lives the only use of uvicorn and of sockets. It knows nothing of the API but the app it serves.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from ipaddress import ip_address
from threading import Event, Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import uvicorn
from attrs import frozen
from starlette.responses import PlainTextResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from makeasync.sandbox.web.delivery import HANG_UP
from makeasync.sandbox.web.inbox.view import INBOX_PATH
from makeasync.sandbox.web.presence import ENDING, Ending

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from makeasync.sandbox.sandbox import Sandbox

__all__ = ["serve"]

_ANSWERED_WITHIN = 2  # seconds left to the answers under way when the server stops


def serve(
    sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0, public: bool = False
) -> AbstractContextManager[str]:
    """Serve a sandbox on this machine for as long as a `with` block lasts.

    Args:
        sandbox: what to serve; it can be looked at from the block.
        host: a loopback address, unless `public` says otherwise.
        port: 0 takes one that is free.
        public: the sandbox is nobody else's business, so an address that others reach must be asked for twice: by
            `host` and by this.

    Returns:
        a context manager that gives the URL, with a slash at its end.

    Raises:
        ValueError: if `host` is not a loopback address, and `public` is not said; or is no address.

    Example:
        ```python
        with serve(Sandbox()) as url:
            httpx.get(url + "apicredits.php", params={"login": "john@gmail.com", "pwd": "marilyn"})
        ```
    """
    return _serving(sandbox, _checked(host, public=public), port, public=public)


def _checked(host: str, *, public: bool) -> str:
    """The address, `localhost` made into one so that no resolver has a say."""
    address = "127.0.0.1" if host == "localhost" else str(host)
    try:
        is_loopback = ip_address(address).is_loopback
    except ValueError:
        msg = f"{host!r} is no address, nor localhost: the sandbox asks no resolver where to listen"
        raise ValueError(msg) from None
    if not (is_loopback or public):
        msg = f"{host!r} is not a loopback address: others could reach the sandbox there (public says that you mean it)"
        raise ValueError(msg)
    return address


class _Connection(H11Protocol):
    """A connection that requests can end, as faults do."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        served = self.app

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            await served({**scope, HANG_UP: partial(_hang_up, transport)}, receive, send)

        self.app = app


@frozen
class _Served:
    """The sandbox's app, as a server has it: it knows when the server ends, and to whom its pages are shown.

    A page of somebody else, whose name is made to lead to this machine, could read what stands here; so what is not the
    API is for those who ask for this machine by its address.
    """

    app: ASGIApp
    ending: Ending
    public: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.public and scope["path"].startswith(INBOX_PATH) and not _is_address(scope):
            refusal = PlainTextResponse("ask for this machine by its address, such as 127.0.0.1", 421)
            await refusal(scope, receive, send)
            return
        await self.app({**scope, ENDING: self.ending}, receive, send)


def _is_address(scope: Scope) -> bool:
    """Whether a request was addressed to `localhost`, or to an address rather than a name."""
    host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    try:
        name = urlsplit(f"//{host}").hostname or "localhost"
        ip_address("127.0.0.1" if name == "localhost" else name)
    except ValueError:
        return False
    return True


def _hang_up(transport: asyncio.Transport, *, reset: bool) -> None:
    if transport.is_closing():
        return
    if not reset:
        transport.close()
        return
    connection: socket.socket = transport.get_extra_info("socket")
    # What is unsent is thrown away, and the other side gets a reset instead of an end.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class _Server(uvicorn.Server):
    """A server that says when it is ready, and ends as soon as it is told."""

    def __init__(self, sandbox: Sandbox, *, public: bool) -> None:
        self._ending = asyncio.Event()
        super().__init__(_config(_Served(sandbox.app, self._ending, public)))
        self.ready = Event()
        self._end: Callable[[], object] = self._ending.set

    def end(self) -> None:
        """Stop; from any thread."""
        self.should_exit = True
        # A loop that is closed has ended by itself.
        with suppress(RuntimeError):
            self._end()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._end = partial(asyncio.get_running_loop().call_soon_threadsafe, self._ending.set)
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        # uvicorn's looks ten times a second; a test that has a server of its own would wait for that.
        await self._ending.wait()

    def run_in_thread(self, listener: socket.socket) -> None:
        try:
            self.run([listener])
        finally:
            # Whoever waits for a server that failed shall not wait for ever.
            self.ready.set()


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http=_Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,  # it would hold passwords
        date_header=False,  # the sandbox's clock says what time it is, and no other
        timeout_graceful_shutdown=_ANSWERED_WITHIN,
    )


@contextmanager
def _serving(sandbox: Sandbox, address: str, port: int, *, public: bool) -> Generator[str]:
    with _listener(address, port) as listener:
        # Said to be public, and on loopback all the same, it is nobody else's business still.
        server = _Server(sandbox, public=public and not ip_address(address).is_loopback)
        # uvicorn leaves signals alone outside the main thread. A daemon, so that it holds up no interpreter.
        thread = Thread(target=server.run_in_thread, args=[listener], name="makeasync-sandbox", daemon=True)
        try:
            thread.start()
            server.ready.wait()
            if not server.started:
                raise RuntimeError("the sandbox's server did not start")
            yield _url(address, listener)
        finally:
            server.end()
            thread.join()


def _listener(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, port), family=family)
    # asyncio switches Nagle's algorithm off only where the protocol is said to be TCP; with it, an answer takes 40 ms.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=listener.detach())


def _url(address: str, listener: socket.socket) -> str:
    port: int = listener.getsockname()[1]
    return f"http://[{address}]:{port}/" if ":" in address else f"http://{address}:{port}/"
