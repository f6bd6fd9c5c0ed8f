"""The pytest plugin: a sandbox of its own for every test that asks for one, and clients of it.

It is there as soon as makeasync is installed. Here live fixtures, a marker and a setting. Sandbox and client are
imported when a test asks for them, not before: pytest loads this module in every project.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, TypeAlias, cast

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from makeasync import AsyncClient, VirtualClock
    from makeasync.sandbox import Fault, Sandbox

__all__ = ["ClientMaker"]

ClientMaker: TypeAlias = "Callable[..., AbstractAsyncContextManager[AsyncClient]]"
"""What `make_client` is: called with options of `AsyncClient`, it gives a client for `async with`."""

_STRICT = "make_sandbox_strict"
_ACCOUNT: dict[str, object] = {"login": "john@gmail.com", "password": "marilyn"}
# As many a second as a test may want to send over a socket; in process, time costs nothing.
_RATE = 1_000


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the setting."""
    says = "fail a test whose sandbox was sent anything that the test's marker does not announce (sends=…)"
    parser.addini(_STRICT, says, type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Announce the marker."""
    config.addinivalue_line(
        "markers",
        "make_sandbox(sends=None, faults=(), **options): what the test's sandbox is like: its faults, and options of "
        "makeasync.sandbox.Sandbox, such as credits=100; with sends, the test fails unless so many messages were "
        "accepted.",
    )


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Fail a test that sent what it should not have."""
    result = yield
    if "make_sandbox" in pyfuncitem.funcargs:
        _check(cast("Sandbox", pyfuncitem.funcargs["make_sandbox"]), _announced(pyfuncitem))
    return result


def _marked(item: pytest.Item) -> dict[str, object]:
    marker = item.get_closest_marker("make_sandbox")
    return dict(marker.kwargs) if marker else {}


def _announced(item: pytest.Item) -> int | None:
    is_strict = item.config.getini(_STRICT)
    return cast("int | None", _marked(item).get("sends", 0 if is_strict else None))


def _check(sandbox: Sandbox, announced: int | None) -> None:
    __tracebackhide__ = True
    messages = sandbox.messages()
    if announced is None or len(messages) == announced:
        return
    sent = "".join(f"\n  {each.kind} to {each.pairs[0][1]} {each.content or ''}" for each in messages[:20])
    pytest.fail(f"messages announced: {announced}, accepted by the sandbox: {len(messages)}{sent}", pytrace=False)


@pytest.fixture(name="_make_clock")
def _clock(request: pytest.FixtureRequest) -> VirtualClock | None:
    """The clock that a sandbox and its clients share in process; over a socket they go by the world's."""
    if "make_sandbox_url" in request.fixturenames:
        return None
    from makeasync.client.clock import VirtualClock  # noqa: PLC0415 - where it is asked for

    return VirtualClock()


@pytest.fixture
def make_sandbox(request: pytest.FixtureRequest, _make_clock: VirtualClock | None) -> Sandbox:
    """A sandbox for this test alone, in process; waiting costs no time there, unless the test has a URL too.

    `@pytest.mark.make_sandbox(credits=0, faults=[Fault("cut", on="sms")], sends=1)` says what it is like.
    """
    from makeasync.sandbox import Sandbox  # noqa: PLC0415 - where it is asked for

    options = _ACCOUNT | _marked(cast("pytest.Item", request.node))
    options.pop("sends", None)
    faults = cast("Iterable[Fault]", options.pop("faults", ()))
    if _make_clock is not None:
        options = {"clock": _make_clock.time, "sleep": _make_clock.sleep, **options}
    sandbox = cast("Callable[..., Sandbox]", Sandbox)(**options)
    for fault in faults:
        sandbox.add_fault(fault)
    return sandbox


@pytest.fixture
def make_sandbox_url(make_sandbox: Sandbox) -> Generator[str]:
    """The URL of the test's sandbox, on a loopback port, in real time: for what is given a `base_url`."""
    from makeasync.sandbox import serve  # noqa: PLC0415 - where it is asked for

    with serve(make_sandbox) as url:
        yield url


@pytest.fixture
def make_client(request: pytest.FixtureRequest, make_sandbox: Sandbox, _make_clock: VirtualClock | None) -> ClientMaker:
    """Clients of the test's sandbox, made with the options of `AsyncClient` and opened with `async with`."""
    from httpx import ASGITransport  # noqa: PLC0415 - where it is asked for

    from makeasync.client.client import AsyncClient  # noqa: PLC0415 - the same

    marked = _ACCOUNT | _marked(cast("pytest.Item", request.node))
    there: dict[str, object] = {"login": marked["login"], "password": marked["password"], "rate": _RATE}
    if _make_clock is None:
        there["base_url"] = request.getfixturevalue("make_sandbox_url")
    else:
        there |= {"clock": _make_clock, "transport": ASGITransport(make_sandbox.app)}
    opened = 0

    @asynccontextmanager
    async def connected(**options: object) -> AsyncGenerator[AsyncClient]:
        nonlocal opened
        # Of clients inside one another the outermost lets time go on.
        ticking = nullcontext() if _make_clock is None or opened else _make_clock
        async with ticking, cast("Callable[..., AsyncClient]", AsyncClient)(**there | options) as client:
            opened += 1
            try:
                yield client
            finally:
                opened -= 1

    return connected
