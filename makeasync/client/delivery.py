"""One paid request, at most once: pace it, send it, and know what became of it.

The exchange runs in a task of its own, so that no cancellation of the caller's, not even asyncio's own, can tear it
once a byte may have left: the caller waits for the answer, bounded by the deadline, and is cancelled then. Whoever has
a task for each message already (`campaign.run`) has the exchange in that one.
"""

from typing import Generic, Protocol, TypeVar

import anyio
from attrs import define, field, frozen

from makeasync.client.crew import Crew, outlast
from makeasync.client.events import Queued, Repeating, Sending, Settled
from makeasync.client.outcomes import Accepted, Outcome, failure_of
from makeasync.client.outcomes import Failure as Failed
from makeasync.client.transport import Answer, Progress, Target
from makeasync.client.wire import Wire
from makeasync.errors import ClientClosed, NotSent, OutcomeUnknown, RequestRefused, UndecodableAnswer
from makeasync.pacing.retry import POSTPONED, UNCONNECTED, Backoff, next_try
from makeasync.protocol.answers import Receipt, Tracking
from makeasync.protocol.codec import decode_receipt
from makeasync.protocol.codes import Effect, result_code
from makeasync.protocol.requests import PaidRequest

__all__ = ["NOBODY", "Delivery", "Witness"]

TrackingT = TypeVar("TrackingT", bound=Tracking | None)
AnyTrackingT = TypeVar("AnyTrackingT", bound=Tracking | None)

_UNKNOWN = "it may have been sent and charged; look at the account before you send it again"

Failure = RequestRefused | NotSent | OutcomeUnknown


class Witness(Protocol):
    """Somebody who keeps a record of one paid request, so that it is never sent twice: a journal, a database.

    Example:
        class Noted:
            async def leaving(self) -> None:
                await database.note("it may be sent from now on")

            def settled(self, outcome: Outcome) -> None:
                self.outcome = outcome
    """

    async def leaving(self) -> None:
        """Is awaited once, when it is the request's turn and before anything may leave. If it raises, nothing does."""
        ...

    def settled(self, outcome: Outcome) -> None:
        """Is told what became of the request, even if whoever sent it was cancelled. Only after `leaving`, and once."""
        ...


class _Nobody:
    """Keeps no record."""

    async def leaving(self) -> None:
        """Go."""

    def settled(self, outcome: Outcome) -> None:
        """Forget it."""


NOBODY = _Nobody()


@frozen
class _Errand(Generic[AnyTrackingT]):
    """One request on its way through here."""

    request: PaidRequest[AnyTrackingT]
    target: Target
    witness: Witness


@define
class _Attempt:
    """One exchange under way; what it brought is there when it is done."""

    progress: Progress = field(factory=Progress)
    scope: anyio.CancelScope = field(factory=lambda: anyio.CancelScope(shield=True))
    begun: bool = False
    done: anyio.Event = field(factory=anyio.Event)
    answer: Answer | None = None
    failure: NotSent | OutcomeUnknown | None = None

    def shield(self) -> None:
        """Go on to the end from now on."""
        self.scope.shield = True

    def give_up(self) -> None:
        """Stop it if nothing has left; after that it goes on to its end."""
        self.progress.given_up = True
        if not self.begun:
            # Nor will it: and its task may never run, if asyncio cancels every task of a program.
            self.done.set()
        elif not self.progress.left:
            self.scope.cancel()


