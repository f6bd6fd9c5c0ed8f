from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import anyio
import httpx
import pytest

from makeasync import AsyncClient, MakeError, OutcomeUnknown, RequestRefused, SmsPlus, VirtualClock, result_code
from makeasync.sandbox import MAGIC, Fault, Sandbox, serve
from makeasync.sandbox.network.faults import Does

FROM = "33639980000"
PAGE = Path(__file__).parents[3] / "docs" / "sandbox.md"
CODES = {number: magic.fault.code for number, magic in MAGIC.items() if magic.fault and magic.fault.does == "code"}
TAKEN = {number: magic.fault for number, magic in MAGIC.items() if magic.fault and magic.fault.is_taken}
UNTAKEN = {
    number: magic.fault
    for number, magic in MAGIC.items()
    if magic.fault and not magic.fault.is_taken and number not in CODES
}


def to(last_two: int) -> str:
    return f"336399899{last_two:02}"


def test_all_are_reserved_for_fiction_and_say_what_they_are_for() -> None:
    assert all(number.startswith("336399899") and len(number) == 11 for number in MAGIC)
    assert all(magic.says and magic.dit for magic in MAGIC.values())


def test_the_documentation_shows_each_as_it_is() -> None:
    rows = "".join(f"| `{number}` | {magic.says} |\n" for number, magic in MAGIC.items()).replace("<", "\\<")
    [shown] = re.findall(r"<!-- magic -->\n(.*?)<!-- /magic -->", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert shown == f"| to | what happens |\n|---|---|\n{rows}"


def test_every_refusal_has_its_number() -> None:
    assert set(CODES.values()) == {0, *range(100, 113)}
    assert all(result_code(code) for code in CODES.values())


def in_process(sandbox: Sandbox, clock: VirtualClock) -> AsyncClient:
    transport = httpx.ASGITransport(sandbox.app)
    return AsyncClient("john@gmail.com", "marilyn", rate=None, clock=clock, transport=transport, timeout=5)


@pytest.mark.parametrize("number", CODES)
async def test_refused_with_its_code_and_nothing_is_charged(number: str) -> None:
    async with VirtualClock() as clock:
        sandbox = Sandbox(clock=clock.time)
        async with in_process(sandbox, clock) as client:
            with pytest.raises(RequestRefused) as caught:
                await client.sms(from_=FROM, to=number, txt="123")
    assert caught.value.code == CODES[number]
    assert (sandbox.credits, sandbox.messages()) == (10_000, ())


@pytest.mark.parametrize("number", [number for number in TAKEN if TAKEN[number].does != "latency"])
async def test_taken_without_an_answer_is_unknown_and_charged_once(number: str) -> None:
    async with VirtualClock() as clock:
        sandbox = Sandbox(clock=clock.time, sleep=clock.sleep)
        async with in_process(sandbox, clock) as client:
            with pytest.raises(OutcomeUnknown):
                await client.ring(from_=FROM, to=number)
    assert (sandbox.credits, len(sandbox.messages()), len(sandbox.requests)) == (9_995, 1, 1)
    assert sandbox.requests[0].fault == TAKEN[number].does


@pytest.mark.parametrize("number", UNTAKEN)
async def test_not_taken_is_charged_nothing_and_asked_once(number: str) -> None:
    async with VirtualClock() as clock:
        sandbox = Sandbox(clock=clock.time, sleep=clock.sleep)
        async with in_process(sandbox, clock) as client:
            with pytest.raises(OutcomeUnknown):
                await client.ring(from_=FROM, to=number)
    assert (sandbox.credits, sandbox.messages(), len(sandbox.requests)) == (10_000, (), 1)


async def test_slow_answer_comes_all_the_same() -> None:
    async with VirtualClock() as clock:
        sandbox = Sandbox(clock=clock.time, sleep=clock.sleep)
        async with in_process(sandbox, clock) as client:
            begun = clock.now()
            assert (await client.ring(from_=FROM, to=to(38))).cost == 5
            assert clock.now() - begun == pytest.approx(2)


# How far the client says it came.
PHASES: dict[Does, str] = {
    **dict.fromkeys(("latency", "no_answer", "never_taken", "reset_before", "reset_after"), "wait"),
    "cut": "read",
    **dict.fromkeys(("garbage", "html", "status"), "answer"),
}


@pytest.mark.parametrize("number", [*TAKEN, *UNTAKEN])
def test_over_a_socket_each_is_the_same(number: str) -> None:
    async def send(url: str, does: Does) -> None:
        async with AsyncClient("john@gmail.com", "marilyn", base_url=url, timeout=0.5) as client:
            with pytest.raises(OutcomeUnknown) as caught:
                await client.ring(from_=FROM, to=number)
        assert caught.value.phase == PHASES[does]

    magic, sandbox = MAGIC[number].fault, Sandbox()
    assert magic
    with serve(sandbox) as url:
        anyio.run(send, url, magic.does)
        assert sandbox.requests[0].fault == magic.does
        assert len(sandbox.messages()) == (1 if number in TAKEN else 0)
        assert len(sandbox.requests) == 1


@pytest.mark.parametrize("last_two", [40, 41, 42])
async def test_damaged_trackings_are_those_of_the_document_and_decode(last_two: int) -> None:
    async with VirtualClock() as clock:
        sandbox = Sandbox(clock=clock.time)
        async with in_process(sandbox, clock) as client:
            tracking = await client.wait_tracking(await client.call(from_=FROM, to=to(last_two)))
    assert tracking.kind == "call"
    assert tracking.recovered == (last_two == 40)
    assert "<make>call</make>" not in sandbox.requests[-1].answer


async def test_phones_do_what_their_number_says() -> None:
    async with VirtualClock() as clock:
        sandbox = Sandbox(clock=clock.time)
        async with in_process(sandbox, clock) as client:
            receipts = [await client.ring(from_=FROM, to=to(number)) for number in range(4)]
            answers, never, busy, slow = [await client.wait_tracking(it, until="finished") for it in receipts]
    assert answers.rang_at
    assert answers.answered_at
    assert never.hung_up_at
    assert never.answered_at is None
    assert busy.rang_at
    assert busy.hung_up_at
    assert (busy.hung_up_at - busy.rang_at).seconds == 1
    assert slow.rang_at
    assert slow.answered_at
    assert (slow.answered_at - slow.rang_at).seconds > 25


async def test_sms_to_a_phone_that_never_answers_never_arrives() -> None:
    async with VirtualClock() as clock:
        sandbox = Sandbox(clock=clock.time)
        async with in_process(sandbox, clock) as client:
            receipt = await client.send(SmsPlus(from_=FROM, to=to(1), msg="Bonjour"))
            with pytest.raises(MakeError, match="finished"):
                await client.wait_tracking(receipt, until="finished", timeout=3_600)


@pytest.mark.parametrize("set_", [Fault("latency", seconds=3), Fault("cut"), Fault("garbage"), Fault("no_answer")])
async def test_what_a_number_does_is_not_undone_by_a_fault_that_is_set_besides(set_: Fault) -> None:
    async with VirtualClock() as clock:
        sandbox = Sandbox(clock=clock.time, sleep=clock.sleep)
        sandbox.add_fault(set_)
        async with in_process(sandbox, clock) as client:
            for number in (*TAKEN, *UNTAKEN, *CODES):
                begun, before = clock.now(), len(sandbox.messages())
                with suppress(OutcomeUnknown, RequestRefused):
                    await client.ring(from_=FROM, to=number)
                request, magic = sandbox.requests[-1], MAGIC[number].fault
                assert magic
                assert len(sandbox.messages()) - before == magic.is_taken
                assert request.fault == (set_.does if magic.does == "latency" else magic.does)
                assert clock.now() - begun >= (3 if set_.does == "latency" else 0)


async def test_ordinary_mistakes_come_before_magic() -> None:
    async with VirtualClock() as clock, in_process(Sandbox(clock=clock.time, credits=1), clock) as client:
        with pytest.raises(RequestRefused) as caught:
            await client.ring(from_=FROM, to=to(30))
    assert caught.value.code == 102


def test_fault_out_of_its_range_is_refused() -> None:
    for wrong in ({"nth": 0}, {"times": 0}, {"probability": 1.5}, {"seconds": -1}, {"status": 200}, {"on": "fax"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            Fault("status", **wrong)  # pyright: ignore[reportArgumentType]
