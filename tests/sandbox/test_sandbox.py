from __future__ import annotations

import importlib
import sys
import threading
import time

import httpx
import pytest

import makeasync.sandbox
from makeasync.errors import MissingExtra
from makeasync.sandbox import Fault, Sandbox, serve
from makeasync.sandbox.sandbox import What

ACCOUNT = {"login": "john@gmail.com", "pwd": "marilyn"}
SMS_PLUS = ACCOUNT | {"from": "33612345678", "to": "33687654321", "msg": "coucou !'ami"}


def client(sandbox: Sandbox) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app), base_url="http://sandbox")


async def test_message_is_sent_tracked_and_paid_without_a_second_of_waiting(now: list[float]) -> None:
    sandbox = Sandbox(credits=55, clock=lambda: now[0])
    async with client(sandbox) as http:
        await http.get("/apimakesmsplus.php", params=SMS_PLUS)
        tracked = {"id": sandbox.messages()[0].id}
        assert b"<result_code>112<" in (await http.get("/apilog.php", params=tracked)).content
        now[0] += 10
        assert b"<x_date_executed>0<" in (await http.get("/apilog.php", params=tracked)).content
        now[0] += 300
        assert b"<x_date_executed>52444" in (await http.get("/apilog.php", params=tracked)).content
        assert b"<credits>45<" in (await http.get("/apicredits.php", params=ACCOUNT)).content
    assert [(each.path, each.code) for each in sandbox.requests] == [
        ("/apimakesmsplus.php", None),
        ("/apilog.php", 112),
        ("/apilog.php", None),
        ("/apilog.php", None),
        ("/apicredits.php", None),
    ]


async def test_log_delay_and_codes_can_be_set(now: list[float]) -> None:
    sandbox = Sandbox(clock=lambda: now[0], log_delay=0, empty_sms_codes=False)
    async with client(sandbox) as http:
        await http.get("/apimakesmsplus.php", params=SMS_PLUS)
        tracked = await http.get("/apilog.php", params={"id": sandbox.messages()[0].id})
    assert b"<result>success<" in tracked.content
    assert sandbox.requests[0].code == 38


async def test_time_is_that_of_the_world_unless_given() -> None:
    sandbox = Sandbox()
    async with client(sandbox) as http:
        await http.get("/apimakesmsplus.php", params=SMS_PLUS)
    assert 0 <= time.time() - sandbox.messages()[0].at < 10


def test_balance_can_be_set_but_not_below_nothing() -> None:
    sandbox = Sandbox(credits=1)
    sandbox.credits = 0
    assert sandbox.credits == 0
    with pytest.raises(ValueError, match="credits: -1 is not a whole number from 0"):
        sandbox.credits = -1
    with pytest.raises(ValueError, match="credits: -5 is not a whole number from 0"):
        Sandbox(credits=-5)


async def test_begun_anew_the_same_requests_get_the_same_ids_and_numbers(now: list[float]) -> None:
    async def ids(*what: What) -> list[tuple[str | None, int]]:
        async with client(sandbox) as http:
            for _ in range(3):
                await http.get("/apimakesmsplus.php", params=SMS_PLUS)
        seen = [(each.id, each.number) for each in sandbox.requests]
        sandbox.reset(*what)
        return seen

    sandbox = Sandbox(seed=3, clock=lambda: now[0])
    first = await ids()
    assert await ids("log") == first
    # Who still holds an id of before shall not be shown another's message.
    assert {id_ for id_, _ in await ids()}.isdisjoint({id_ for id_, _ in first})
    assert sandbox.taken == 9


def test_what_is_no_fault_is_not_set() -> None:
    with pytest.raises(TypeError, match=r"'cut' is not a Fault; write Fault\('cut'\)"):
        Sandbox().add_fault("cut")  # pyright: ignore[reportArgumentType]


