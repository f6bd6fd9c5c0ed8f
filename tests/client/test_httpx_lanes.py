"""The default transport over real sockets. What it makes of a server that fails is in tests/faults."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import anyio
import httpx
import pytest
import trustme
from anyio.abc import ByteStream
from anyio.streams.tls import TLSStream
from faults.server import Connection, FaultyServer
from support.hasty import Hasty
from support.raw_server import ACCEPTED, RawServer, accept, http

from makeasync import AsyncClient, Event, NoAnswer, NotSent, OutcomeUnknown, Repeating, Ring

RING = Ring(from_="33639980001", to="33639980002")
TRACKING_ID = "abcdefghijkl12"
CREDITS = "<response><result>success</result><login>login</login><credits>45</credits></response>"

Fault = Callable[[RawServer, ByteStream], Awaitable[bool]]


async def half_a_body(_: RawServer, stream: ByteStream) -> bool:
    await stream.send(http(ACCEPTED)[:-40])
    return False


async def waits_for_ever(_: RawServer, __: ByteStream) -> bool:
    await anyio.sleep_forever()
    return False


async def error_500(_: RawServer, stream: ByteStream) -> bool:
    await stream.send(http(ACCEPTED, "500 Internal Server Error"))
    return True


async def gzipped(_: RawServer, stream: ByteStream) -> bool:
    await stream.send(http(ACCEPTED, headers="Content-Encoding: gzip\r\n"))
    return True


class Faulty:
    """A server with a fault, which may be mended."""

    def __init__(self, fault: Fault) -> None:
        self.fault: Fault | None = fault

    async def __call__(self, server: RawServer, stream: ByteStream) -> bool:
        if self.fault is not None:
            return await self.fault(server, stream)
        if "apicredits" in server.requests[-1]:
            await stream.send(http(CREDITS))
            return True
        return await accept(server, stream)


@pytest.mark.parametrize("fault", [half_a_body, waits_for_ever, error_500, gzipped], ids=lambda fault: fault.__name__)
async def test_a_free_request_is_repeated_in_vain_and_brings_no_answer(fault: Fault) -> None:
    faulty = Faulty(fault)
    async with (
        RawServer(faulty) as server,
        AsyncClient("login", "password", base_url=server.url, rate=None, timeout=1.0, clock=Hasty()) as client,
    ):
        with anyio.fail_after(2), pytest.raises(NoAnswer) as caught:
            await client.get_credits()
        # What uses up the deadline leaves no time for a repetition.
        assert len(server.requests) == (1 if fault is waits_for_ever else 3)
        faulty.fault = None
        assert (await client.get_credits()).credits == 45
    assert caught.value.request is None


async def test_a_refused_connection_is_tried_three_times_and_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    events: list[Event] = []
    async with AsyncClient(
        "login", "password", base_url=f"http://127.0.0.1:{port}/", rate=None, clock=Hasty(), on_event=events.append
    ) as client:
        with pytest.raises(NotSent) as caught:
            await client.send(RING)
        assert caught.value.phase == "connect"
        assert caught.value.request is RING
        assert sum(isinstance(event, Repeating) for event in events) == 2
        with pytest.raises(NotSent):
            await client.get_credits()

        async def answer(stream: ByteStream) -> None:
            async with stream:
                await stream.receive()
                await stream.send(http(ACCEPTED.format(number=1)))

        listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port)
        async with listener, anyio.create_task_group() as group:
            group.start_soon(listener.serve, answer)
            assert (await client.send(RING)).id == "id1"
            group.cancel_scope.cancel()


async def test_a_connection_that_never_comes_about_is_not_sent_at_the_deadline() -> None:
    """A listener whose queue is full leaves a connection half open."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        try:
            for one in waiting:
                one.settimeout(0.0)
                one.connect_ex(address)
            async with AsyncClient(
                "login", "password", base_url=f"http://127.0.0.1:{address[1]}/", timeout=0.3
            ) as client:
                with anyio.fail_after(1), pytest.raises(NotSent) as caught:
                    await client.send(RING)
        finally:
            for one in waiting:
                one.close()
    assert caught.value.phase == "connect"


