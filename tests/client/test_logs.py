"""The logger `makeasync`: every event has a name and facts, and none of a person."""

from __future__ import annotations

import logging
import subprocess
import sys
from contextlib import suppress

import pytest
from support.service import Fate, Service, sms

from makeasync import MakeError, NoAnswer, VirtualClock
from makeasync.client.logs import LOG

Record = tuple[str, str, dict[str, object]]


def told(caplog: pytest.LogCaptureFixture) -> list[Record]:
    return [
        (
            str(vars(record)["make_event"]),
            record.levelname,
            {name: value for name, value in vars(record).items() if name.startswith("make_") and name != "make_event"},
        )
        for record in caplog.records
        if record.name == "makeasync"
    ]


async def send(fate: Fate, caplog: pytest.LogCaptureFixture) -> list[Record]:
    caplog.set_level(logging.DEBUG, "makeasync")
    async with VirtualClock() as clock:
        service = Service(lambda _: fate, clock=clock)
        async with service.client(clock) as client:
            with suppress(MakeError):
                await client.send(sms(1))
    return told(caplog)


@pytest.mark.parametrize(
    ("fate", "last"),
    [
        (
            "accept",
            ("accepted", "DEBUG", {"kind": "sms", "id": "id33600000001", "cost": 5, "credits": 999999995}),
        ),
        (103, ("refused", "WARNING", {"kind": "sms", "error": "InvalidArgument", "code": 103, "argument": "from_"})),
        ("not_sent", ("not_sent", "WARNING", {"kind": "sms", "error": "NotSent", "phase": "connect"})),
        ("lost", ("unknown", "ERROR", {"kind": "sms", "error": "OutcomeUnknown", "phase": "wait"})),
    ],
    ids=["accepted", "refused", "not_sent", "unknown"],
)
async def test_what_became_of_a_request_is_told_with_its_facts(
    fate: Fate, last: Record, caplog: pytest.LogCaptureFixture
) -> None:
    records = await send(fate, caplog)
    assert [name for name, _, _ in records[:2]] == ["queued", "sent"]
    event, level, facts = last
    assert records[-1] == (event, level, {f"make_{name}": value for name, value in facts.items()})


async def test_a_repetition_is_told(caplog: pytest.LogCaptureFixture) -> None:
    records = await send("not_sent", caplog)
    assert [name for name, _, _ in records] == ["queued", "sent", "repeated", "sent", "repeated", "sent", "not_sent"]
    assert records[2][1] == "WARNING"


async def test_polls_and_the_waits_between_them_are_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "makeasync")
    async with VirtualClock() as clock:
        service = Service(clock=clock)
        async with service.client(clock) as client:
            await client.wait_tracking("id33600000001")
    assert [(name, facts.get("make_seconds"), facts.get("make_finished")) for name, _, facts in told(caplog)] == [
        ("waiting", 0.0, None),
        ("polled", None, True),
    ]


async def test_no_number_and_no_text_of_a_person_is_in_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "makeasync")
    for fate in ("lost", "torn", "not_sent", 103, 112):
        await send(fate, caplog)
    assert caplog.records
    everything = "".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert "33600000001" not in everything
    assert "33639980000" not in everything


# Whoever sends has the client, and with it the logger's handler; an import of makeasync alone loads neither.
UNEXPECTED = """
import anyio, httpx
from makeasync import AsyncClient, InvalidArgument, Sms

REFUSED = "<response><result>failed</result><result_code>103</result_code></response>"


async def main():
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text=REFUSED))
    async with AsyncClient("john", "secret", transport=transport) as client:
        try:
            await client.send(Sms(from_="33639980000", to="33639980001", txt="123"))
        except InvalidArgument:
            print("refused")


anyio.run(main)
"""


def test_a_program_that_sets_up_no_logging_gets_no_warning_on_its_terminal() -> None:
    ended = subprocess.run([sys.executable, "-c", UNEXPECTED], capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    assert (ended.stdout, ended.stderr) == ("refused\n", "")
    assert LOG.name == "makeasync"


async def test_a_poll_that_fails_is_told_with_why(caplog: pytest.LogCaptureFixture) -> None:
    class Mute(Service):
        async def fetch(self, *_: object) -> object:  # pyright: ignore[reportIncompatibleMethodOverride] - it always fails
            raise RuntimeError("a transport that breaks its promise")

    caplog.set_level(logging.DEBUG, "makeasync")
    async with VirtualClock() as clock, Mute(clock=clock).client(clock) as client:
        with pytest.raises(NoAnswer):
            await client.wait_tracking("id33600000001")
    waits = [facts for name, _, facts in told(caplog) if name == "waiting"]
    assert [facts.get("make_error") for facts in waits] == [None, *["NoAnswer"] * 8]
