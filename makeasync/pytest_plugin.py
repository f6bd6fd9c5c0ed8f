"""The pytest plugin: a sandbox of its own for every test that asks for one, and clients of it.

It is there as soon as makeasync is installed. Here live fixtures, a marker and a setting. Sandbox and client are
imported when a test asks for them, not before: pytest loads this module in every project.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
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
_SANDBOX: pytest.StashKey[Sandbox] = pytest.StashKey()
# How many messages its sandbox had taken when the test was judged.
_JUDGED: pytest.StashKey[int] = pytest.StashKey()
_FAILED = -1


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
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that sent what it should not have."""
    # A test that fails says itself why; `_watch` leaves it alone.
    item.stash[_JUDGED] = _FAILED
    result = yield
    # What a test of unittest raised does not come out here: pytest keeps it beside the test.
    if getattr(item, "_excinfo", None):
        return result
    sandbox = item.stash.get(_SANDBOX, None)
    item.stash[_JUDGED] = 0 if sandbox is None else sandbox.taken
    _judge(item, sandbox)
    return result


def _judge(item: pytest.Item, sandbox: Sandbox | None) -> None:
    __tracebackhide__ = True
    options = _marked(item)
    announced = options.get("sends", 0 if item.config.getini(_STRICT) else None)
    taken = 0 if sandbox is None else sandbox.taken
    if announced in {None, taken}:
        return
    if sandbox is None:
        pytest.fail("make_sandbox(sends=…) announces messages, and the test has no sandbox", pytrace=False)
    sent = "".join(f"\n  {each.kind} to {each.pairs[0][1]} {each.content or ''}" for each in sandbox.messages()[:20])
    way_out = "" if "sends" in options else f"\n({_STRICT} is set; @pytest.mark.make_sandbox(sends=…) announces them)"
    pytest.fail(f"messages announced: {announced}, accepted by the sandbox: {taken}{sent}{way_out}", pytrace=False)


def _marked(item: pytest.Item) -> dict[str, object]:
    """What the markers say, that of the test before those of its class and its module."""
    options: dict[str, object] = {}
    for marker in reversed(list(item.iter_markers("make_sandbox"))):
        if marker.args:
            msg = f"make_sandbox marker: {marker.args[0]!r} has no name; write it as in make_sandbox(credits=100)"
            raise pytest.UsageError(msg)
        options |= marker.kwargs
    sends = options.get("sends")
    if sends is not None and not (type(sends) is int and sends >= 0):
        msg = f"make_sandbox marker: sends={sends!r} is not a whole number from 0, nor None"
        raise pytest.UsageError(msg)
    return options


@pytest.fixture(name="_make_clock")
def _clock(request: pytest.FixtureRequest) -> VirtualClock | None:
    """The clock that a sandbox and its clients share in process; over a socket they go by the world's."""
    if "make_sandbox_url" in request.fixturenames:
        return None
    from makeasync.client.clock import VirtualClock  # noqa: PLC0415 - where it is asked for

    return VirtualClock()


@pytest.fixture
def make_sandbox(request: pytest.FixtureRequest, _make_clock: VirtualClock | None) -> Generator[Sandbox]:
    """A sandbox for this test alone, in process; waiting costs no time there, unless the test has a URL too.

    `@pytest.mark.make_sandbox(credits=0, faults=[Fault("cut", on="sms")], sends=1)` says what it is like.
    """
    item = cast("pytest.Item", request.node)
    options = _ACCOUNT | _marked(item)
    if _make_clock is not None:
        options = {"clock": _make_clock.time, "sleep": _make_clock.sleep, **options}
    sandbox = item.stash[_SANDBOX] = _made(options)
    yield sandbox
    # pytest keeps its items to the end, and may run one again.
    del item.stash[_SANDBOX]
    _watch(item, sandbox)


def _made(options: dict[str, object]) -> Sandbox:
    from makeasync.sandbox import Sandbox  # noqa: PLC0415 - where it is asked for

    options.pop("sends", None)
    faults = cast("Iterable[Fault]", options.pop("faults", ()))
    try:
        sandbox = cast("Callable[..., Sandbox]", Sandbox)(**options)
        for fault in faults:
            sandbox.add_fault(fault)
    except (TypeError, ValueError) as error:
        msg = f"make_sandbox marker: {error}"
        raise pytest.UsageError(msg) from None
    return sandbox


def _watch(item: pytest.Item, sandbox: Sandbox) -> None:
    """Judge again if more was sent since the test was judged: in the teardown of another fixture."""
    __tracebackhide__ = True
    if item.stash.get(_JUDGED, _FAILED) not in {_FAILED, sandbox.taken}:
        _judge(item, sandbox)


@pytest.fixture
def make_sandbox_url(make_sandbox: Sandbox, _make_clock: VirtualClock | None) -> Generator[str]:
    """The URL of the test's sandbox, with a slash at its end, on a loopback port, in real time: for a `base_url`."""
    from makeasync.sandbox import serve  # noqa: PLC0415 - where it is asked for

    if _make_clock is not None:
        raise pytest.UsageError("make_sandbox_url: make it an argument of the test; asked for late, time is virtual")
    with serve(make_sandbox) as url:
        yield url


@pytest.fixture
def make_client(request: pytest.FixtureRequest, make_sandbox: Sandbox, _make_clock: VirtualClock | None) -> ClientMaker:
    """Clients of the test's sandbox, made with the options of `AsyncClient` and opened with `async with`."""
    from httpx import ASGITransport  # noqa: PLC0415 - where it is asked for

    from makeasync.client.client import AsyncClient  # noqa: PLC0415 - the same
    from makeasync.client.crew import Crew  # noqa: PLC0415 - the same

    marked = _ACCOUNT | _marked(cast("pytest.Item", request.node))
    there: dict[str, object] = {"login": marked["login"], "password": marked["password"], "rate": _RATE}
    if _make_clock is None:
        there["base_url"] = request.getfixturevalue("make_sandbox_url")
    else:
        there |= {"clock": _make_clock, "transport": ASGITransport(make_sandbox.app)}

    @asynccontextmanager
    async def connected(**options: object) -> AsyncGenerator[AsyncClient]:
        async with Crew() as crew, cast("Callable[..., AsyncClient]", AsyncClient)(**there | options) as client:
            if _make_clock is not None:
                # Each client lets time go on, for as long as it is open.
                crew.start(_make_clock.run)
            yield client

    return connected
