"""The commands, each a few lines: what is asked for, one call of the library, what is shown."""

import os
import signal
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import ExitStack, contextmanager
from errno import EADDRINUSE
from typing import Annotated, Literal, TypeAlias, TypeVar

from cyclopts import App, Parameter
from cyclopts.validators import Number

from makeasync.cli.account import Options
from makeasync.cli.campaign import campaign
from makeasync.cli.session import Service, service_for
from makeasync.cli.talk import UsageProblem, put, reporting, talk
from makeasync.client.client import DEFAULT_BASE_URL, AsyncClient
from makeasync.errors import InvalidRequest
from makeasync.protocol.answers import Tracking
from makeasync.protocol.requests import Call, CallPlus, PaidRequest, Ring, RingPlus, Sms, SmsPlus
from makeasync.sandbox import Sandbox, serve

__all__ = ["app"]

app = App(
    name="makeasync",
    help="Send SMS, place calls and ring phones through the make API (makesms.fr), and follow what became of them.",
    help_format="plaintext",
)
app.command(campaign)

TrackingT = TypeVar("TrackingT", bound=Tracking)

From: TypeAlias = Annotated[
    str, Parameter(name="--from", help="The number that the called person sees, international (33612345678).")
]
To: TypeAlias = Annotated[str, Parameter(help="The number to reach, international.")]
Delay: TypeAlias = Annotated[int, Parameter(help="Minutes to wait before it happens, 0 to 120.")]
Track: TypeAlias = Annotated[
    bool, Parameter(name="--track", negative=(), help="Wait for the tracking (10 seconds at least) and show it too.")
]
_DEFAULTS = Options()
# What a telephone's keys say for MAKE.
_PORT = 6253


async def _with_client(options: Options, work: Callable[[AsyncClient], Awaitable[None]]) -> int:
    with reporting(as_json=options.json) as report, service_for(options) as service:
        async with service.client() as client:
            await work(client)
    return report.status


async def _send(options: Options, make: Callable[[], PaidRequest[TrackingT]], *, track: bool) -> int:
    async def work(client: AsyncClient) -> None:
        receipt = await client.send(make())
        put(receipt, as_json=options.json)
        if track:
            put(await client.wait_tracking(receipt), as_json=options.json)

    return await _with_client(options, work)


@app.command
async def credits(*, options: Options = _DEFAULTS) -> int:  # noqa: A001 - the API's word
    """Show the credit balance. Free."""

    async def work(client: AsyncClient) -> None:
        put(await client.get_credits(), as_json=options.json)

    return await _with_client(options, work)


@app.command
async def ring(*, from_: From, to: To, delay: Delay = 0, track: Track = False, options: Options = _DEFAULTS) -> int:
    """Ring a phone."""
    return await _send(options, lambda: Ring(from_=from_, to=to, delay=delay), track=track)


@app.command
async def ring_plus(
    *pairs: Annotated[str, Parameter(help="2 to 10 pairs, each FROM:TO, international.")],
    options: Options = _DEFAULTS,
) -> int:
    """Ring 2 to 10 pairs of phones. It cannot be tracked."""

    async def work(client: AsyncClient) -> None:
        put(await client.send(RingPlus(pairs=[_pair(pair) for pair in pairs])), as_json=options.json)

    return await _with_client(options, work)


@app.command
async def call(*, from_: From, to: To, delay: Delay = 0, track: Track = False, options: Options = _DEFAULTS) -> int:
    """Put two phones through to each other."""
    return await _send(options, lambda: Call(from_=from_, to=to, delay=delay), track=track)


@app.command
async def call_plus(
    *,
    from_: From,
    to: To,
    duration: Annotated[int, Parameter(help="The longest it may last, in minutes, 1 to 10.")],
    engage: Annotated[
        bool,
        Parameter(
            negative=(), help="I undertake to warn both parties that their conversation is recorded. You must say it."
        ),
    ] = False,
    delay: Delay = 0,
    track: Track = False,
    options: Options = _DEFAULTS,
) -> int:
    """Put two phones through to each other and record them."""
    return await _send(
        options, lambda: CallPlus(from_=from_, to=to, duration=duration, engage=engage, delay=delay), track=track
    )


@app.command
async def sms(
    *,
    from_: From,
    to: To,
    txt: Annotated[str, Parameter(help="The code of the text in the service's catalogue.")],
    delay: Delay = 0,
    track: Track = False,
    options: Options = _DEFAULTS,
) -> int:
    """Send an SMS of the catalogue."""
    return await _send(options, lambda: Sms(from_=from_, to=to, txt=txt, delay=delay), track=track)


