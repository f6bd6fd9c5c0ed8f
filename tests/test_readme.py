"""The examples of the README and of docs/sandbox.md, run as they stand."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

import makeasync
from makeasync import AsyncClient, VirtualClock
from makeasync.sandbox import Sandbox
from makeasync.sandbox.network.faults import Does
from makeasync.sandbox.web.control import control_routes

pytest_plugins = ("pytester",)

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SANDBOX = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
FIRST, SEND, CAMPAIGN, AFTER_A_CRASH, WATCHED, TESTING = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
BY_THE_PLUGIN, IN_A_PLAIN_TEST, OVER_A_SOCKET, IN_PYTHON, CLOCK, FAULTS = re.findall(
    r"```python\n(.*?)```", SANDBOX, re.DOTALL
)


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


@pytest.mark.parametrize("code", [TESTING, BY_THE_PLUGIN], ids=["README", "sandbox.md"])
def test_the_examples_for_pytest_pass_as_they_stand(code: str, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(code)
    pytester.runpytest("-p", "no:cacheprovider", "-p", "no:xdist").assert_outcomes(passed=2)


def test_the_example_of_a_plain_test_passes_as_it_stands(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(IN_A_PLAIN_TEST)
    pytester.runpytest("-p", "no:cacheprovider", "-p", "no:xdist").assert_outcomes(passed=1)


async def test_the_example_in_python_passes() -> None:
    await defined(IN_PYTHON, "test_it_arrives")()


async def test_the_example_over_a_socket_says_where_to_look(capsys: pytest.CaptureFixture[str]) -> None:
    await defined(OVER_A_SOCKET, "send_and_look")()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/_sandbox/\?open=\w{14}\n", capsys.readouterr().out)


@pytest.mark.parametrize("code", [CLOCK, FAULTS], ids=["clock", "faults"])
def test_the_examples_of_clock_and_faults_run(code: str) -> None:
    exec(code, {})  # noqa: S102 - our own documentation


def test_every_fault_and_every_call_of_the_sandbox_stands_in_its_page() -> None:
    assert [f"| `{each}` |" for each in get_args(Does) if f"\n| `{each}` |" not in SANDBOX] == []
    shown = re.findall(r"^\| `(.+?) (/_sandbox/api/[^?`]*)", SANDBOX, re.MULTILINE)
    documented = {(method.strip("` "), path) for methods, path in shown for method in methods.split(",")}
    calls = {
        (method, route.path)
        for route in control_routes(Sandbox())
        for method in route.methods or ()
        if method != "HEAD"
    }
    assert documented == calls


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
