"""A planted password is in the requests that need it, once, and nowhere else."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import anyio
import httpx
import pytest
from anyio.abc import ByteStream
from support.loops import LOOPS
from support.raw_server import RawServer, accept, http
from support.steps import at_step

from makeasync import AsyncClient, Event, MakeError, OutcomeUnknown, RequestRefused, Ring, UndecodableAnswer
from makeasync.client.credentials import Credentials

LOGIN = "canary@example.org"
PASSWORD = "p&s%w+r d/é=#?x"
# However it may be written; the last is what stands in it whatever is done to the rest.
WRITTEN = (PASSWORD, "p%26s%25w%2Br", "p&s%25w", "%C3%A9%3D%23%3Fx", "p&s%w")
WIRE = "pwd=p%26s%25w%2Br+d%2F%C3%A9%3D%23%3Fx"
RING = Ring(from_="33639980001", to="33639980002")
ACCEPTED = "<response><result>success</result><id>id1</id><result_code>18</result_code></response>"


def assert_clean(text: str) -> None:
    for written in WRITTEN:
        assert written not in text


def everything_about(error: BaseException) -> Iterator[str]:
    seen: BaseException | None = error
    while seen is not None:
        yield from (str(seen), repr(seen), repr(vars(seen)), repr(pickle.dumps(seen)))
        seen = seen.__cause__ or seen.__context__
    # This file's own frames are the caller's business.
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    for frame in told.stack:
        if frame.filename != __file__:
            yield repr(frame.locals)
    assert any(frame.filename != __file__ for frame in told.stack)


def log_everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(logging.DEBUG, name)


def echo(server: RawServer) -> str:
    """Everything the service was asked, as a careless error page repeats it."""
    return server.requests[-1].split()[1]


class Echoing:
    """A service that repeats what it was asked, password included, in an answer of some kind."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    async def __call__(self, server: RawServer, stream: ByteStream) -> bool:
        asked = echo(server).replace("&", "&amp;")
        answers = {
            "error page": http(f"<html>{asked}</html>", "500 Internal Server Error"),
            "page": http(f"<html>{asked}</html>"),
            "refusal": http(
                f"<response><result>failed</result><result_code>101</result_code><why>{asked}</why></response>"
            ),
            "answer without an id": http(f"<response><result>success</result><why>{asked}</why></response>"),
            "status line": f"HTTP/1.1 {echo(server)}\r\n\r\n".encode(),
            "reason": http("", f"302 {echo(server)}"),
            "broken header": f"HTTP/1.1 200 OK\r\n{echo(server)}\r\n\r\n".encode(),
            "broken chunk": f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{echo(server)}\r\n\r\n".encode(),
            "header": http("", "302 Found", f"Location: /?{echo(server)}\r\n"),
            "accepted": http(ACCEPTED),
            "half": http(f"<html>{asked}</html>")[:-5],
        }
        await stream.send(answers[self.kind])
        return self.kind != "half"


