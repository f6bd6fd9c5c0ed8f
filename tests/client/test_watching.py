"""Who watches a client sees everything, and can break nothing."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager

import pytest
from support.service import Service, sms

from makeasync import AsyncClient, Event, OutcomeUnknown, Settled


class Watching:
    """Telemetry that notes what it sees, and raises at one step."""

    def __init__(self, raises: str = "") -> None:
        self.raises = raises
        self.seen: list[str] = []
        self.errors: list[str] = []

    def exchange(self, url: str) -> AbstractContextManager[Callable[[int], None]]:
        self._note("exchange", url)
        return self._block()

    def happened(self, event: Event) -> None:
        self._note("happened", type(event).__name__)

    @contextmanager
    def _block(self) -> Generator[Callable[[int], None]]:
        self._note("enter", "")
        try:
            yield lambda status: self._note("answered", str(status))
        except OutcomeUnknown as error:
            self.errors.append(error.phase)
            raise
        finally:
            self._note("exit", "")

    def _note(self, step: str, what: str) -> None:
        self.seen.append(f"{step} {what}".strip())
        if step == self.raises:
            raise RuntimeError(f"broken at {step}")


def client_of(service: Service, watching: Watching, told: list[Event]) -> AsyncClient:
    return AsyncClient(
        "john", "secret", rate=None, transport=service, telemetry=watching, on_event=told.append, base_url="https://a/b"
    )


async def test_it_sees_each_exchange_and_everything_that_happens() -> None:
    watching = Watching()
    async with client_of(Service(), watching, []) as client:
        await client.send(sms(1))
    assert watching.seen == [
        "happened Queued",
        "happened Sending",
        "exchange https://a/b/apimakesms.php",
        "enter",
        "answered 200",
        "exit",
        "happened Settled",
    ]


async def test_the_error_of_an_exchange_passes_through_it() -> None:
    watching = Watching()
    async with client_of(Service(lambda _: "lost"), watching, []) as client:
        with pytest.raises(OutcomeUnknown):
            await client.send(sms(1))
    assert watching.errors == ["wait"]


@pytest.mark.parametrize("step", ["exchange", "enter", "answered", "exit", "happened"])
async def test_whatever_it_raises_a_message_that_was_taken_is_told_as_taken(
    step: str, caplog: pytest.LogCaptureFixture
) -> None:
    service, told = Service(), list[Event]()
    async with client_of(service, Watching(step), told) as client:
        receipt = await client.send(sms(1))
    assert receipt.id == "id33600000001"
    assert service.taken.total() == 1
    assert sum(isinstance(event, Settled) for event in told) == 1
    assert "broken at" in caplog.text


@pytest.mark.parametrize("step", ["exchange", "enter", "exit", "happened"])
async def test_whatever_it_raises_an_unknown_stays_unknown(step: str) -> None:
    async with client_of(Service(lambda _: "lost"), Watching(step), []) as client:
        with pytest.raises(OutcomeUnknown) as caught:
            await client.send(sms(1))
    assert caught.value.phase == "wait"
