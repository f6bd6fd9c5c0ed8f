"""Every way in which a server can fail somebody who has just paid, by its name."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

import anyio
from faults.server import Connection, Fault, answer_to, http, sound

__all__ = ["FAULTS", "RACES", "SLOW"]

_HTML = "<!DOCTYPE html><html><body>Maintenance</body></html>"
_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_BOMB = zlib.compress(bytes(20_000_000), wbits=31)


def _says(answer: bytes) -> Fault:
    async def fault(connection: Connection) -> bool:
        await connection.request()
        await connection.send(answer)
        return True

    return fault


def _says_and_closes(answer: bytes) -> Fault:
    async def fault(connection: Connection) -> bool:
        await connection.request()
        await connection.send(answer)
        return False

    return fault


def _writes(write: Callable[[str], bytes]) -> Fault:
    """Answer in an unusual way."""

    async def fault(connection: Connection) -> bool:
        asked = await connection.request()
        await connection.send(write(answer_to(asked, len(connection.server.requests))))
        return True

    return fault


async def _resets_before(connection: Connection) -> bool:
    await connection.reset()
    return False


async def _resets_during(connection: Connection) -> bool:
    await connection.part_of_a_request()
    await connection.reset()
    return False


async def _resets_after(connection: Connection) -> bool:
    await connection.request()
    await connection.reset()
    return False


async def _closes(connection: Connection) -> bool:
    await connection.request()
    return False


async def _says_nothing(connection: Connection) -> bool:
    await connection.request()
    await anyio.sleep_forever()
    return False


async def _reads_nothing(_: Connection) -> bool:
    await anyio.sleep_forever()
    return False


async def _drips(connection: Connection) -> bool:
    await connection.request()
    for byte in http(_HTML):
        await connection.send(bytes([byte]))
        await anyio.sleep(1)
    return False


async def _floods(connection: Connection) -> bool:
    await connection.request()
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n")
    for _ in range(1024):
        await connection.send(b" " * 65536)
    return False


async def _informs_for_ever(connection: Connection) -> bool:
    await connection.request()
    while True:
        await connection.send(b"HTTP/1.1 102 Processing\r\n\r\n" * 10)
        await anyio.sleep(0.005)
    return False


async def _closes_between(connection: Connection) -> bool:
    asked = await connection.request()
    await connection.send(http(answer_to(asked, len(connection.server.requests))))
    return False


async def _halves(connection: Connection) -> bool:
    asked = await connection.request()
    await connection.send(http(answer_to(asked, 1))[:-30])
    return False


def _chunks(body: str) -> bytes:
    return _CHUNKED + b"".join(b"1\r\n" + bytes([byte]) + b"\r\n" for byte in body.encode()) + b"0\r\n\r\n"


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "reset before the request": _resets_before,
        "reset during the request": _resets_during,
        "reset after the request": _resets_after,
        "request never read": _reads_nothing,
        "closed without an answer": _closes,
        "no answer": _says_nothing,
        "one byte a second": _drips,
        "half a head": _says_and_closes(b"HTTP/1.1 200 OK\r\nContent-Le"),
        "half an answer": _halves,
        "length too long": _writes(lambda body: http(body, length=len(body) + 10)),
        "length too short": _writes(lambda body: http(body, length=len(body) - 10)),
        "two lengths": _writes(lambda body: http(body, "200 OK", "Content-Length: 9")),
        "length of 20 digits": _writes(lambda body: http(body, length=10**20)),
        "1xx, then the answer": _writes(lambda body: b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + http(body)),
        "1xx for ever": _informs_for_ever,
        "101 Switching Protocols": _says(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        "204 No Content": _says(b"HTTP/1.1 204 No Content\r\n\r\n"),
        "301 to another host": _says(http("", "301 Moved", "Location: https://elsewhere.example/")),
        "302 to http:": _says(http("", "302 Found", "Location: http://localhost:1/")),
        "307 to another host": _says(http("", "307 Temporary", "Location: https://elsewhere.example/")),
        "401": _says(http(_HTML, "401 Unauthorized", 'WWW-Authenticate: Basic realm="make"')),
        "404": _says(http(_HTML, "404 Not Found")),
        "429 with Retry-After": _says(http("", "429 Too Many", "Retry-After: 1")),
        "503 with Retry-After": _says(http("", "503 Unavailable", "Retry-After: 1")),
        "500 with HTML": _says(http(_HTML, "500 Internal Server Error")),
        "500 with a success in it": _writes(lambda body: http(body, "500 Internal Server Error")),
        "200 with HTML": _says(http(_HTML)),
        "empty": _says(http("")),
        "64 MB": _floods,
        "gzip bomb": _says(http(_BOMB, "200 OK", "Content-Encoding: gzip")),
        "chunked by single bytes": _writes(_chunks),
        "chunk of a wrong size": _says(_CHUNKED + b"ffffffffffffffff\r\n" + b"x" * 100),
        "chunked, cut": _writes(lambda body: _chunks(body)[:-40]),
        "closed between two requests": _closes_between,
        "rubbish behind the answer": _writes(lambda body: http(body) + b"GET / HTTP/1.1\r\n\r\n\0\xff"),
        "two answers to one request": _writes(lambda body: http(body) + http(body.replace(">id", ">wrong"))),
        "no HTTP": _says(b"220 mail.example ESMTP\r\n\r\n"),
        "HTTP/0.9": _writes(str.encode),
        "illegal header": _writes(lambda body: http(body, "200 OK", "no colon in it")),
        "10,000 headers": _writes(lambda body: http(body, "200 OK", *(f"X-{n}: {n}" for n in range(10_000)))),
        "header of 1 MB": _says(http("", "200 OK", "X: " + "x" * 2**20)),
        "header without an end": _says(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2**20),
        "none at all": sound,
    }
)
# A reset may arrive while the connection is still being made, or later: what a call makes of it is not always the same.
RACES = frozenset({"reset before the request", "reset during the request"})
# These take the whole deadline, or the pause that the service asks for: the suite goes through them side by side.
SLOW = (
    *("request never read", "no answer", "one byte a second", "length too long", "1xx for ever", "HTTP/0.9"),
    *("chunk of a wrong size", "chunked, cut", "429 with Retry-After", "503 with Retry-After"),
)
