"""Questions that cost nothing: the balance, one look at a tracking. They may be repeated, and are.

Paid requests are the business of `delivery`; waiting for a tracking, of `tracking`.
"""

from attrs import define

from makeasync.client.events import Looked
from makeasync.client.transport import Answer, Progress, Target
from makeasync.client.wire import Wire
from makeasync.errors import MakeError, NoAnswer, NotSent, OutcomeUnknown
from makeasync.pacing.retry import FREE, ONCE, Backoff, next_try
from makeasync.protocol.answers import Credits, Kind, Tracking
from makeasync.protocol.codec import decode_credits, decode_tracking
from makeasync.protocol.requests import GetCredits, GetTracking

__all__ = ["Inquiry"]


@define
class Inquiry:
    """What it takes to ask."""

    wire: Wire

    async def credits(self) -> Credits:
        """Ask for the balance; see `AsyncClient.get_credits`."""
        question = GetCredits()
        target = Target(question.path, question.query, credentials=True)
        try:
            return decode_credits(await self._ask(target, FREE), redact=self.wire.credentials.redact)
        except MakeError as error:
            failure = error
        # Its way through the decoder shows the answer as it came, and that may repeat the password.
        raise failure.with_traceback(None)

    async def tracking(self, id: str) -> Tracking:
        """Look once, whatever it takes; see `AsyncClient.get_tracking`."""
        return await self._look(id, None, FREE)

    async def poll(self, id: str, kind: Kind | None) -> Tracking:
        """Look with one request: the tracker has a budget of its own for failures."""
        return await self._look(id, kind, ONCE)

    async def _look(self, id: str, kind: Kind | None, backoff: Backoff) -> Tracking:
        question = GetTracking(id)
        try:
            body = await self._ask(Target(question.path, question.query, credentials=False), backoff)
            tracking = decode_tracking(body, id=id, kind=kind, redact=self.wire.credentials.redact)
        except MakeError as error:
            self.wire.tell(Looked, id, error)
            raise
        self.wire.tell(Looked, id, tracking)
        return tracking

    async def _ask(self, target: Target, backoff: Backoff) -> bytes:
        """Ask; after a failure again, within one deadline."""
        left = self.wire.timeout
        repetition = 0
        while True:
            await self.wire.limiter.wait()
            begun = self.wire.clock.now()
            answer = await self._try(target, left)
            left -= self.wire.clock.now() - begun
            if isinstance(answer, bytes):
                return answer
            pause = next_try(backoff, repetition, left, self.wire.chance(), self.wire.limiter.held)
            if pause is None:
                raise answer
            await self.wire.clock.sleep(pause)
            left -= pause
            repetition += 1

    async def _try(self, target: Target, timeout: float) -> bytes | NotSent | NoAnswer:
        try:
            answer = await self.wire.transport.fetch(target, timeout, Progress())
        except NotSent as error:
            return error
        except OutcomeUnknown as error:
            return NoAnswer(f"no answer: {error}; asking again is harmless", phase=error.phase)
        except Exception as error:  # noqa: BLE001 - a transport that breaks its promise must not tear down every poll
            return NoAnswer(f"no answer: the transport failed ({type(error).__name__})", phase="send")
        if answer.successful:
            return answer.body
        self.wire.limiter.pause(answer.asked_pause)
        return _unusable(answer)


def _unusable(answer: Answer) -> NoAnswer:
    return NoAnswer(
        f"no answer: HTTP {answer.status} instead; asking again is harmless", phase="answer", status=answer.status
    )