async def test_a_connection_closed_between_two_requests_is_replaced_and_each_sent_once() -> None:
    async def closes(server: RawServer, stream: ByteStream) -> bool:
        await accept(server, stream)
        return False

    async with (
        RawServer(closes) as server,
        AsyncClient("login", "password", base_url=server.url, rate=None, max_connections=1) as client,
    ):
        for number in range(1, 11):
            assert (await client.send(RING)).id == f"id{number}"
            await anyio.wait_all_tasks_blocked()
            await anyio.sleep(0.01)
        assert len(server.requests) == server.connections == 10


async def test_a_connection_that_was_idle_for_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is about to close it, and might just as the next paid request goes out."""
    monkeypatch.setattr("makeasync.client.httpx_lanes._LONGEST_IDLE", 0.05)
    async with (
        RawServer(accept) as server,
        AsyncClient("login", "password", base_url=server.url, rate=None) as client,
    ):
        await client.send(RING)
        await client.send(RING)
        assert server.connections == 1
        await anyio.sleep(0.1)
        await client.send(RING)
        assert server.connections == 2


async def test_a_second_answer_to_one_request_is_not_taken_for_that_to_the_next() -> None:
    """By no transport of httpx's: a pool of the user's keeps connections too."""

    async def answers_twice(server: RawServer, stream: ByteStream) -> bool:
        right = http(ACCEPTED.format(number=len(server.requests)))
        await stream.send(right + right.replace(b">id", b">wrong"))
        return True

    async with RawServer(answers_twice) as server:
        for transport in (None, httpx.AsyncHTTPTransport()):
            async with AsyncClient("login", "password", base_url=server.url, rate=None, transport=transport) as client:
                ids = [(await client.send(RING)).id for _ in range(5)]
            assert [id.removesuffix(str(number)) for number, id in enumerate(ids, len(server.requests) - 4)] == [
                "id"
            ] * 5


async def test_a_second_answer_in_a_tls_record_of_its_own_is_noticed_too() -> None:
    """Both records come in one segment: the second is neither in the buffer of HTTP nor in the socket's."""
    authority = trustme.CA()
    shown = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(shown)  # pyright: ignore[reportUnknownMemberType] - pyOpenSSL's
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)  # pyright: ignore[reportUnknownMemberType] - the same

    async def two_records(connection: Connection) -> bool:
        await connection.request()
        stream = connection.stream
        assert isinstance(stream, TLSStream)
        inside: dict[str, Any] = vars(stream)
        for id in ("right", "wrong"):
            inside["_ssl_object"].write(http(ACCEPTED.replace("id{number}", f"{id}{len(connection.server.requests)}")))
        await connection.raw.send(inside["_write_bio"].read())
        return True

    async with FaultyServer(two_records, shown) as server:
        for transport in (None, httpx.AsyncHTTPTransport(verify=trusted)):
            async with AsyncClient(
                "login", "password", base_url=server.url, rate=None, verify=trusted, transport=transport
            ) as client:
                for _ in range(3):
                    assert (await client.send(RING)).id == f"right{len(server.requests)}"
                    await anyio.sleep(0.02)


async def test_many_requests_one_after_another_take_one_connection() -> None:
    async with (
        RawServer(accept) as server,
        AsyncClient("login", "password", base_url=server.url, rate=None) as client,
    ):
        for _ in range(50):
            await client.send(RING)
        assert (len(server.requests), server.connections) == (50, 1)


async def test_no_more_connections_than_allowed_are_ever_open() -> None:
    async def slow(server: RawServer, stream: ByteStream) -> bool:
        await anyio.sleep(0.005)
        return await accept(server, stream)

    async with RawServer(slow) as server:
        async with (
            AsyncClient("login", "password", base_url=server.url, rate=None, max_connections=3) as client,
            client.send_all((RING for _ in range(60)), concurrency=30) as outcomes,
        ):
            assert len([outcome async for outcome in outcomes]) == 60
        assert server.most_open == server.connections == 3
        await anyio.sleep(0.05)
        assert server.open == 0, "and all are closed with the client"


async def test_the_deadline_is_over_all_phases_together() -> None:
    """Each of them alone would be in time: 0.2 s for the head, 0.2 s for the body, 0.3 s allowed."""

    async def slow(_: RawServer, stream: ByteStream) -> bool:
        answer = http(ACCEPTED)
        await anyio.sleep(0.2)
        await stream.send(answer[:-20])
        await anyio.sleep(0.2)
        await stream.send(answer[-20:])
        return True

    async with (
        RawServer(slow) as server,
        AsyncClient("login", "password", base_url=server.url, timeout=0.3) as client,
    ):
        with anyio.fail_after(0.39), pytest.raises(OutcomeUnknown) as caught:
            await client.send(RING)
    assert caught.value.phase == "read"