def test_what_happens_over_the_rate_is_a_fault_too() -> None:
    with pytest.raises(TypeError, match="'code' is not a Fault"):
        Sandbox().limit(1, "code")  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="'code' is not a Fault"):
        Sandbox(rate=1, over_rate="code")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match=r"rate: 1\.5 is not a whole number"):
        Sandbox().limit(1.5)  # pyright: ignore[reportArgumentType]


def test_a_kind_that_there_is_not_is_not_silently_looked_for() -> None:
    with pytest.raises(ValueError, match="kind: 'SMS' is none of ring"):
        Sandbox().messages(kind="SMS")  # pyright: ignore[reportArgumentType]


async def test_who_waits_in_vain_is_told_what_there_is(now: list[float]) -> None:
    sandbox = Sandbox(clock=lambda: now[0])
    async with client(sandbox) as http:
        await http.get("/apimakesmsplus.php", params=SMS_PLUS)
    assert len(await sandbox.wait_for(1, 0)) == 1
    with pytest.raises(
        TimeoutError, match=r"^waited 0\.02 s for 2 messages, 1 came: .*the last: sms\+ to 33687654321$"
    ):
        await sandbox.wait_for(2, 0.02)


async def test_what_was_taken_without_the_client_s_learning_it_is_marked() -> None:
    sandbox = Sandbox()
    sandbox.add_fault(Fault("cut", times=1))
    sandbox.add_fault(Fault("latency", seconds=0))
    async with client(sandbox) as http:
        for _ in range(2):
            await http.get("/apimakesmsplus.php", params=SMS_PLUS)
    assert [message.is_unlearnt for message in sandbox.messages()] == [True, False]


def test_an_account_has_its_limits() -> None:
    sandbox = Sandbox(credits=10**9)
    with pytest.raises(ValueError, match="credits: 1000000001 is not a whole number"):
        sandbox.top_up(1)
    assert sandbox.credits == 10**9


def test_many_at_once_are_all_counted(http: httpx.Client) -> None:
    sandbox = Sandbox(credits=10_000)

    def send(url: str) -> None:
        for _ in range(10):
            http.get(url + "apimakesmsplus.php", params=SMS_PLUS)

    with serve(sandbox) as url:
        threads = [threading.Thread(target=send, args=[url]) for _ in range(4)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            messages = len(sandbox.messages())
            assert sandbox.credits <= 10_000 - 10 * messages
            threads[0].join(0.01)
    assert (len(sandbox.messages()), len({each.id for each in sandbox.messages()}), sandbox.credits) == (40, 40, 9_600)


def test_password_is_in_no_repr(now: list[float]) -> None:
    sandbox = Sandbox(password="canary", clock=lambda: now[0])
    assert repr(sandbox) == "<Sandbox of john@gmail.com, 10000 credits, 0 messages>"
    assert "canary" not in repr(vars(sandbox))


def test_public_names_are_these() -> None:
    assert makeasync.sandbox.__all__ == [
        "MAGIC",
        "ArmedFault",
        "Fault",
        "Magic",
        "Message",
        "ReceivedRequest",
        "Sandbox",
        "SandboxClock",
        "serve",
    ]


def _forget_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("makeasync.sandbox")]:
        monkeypatch.delitem(sys.modules, name)


@pytest.mark.parametrize("package", ["jinja2", "starlette", "uvicorn"])
def test_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    _forget_the_sandbox(monkeypatch)
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtra, match=r'the sandbox needs an optional part: pip install "makeasync\[sandbox\]"'):
        importlib.import_module("makeasync.sandbox")


def test_any_other_missing_module_is_not_taken_for_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    _forget_the_sandbox(monkeypatch)
    monkeypatch.setitem(sys.modules, "makeasync.sandbox.network.catalogue", None)
    with pytest.raises(ModuleNotFoundError, match=r"makeasync\.sandbox\.network\.catalogue"):
        importlib.import_module("makeasync.sandbox")
