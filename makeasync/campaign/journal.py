"""The journal, as a port: what is kept of every message, and what a store must promise.

No SQL and no file here: `sqlite` is the adapter that comes with makeasync, another store is another room. What may
become of a message stands in `states`; every change that a journal is given has gone through it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from attrs import evolve, frozen

from makeasync.campaign.states import Following, Look, State, Step, followed, stepped
from makeasync.client.outcomes import Accepted, NotSent, Outcome, Refused, Unknown
from makeasync.protocol.answers import Kind, Receipt, Tracking
from makeasync.protocol.codes import Effect, result_code
from makeasync.protocol.requests import Request

__all__ = ["Added", "Addition", "Change", "Entry", "Journal", "RunRecord", "Sum"]


@frozen(kw_only=True)
class Addition:
    """A message that is to be sent.

    Attributes:
        key: whom it is for; a journal holds each key once.
        request: what is sent.
        label: what people call it, such as `line 12`.
    """

    key: str
    request: Request
    label: str = ""


@frozen
class Added:
    """What became of messages that were added.

    Attributes:
        new: those that the journal did not hold.
        same: those that it held already.
        different: those under whose key it holds another request, and keeps that.
    """

    new: int = 0
    same: int = 0
    different: int = 0

    def __add__(self, other: "Added") -> "Added":
        return Added(self.new + other.new, self.same + other.same, self.different + other.different)


@frozen(kw_only=True)
class Entry:
    """One message, and all that is known of it.

    Attributes:
        number: its place in the order in which messages were added.
        key: whom it is for.
        request: what is sent.
        label: what people call it.
        state: what has become of it.
        run: the run that sent it last.
        added_at: when it was added.
        sending_at: when it could have left.
        settled_at: when it was known what became of it, or known to be unknowable.
        code: the result code.
        phase: how far its exchange came, if it brought nothing.
        reason: what went wrong, in words.
        cost: credits it cost.
        credits: the balance after it.
        id: its tracking id.
        scheduled: it was taken with a delay.
        following: what is known of its tracking.
        followed_at: when it was last looked at.
        tracking: the newest tracking.
    """

    number: int
    key: str
    request: Request
    label: str = ""
    state: State = State.PENDING
    run: int | None = None
    added_at: datetime
    sending_at: datetime | None = None
    settled_at: datetime | None = None
    code: int | None = None
    phase: str | None = None
    reason: str | None = None
    cost: int | None = None
    credits: int | None = None
    id: str | None = None
    scheduled: bool = False
    following: Following = Following.AWAITED
    followed_at: datetime | None = None
    tracking: Tracking | None = None

    def left(self, run: int, at: datetime) -> "Entry":
        """It may leave now."""
        return Entry(
            number=self.number,
            key=self.key,
            request=self.request,
            label=self.label,
            state=stepped(self.state, Step.LEAVE),
            run=run,
            added_at=self.added_at,
            sending_at=at,
        )

    def settled(self, outcome: Outcome, at: datetime) -> "Entry":
        """The same, after what became of it."""
        match outcome:
            case Accepted(receipt=receipt):
                return self._accepted(receipt, at)
            case Refused(error=error):
                return self._ended(_step_of(error.code), at, code=error.code, reason=str(error))
            case Unknown(error=error):
                return self._ended(Step.LOSE, at, phase=error.phase, reason=str(error))
            case NotSent(phase="queue"):
                return self._ended(Step.STOP, at)
            case NotSent():
                return self._ended(Step.FAIL, at, phase=outcome.phase, reason=str(outcome))

    def lost(self, reason: str, at: datetime) -> "Entry":
        """It may have left, and nobody will ever hear."""
        return self._ended(Step.LOSE, at, reason=reason)

    def retried(self) -> "Entry":
        """It is to be tried again."""
        return evolve(self, state=stepped(self.state, Step.RETRY))

    def skipped(self, reason: str, at: datetime) -> "Entry":
        """It will not be sent."""
        return self._ended(Step.SKIP, at, reason=reason)

    def resolved(self, at: datetime, *, accepted: bool) -> "Entry":
        """The same, after a person's word on what became of it."""
        if not accepted:
            return evolve(self, state=stepped(self.state, Step.RESOLVE_NOT_SENT), settled_at=at)
        state = stepped(self.state, Step.RESOLVE_ACCEPTED)
        return evolve(self, state=state, following=Following.UNAVAILABLE, settled_at=at)

    def followed(self, tracking: Tracking | None, at: datetime) -> "Entry":
        """The same, after a look at its tracking; `None`: there is none any more."""
        look = Look.GONE if tracking is None else Look.ENDED if tracking.finished else Look.SEEN
        following = followed(self.following, look)
        return evolve(self, following=following, followed_at=at, tracking=tracking or self.tracking)

    def _accepted(self, receipt: Receipt[Tracking | None], at: datetime) -> "Entry":
        # Spelled out here and in `left`: of a million messages, `evolve` would take its time with each.
        return Entry(
            number=self.number,
            key=self.key,
            request=self.request,
            label=self.label,
            state=stepped(self.state, Step.ACCEPT),
            run=self.run,
            added_at=self.added_at,
            sending_at=self.sending_at,
            settled_at=receipt.issued_at or at,
            code=receipt.code,
            cost=receipt.cost,
            credits=receipt.credits,
            id=receipt.id,
            scheduled=receipt.scheduled,
            following=Following.UNAVAILABLE if receipt.kind is Kind.RING_PLUS else Following.AWAITED,
        )

    def _ended(
        self, step: Step, at: datetime, *, code: int | None = None, phase: str | None = None, reason: str | None = None
    ) -> "Entry":
        state = stepped(self.state, step)
        return evolve(self, state=state, settled_at=at, code=code, phase=phase, reason=reason)