async def test_waiting_for_a_free_connection_is_not_part_of_the_deadline() -> None:
    async def slow(server: RawServer, stream: ByteStream) -> bool:
        await anyio.sleep(0.15)
        return await accept(server, stream)

    async with (
        RawServer(slow) as server,
        AsyncClient("login", "password", base_url=server.url, rate=None, max_connections=1, timeout=0.4) as client,
        client.send_all([RING] * 4) as outcomes,
    ):
        assert [type(outcome).__name__ async for outcome in outcomes] == ["Accepted"] * 4


async def test_a_connection_in_use_when_the_client_closes_is_closed_too() -> None:
    async def slow(_: RawServer, stream: ByteStream) -> bool:
        await anyio.sleep(0.1)
        await stream.send(http(CREDITS))
        return True

    async with RawServer(slow) as server:
        async with (
            anyio.create_task_group() as group,
            AsyncClient("login", "password", base_url=server.url) as client,
        ):
            group.start_soon(client.get_credits)
            while not server.requests:  # noqa: ASYNC110 - the server has no event for this
                await anyio.sleep(0.001)
        await anyio.sleep(0.05)
        assert server.open == 0


class TestAddress:
    @pytest.mark.parametrize(
        "base_url",
        [
            "http://www.makesms.fr/",
            "http://127.0.0.1.example/",
            "http://localhost.example/",
            "http://192.168.1.1/",
            "http://[2001:db8::1]/",
            "http://0.0.0.0/",
            "ftp://localhost/",
            "https://",
            "https://user:secret@localhost/",
            "https://localhost/?a=b",
            "localhost",
            "",
            "https://[::",
        ],
    )
    def test_one_that_could_give_the_password_away_is_refused(self, base_url: str) -> None:
        with pytest.raises(ValueError, match=r"^base_url: ") as caught:
            AsyncClient("login", "password", base_url=base_url)
        assert "secret" not in str(caught.value)

    async def test_a_name_that_nothing_can_have_is_refused_or_sends_nothing(self) -> None:
        """httpx reads it and says no; httpx2 leaves that to whoever looks it up."""
        try:
            client = AsyncClient("login", "password", base_url="https://xn--/")
        except ValueError as error:
            assert str(error).startswith("base_url: ")  # noqa: PT017 - either will do
            return
        async with client:
            with pytest.raises(NotSent):
                await client.send(RING)

    @pytest.mark.parametrize("base_url", ["http://localhost/", "http://127.0.0.7:1/", "http://[::1]:8000/api"])
    def test_plain_http_is_for_loopback(self, base_url: str) -> None:
        AsyncClient("login", "password", base_url=base_url)

    def test_a_transport_that_goes_over_a_network_makes_plain_http_no_safer(self) -> None:
        with pytest.raises(ValueError, match="in clear"):
            AsyncClient("login", "password", base_url="http://www.makesms.fr/", transport=httpx.AsyncHTTPTransport())
        AsyncClient(
            "a", "b", base_url="http://make.test/", transport=httpx.MockTransport(lambda _: httpx.Response(200))
        )

    @pytest.mark.parametrize("proxy", ["nowhere", "", "ftp://localhost", "http://[::", "http://proxy.example:8080"])
    def test_a_proxy_that_could_read_the_password_is_refused(self, proxy: str) -> None:
        with pytest.raises(ValueError, match=r"^proxy: "):
            AsyncClient("login", "password", base_url="http://localhost/", proxy=proxy)

    async def test_a_path_is_kept(self) -> None:
        async with RawServer(accept) as server:
            async with AsyncClient("login", "password", base_url=server.url + "make/v1") as client:
                await client.send(RING)
            assert server.requests[0].startswith("GET /make/v1/apimakingring.php?from=")


