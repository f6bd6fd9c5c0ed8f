"""A server that counts what it takes and answers as it is told; no HTTP library, so that nothing is smoothed over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import anyio
from anyio.abc import ByteStream, SocketAttribute, SocketStream
from anyio.streams.stapled import MultiListener

from makeasync.client.crew import Crew

__all__ = ["ACCEPTED", "RawServer", "accept", "http"]

ACCEPTED = (
    "<response><result>success</result><cost>5</cost><credits>125</credits><id>id{number}</id>"
    "<result_code>18</result_code></response>"
)


def http(body: str, status: str = "200 OK", headers: str = "") -> bytes:
    data = body.encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(data)}\r\n{headers}\r\n".encode() + data


class RawServer:
    """Takes requests on a loopback port, counts them, and has `answer` answer each; False closes the connection."""

    def __init__(self, answer: Callable[[RawServer, ByteStream], Awaitable[bool]]) -> None:
        self.answer = answer
        self.requests: list[str] = []
        self.connections = 0
        self.open = 0
        self.most_open = 0
        self.url = ""
        self._crew = Crew()

    async def __aenter__(self) -> Self:
        await self._crew.__aenter__()
        listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
        self.url = f"http://127.0.0.1:{listener.extra(SocketAttribute.local_port)}/"
        self._crew.start(self._listen, listener)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        return await self._crew.__aexit__(kind, error, traceback)

    async def _listen(self, listener: MultiListener[SocketStream]) -> None:
        async with listener:
            await listener.serve(self._serve)

    async def _serve(self, stream: ByteStream) -> None:
        self.connections += 1
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        try:
            async with stream:
                await self._converse(stream)
        except (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            return
        finally:
            self.open -= 1

    async def _converse(self, stream: ByteStream) -> None:
        pending = b""
        while True:
            while b"\r\n\r\n" not in pending:
                pending += await stream.receive()
            head, pending = pending.split(b"\r\n\r\n", 1)
            self.requests.append(head.decode())
            if not await self.answer(self, stream):
                return


async def accept(server: RawServer, stream: ByteStream) -> bool:
    await stream.send(http(ACCEPTED.format(number=len(server.requests))))
    return True