@app.command
async def sms_plus(
    *,
    from_: From,
    to: To,
    msg: Annotated[str, Parameter(help="The text, in the characters that the API takes.")],
    delay: Delay = 0,
    track: Track = False,
    options: Options = _DEFAULTS,
) -> int:
    """Send an SMS of your own words."""
    return await _send(options, lambda: SmsPlus(from_=from_, to=to, msg=msg, delay=delay), track=track)


@app.command
async def track(
    id: Annotated[str, Parameter(help="The tracking id that the receipt shows.")],
    *,
    until: Annotated[
        Literal["available", "finished"], Parameter(help="Wait until there is a tracking, or until it is finished.")
    ] = "available",
    timeout: Annotated[float, Parameter(validator=Number(gt=0), help="Seconds to wait at most.")] = 120.0,
    base_url: Annotated[str, Parameter(env_var="MAKEASYNC_BASE_URL", help="The service's address.")] = DEFAULT_BASE_URL,
    json: Annotated[bool, Parameter(negative=(), help="Write JSON to standard output.")] = False,
) -> int:
    """Show what became of a request. Free, and needs no password."""
    # Tracking carries no login and no password; the client wants something in their place.
    nobody = Service(login="-", password="-", base_url=base_url)  # noqa: S106 - none is needed
    with reporting(as_json=json) as report:
        async with nobody.client() as client:
            put(await client.wait_tracking(id, until=until, timeout=timeout), as_json=json)
    return report.status


@app.command
def sandbox(
    *,
    host: Annotated[
        str, Parameter(help="The address; one that other machines reach needs --public too.")
    ] = "127.0.0.1",
    port: Annotated[int, Parameter(validator=Number(gte=0, lte=65535), help="The port; 0 takes a free one.")] = _PORT,
    public: Annotated[bool, Parameter(negative=(), help="I know that others can reach --host.")] = False,
    credits: Annotated[int, Parameter(validator=Number(gte=0), help="The balance to begin with.")] = 10_000,  # noqa: A002 - the API's word
    login: Annotated[str, Parameter(help="The login it accepts.")] = "john@gmail.com",
    seed: Annotated[int, Parameter(help="The same seed gives the same ids and the same fates.")] = 0,
    rate: Annotated[
        int | None, Parameter(validator=Number(gte=1), help="The most requests a second; those beyond get HTTP 429.")
    ] = None,
    json: Annotated[bool, Parameter(negative=(), help="Write the addresses to standard output as JSON.")] = False,
) -> int:
    """Run a make service that sends to nobody, with its inbox, on this machine, until Ctrl-C.

    Its password is `marilyn`.
    """
    password = "marilyn"  # noqa: S105 - the API document's own
    with ExitStack() as stack:
        report = stack.enter_context(reporting(as_json=json))
        imitated = Sandbox(login=login, password=password, credits=credits, seed=seed, rate=rate)
        url = stack.enter_context(_served(imitated, host, port, public=public))
        inbox = f"{url}_sandbox/"
        if json:
            put({"url": url, "inbox": inbox}, as_json=True)
        talk.print(f"Requests: {url} (login {login}, password {password})", soft_wrap=True)
        talk.print(f"Inbox:    {inbox}", soft_wrap=True)
        talk.print("Ctrl-C ends it.")
        _until_interrupted()
    return report.status


@contextmanager
def _served(imitated: Sandbox, host: str, port: int, *, public: bool) -> Generator[str]:
    with ExitStack() as stack:
        try:
            url = stack.enter_context(serve(imitated, host=host, port=port, public=public))
        except ValueError as error:
            raise UsageProblem(f"--host: {error}") from None
        except OSError as error:
            way_out = "; --port 0 takes a free one" if error.errno == EADDRINUSE else ""
            msg = f"--host {host} --port {port}: {os.strerror(error.errno or 0)}{way_out}"
            raise UsageProblem(msg) from None
        yield url


def _until_interrupted() -> None:
    # Who ends it otherwise than from the keyboard shall leave no page waiting either.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


def _pair(pair: str) -> tuple[str, ...]:
    numbers = tuple(pair.split(":"))
    if len(numbers) != 2:  # noqa: PLR2004 - a pair
        raise InvalidRequest(f"pairs: {pair!r} is not of the form FROM:TO", argument="pairs", code=100)
    return numbers
