"""One run of a campaign: from the journal through the client back into the journal, each message at most once.

What may become of a message is decided in `states`, when it may go in `timetable`, what it may cost in `costs`; here
they are asked in the right order. Nothing leaves before the journal holds that it may.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from types import TracebackType
from typing import Self

import anyio
from anyio import get_cancelled_exc_class
from attrs import define, field, frozen

from makeasync.campaign.caution import Caution, Watch
from makeasync.campaign.costs import Budget, Grant, Tariff, estimate, spent
from makeasync.campaign.journal import Change, Entry, Journal
from makeasync.campaign.scribe import Scribe
from makeasync.campaign.states import State
from makeasync.campaign.suppression import recipients_of
from makeasync.campaign.timetable import Timetable
from makeasync.client.client import AsyncClient
from makeasync.client.crew import Crew
from makeasync.client.outcomes import Accepted, NotSent, Outcome, Refused
from makeasync.errors import BalanceTooLow, ClientClosed, MakeError, OutcomeUnknown, RequestRefused
from makeasync.pacing.bucket import Rate
from makeasync.protocol.codes import result_code

__all__ = ["CampaignRun", "Ended", "Question", "Terms", "Why"]

_PAGE = 500
# So few left are the sign to read on.
_LOW = 250
# The clock on the wall may be set, and a laptop may sleep: nobody waits longer than this without looking at it again.
_LONGEST_NAP = 60.0


class Why(StrEnum):
    """Why a run ended."""

    DONE = "every message has been seen to"
    STOPPED = "stopped"
    SPENT = "max_credits is reached"
    EXPIRED = "expire_at has passed"
    REFUSED = "the service refuses everything"
    CANARY = "the first messages are out, and nobody said to go on"
    TROUBLE = "too many messages were not accepted"
    FAILED = "an error"


@frozen
class Ended:
    """How a run ended.

    Attributes:
        why: the reason.
        detail: the same in words, with what can be said of it.
        code: the result code that ended it.
    """

    why: Why
    detail: str
    code: int | None = None


@frozen
class Question:
    """What somebody is asked before a run goes on.

    Attributes:
        why: `Why.CANARY` or `Why.TROUBLE`.
        detail: what there is to be looked at.
        run: the run, with what it has seen.
    """

    why: Why
    detail: str
    run: "CampaignRun"


Ask = Callable[[Question], Awaitable[bool]]


@frozen(kw_only=True)
class Terms:
    """What somebody wants of a run; see `Campaign.run`."""

    concurrency: int | None = None
    max_credits: int | None = None
    caution: Caution = field(factory=Caution)
    canary: int | None = None
    ask: Ask | None = None
    timetable: Timetable = field(factory=Timetable)
    suppressed: frozenset[str] = frozenset()

    def __attrs_post_init__(self) -> None:
        for name, least in (("concurrency", 1), ("max_credits", 0), ("canary", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ValueError(f"{name}: {value!r} is not allowed; give a whole number from {least}")


class _HeldBack(Exception):
    """Its turn came at a moment at which nothing may leave."""


class _Witness:
    """Sees to it that a message is in the journal before it leaves."""

    def __init__(self, run: "CampaignRun", entry: Entry) -> None:
        self._run = run
        self.entry = entry
        self.outcome: Outcome | None = None
        self.noted = False

    async def leaving(self) -> None:
        self._run.check_again(self.entry)
        before, noted = self.entry, self.entry.left(self._run.number, self._run.now())
        try:
            await self._run.commit(before, noted)
        except get_cancelled_exc_class():
            self.outcome = NotSent("given up before anything left", phase="queue", request=noted.request)
            self.entry, self.noted = noted, True
            raise
        self.entry, self.noted = noted, True

    def settled(self, outcome: Outcome) -> None:
        self.outcome = outcome


@define
class Tally:
    """What a run has seen.

    Attributes:
        accepted, refused, not_sent, unknown, skipped: messages.
        under_way: messages that may be on their way now.
        credits: the balance when it began.
    """

    accepted: int = 0
    refused: int = 0
    not_sent: int = 0
    unknown: int = 0
    skipped: int = 0
    under_way: int = 0
    credits: int | None = None


class CampaignRun:
    """A block in which a campaign is sent; iterate over it for the outcomes. `Campaign.run` makes one.

    Attributes:
        tally: what it has seen so far.
        ended: how it ended; `None` while it goes on.
    """

    def __init__(
        self,
        journal: Journal,
        scribe: Scribe[Change],
        client: AsyncClient,
        terms: Terms,
        one_run: anyio.Semaphore,
    ) -> None:
        self._journal = journal
        self._scribe = scribe
        self._client = client
        self._terms = terms
        self._one_run = one_run
        self._crew = Crew()
        self._scopes: list[anyio.CancelScope] = []
        self._page: deque[Entry] = deque()
        self._cursor = 0
        self._all_read = False
        self._wanted = anyio.Event()
        self._results: deque[Outcome] = deque()
        self._workers = 0
        self._let_through = 0
        self._canary = terms.canary
        self._paused = False
        self._asking = False
        self._watch = Watch(terms.caution)
        self._restricted = terms.timetable.restricts
        self._budget = Budget(None, Tariff(), 0)
        self._error: Exception | None = None
        self._news = anyio.Event()
        self.number = 0
        self.tally = Tally()
        self.ended: Ended | None = None

    @property
    def rate(self) -> Rate | None:
        """Requests a second, of the client and all that it sends; set it, and the run goes by it at once."""
        return self._client.rate

    @rate.setter
    def rate(self, rate: float | Rate | None) -> None:
        self._client.rate = rate

    @property
    def paused(self) -> bool:
        """Nothing leaves until somebody says so."""
        return self._paused or self._asking

    def pause(self) -> None:
        """Let nothing leave until `resume`; what is on its way goes on to its end."""
        self._paused = True

    def resume(self) -> None:
        """Go on."""
        self._paused = False
        self._tell()

    def stop(self) -> None:
        """End the run: nothing more leaves, what is on its way is waited for. The rest stays pending."""
        self._end(Ended(Why.STOPPED, "stopped before the end; run again to go on"))

    def now(self) -> datetime:
        """Give the time."""
        return datetime.fromtimestamp(self._client.clock.time(), UTC)

    async def commit(self, before: Entry, after: Entry) -> None:
        """Write a change, and come back when it is on the disk."""
        await self._scribe.commit(Change(before, after))

    def check_again(self, entry: Entry) -> None:
        """Look once more, now that it is an entry's turn: it may have waited long for it.

        Raises:
            _HeldBack: it may not leave at this moment.
        """
        if self.ended or self.paused or self._too_early_or_late(entry):
            raise _HeldBack

    async def __aenter__(self) -> Self:
        if self.number or self.ended:
            raise ClientClosed("a run is entered once; make another one with campaign.run()")
        try:
            self._one_run.acquire_nowait()
        except anyio.WouldBlock:
            raise ClientClosed("this campaign is being run already; one run at a time") from None
        try:
            await self._prepare()
            await self._crew.__aenter__()
        except BaseException:
            self._one_run.release()
            raise
        concurrency = min(self._terms.concurrency or self._client.max_connections, self._client.max_connections)
        self._workers = concurrency if self.ended is None else 0
        if self._workers:
            self._crew.start(self._read)
        for _ in range(self._workers):
            self._crew.start(self._work)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        self.stop()
        try:
            swallowed = await self._crew.__aexit__(kind, error, traceback)
        finally:
            self._tell()
            with anyio.CancelScope(shield=True):
                await self._until_written()
                await self._note_end()
            self._one_run.release()
        if error is None and self._error is not None:
            raise self._error
        return swallowed

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Outcome:
        while not self._results:
            if self._is_over:
                raise self._taken_error() or StopAsyncIteration
            if not self._crew.at_work:
                raise ClientClosed("iterate inside the block: `async with campaign.run(client) as outcomes:`")
            await self._until_news()
        outcome = self._results.popleft()
        self._tell()
        return outcome

    @property
    def _is_over(self) -> bool:
        """Nothing more will come. Who is still being asked is not waited for, if the run has ended meanwhile."""
        return not self._workers and not self.tally.under_way and (not self._asking or self.ended is not None)

    async def _prepare(self) -> None:
        """Look at the journal and at the account before anything is sent."""
        await self._retry_not_sent()
        await self._skip_suppressed()
        sums = await self._journal.sums()
        self._budget = Budget(self._terms.max_credits, Tariff.of(sums), spent(sums))
        self._let_through = sum(each.messages for each in sums if each.state is State.ACCEPTED)
        rest = estimate(sums)
        if not rest.messages:
            self._end(Ended(Why.DONE, "there is nothing to be sent"))
            return
        self.tally.credits = (await self._client.get_credits()).credits
        _check_balance(self.tally.credits, rest.credits, self._terms.max_credits, self._budget.spent)
        self.number = await self._journal.begin_run(self.now(), self.tally.credits)

    async def _retry_not_sent(self) -> None:
        while page := await self._journal.entries(State.NOT_SENT, limit=_PAGE):
            await self._journal.write([Change(entry, entry.retried()) for entry in page])

    async def _skip_suppressed(self) -> None:
        """Skip those whose key is a suppressed number, so that nobody counts with their cost; others, as they come."""
        numbers = sorted(self._terms.suppressed)
        for first in range(0, len(numbers), _PAGE):
            found = await self._journal.find(numbers[first : first + _PAGE])
            await self._skip(*(entry for entry in found if entry.state is State.PENDING))

    async def _skip(self, *entries: Entry) -> None:
        at = self.now()
        await self._journal.write([Change(entry, entry.skipped("its number is suppressed", at)) for entry in entries])
        self.tally.skipped += len(entries)

    async def _note_end(self) -> None:
        if self.number and self.ended and self._error is None:
            await self._journal.end_run(self.number, self.now(), self.ended.detail)

    async def _work(self) -> None:
        try:
            with self._stoppable():
                while (entry := await self._next()) is not None:
                    await self._see_to(entry)
                    await self._until_room()
        except Exception as error:  # noqa: BLE001 - it is raised in the user's loop, where it can be caught
            self._fail(error)
        finally:
            self._workers -= 1
            if not self._workers and self.ended is None:
                self.ended = Ended(Why.DONE, "every message has been seen to")
            self._tell()

    async def _next(self) -> Entry | None:
        while not self._page and not self._all_read and self.ended is None:
            await self._until_news()
        if not self._page or self.ended:
            return None
        if len(self._page) == _LOW:
            self._wanted.set()
        return self._page.popleft()

    async def _read(self) -> None:
        """Read ahead by a page, so that nobody waits for the journal; no further, so that a million fit into memory."""
        try:
            with self._stoppable():
                while page := await self._journal.entries(State.PENDING, after=self._cursor, limit=_PAGE):
                    self._cursor = page[-1].number
                    self._page.extend(page)
                    self._tell()
                    await self._until_low()
        except Exception as error:  # noqa: BLE001 - as in `_work`
            self._fail(error)
        finally:
            self._all_read = True
            self._tell()

    async def _until_low(self) -> None:
        self._wanted = anyio.Event()
        if len(self._page) > _LOW:
            await self._wanted.wait()

    @contextmanager
    def _stoppable(self) -> Generator[None]:
        with anyio.CancelScope() as scope:
            self._scopes.append(scope)
            yield

    async def _see_to(self, entry: Entry) -> None:
        if self._terms.suppressed.intersection(recipients_of(entry.request)):
            await self._skip(entry)
            return
        while await self._may_go(entry):
            if await self._send(entry):
                return

    async def _send(self, entry: Entry) -> bool:
        """Send a message, unless it is held back."""
        witness = _Witness(self, entry)
        self.tally.under_way += 1
        try:
            await self._client.deliver(entry.request, witness)
        except _HeldBack:
            return False
        except (RequestRefused, NotSent, OutcomeUnknown):
            # The witness has been told.
            pass
        finally:
            self._conclude(witness)
        return True

    def _conclude(self, witness: _Witness) -> None:
        """Write down what became of a message, however it ended."""
        if not witness.noted:
            self._let_through -= 1
            self.tally.under_way -= 1
            self._budget.release(witness.entry.number)
            self._tell()
            return
        after = _after(witness, self.now())
        self._scribe.submit(Change(witness.entry, after), partial(self._written, witness.outcome, after))

    def _written(self, outcome: Outcome | None, after: Entry, failure: MakeError | None) -> None:
        self.tally.under_way -= 1
        self._account(after)
        if failure is not None:
            self._fail(failure)
        else:
            self._judge(outcome, after)
        self._tell()

    def _account(self, after: Entry) -> None:
        if after.state in {State.ACCEPTED, State.UNKNOWN}:
            self._budget.charge(after.number, after.request, after.cost)
        else:
            self._budget.release(after.number)

    def _judge(self, outcome: Outcome | None, after: Entry) -> None:
        """Count, give the outcome to whoever iterates, and see whether to go on."""
        if after.state is State.PENDING:
            self._let_through -= 1
        else:
            setattr(self.tally, after.state, getattr(self.tally, after.state) + 1)
        if outcome is None or (isinstance(outcome, NotSent) and after.state is State.PENDING):
            return
        self._results.append(outcome)
        if isinstance(outcome, Refused):
            self._refused(outcome.error)
        too_much = self._watch.note(accepted=isinstance(outcome, Accepted))
        if too_much and self.ended is None and not self._asking:
            detail = f"{self._watch.wrong} of the last {self._terms.caution.window} messages were not accepted"
            self._put_question(Why.TROUBLE, detail)

    def _refused(self, error: RequestRefused) -> None:
        code = result_code(error.code) if error.code is not None else None
        if code is not None and code.ends_campaign:
            detail = f"{code.english} (code {code.number}); put it right, then run again to go on"
            self._end(Ended(Why.REFUSED, detail, code.number))

    async def _may_go(self, entry: Entry) -> bool:
        """Wait until a message may go; no, when the run has ended."""
        while self.ended is None:
            nap = self._hindrance(entry)
            if nap == 0:
                self._let_through += 1
                return True
            with self._client.clock.expire(None if nap is None else min(nap, _LONGEST_NAP)):
                await self._until_news()
        return False

    def _hindrance(self, entry: Entry) -> float | None:
        """Say for how many seconds to wait, unless there is news before; 0: it may go; `None`: wait for news."""
        if self.paused:
            return None
        if late := self._too_early_or_late(entry):
            return late
        if self._canary is not None and self._let_through >= self._canary:
            self._end_of_canary()
            return None
        match self._budget.hold(entry.number, entry.request):
            case Grant.GRANTED:
                return 0.0
            case Grant.LATER:
                return None
            case Grant.EXHAUSTED:
                spent = f"{self._budget.spent} of {self._terms.max_credits} credits are spent"
                self._end(Ended(Why.SPENT, f"max_credits is reached: {spent}; run again with more to go on"))
                return None

    def _too_early_or_late(self, entry: Entry) -> float:
        if not self._restricted:
            return 0.0
        now = self.now()
        if self._terms.timetable.is_over(entry.request, now):
            self._end(Ended(Why.EXPIRED, f"the time is over (expire_at {self._terms.timetable.expire_at})"))
            return _LONGEST_NAP
        return self._terms.timetable.wait(entry.request, now).total_seconds()

    def _end_of_canary(self) -> None:
        if not self.tally.under_way:
            self._canary = None
            self._put_question(Why.CANARY, f"the first {self._let_through} messages are out")

    def _put_question(self, why: Why, detail: str) -> None:
        if self._terms.ask is None:
            self._end(Ended(why, f"{detail}; look at them, then run again to go on"))
            return
        self._asking = True
        self._crew.start(self._ask, self._terms.ask, Question(why, detail, self))

    async def _ask(self, ask: Ask, question: Question) -> None:
        try:
            go_on = await ask(question)
        except Exception as error:  # noqa: BLE001 - what the user's function raises, the user's loop gets
            self._fail(error)
            return
        finally:
            self._asking = False
            self._tell()
        if go_on:
            self._watch.forget()
        else:
            self._end(Ended(question.why, f"{question.detail}, and the answer was not to go on; run again to go on"))

    def _fail(self, error: Exception) -> None:
        self._error = self._error or error
        self._end(Ended(Why.FAILED, str(error) if isinstance(error, MakeError) else type(error).__name__))

    def _end(self, ended: Ended) -> None:
        if self.ended is None:
            self.ended = ended
            for scope in self._scopes:
                scope.cancel()
            self._tell()

    def _taken_error(self) -> Exception | None:
        error, self._error = self._error, None
        return error

    async def _until_room(self) -> None:
        """Do not run away from whoever reads the outcomes, nor from the disk."""
        most = 2 * self._client.max_connections
        while len(self._results) + self.tally.under_way > most and self.ended is None:
            await self._until_news()

    async def _until_written(self) -> None:
        while self.tally.under_way:
            await self._until_news()

    async def _until_news(self) -> None:
        if self._news.is_set():
            self._news = anyio.Event()
        await self._news.wait()

    def _tell(self) -> None:
        self._news.set()


def _after(witness: _Witness, at: datetime) -> Entry:
    if witness.outcome is None:
        return witness.entry.lost("the exchange was torn from outside; it may have been sent and charged", at)
    return witness.entry.settled(witness.outcome, at)


def _check_balance(balance: int, needed: int, max_credits: int | None, gone: int) -> None:
    if max_credits is not None:
        needed = min(needed, max(max_credits - gone, 0))
    if balance >= needed:
        return
    maybe = " (the service also answers 0 when login or password is wrong)" if not balance else ""
    raise BalanceTooLow(
        f"{balance} credits{maybe} do not pay for the rest of the campaign, about {needed}; nothing was sent. Top the "
        f"account up, or say with max_credits={balance} to send to as many as it pays for",
        credits=balance,
        needed=needed,
    )
