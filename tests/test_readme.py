"""The README's examples, run as they stand."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

import makeasync
from makeasync import AsyncClient, VirtualClock
from makeasync.sandbox import Sandbox

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
FIRST, SEND, CAMPAIGN, AFTER_A_CRASH, WATCHED, TESTING = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def defined(code: str, name: str, **replaced: object) -> Callable[..., Awaitable[None]]:
    names: dict[str, Any] = {}
    exec(compile(code.replace("anyio.run(main)", ""), "README.md", "exec"), names)  # noqa: S102 - our own README
    names.update(replaced)
    function: Callable[..., Awaitable[None]] = names[name]
    return function


def sandboxed(sandbox: Sandbox, clock: VirtualClock) -> partial[AsyncClient]:
    return partial(AsyncClient, clock=clock, transport=httpx.ASGITransport(sandbox.app))


async def test_the_first_example_runs() -> None:
    async with VirtualClock() as clock:
        sandbox = Sandbox(clock=clock.time)
        await defined(FIRST, "main", AsyncClient=sandboxed(sandbox, clock))()
    assert sandbox.messages()[0].msg == "Bonjour, ça va ?"


async def test_the_bulk_example_sends_to_each() -> None:
    async with VirtualClock() as clock:
        sandbox = Sandbox(clock=clock.time)
        async with sandboxed(sandbox, clock)("john@gmail.com", "marilyn") as client:
            await defined(SEND, "send")(client, ["33639980001", "33639980002"])
    assert {message.to for message in sandbox.messages()} == {"33639980001", "33639980002"}


async def test_the_campaign_examples_message_each_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with VirtualClock() as clock:
        sandbox = Sandbox(clock=clock.time)
        async with sandboxed(sandbox, clock)("john@gmail.com", "marilyn") as client:
            for _ in range(2):
                await defined(CAMPAIGN, "spring")(client, ["33687654321", "33639980002"])
            with pytest.raises(ValueError, match="33687654321"):
                await defined(AFTER_A_CRASH, "after_a_crash")(client)
    assert sorted(message.to or "" for message in sandbox.messages()) == ["33639980002", "33687654321"]


async def test_the_watching_example_shows_what_happens(capsys: pytest.CaptureFixture[str]) -> None:
    async with VirtualClock() as clock:
        client = sandboxed(Sandbox(clock=clock.time), clock)
        await defined(WATCHED, "watched", AsyncClient=client)(["33639980001"])
    assert [line.split("(")[0] for line in capsys.readouterr().out.splitlines()] == ["Queued", "Sending", "Settled"]


async def test_the_testing_example_passes() -> None:
    await defined(TESTING, "test_it_arrives")()


def test_every_error_is_explained() -> None:
    for name in (
        "InvalidRequest",
        "RequestRefused",
        "NotSent",
        "OutcomeUnknown",
        "NoAnswer",
        "UndecodableAnswer",
        "JournalFailed",
    ):
        assert f"`{name}`" in README
        assert issubclass(getattr(makeasync, name), makeasync.MakeError)
