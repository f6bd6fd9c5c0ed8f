from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Self

import httpx
import pytest
from attrs import frozen

from makeasync import AsyncClient, Campaign, Clock, Event, VirtualClock
from makeasync.cli import campaign
from makeasync.cli.account import Options
from makeasync.sandbox import Sandbox

LOGIN, PASSWORD = "john@gmail.com", "marilyn"


@pytest.fixture
def anyio_backend() -> str:
    """What the command line runs on."""
    return "asyncio"


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

    class OnClock(Campaign):
        @classmethod
        def open(
            cls,
            path: str | os.PathLike[str],
            *,
            purpose: str | None = None,
            clock: Clock | None = clock,
            read_only: bool = False,
        ) -> Self:
            return super().open(path, purpose=purpose, clock=clock, read_only=read_only)

    service = InProcess(sandbox, clock)
    monkeypatch.setattr(campaign, "service_for", service_for)
    monkeypatch.setattr(campaign, "Campaign", OnClock)
