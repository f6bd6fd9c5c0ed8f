"""AsyncClient: the face of the library, and the place where its parts are put together."""

import itertools
import os
import random
import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from types import TracebackType
from typing import Self, TypeAlias, TypeVar, overload

from anyio.lowlevel import current_token

from makeasync.client.bulk import Bulk, End, Give, Many
from makeasync.client.clock import Clock, LoopClock
from makeasync.client.credentials import Credentials, complaint_about
from makeasync.client.crew import Crew
from makeasync.client.delivery import NOBODY, Delivery, Witness
from makeasync.client.events import Event, Waiting
from makeasync.client.httpx_lanes import AnyTransport, Verify, open_transport
from makeasync.client.inquiry import Inquiry
from makeasync.client.limiter import Limiter
from makeasync.client.outcomes import Accepted, Failure, Tracked, TrackingFailed, failure_of
from makeasync.client.tracking import ENOUGH, Tracker, Until, Waiter
from makeasync.client.watching import Telemetry, Watched, listener_of
from makeasync.client.wire import Wire
from makeasync.errors import (
    ClientClosed,
    ClientElsewhere,
    MakeError,
    NotSent,
    NotTrackable,
    OutcomeUnknown,
    RequestRefused,
)
from makeasync.pacing.bucket import Rate
from makeasync.pacing.schedule import first_look
from makeasync.protocol.answers import (
    CallPlusTracking,
    CallTracking,
    Credits,
    Kind,
    Receipt,
    RingTracking,
    SmsPlusTracking,
    SmsTracking,
    Tracking,
)
from makeasync.protocol.requests import (
    Call,
    CallPlus,
    Delay,
    GetTracking,
    PaidRequest,
    Ring,
    RingPlus,
    Sms,
    SmsPlus,
)

__all__ = ["DEFAULT_BASE_URL", "AsyncClient"]

DEFAULT_BASE_URL = "https://www.makesms.fr/"
_TRACKED_AT_ONCE = 10_000

TrackingT = TypeVar("TrackingT", bound=Tracking)
AnyTrackingT = TypeVar("AnyTrackingT", bound=Tracking | None)
Paced: TypeAlias = float | Rate | None
_Sent: TypeAlias = Accepted[AnyTrackingT] | Failure


