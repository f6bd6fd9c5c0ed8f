"""How answers go wrong, as a client on a socket sees it; in process, see test_magic."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager

import anyio
import httpx
import pytest

from makeasync.sandbox import Fault, Sandbox, serve

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


async def test_who_is_never_answered_is_hung_up_when_the_server_ends() -> None:
    _, served = faulty(Fault("no_answer"))
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
            await anyio.sleep(0.2)
            ending = time.monotonic()
        assert time.monotonic() - ending < 1.5
    assert len(failed) == 1


async def test_in_process_a_reset_is_an_error() -> None:
    sandbox, _ = faulty(Fault("reset_after"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app), base_url="http://sandbox") as http:
        with pytest.raises(ConnectionResetError):
            await http.get("/apicredits.php", params=CREDITS)
