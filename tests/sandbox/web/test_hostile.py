"""Rubbish, over a socket: whatever comes, the sandbox answers it or hangs up, and then serves the next."""

from __future__ import annotations

import os
import re
import socket
from collections import Counter
from urllib.parse import urlsplit

import httpx
from support.rubbish import rubbish

from makeasync.sandbox import Sandbox, serve

ACCOUNT = {"login": "john@gmail.com", "pwd": "marilyn"}
# The whole of it is a nox session of its own: `nox -s fuzz` sets 100,000.
COUNT = int(os.environ.get("MAKEASYNC_RUBBISH", "2000"))


def _ask(port: int, request: bytes) -> bytes:
    """What is answered first; nothing if the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(65_536)
        except (ConnectionResetError, BrokenPipeError):
            return b""


def test_no_request_whatever_is_an_error_of_the_sandbox_s_own() -> None:
    sandbox = Sandbox()
    statuses = Counter[bytes]()
    with serve(sandbox) as url:
        port = urlsplit(url).port or 0
        for number in range(COUNT):
            status = re.match(rb"HTTP/1.1 (\d+)", _ask(port, rubbish(number)))
            statuses[status[1] if status else b"hung up"] += 1
            # A 503 is what a magic number answers.
            assert status is None or status[1] < b"500" or status[1] == b"503", (number, status[0])
            sandbox.reset("faults", "clock", "credits")
        answer = httpx.get(f"{url}apicredits.php", params=ACCOUNT)
        assert b"<credits>10000</credits>" in answer.content
    assert sum(statuses.values()) == COUNT
    assert {b"200", b"303", b"400", b"403", b"404", b"405", b"421", b"hung up"} <= statuses.keys(), statuses