@define
class Delivery:
    """What it takes to send paid requests."""

    wire: Wire
    crew: Crew

    async def send(
        self, request: PaidRequest[TrackingT], witness: Witness = NOBODY, *, in_this_task: bool = False
    ) -> Receipt[TrackingT]:
        """Send one request; see `AsyncClient.send` and `AsyncClient.deliver`."""
        # Not everybody runs a type checker, and a receipt or an outcome is the likely slip.
        if not isinstance(request, PaidRequest):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"a request is a Ring, RingPlus, Call, CallPlus, Sms or SmsPlus, not a {type(request)}")
        errand = _Errand(request, Target(request.path, request.query, credentials=True), witness)
        exchange = self._here if in_this_task else self._apart
        left = self.wire.timeout
        repetition = 0
        self.wire.tell(Queued, request)
        await self.wire.limiter.wait()
        await witness.leaving()
        while True:
            begun = self.wire.clock.now()
            try:
                return await exchange(errand, left)
            except (RequestRefused, NotSent, OutcomeUnknown) as error:
                left -= self.wire.clock.now() - begun
                pause = self._pause(error, repetition, left)
                if pause is None:
                    self._settle(errand, failure_of(request, error))
                    raise
                self.wire.tell(Repeating, request, error, pause)
                failure = error
            await self._rest(pause, errand, failure)
            left -= pause
            repetition += 1

    def _settle(self, errand: _Errand[AnyTrackingT], outcome: Accepted[AnyTrackingT] | Failed) -> None:
        errand.witness.settled(outcome)
        self.wire.tell(Settled, outcome)

    async def _rest(self, pause: float, errand: _Errand[AnyTrackingT], failure: Failure) -> None:
        """Wait for the next try. If there will be none, what became of the last one is what became of the request."""
        try:
            await self.wire.clock.sleep(pause)
            await self.wire.limiter.wait()
        except BaseException:
            self._settle(errand, failure_of(errand.request, failure))
            raise
        if not self.crew.at_work:
            self._settle(errand, failure_of(errand.request, failure))
            raise failure

    def _pause(self, error: Failure, repetition: int, left: float) -> float | None:
        backoff = _backoff(error)
        if backoff is None:
            return None
        return next_try(backoff, repetition, left, self.wire.chance(), self.wire.limiter.held)

    async def _here(self, errand: _Errand[TrackingT], timeout: float) -> Receipt[TrackingT]:
        """Do one exchange in the caller's task, which cannot be cancelled any more once a byte may have left."""
        if not self.crew.at_work:
            closed = ClientClosed("the client was closed while a message waited for its turn")
            errand.witness.settled(NotSent(str(closed), phase="queue", request=errand.request))
            raise closed
        attempt = _Attempt(scope=anyio.CancelScope())
        attempt.progress.on_leaving = attempt.shield
        try:
            self.wire.tell(Sending, errand.request)
            await self._perform(attempt, errand.target, timeout)
        except BaseException:
            # Cancelled, or interrupted: trio raises a KeyboardInterrupt wherever it waits.
            self._record(attempt, errand)
            raise
        return self._result(attempt, errand)

    async def _apart(self, errand: _Errand[TrackingT], timeout: float) -> Receipt[TrackingT]:
        """Do one exchange in a task of its own, which no cancellation of the caller's reaches."""
        attempt = _Attempt()
        try:
            self.crew.start(self._perform, attempt, errand.target, timeout)
        except ClientClosed as error:
            errand.witness.settled(NotSent(str(error), phase="queue", request=errand.request))
            raise
        try:
            self.wire.tell(Sending, errand.request)
            await attempt.done.wait()
        except BaseException:
            attempt.give_up()
            # It is bounded by the exchange's deadline.
            await outlast(attempt.done)
            self._record(attempt, errand)
            raise
        return self._result(attempt, errand)

    async def _perform(self, attempt: _Attempt, target: Target, timeout: float) -> None:
        if attempt.progress.given_up:
            return
        attempt.begun = True
        try:
            with attempt.scope:
                attempt.answer = await self.wire.transport.fetch(target, timeout, attempt.progress)
        except (NotSent, OutcomeUnknown) as error:
            attempt.failure = error
        except Exception as error:  # noqa: BLE001 - a transport that breaks its promise must not lose a message
            attempt.failure = OutcomeUnknown(f"the transport failed ({type(error).__name__})", phase="send")
        finally:
            attempt.done.set()

    def _record(self, attempt: _Attempt, errand: _Errand[AnyTrackingT]) -> None:
        """Tell what became of a request whose caller is gone."""
        try:
            self._result(attempt, errand)
        except (RequestRefused, NotSent, OutcomeUnknown) as error:
            self._settle(errand, failure_of(errand.request, error))

    def _result(self, attempt: _Attempt, errand: _Errand[TrackingT]) -> Receipt[TrackingT]:
        failure: Failure
        request = errand.request
        try:
            receipt = self._receipt(attempt, request)
        except UndecodableAnswer as error:
            failure = OutcomeUnknown(f"{error}; {_UNKNOWN}", phase="answer", request=request, document=error.document)
        except OutcomeUnknown as error:
            failure = OutcomeUnknown(f"{error}; {_UNKNOWN}", phase=error.phase, request=request, status=error.status)
        except NotSent as error:
            failure = error.about(request)
        except RequestRefused as error:
            error.request = request
            # Its way through the decoder shows the answer as it came.
            failure = error.with_traceback(None)
        else:
            self._settle(errand, Accepted(request, receipt))
            return receipt
        # Raised out here, so that no error chains one that a user could not have caught.
        raise failure

    def _receipt(self, attempt: _Attempt, request: PaidRequest[TrackingT]) -> Receipt[TrackingT]:
        if attempt.failure is not None:
            raise attempt.failure
        if attempt.answer is None and attempt.progress.left:
            # asyncio can cancel the exchange's own task, through every shield.
            raise OutcomeUnknown("the exchange was torn", phase=attempt.progress.phase)
        if attempt.answer is None:
            raise NotSent("not sent: given up before anything left", phase="queue")
        if not attempt.answer.successful:
            self.wire.limiter.pause(attempt.answer.asked_pause)
            raise OutcomeUnknown(
                f"the service answered HTTP {attempt.answer.status}",
                phase="answer",
                status=attempt.answer.status,
            )
        redact = self.wire.credentials.redact
        return decode_receipt(attempt.answer.body, request, issued_at=self.wire.at(), redact=redact)


def _backoff(error: Failure) -> Backoff | None:
    """The rule about paid requests: repeated only if it provably was not taken."""
    if isinstance(error, NotSent):
        return UNCONNECTED
    if isinstance(error, RequestRefused) and error.code is not None:
        return POSTPONED if result_code(error.code).effect is Effect.REPEAT else None
    return None