def _step_of(code: int | None) -> Step:
    if code is None:
        return Step.REFUSE
    known = result_code(code)
    if known.ends_campaign:
        return Step.STOP
    # 112 once more, and no tries left: not taken, and not a word against the message.
    return Step.FAIL if known.effect is Effect.REPEAT else Step.REFUSE


@frozen
class Change:
    """What is to be written of a message.

    Attributes:
        before: the message as the journal must hold it now.
        after: the message as it shall hold it.
    """

    before: Entry
    after: Entry


@frozen(kw_only=True)
class RunRecord:
    """One run of a campaign.

    Attributes:
        number: 1 is the first.
        begun_at: when it began.
        credits: the balance when it began.
        ended_at: when it ended; `None`: it is under way, or its process died.
        ended_by: why it ended.
    """

    number: int
    begun_at: datetime
    credits: int | None
    ended_at: datetime | None = None
    ended_by: str | None = None


@frozen(kw_only=True)
class Sum:
    """Messages that are alike, added up.

    Attributes:
        kind: what was asked for.
        size: what its cost may depend on (`costs.size_of`).
        state: what has become of them.
        following: what is known of their trackings.
        messages: how many.
        cost: credits that the answers say they cost, together.
        dearest: the most that one of them cost; `None` while no answer has said.
        unpriced: those of whom no answer says what they cost.
    """

    kind: Kind
    size: int
    state: State
    following: Following
    messages: int
    cost: int
    dearest: int | None
    unpriced: int


class Journal(Protocol):
    """What a campaign needs of a store. Every method raises `JournalFailed` when the store fails.

    A store promises: what `write` has returned from survives the end of the process and of the machine; a group of
    changes is written whole or not at all; no two processes write at once.
    """

    async def add(self, additions: Sequence[Addition], at: datetime) -> Added:
        """Keep messages, each key once; a key that is held already keeps its request."""
        ...

    async def write(self, changes: Sequence[Change]) -> None:
        """Write changes, all or none.

        Raises:
            JournalFailed: it cannot be written, or a message is no longer as it was before.
        """
        ...

    async def entries(self, *states: State, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """Give messages in these states with a number above `after`, in order, `limit` at most."""
        ...

    async def followable(self, *, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """Give accepted messages whose tracking is awaited or available, as `entries` does."""
        ...

    async def find(self, keys: Sequence[str]) -> Sequence[Entry]:
        """Give the messages under these keys; fewer if some are not held."""
        ...

    async def sums(self) -> Sequence[Sum]:
        """Add up all messages."""
        ...

    async def begin_run(self, at: datetime, credits: int | None) -> int:  # noqa: A002 - the API's word
        """Note that a run begins, and give its number."""
        ...

    async def end_run(self, number: int, at: datetime, why: str) -> None:
        """Note that a run ended."""
        ...

    async def runs(self) -> Sequence[RunRecord]:
        """Give all runs, in order."""
        ...

    async def aclose(self) -> None:
        """Close the store."""
        ...
