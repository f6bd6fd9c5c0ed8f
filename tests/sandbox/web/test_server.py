from __future__ import annotations

import logging
import signal
import socket
import statistics
import threading
import time
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn

from makeasync.sandbox import Sandbox, serve

RING = "apimakingring.php?login=john@gmail.com&pwd=marilyn&from=33612345678&to=33687654321"


def test_sandbox_is_served_and_can_be_looked_at_meanwhile(http: httpx.Client) -> None:
    sandbox = Sandbox(credits=130)
    with serve(sandbox) as url:
        assert url.startswith("http://127.0.0.1:")
        assert url.endswith("/")
        assert b"<credits>125</credits>" in http.get(url + RING).content
        assert sandbox.messages()[0].to == "33687654321"
        sandbox.credits = 0
        assert b"<result_code>102</result_code>" in http.get(url + RING).content
        assert http.head(url + RING).status_code == 405


def threads_left() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "makeasync-sandbox"]


def test_server_ends_promptly_with_its_thread_and_its_port(http: httpx.Client) -> None:
    with serve(Sandbox()) as url:
        http.get(url + RING)  # this connection is still open when the server stops
        ending = time.monotonic()
    assert time.monotonic() - ending < 1.5
    assert not threads_left()
    with pytest.raises(httpx.ConnectError):
        http.get(url)


def test_server_ends_when_the_block_fails() -> None:
    with pytest.raises(ZeroDivisionError), serve(Sandbox()):
        raise ZeroDivisionError
    assert not threads_left()


def test_two_can_be_served_at_once_but_not_on_one_port(http: httpx.Client) -> None:
    asked = "apicredits.php?login=john@gmail.com&pwd=marilyn"
    with serve(Sandbox(credits=1)) as one, serve(Sandbox(credits=2)) as two:
        assert b"<credits>1</credits>" in http.get(one + asked).content
        assert b"<credits>2</credits>" in http.get(two + asked).content
        port = urlsplit(one).port or 0
        with pytest.raises(OSError, match="in use"), serve(Sandbox(), port=port):
            pass
    with serve(Sandbox(), host="localhost", port=port) as again:
        assert again == one


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "::ffff:0.0.0.0", "fe80::1", "255.255.255.255"])  # noqa: S104 - refused is what they are
def test_other_machines_are_not_served_unless_it_is_said_twice(host: str) -> None:
    with pytest.raises(ValueError, match="not a loopback address: others could reach"):
        serve(Sandbox(), host=host)


@pytest.mark.parametrize("host", ["", "example.org", "127.0.0.1.example.org", "127.1", "0", 2130706433])
@pytest.mark.parametrize("public", [False, True])
def test_what_is_no_address_is_not_looked_up(host: str, *, public: bool) -> None:
    with pytest.raises(ValueError, match="is no address"):
        serve(Sandbox(), host=host, public=public)


@pytest.mark.parametrize("public", [False, True])
def test_on_this_machine_its_page_is_shown_to_those_who_ask_by_address(http: httpx.Client, *, public: bool) -> None:
    with serve(Sandbox(), public=public) as url:
        for host, status in (("evil.example", 421), ("localhost:1", 200), ("[::1]", 200), ("127.0.0.1", 200)):
            assert http.get(f"{url}_sandbox/", headers={"Host": host}).status_code == status
            assert http.get(url + RING, headers={"Host": host}).status_code == 200


def test_said_to_be_public_where_others_reach_it_any_name_will_do(http: httpx.Client) -> None:
    with serve(Sandbox(), host="0.0.0.0", public=True) as url:  # noqa: S104 - for as long as this test takes
        here = url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - as above
        assert http.get(f"{here}_sandbox/", headers={"Host": "sandbox.example"}).status_code == 200


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine speaks no IPv6")
def test_loopback_of_ipv6_is_one_too(http: httpx.Client) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with serve(Sandbox(), host="::1") as url:
        assert url.startswith("http://[::1]:")
        assert http.get(url + RING).status_code == 200


def test_signals_logs_and_streams_are_left_alone(
    http: httpx.Client, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    handler = signal.getsignal(signal.SIGINT)
    with serve(Sandbox()) as url:
        with socket.create_connection((urlsplit(url).hostname or "", urlsplit(url).port or 0)) as connection:
            connection.sendall(b"rubbish\r\n\r\n")
            connection.recv(1000)
        http.get(url + RING)
        assert signal.getsignal(signal.SIGINT) is handler
    assert not [record for record in caplog.records if record.name.startswith(("uvicorn", "asyncio", "makeasync"))]
    assert capfd.readouterr() == ("", "")


def test_rubbish_over_the_socket_is_never_an_error_of_the_server() -> None:
    queries = [b"a=%zz&b=%", b"\xff\xfe", b"x" * 100_000, b"a=\xc3\xa9", b"a&&==&;#%00"]
    with serve(Sandbox()) as url:
        statuses = [_status(urlsplit(url).port or 0, query) for query in queries]
    assert all(status == 200 or 400 <= status < 500 for status in statuses)


def _status(port: int, query: bytes) -> int:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /apimakesms.php?" + query + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        return int(connection.recv(1000).split()[1])


def test_answers_on_a_kept_connection_come_at_once(http: httpx.Client) -> None:
    times: list[float] = []
    with serve(Sandbox()) as url:
        for _ in range(15):
            asked = time.perf_counter()
            http.get(url + RING)
            times.append(time.perf_counter() - asked)
    assert statistics.median(times) < 0.03  # with Nagle's algorithm it is 0.04


def test_server_that_does_not_start_is_an_error_and_nothing_to_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(_server: uvicorn.Server, _sockets: list[socket.socket]) -> None:
        pass

    monkeypatch.setattr(uvicorn.Server, "run", run)
    with pytest.raises(RuntimeError, match="did not start"), serve(Sandbox()):
        pass