@pytest.mark.parametrize(
    "kind",
    [
        *("error page", "page", "refusal", "answer without an id", "header", "half"),
        *("status line", "reason", "broken header", "broken chunk"),
    ],
)
async def test_no_error_no_event_and_no_log_shows_it_even_if_the_service_repeats_it(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    log_everything(caplog)
    events: list[Event] = []
    errors: list[MakeError] = []
    async with RawServer(Echoing(kind)) as server:
        async with AsyncClient(
            LOGIN, PASSWORD, base_url=server.url, rate=None, timeout=0.2, on_event=events.append
        ) as client:
            with pytest.raises((OutcomeUnknown, RequestRefused)) as paid:
                await client.send(RING)
            with pytest.raises(MakeError) as free:
                await client.get_credits()
            errors += [paid.value, free.value]
        assert any(WIRE in head for head in server.requests)
    for error in errors:
        for text in everything_about(error):
            assert_clean(text)
    assert events
    for event in events:
        assert_clean(repr(event))
    assert "receive_response_headers" in caplog.text, "there are logs to look through"
    assert_clean(caplog.text)


async def test_the_document_of_an_error_is_kept_with_the_password_masked() -> None:
    async with (
        RawServer(Echoing("answer without an id")) as server,
        AsyncClient(LOGIN, PASSWORD, base_url=server.url, rate=None) as client,
    ):
        with pytest.raises(OutcomeUnknown) as paid:
            await client.send(RING)
        with pytest.raises(UndecodableAnswer) as free:
            await client.get_credits()
    assert "pwd=***" in paid.value.document
    assert "pwd=***" in free.value.document


async def test_it_is_on_the_wire_once_where_it_belongs_and_never_in_a_log(caplog: pytest.LogCaptureFixture) -> None:
    async def answer(server: RawServer, stream: ByteStream) -> bool:
        if "apicredits" in echo(server):
            await stream.send(http("<response><result>success</result><credits>45</credits></response>"))
        elif "apilog" in echo(server):
            await stream.send(http("<response><result>failed</result><result_code>110</result_code></response>"))
        else:
            await stream.send(http(ACCEPTED))
        return True

    log_everything(caplog)
    async with (
        RawServer(answer) as server,
        AsyncClient(LOGIN, PASSWORD, base_url=server.url, rate=None) as client,
    ):
        await client.send(RING)
        await client.get_credits()
        with pytest.raises(MakeError):
            await client.get_tracking("id1")
    paid, balance, tracking = server.requests
    for head in (paid, balance):
        target, rest = head.split("\r\n", 1)
        assert target.count(WIRE) == 1
        assert_clean(rest)
    assert tracking.startswith("GET /apilog.php?id=id1 HTTP/1.1\r\n")
    assert "httpcore" in caplog.text, "there are logs to look through"
    assert_clean(caplog.text)
    assert LOGIN not in caplog.text


async def test_it_does_not_follow_a_redirect() -> None:
    async with RawServer(accept) as elsewhere:

        async def redirect(_: RawServer, stream: ByteStream) -> bool:
            await stream.send(http("", "302 Found", f"Location: {elsewhere.url}\r\n"))
            return True

        async with (
            RawServer(redirect) as server,
            AsyncClient(LOGIN, PASSWORD, base_url=server.url, rate=None, timeout=0.2) as client,
        ):
            for call in (client.send(RING), client.get_credits(), client.get_tracking("abcdefghijkl12")):
                with pytest.raises(MakeError):
                    await call
            assert len(server.requests) == 3
    assert elsewhere.connections == 0


async def test_who_watches_httpx_sees_an_address_without_a_query(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[httpx.Request] = []
    original = httpx.AsyncHTTPTransport.handle_async_request

    async def watched(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return await original(self, request)

    async def answer(_: RawServer, stream: ByteStream) -> bool:
        await stream.send(http(ACCEPTED))
        return True

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", watched)
    async with RawServer(answer) as server, AsyncClient(LOGIN, PASSWORD, base_url=server.url) as client:
        await client.send(RING)
        assert WIRE in server.requests[0]
    [request] = seen
    assert request.url.query == b""
    assert_clean(f"{request!r} {request.url} {request.headers!r} {request.extensions!r}")


def test_a_client_shows_neither_and_is_not_pickled() -> None:
    client = AsyncClient(LOGIN, PASSWORD)
    assert repr(client) == "<AsyncClient c*** (new)>"
    with pytest.raises(TypeError, match="password") as caught:
        pickle.dumps(client)
    assert_clean(str(caught.value))


@pytest.mark.parametrize(
    "options",
    [
        {"base_url": "http://www.makesms.fr/"},
        {"timeout": 0},
        {"tracking_delay": -1},
        {"max_connections": 0},
        {"proxy": "nowhere"},
    ],
)
def test_an_option_that_is_refused_leaves_no_trace_of_it(options: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))) as caught:
        AsyncClient(LOGIN, PASSWORD, **options)  # pyright: ignore[reportArgumentType]
    for text in everything_about(caught.value):
        assert_clean(text)


@pytest.mark.parametrize(
    ("login", "password"),
    [("", PASSWORD), (None, PASSWORD), (LOGIN, PASSWORD.encode()), (LOGIN, PASSWORD + "\udce9"), ("\udce9", PASSWORD)],
)
def test_an_account_that_is_refused_leaves_no_trace_of_it(login: str, password: str) -> None:
    for make in (AsyncClient, Credentials):
        with pytest.raises(ValueError, match=r"^(login|password): ") as caught:
            make(login, password)
        for text in everything_about(caught.value):
            assert_clean(text)


async def test_an_answer_that_repeats_it_as_its_id_is_not_believed(caplog: pytest.LogCaptureFixture) -> None:
    async def answer(_: RawServer, stream: ByteStream) -> bool:
        await stream.send(
            http(f"<response><result>success</result><id>{PASSWORD.replace('&', '&amp;')}</id></response>")
        )
        return True

    log_everything(caplog)
    events: list[Event] = []
    async with (
        RawServer(answer) as server,
        AsyncClient(LOGIN, PASSWORD, base_url=server.url, on_event=events.append) as client,
    ):
        with pytest.raises(OutcomeUnknown) as caught:
            await client.send(RING)
    assert_clean(f"{caught.value!r} {vars(caught.value)} {events} {caplog.text}")


def test_one_that_cannot_be_sent_is_refused_without_showing_it() -> None:
    with pytest.raises(ValueError, match=r"^password: ") as caught:
        AsyncClient(LOGIN, "p&s%w\udce9")
    # The frame of the constructor is the caller's own argument; the error itself shows nothing.
    assert_clean(f"{caught.value!r} {caught.value.__context__!r}")


PROGRAM = Path(__file__).parents[1] / "support" / "canary_program.py"


# What a service repeats stands in locals of httpx as long as httpx reads it: with each debug log made an event
# with every local, only a service that repeats nothing is safe.
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.parametrize(
    ("kind", "level"),
    [("broken header", "ERROR"), ("accepted", "DEBUG")],
)
async def test_a_program_that_watches_itself_sees_none(kind: str, level: str, tmp_path: Path) -> None:
    """Sentry with locals and its httpx integration, every log and warning, tracebacks, pickles, faulthandler, `ps`."""
    secret = tmp_path / "password"
    secret.write_text(PASSWORD, "utf-8")

    async def answer(server: RawServer, stream: ByteStream) -> bool:
        if len(server.requests) > 6:
            await anyio.sleep(0.1)
        return await Echoing(kind)(server, stream)

    async with RawServer(answer) as server:
        command = [sys.executable, str(PROGRAM), server.url, str(secret), level]
        ended = await anyio.run_process(command, check=False)
    told = ended.stdout.decode() + ended.stderr.decode()
    assert "DONE" in told, told[-2000:]
    for seen in (
        "SENTRY",
        "EVENT",
        "ERROR",
        "PICKLE",
        "TRACEBACK",
        "PS",
        "httpcore",
        "send_request_headers",
        "SETTLED",
    ):
        assert seen in told
    assert told.count("SENTRY") > (50 if level == "DEBUG" else 3)
    assert "canary_program.py" in told.split("PS", 1)[1]
    assert_clean(told)
    assert any(WIRE in head for head in server.requests), "and it is where it belongs"


class Quiet:
    """A witness."""

    async def leaving(self) -> None:
        return

    def settled(self, outcome: object) -> None:  # noqa: ARG002 - the port names it
        return


@pytest.mark.skipif("uvloop" in LOOPS, reason="uvloop runs its callbacks where nobody can count them")
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_torn_at_any_step_by_asyncio_itself_no_frame_on_the_way_shows_it() -> None:
    """As it is written to the connection, the whole request is a local of httpx's."""

    async def answer(_: RawServer, stream: ByteStream) -> bool:
        await stream.send(http(ACCEPTED))
        return True

    torn = 0
    async with RawServer(answer) as server, AsyncClient(LOGIN, PASSWORD, base_url=server.url, rate=None) as client:
        for number in range(1, 200):
            task = asyncio.ensure_future(client.deliver(RING, Quiet()))
            with at_step(number, task.cancel) as steps:
                await asyncio.wait([task])
            if not steps.reached:
                break
            if task.cancelled():
                with pytest.raises(asyncio.CancelledError) as caught:
                    await task
                torn += 1
                told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
                assert_clean("".join(told.format()))
    assert torn > 10


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_the_command_line_keeps_it_out_of_the_process_list(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD, "utf-8")
    listed: list[str] = []

    async def answer(_: RawServer, stream: ByteStream) -> bool:
        listed.append((await anyio.run_process(["ps", "-eww", "-o", "args"])).stdout.decode())
        await stream.send(http("<response><result>success</result><login>c</login><credits>45</credits></response>"))
        return True

    async with RawServer(answer) as server:
        ended = await anyio.run_process(
            [sys.executable, "-m", "makeasync.cli", "credits", "--login", LOGIN, "--password-file", str(secret)],
            env={**os.environ, "MAKEASYNC_BASE_URL": server.url},
        )
    [processes] = listed
    assert "--password-file" in processes
    assert_clean(processes + ended.stdout.decode() + ended.stderr.decode())
    assert WIRE in server.requests[0]
