"""The server: a sandbox on a loopback socket, in a thread of its own.

Here lives the only use of uvicorn, of threads and of sockets. It knows nothing of the API but the app it serves.
"""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from ipaddress import ip_address
from threading import Event, Thread
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from makeasync.sandbox.sandbox import Sandbox

__all__ = ["serve"]

_ANSWERED_WITHIN = 2  # seconds left to the answers under way when the server stops


def serve(sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0) -> AbstractContextManager[str]:
    """Serve a sandbox on this machine for as long as a `with` block lasts.

    Args:
        sandbox: what to serve; it can be looked at from the block.
        host: a loopback address: the sandbox is nobody else's business.
        port: 0 takes one that is free.

    Returns:
        a context manager that gives the URL, with a slash at its end.

    Raises:
        ValueError: if `host` is not a loopback address.

    Example:
        ```python
        with serve(Sandbox()) as url:
            httpx.get(url + "apicredits.php", params={"login": "john@gmail.com", "pwd": "marilyn"})
        ```
    """
    return _serving(sandbox, _loopback(host), port)


def _loopback(host: str) -> str:
    """The address, `localhost` made into one so that no resolver has a say."""
    address = "127.0.0.1" if host == "localhost" else host
    try:
        is_loopback = ip_address(address).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        msg = f"the sandbox serves this machine only: {host!r} is not a loopback address"
        raise ValueError(msg)
    return address


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    def run_in_thread(self, listener: socket.socket) -> None:
        try:
            self.run([listener])
        finally:
            # Whoever waits for a server that failed shall not wait for ever.
            self.ready.set()


def _config(sandbox: Sandbox) -> uvicorn.Config:
    return uvicorn.Config(
        sandbox.app,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,  # it would hold passwords
        date_header=False,  # the sandbox's clock says what time it is, and no other
        timeout_graceful_shutdown=_ANSWERED_WITHIN,
    )


@contextmanager
def _serving(sandbox: Sandbox, address: str, port: int) -> Generator[str]:
    with _listener(address, port) as listener:
        server = _Server(_config(sandbox))
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
