from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

import httpx
import pytest
from attrs import frozen

from makeasync import AsyncClient, Event, VirtualClock
from makeasync.cli import campaign
from makeasync.cli.account import Options
from makeasync.sandbox import Sandbox

LOGIN, PASSWORD = "john@gmail.com", "marilyn"


@frozen
class InProcess:
    """What `service_for` gives, without sockets and without waiting."""

    sandbox: Sandbox
    clock: VirtualClock

    def client(
        self, *, rate: float = 10, concurrency: int = 10, on_event: Callable[[Event], None] | None = None
    ) -> AsyncClient:
        return AsyncClient(
            LOGIN,
            PASSWORD,
            rate=rate,
            max_connections=concurrency,
            clock=self.clock,
            transport=httpx.ASGITransport(self.sandbox.app),
            on_event=on_event,
        )


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def sandbox(clock: VirtualClock) -> Sandbox:
    return Sandbox(login=LOGIN, password=PASSWORD, credits=100_000, clock=clock.time)


@pytest.fixture
def in_process(sandbox: Sandbox, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def service_for(_: Options) -> Generator[InProcess]:
        yield service

    service = InProcess(sandbox, clock)
    monkeypatch.setattr(campaign, "service_for", service_for)