class AsyncClient:
    """The make API, from asyncio or trio. Open it with `async with`; one client serves a whole program.

    Args:
        login: the e-mail address of your make account.
        password: its password. It goes into the requests and nowhere else.
        base_url: the service's address; `https`, or `http` on loopback.
        rate: requests a second, shared by everything this client sends: a number, a `Rate` with its burst, or `None`
            for no limit. The API document states none, so the default is a careful one.
        max_connections: connections at once, from 1.
        timeout: seconds that one request may take to connect, send and be answered together. Waiting for the rate or
            for a free connection is not part of it.
        tracking_delay: seconds after which a log is there at the earliest; no id is asked for sooner.
        transport: a `Transport` of your own, or an httpx transport; `None` for the default. It is closed with the
            client. Of one that is not httpx's own, only a `NotSent` that it raises proves that nothing left.
        clock: a clock; `VirtualClock` in tests.
        on_event: is called with one record for each thing that happens (`Sending`, `Settled`, …). It must return
            at once; what it raises is logged and goes no further. The logger `makeasync` is told the same, without
            numbers and texts.
        telemetry: makes spans and metrics of it: `makeasync.telemetry.OpenTelemetry()`.
        verify: check the server's certificate, or the `ssl.SSLContext` to do it with.
        proxy: the URL of an HTTP proxy.

    Raises:
        ValueError: an option is out of its range; it is named.

    Example:
        async with AsyncClient("john@gmail.com", "marilyn", rate=20) as client:
            receipt = await client.sms_plus(from_="33612345678", to="33687654321", msg="Bonjour, ça va ?")
            tracking = await client.wait_tracking(receipt, timeout=60)
    """

    def __init__(
        self,
        login: str,
        password: str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        rate: Paced = 10,
        max_connections: int = 10,
        timeout: float = 15.0,
        tracking_delay: float = 10.0,
        transport: AnyTransport | None = None,
        clock: Clock | None = None,
        on_event: Callable[[Event], None] | None = None,
        telemetry: Telemetry | None = None,
        verify: Verify = True,
        proxy: str | None = None,
    ) -> None:
        self._state = "new"
        self._home: object = None
        self._thread = ""
        complaint = complaint_about(login, password)
        credentials = None if complaint else Credentials(login, password)
        # What is refused is raised from here, and whoever reports it may show this call's variables.
        del login, password
        if credentials is None:
            raise ValueError(complaint)
        self._credentials = credentials
        if not timeout > 0:
            raise ValueError(f"timeout: {timeout!r} is not allowed; give seconds above 0")
        if not tracking_delay >= 0:
            raise ValueError(f"tracking_delay: {tracking_delay!r} is not allowed; give seconds from 0")
        self._clock = clock or LoopClock()
        self._tracking_delay = tracking_delay
        self._limiter = Limiter(self._clock, _as_rate(rate))
        self._max_connections = max_connections
        opened = open_transport(
            transport,
            base_url,
            self._credentials,
            clock=self._clock,
            max_connections=max_connections,
            verify=verify,
            proxy=proxy,
        )
        self._transport = Watched(opened, telemetry, base_url) if telemetry else opened
        self._crew = Crew()
        wire = Wire(
            self._transport,
            self._clock,
            self._limiter,
            self._credentials,
            timeout,
            random.random,
            listener_of(on_event, telemetry),
        )
        self._inquiry = Inquiry(wire)
        self._delivery = Delivery(wire, self._crew)
        self._tracker = Tracker(
            self._inquiry.poll, self._clock, random.random, max_connections, partial(wire.tell, Waiting)
        )

    @classmethod
    def from_env(
        cls,
        *,
        rate: Paced = 10,
        max_connections: int = 10,
        timeout: float = 15.0,
        tracking_delay: float = 10.0,
        transport: AnyTransport | None = None,
        clock: Clock | None = None,
        on_event: Callable[[Event], None] | None = None,
        telemetry: Telemetry | None = None,
    ) -> Self:
        """Make a client from `MAKEASYNC_LOGIN`, `MAKEASYNC_PASSWORD` and, if it is set, `MAKEASYNC_BASE_URL`.

        The arguments are those of the class.

        Raises:
            ValueError: a variable is not set, or an option is out of its range; it is named.
        """
        for name in ("MAKEASYNC_LOGIN", "MAKEASYNC_PASSWORD"):
            if not os.environ.get(name):
                raise ValueError(f"{name}: not set in the environment")
        return cls(
            os.environ["MAKEASYNC_LOGIN"],
            os.environ["MAKEASYNC_PASSWORD"],
            base_url=os.environ.get("MAKEASYNC_BASE_URL") or DEFAULT_BASE_URL,
            rate=rate,
            max_connections=max_connections,
            timeout=timeout,
            tracking_delay=tracking_delay,
            transport=transport,
            clock=clock,
            on_event=on_event,
            telemetry=telemetry,
        )

    def __repr__(self) -> str:
        shown = self._credentials.shown if hasattr(self, "_credentials") else "?"
        return f"<AsyncClient {shown} ({self._state})>"

    def __reduce__(self) -> str:
        raise TypeError("an AsyncClient is not pickled: it holds connections and a password")

    async def __aenter__(self) -> Self:
        if self._state != "new":
            raise ClientClosed(f"the client is {self._state}; make a new one for each `async with`")
        self._home, self._thread = current_token(), threading.current_thread().name
        await self._crew.__aenter__()
        self._crew.start(self._tracker.run)
        self._state = "open"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        self._state = "closed"
        try:
            return await self._crew.__aexit__(kind, error, traceback)
        finally:
            await self._transport.aclose()

    @property
    def rate(self) -> Rate | None:
        """Requests a second, shared by everything this client sends; `None`: no limit. Set it to go by it at once."""
        return self._limiter.rate

    @rate.setter
    def rate(self, rate: Paced) -> None:
        self._limiter.rate = _as_rate(rate)

    @property
    def max_connections(self) -> int:
        """Connections at once."""
        return self._max_connections

    @property
    def clock(self) -> Clock:
        """The clock it goes by."""
        return self._clock

    async def ring(self, *, from_: str, to: str, delay: Delay = 0) -> Receipt[RingTracking]:
        """Ring a phone (section 3 of the API document).

        Args:
            from_: the number shown to the called person, international.
            to: the number to ring, international.
            delay: whole minutes from 0 to 120 until it rings, or a timedelta of them.

        Returns:
            The receipt; `wait_tracking` follows it.

        Raises:
            InvalidRequest: an argument is out of its range; nothing was sent.
            RequestRefused: the service said no (`InsufficientCredit`, `AuthenticationFailed`, …); nothing was sent.
            NotSent: no connection was made; safe to send again.
            OutcomeUnknown: it may have been sent; do not repeat it before you have looked at the account.
            ClientClosed: the client is not open.
        """
        return await self.send(Ring(from_=from_, to=to, delay=delay))

    async def ring_plus(self, pairs: Iterable[Sequence[str]]) -> Receipt[None]:
        """Ring 2 to 10 pairs of phones (section 4). Its receipt cannot be tracked.

        Args:
            pairs: 2 to 10 pairs (from, to) of international numbers.

        Returns:
            The receipt.

        Raises:
            InvalidRequest: too few or too many pairs, or a wrong number; nothing was sent.
            RequestRefused, NotSent, OutcomeUnknown, ClientClosed: see `ring`.
        """
        return await self.send(RingPlus(pairs=pairs))

    async def call(self, *, from_: str, to: str, delay: Delay = 0) -> Receipt[CallTracking]:
        """Put two phones through to each other (section 5).

        Args:
            from_: the caller, international.
            to: the called party, international.
            delay: whole minutes from 0 to 120 until the call, or a timedelta of them.

        Returns:
            The receipt; `wait_tracking` follows it.

        Raises:
            InvalidRequest: an argument is out of its range; nothing was sent.
            RequestRefused, NotSent, OutcomeUnknown, ClientClosed: see `ring`.
        """
        return await self.send(Call(from_=from_, to=to, delay=delay))

    async def call_plus(
        self, *, from_: str, to: str, duration: int, engage: bool = False, delay: Delay = 0
    ) -> Receipt[CallPlusTracking]:
        """Put two phones through to each other and record them (section 6).

        Args:
            from_: the caller, international.
            to: the called party, international.
            duration: the longest it may last, whole minutes from 1 to 10.
            engage: `True` says: I undertake to warn both parties that their conversation is recorded. You must say it.
            delay: whole minutes from 0 to 120 until the call, or a timedelta of them.

        Returns:
            The receipt; `wait_tracking` follows it.

        Raises:
            InvalidRequest: an argument is out of its range, or `engage` was not said; nothing was sent.
            RequestRefused, NotSent, OutcomeUnknown, ClientClosed: see `ring`.
        """
        return await self.send(CallPlus(from_=from_, to=to, duration=duration, engage=engage, delay=delay))

    async def sms(self, *, from_: str, to: str, txt: str, delay: Delay = 0) -> Receipt[SmsTracking]:
        """Send an SMS of the catalogue (section 7).

        Args:
            from_: the sender that the recipient sees, international.
            to: the recipient, international.
            txt: the code of the text in the service's catalogue.
            delay: whole minutes from 0 to 120 until it is sent, or a timedelta of them.

        Returns:
            The receipt; `wait_tracking` follows it.

        Raises:
            InvalidRequest: an argument is out of its range; nothing was sent.
            RequestRefused, NotSent, OutcomeUnknown, ClientClosed: see `ring`.
        """
        return await self.send(Sms(from_=from_, to=to, txt=txt, delay=delay))

    async def sms_plus(self, *, from_: str, to: str, msg: str, delay: Delay = 0) -> Receipt[SmsPlusTracking]:
        """Send an SMS of your own words (section 8).

        Args:
            from_: the sender that the recipient sees, international.
            to: the recipient, international.
            msg: the text, in the characters of the message alphabet; `transliterate()` makes any text so.
            delay: whole minutes from 0 to 120 until it is sent, or a timedelta of them.

        Returns:
            The receipt; `wait_tracking` follows it.

        Raises:
            InvalidRequest: an argument is out of its range, or `msg` holds other characters; nothing was sent.
            RequestRefused, NotSent, OutcomeUnknown, ClientClosed: see `ring`.
        """
        return await self.send(SmsPlus(from_=from_, to=to, msg=msg, delay=delay))

    async def send(self, request: PaidRequest[AnyTrackingT], *, witness: Witness = NOBODY) -> Receipt[AnyTrackingT]:
        """Send a request that you hold as a value.

        It waits for its turn under the rate. Cancelled before it has left, it does not leave; cancelled after, it waits
        for the answer first (at most the timeout), so that what became of it is known to `on_event`.

        Args:
            request: a `Ring`, `RingPlus`, `Call`, `CallPlus`, `Sms` or `SmsPlus`.
            witness: keeps a record of it, if you keep one (`Witness`): is awaited before it may leave, and told what
                became of it. A `Campaign` is the record that makeasync keeps for you.

        Returns:
            The receipt.

        Raises:
            RequestRefused, NotSent, OutcomeUnknown, ClientClosed: see `ring`.

        Example:
            receipt = await client.send(Sms(from_="33612345678", to="33687654321", txt="123"))
        """
        self._check_open()
        return await self._delivery.send(request, witness)

    async def deliver(self, request: PaidRequest[AnyTrackingT], witness: Witness) -> Receipt[AnyTrackingT]:
        """Send a request and keep a record of it, in the calling task: a little cheaper than `send`.

        For whoever runs each delivery in a task that is its own, as `Campaign` does. A cancel scope that is cancelled
        waits for the answer once it may have left, as with `send`; but asyncio's own `task.cancel()` tears the
        exchange, and then the outcome is unknown.

        Args:
            request: see `send`.
            witness: is awaited before it may leave, and told what became of it.

        Returns:
            The receipt.

        Raises:
            RequestRefused, NotSent, OutcomeUnknown, ClientClosed: see `ring`.
        """
        self._check_open()
        return await self._delivery.send(request, witness, in_this_task=True)

    def send_all(
        self, requests: Many[PaidRequest[AnyTrackingT]], *, concurrency: int = 50
    ) -> Bulk[PaidRequest[AnyTrackingT], _Sent[AnyTrackingT]]:
        """Send many requests, several at once, and give what became of each, in the order in which it is known.

        Args:
            requests: any iterable or async iterable; it is read no further ahead than `concurrency`.
            concurrency: requests under way at once, from 1.

        Returns:
            A block to open with `async with`; iterate over it for the outcomes: `Accepted`, `Refused`, `NotSent` or
            `Unknown`, each with its `.request`. Leaving it early sends nothing more and waits for what has left.

        Raises:
            ValueError: `concurrency` is below 1.
            ClientClosed: the client is not open; raised by the iteration.

        Example:
            async with client.send_all(requests) as outcomes:
                async for outcome in outcomes:
                    print(outcome)
        """

        async def work(request: PaidRequest[AnyTrackingT], give: Give[_Sent[AnyTrackingT]]) -> None:
            try:
                give(Accepted(request, await self.send(request)))
            except (RequestRefused, NotSent, OutcomeUnknown) as error:
                give(failure_of(request, error))
            except Exception as error:  # noqa: BLE001 - the client is closed, or what was given is no request
                give(End(error))

        def begin(crew: Crew, request: PaidRequest[AnyTrackingT], give: Give[_Sent[AnyTrackingT]]) -> None:
            crew.start(work, request, give)

        return Bulk(requests, begin, at_once=concurrency)

    async def get_tracking(self, id: str) -> Tracking:
        """Look once, now, at what became of a request (section 9). Free.

        Args:
            id: the `id` of its receipt.

        Returns:
            The tracking, of the class that fits what was asked for.

        Raises:
            NotYetAvailable: the log is not there yet; it is 10 s after the id at the earliest. `wait_tracking` waits.
            TrackingUnavailable: the id is wrong, or older than a month, or of a ring+.
            NoAnswer, NotSent, UndecodableAnswer: the question failed; ask again.
            InvalidRequest: the id cannot be one.
            ClientClosed: the client is not open.
        """
        self._check_open()
        return await self._inquiry.tracking(id)

    @overload
    async def wait_tracking(
        self, receipt: Receipt[TrackingT], *, until: Until = "available", timeout: float | None = None
    ) -> TrackingT: ...

    @overload
    async def wait_tracking(
        self, receipt: str, *, until: Until = "available", timeout: float | None = None
    ) -> Tracking: ...

    async def wait_tracking(
        self, receipt: Receipt[Tracking] | str, *, until: Until = "available", timeout: float | None = None
    ) -> Tracking:
        """Wait until there is a tracking of a request, or until nothing more will happen to it (section 9). Free.

        The first look is 10 s after the receipt; of an id alone nobody knows its age, and the first look is at once.

        Args:
            receipt: the receipt, or the id.
            until: `"available"`: there is a tracking. `"finished"`: its last date has been reached.
            timeout: seconds to wait at most; `None` for no end.

        Returns:
            The tracking; for the receipt of an sms+ an `SmsPlusTracking`, and so on.

        Raises:
            TrackingTimeout: the time ran out; `.last` is the newest tracking seen.
            TrackingUnavailable: the id is wrong, or older than a month.
            NotTrackable: the receipt is that of a ring+; nothing was asked.
            NoAnswer, NotSent, UndecodableAnswer: nine looks in a row failed.
            ValueError: `until` is neither of the two.
            InvalidRequest: the id cannot be one.
            ClientClosed: the client is not open.
        """
        self._check_open()
        _check_until(until)
        id, kind = _tracked(receipt)
        return await self._tracker.wait(id, kind, self._first_look(receipt), until, timeout)

    def track_all(
        self,
        receipts: Many[Receipt[Tracking] | str],
        *,
        until: Until = "available",
        concurrency: int = _TRACKED_AT_ONCE,
    ) -> Bulk[Receipt[Tracking] | str, Tracked | TrackingFailed]:
        """Follow many requests, and give each tracking as it becomes available. Free.

        Args:
            receipts: receipts or ids, any iterable or async iterable; it is read no further ahead than `concurrency`.
            until: `"available"` or `"finished"`; see `wait_tracking`.
            concurrency: ids followed at once, from 1.

        Returns:
            A block to open with `async with`; iterate over it for `Tracked` or `TrackingFailed`, each with its `.id`.

        Raises:
            ValueError: `concurrency` is below 1, or `until` is neither of the two.
            ClientClosed: the client is not open; raised by the iteration.

        Example:
            async with client.track_all(receipts) as trackings:
                async for tracked in trackings:
                    print(tracked)
        """
        _check_until(until)
        waiting: dict[int, Waiter] = {}
        tickets = itertools.count()

        def begin(_: Crew, receipt: Receipt[Tracking] | str, give: Give[Tracked | TrackingFailed]) -> None:
            id = receipt if isinstance(receipt, str) else receipt.id
            ticket = next(tickets)

            def deliver(result: Tracking | MakeError) -> None:
                waiting.pop(ticket, None)
                match result:
                    case ClientClosed():
                        give(End(result))
                    case MakeError():
                        give(TrackingFailed(id, result))
                    case _:
                        give(Tracked(id, result))

            try:
                self._check_open()
                known, kind = _tracked(receipt)
            except ClientClosed as error:
                give(End(error))
            except MakeError as error:
                give(TrackingFailed(id, error))
            else:
                waiting[ticket] = self._tracker.add(known, kind, self._first_look(receipt), until, deliver)

        def end() -> None:
            for waiter in waiting.values():
                self._tracker.drop(waiter)

        return Bulk(receipts, begin, at_once=concurrency, end=end)

    async def get_credits(self) -> Credits:
        """Read the balance of the account (section 10). Free.

        The service answers 0 when login or password is wrong, so 0 does not prove an empty account.

        Returns:
            The balance.

        Raises:
            NoAnswer, NotSent, UndecodableAnswer: the question failed; ask again.
            RequestRefused: the service said no.
            ClientClosed: the client is not open.
        """
        self._check_open()
        return await self._inquiry.credits()

    def _first_look(self, receipt: Receipt[Tracking] | str) -> float:
        issued_at = None if isinstance(receipt, str) else receipt.issued_at
        age = None if issued_at is None else self._clock.time() - issued_at.timestamp()
        return first_look(age, self._tracking_delay)

    def _check_open(self) -> None:
        if self._state != "open":
            raise ClientClosed(f"the client is {self._state}: use it inside `async with AsyncClient(…) as client:`")
        if current_token() != self._home:
            raise ClientElsewhere(
                f"the client is open in another event loop, that of {self._thread}: use it there "
                "(`anyio.from_thread.run`, `asyncio.run_coroutine_threadsafe`), or open another one here"
            )


def _as_rate(rate: Paced) -> Rate | None:
    return rate if isinstance(rate, Rate) or rate is None else Rate(rate)


def _check_until(until: Until) -> None:
    if until not in ENOUGH:
        raise ValueError(f"until: {until!r} is not allowed; give 'available' or 'finished'")


def _tracked(receipt: Receipt[Tracking] | str) -> tuple[str, Kind | None]:
    if isinstance(receipt, str):
        return GetTracking(receipt).id, None
    if receipt.kind is Kind.RING_PLUS:
        raise NotTrackable(
            "a ring+ cannot be tracked in this version of the API; see the web interface", id=receipt.id, code=110
        )
    return receipt.id, receipt.kind
