"""How answers go wrong, as a client on a socket sees it; in process, see test_magic."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from urllib.parse import urlsplit

import anyio
import httpx
import pytest

from makeasync.sandbox import Fault, Message, Sandbox, serve
from makeasync.sandbox.network.operations import Kind

CREDITS = {"login": "john@gmail.com", "pwd": "marilyn"}


def faulty(fault: Fault) -> tuple[Sandbox, AbstractContextManager[str]]:
    sandbox = Sandbox()
    sandbox.add_fault(fault)
    return sandbox, serve(sandbox)


def ask(url: str, timeout: float = 5.0) -> httpx.Response:
    return httpx.get(f"{url}apicredits.php", params=CREDITS, timeout=timeout)


@pytest.mark.parametrize("does", ["reset_before", "reset_after"])
def test_a_reset_is_a_reset(does: str) -> None:
    sandbox, served = faulty(Fault(does))  # pyright: ignore[reportArgumentType] - one of the words
    with served as url, pytest.raises(httpx.ReadError, match="reset by peer"):
        ask(url)
    assert sandbox.requests[0].fault == does


def test_a_cut_answer_ends_before_its_length() -> None:
    _, served = faulty(Fault("cut"))
    with served as url, pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        ask(url)


def test_html_rubbish_and_status_are_what_they_say() -> None:
    for fault, status, begins in (
        (Fault("html"), 200, "<!doctype html>"),
        (Fault("garbage"), 200, "\x00"),
        (Fault("status", status=502), 502, "HTTP 502"),
    ):
        _, served = faulty(fault)
        with served as url:
            answer = ask(url)
        assert (answer.status_code, answer.content[: len(begins)].decode()) == (status, begins)


def test_latency_is_waited_for() -> None:
    _, served = faulty(Fault("latency", seconds=0.3))
    with served as url:
        started = time.monotonic()
        assert ask(url).status_code == 200
        assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize("does", ["no_answer", "never_taken"])
def test_who_is_never_answered_gives_up_himself(does: str) -> None:
    _, served = faulty(Fault(does))  # pyright: ignore[reportArgumentType] - one of the words
    with served as url, pytest.raises(httpx.ReadTimeout):
        ask(url, timeout=0.2)


async def arrived(has_arrived: Callable[[], object]) -> None:
    """Wait until a request is there, however busy the machine: in the server's thread nobody can be woken from."""
    with anyio.fail_after(10):
        while not has_arrived():  # noqa: ASYNC110 - as said
            await anyio.sleep(0.01)


async def test_who_is_never_answered_is_hung_up_when_the_server_ends() -> None:
    sandbox, served = faulty(Fault("no_answer"))
    failed: list[str] = []

    async def wait(url: str) -> None:
        async with httpx.AsyncClient(timeout=30) as http:
            try:
                await http.get(f"{url}apicredits.php", params=CREDITS)
            except httpx.ReadError as error:
                failed.append(str(error))

    async with anyio.create_task_group() as group:
        with served as url:
            group.start_soon(wait, url)
            await arrived(lambda: sandbox.requests)
            ending = time.monotonic()
        assert time.monotonic() - ending < 1.5
    assert len(failed) == 1


class Waited(Sandbox):
    """One that says when it is waited at."""

    waits = 0

    async def wait_for(
        self,
        count: int = 1,
        timeout: float = 5.0,
        *,
        to: str | None = None,
        text: str | None = None,
        kind: Kind | None = None,
    ) -> tuple[Message, ...]:
        self.waits += 1
        return await super().wait_for(count, timeout, to=to, text=text, kind=kind)


async def test_a_late_answer_holds_up_no_server_that_ends_and_nobody_who_waits_for_messages() -> None:
    sandbox = Waited()
    sandbox.add_fault(Fault("latency", seconds=600, on="credits"))
    ended: list[str] = []

    async def ask(http: httpx.AsyncClient, url: str) -> None:
        try:
            ended.append(f"{(await http.get(url)).status_code}")
        except httpx.ReadError:
            ended.append("reset")

    async with httpx.AsyncClient(timeout=30) as http, anyio.create_task_group() as group:
        with serve(sandbox) as url:
            group.start_soon(ask, http, f"{url}apicredits.php?login=john@gmail.com&pwd=marilyn")
            group.start_soon(ask, http, f"{url}_sandbox/api/messages/wait?timeout=60")
            await arrived(lambda: sandbox.requests and sandbox.waits)
            ending = time.monotonic()
        assert time.monotonic() - ending < 1
    assert sorted(ended) == ["503", "reset"]


def test_whatever_is_sent_behind_a_request_that_is_never_answered_is_not_kept() -> None:
    _, served = faulty(Fault("never_taken"))
    with served as url, socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=0.5) as connection:
        connection.sendall(b"GET /apicredits.php HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n")
        sent = 0
        with suppress(TimeoutError):
            while sent < 32 * 2**20:
                sent += connection.send(b"x" * 65_536)
    assert sent < 32 * 2**20, "it reads on"


async def test_in_process_a_reset_is_an_error() -> None:
    sandbox, _ = faulty(Fault("reset_after"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app), base_url="http://sandbox") as http:
        with pytest.raises(ConnectionResetError):
            await http.get("/apicredits.php", params=CREDITS)
