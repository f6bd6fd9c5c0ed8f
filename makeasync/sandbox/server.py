"""The server: a sandbox on a loopback socket, in a thread of its own.

Here lives the only use of uvicorn, of threads and of sockets. It knows nothing of the API but the app it serves.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from ipaddress import ip_address
from threading import Event, Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import uvicorn
from attrs import frozen
from starlette.responses import PlainTextResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from makeasync.sandbox.delivery import ENDING, HANG_UP
from makeasync.sandbox.inbox.view import INBOX_PATH

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
    address = "127.0.0.1" if host == "localhost" else host
    try:
        is_loopback = ip_address(address).is_loopback
    except ValueError:
        msg = f"the sandbox serves this machine only: {host!r} is not a loopback address"
        raise ValueError(msg) from None
    if not (is_loopback or public):
        msg = f"the sandbox serves this machine only: {host!r} is not a loopback address (to mean it, say public too)"
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
    is_ending: Callable[[], bool]
    public: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.public and scope["path"].startswith(INBOX_PATH) and not _is_address(scope):
            refusal = PlainTextResponse("ask for this machine by its address, such as 127.0.0.1", 421)
            await refusal(scope, receive, send)
            return
        await self.app({**scope, ENDING: self.is_ending}, receive, send)


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
    if not reset:
        transport.close()
        return
    connection: socket.socket = transport.get_extra_info("socket")
    # What is unsent is thrown away, and the other side gets a reset instead of an end.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, sandbox: Sandbox, *, public: bool) -> None:
        super().__init__(_config(_Served(sandbox.app, self.is_ending, public)))
        self.ready = Event()

    def is_ending(self) -> bool:
        return self.should_exit

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

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
        server = _Server(sandbox, public=public)
        # uvicorn leaves signals alone outside the main thread. A daemon, so that it holds up no interpreter.
        thread = Thread(target=server.run_in_thread, args=[listener], name="makeasync-sandbox", daemon=True)
        url = _url(address, listener)
        thread.start()
        server.ready.wait()
        if not server.started:
            raise RuntimeError("the sandbox's server did not start")
        try:
            yield url
        finally:
            server.should_exit = True
            thread.join()


def _listener(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server((address, port), family=family)
    # asyncio switches Nagle's algorithm off only where the protocol is said to be TCP; with it, an answer takes 40 ms.
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=listener.detach())


def _url(address: str, listener: socket.socket) -> str:
    port: int = listener.getsockname()[1]
    return f"http://[{address}]:{port}/" if ":" in address else f"http://{address}:{port}/"
