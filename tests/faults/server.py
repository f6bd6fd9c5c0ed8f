"""A server for the fault matrix: sockets, TLS if wanted, and no HTTP library, so that it can break every rule."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self, TypeAlias

import anyio
from anyio.abc import ByteStream, SocketAttribute, SocketStream
from anyio.streams.stapled import MultiListener
from anyio.streams.tls import TLSStream

from makeasync.client.crew import Crew

__all__ = ["Connection", "Fault", "FaultyServer", "answer_to", "http", "sound"]

_HANG_UP = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, ssl.SSLError, OSError)
_BODIES = {
    "apicredits.php": "<response><result>success</result><login>john</login><credits>45</credits></response>",
    "apilog.php": (
        "<response><result>success</result><make>sms</make><id>abcdefghijkl12</id><date_created>52444ccf</date_created>"
        "<from>33639980001</from><to>33639980002</to><in>0</in><txt>123</txt><date_executed>52444cd0</date_executed>"
        "<content>Bonjour</content></response>"
    ),
}
_RECEIPT = (
    "<response><result>success</result><cost>5</cost><credits>125</credits><id>id{number}</id>"
    "<result_code>18</result_code></response>"
)


class Connection:
    """One connection of a client's."""

    def __init__(self, server: FaultyServer, stream: ByteStream, raw: SocketStream) -> None:
        self.server = server
        self.stream = stream
        self.raw = raw
        self.pending = b""

    async def request(self) -> str:
        """Read the head of one request, note it, and give what it asks for."""
        while b"\r\n\r\n" not in self.pending:
            self.pending += await self.stream.receive()
        head, self.pending = self.pending.split(b"\r\n\r\n", 1)
        asked = head.decode().split()[1].lstrip("/")
        self.server.requests.append(asked)
        return asked

    async def another(self) -> None:
        """Wait until one more begins: by then the server may have been mended."""
        self.pending += await self.stream.receive()

    async def part_of_a_request(self) -> None:
        """Read a few bytes of one, and note that it began."""
        await self.stream.receive(8)
        self.server.begun += 1

    async def send(self, *parts: bytes) -> None:
        for part in parts:
            await self.stream.send(part)

    async def reset(self) -> None:
        """Break it, so that the other side is told so."""
        raw: socket.socket = self.raw.extra(SocketAttribute.raw_socket)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await self.raw.aclose()


# Treats one request, or the whole connection; says whether it goes on with the next request.
Fault: TypeAlias = Callable[[Connection], Awaitable[bool]]


def http(body: bytes | str, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    data = body.encode() if isinstance(body, str) else body
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(data) if length is None else length}", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1") + data


def answer_to(asked: str, number: int) -> str:
    """What the service says to a request when all is well."""
    return _BODIES.get(asked.split("?", maxsplit=1)[0]) or _RECEIPT.format(number=number)


async def sound(connection: Connection) -> bool:
    """Answer as the service does."""
    asked = await connection.request()
    await connection.send(http(answer_to(asked, len(connection.server.requests))))
    return True


class FaultyServer:
    """Listens on loopback and treats every connection as `fault` says; set it to `sound` to mend it.

    Args:
        fault: treats a connection.
        certificate: what it shows; `None` for no TLS.
        port: where it will listen, when it is told to; 0 for any, at once.
    """

    def __init__(self, fault: Fault, certificate: ssl.SSLContext | None = None, *, port: int = 0) -> None:
        self.fault = fault
        self.certificate = certificate
        self.port = port
        self.requests: list[str] = []
        self.begun = 0
        self.open = 0
        self._crew = Crew()

    @property
    def url(self) -> str:
        return f"{'https' if self.certificate else 'http'}://localhost:{self.port}/"

    async def __aenter__(self) -> Self:
        await self._crew.__aenter__()
        if not self.port:
            await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        return await self._crew.__aexit__(kind, error, traceback)

    async def listen(self) -> None:
        """Begin to listen; with a port of its own it does not before this is called."""
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=self.port)
        self.port = listener.extra(SocketAttribute.local_port)
        self._crew.start(self._listen, listener)

    async def _listen(self, listener: MultiListener[SocketStream]) -> None:
        async with listener:
            await listener.serve(self._serve)

    async def _serve(self, raw: SocketStream) -> None:
        self.open += 1
        try:
            async with raw:
                stream: ByteStream = raw
                if self.certificate is not None:
                    stream = await TLSStream.wrap(
                        raw, server_side=True, ssl_context=self.certificate, standard_compatible=False
                    )
                connection = Connection(self, stream, raw)
                while await self.fault(connection):
                    await connection.another()
        except _HANG_UP:
            return
        finally:
            self.open -= 1
