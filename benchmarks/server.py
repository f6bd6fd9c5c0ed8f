"""A server that answers every request at once: what is measured is the client. It runs in a process of its own."""

import asyncio
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

BODY = (
    b"<response><result>success</result><cost>5</cost><credits>125</credits>"
    b"<id>abcdefghijkl12</id><result_code>18</result_code></response>"
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class _Answering(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self.transport = transport

    def data_received(self, data: bytes) -> None:
        # Every request here is one small packet without a body.
        self.transport.write(ANSWER * data.count(b"\r\n\r\n"))


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Answering, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    # It ends when whoever started it closes its standard input.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


@contextmanager
def server() -> Generator[str]:
    """Run the server, and give its URL."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdout is None or process.stdin is None:
            raise RuntimeError("the server has no pipes")
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/"
        process.stdin.close()


if __name__ == "__main__":
    asyncio.run(_serve())