class TestProxy:
    @pytest.fixture
    async def proxy(self) -> AsyncIterator[RawServer]:
        """A proxy that makes no tunnel, and answers what it can read."""

        async def answer(server: RawServer, stream: ByteStream) -> bool:
            if server.requests[-1].startswith("CONNECT"):
                await stream.send(http("", "502 Bad Gateway"))
                return True
            return await accept(server, stream)

        async with RawServer(answer) as server:
            yield server

    async def test_it_is_asked_for_a_tunnel_without_a_word_of_the_request(self, proxy: RawServer) -> None:
        async with AsyncClient(
            "login", "password", base_url="https://localhost:1/", proxy=proxy.url, rate=None, clock=Hasty()
        ) as client:
            with pytest.raises(NotSent) as caught:
                await client.send(RING)
        assert caught.value.phase == "connect"
        assert [head.splitlines()[0] for head in proxy.requests] == ["CONNECT localhost:1 HTTP/1.1"] * 3
        assert "password" not in "".join(proxy.requests)

    async def test_what_goes_to_loopback_is_asked_for_by_its_whole_address(self, proxy: RawServer) -> None:
        async with AsyncClient("login", "pass&word", base_url="http://localhost:1/", proxy=proxy.url) as client:
            await client.send(RING)
        [request] = proxy.requests
        address = "http://localhost:1/apimakingring.php?from=33639980001&to=33639980002&login=login&pwd=pass%26word"
        assert request.splitlines()[0] == f"GET {address} HTTP/1.1"


async def test_a_transport_of_httpx_s_that_speaks_http_2_is_told_before_anything_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As its connection would tell it: hpack logs every header, the path with the password among them."""

    async def speak(_: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        trace = request.extensions["trace"]
        inner = SimpleNamespace(method=b"GET", url=SimpleNamespace(target=request.url.raw_path))
        await trace("http2.send_connection_init.started", {"request": inner})
        await trace("http2.send_request_headers.started", {"request": inner, "stream_id": 1})
        raise AssertionError("it leaves")

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", speak)
    transport = httpx.AsyncHTTPTransport()
    async with AsyncClient("login", "password", transport=transport, clock=Hasty()) as client:
        with pytest.raises(NotSent, match="http2=True"):
            await client.send(RING)


async def test_a_transport_of_httpx_s_is_closed_with_the_client() -> None:
    class Closing(httpx.MockTransport):
        closed = False

        async def aclose(self) -> None:
            self.closed = True

    transport = Closing(lambda _: httpx.Response(200, text=ACCEPTED.format(number=7)))
    async with AsyncClient("login", "password", transport=transport) as client:
        assert (await client.send(RING)).id == "id7"
        assert not transport.closed
    assert transport.closed


async def test_a_connection_refused_to_a_transport_of_httpx_s_is_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    transport = httpx.AsyncHTTPTransport()
    async with AsyncClient(
        "login", "password", base_url=f"http://127.0.0.1:{port}/", clock=Hasty(), transport=transport
    ) as client:
        with pytest.raises(NotSent):
            await client.send(RING)


@pytest.mark.parametrize(
    "kind", [httpx.ConnectError, httpx.ReadTimeout, httpx.WriteError, httpx.PoolTimeout, httpx.ProxyError, OSError]
)
async def test_of_a_transport_that_is_not_httpx_s_own_nothing_proves_that_nothing_left(
    kind: type[Exception],
) -> None:
    requests: list[httpx.Request] = []

    def fail(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        raise kind("failed")

    async with AsyncClient("login", "password", transport=httpx.MockTransport(fail)) as client:
        with pytest.raises(OutcomeUnknown) as caught:
            await client.send(RING)
    assert caught.value.phase == "send"
    assert len(requests) == 1


async def test_a_transport_of_somebody_else_s_that_cannot_connect_may_have_tried_before() -> None:
    class TriesTwice(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError(f"the second time, for {request.url}")

    async with AsyncClient("login", "pass&word", transport=TriesTwice()) as client:
        with pytest.raises(OutcomeUnknown) as caught:
            await client.send(RING)
    assert "word" not in f"{caught.value!r}"


async def test_whoever_derives_from_httpx_s_may_leave_out_what_tells_what_leaves() -> None:
    class Rebuilding(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return await super().handle_async_request(httpx.Request("GET", request.url))

    async with RawServer(accept) as server:
        async with AsyncClient("login", "password", base_url=server.url, transport=Rebuilding()) as client:
            assert (await client.send(RING)).id == "id1"
        assert server.requests[0].startswith("GET /apimakingring.php?from=33639980001&to=33639980002&login=login&pwd=")


def test_certificates_that_cannot_be_read_are_told_by_an_error_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "junk.pem").write_text("no certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "junk.pem"))
    with pytest.raises(ValueError, match=r"^verify: .*SSL_CERT_FILE"):
        AsyncClient("login", "password")
