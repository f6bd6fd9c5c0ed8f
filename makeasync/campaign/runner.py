"""Campaign: many messages, each at most once over any number of runs, and nobody lost. The face of this room.

It puts the parts together: the journal that keeps, the scribe that writes, the run that sends. No SQL, no XML, no HTTP.
"""

import itertools
import os
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TypeVar

import anyio

from makeasync.campaign.caution import Caution
from makeasync.campaign.costs import Estimate, Tariff, estimate
from makeasync.campaign.following import Following
from makeasync.campaign.journal import Added, Addition, Change, Entry, Journal, RunRecord
from makeasync.campaign.reconciliation import Reconciliation, RunOutcome, reconcile
from makeasync.campaign.run import Ask, CampaignRun, Terms
from makeasync.campaign.scribe import Scribe
from makeasync.campaign.sqlite import SqliteJournal
from makeasync.campaign.states import Following as Followed
from makeasync.campaign.states import State
from makeasync.campaign.suppression import recipients_of
from makeasync.campaign.timetable import Timetable
from makeasync.client.bulk import Bulk, Many
from makeasync.client.client import AsyncClient
from makeasync.client.clock import Clock, LoopClock
from makeasync.client.crew import Crew
from makeasync.client.outcomes import Tracked, TrackingFailed
from makeasync.client.tracking import Until
from makeasync.errors import ClientClosed, InvalidRequest
from makeasync.pacing.hours import QuietHours
from makeasync.protocol.requests import Request, RingPlus

__all__ = ["Campaign", "recipient_key"]

_PAGE = 1000
_FOLLOWED_AT_ONCE = 1000

ThingT = TypeVar("ThingT")
Opener = Callable[[], Awaitable[Journal]]


def recipient_key(request: Request) -> str:
    """Give the key under which a message is kept unless you say otherwise: the number that it reaches.

    Raises:
        InvalidRequest: it is a ring+, which reaches several.
    """
    if isinstance(request, RingPlus):
        raise InvalidRequest(
            "key: a ring+ reaches several people; say with key= what makes two of them the same message",
            argument="key",
            code=100,
        )
    return next(recipients_of(request))


def _no_label(_: Request) -> str:
    return ""


class Campaign:
    """Many messages and a journal of what became of each. Make one with `Campaign.open`, and use it with `async with`.

    A key (the recipient's number, unless you say otherwise) is messaged at most once, over any number of runs. A
    message is noted as `sending` on the disk before it may leave; whatever was `sending` when a process died is
    `unknown` afterwards, and only `resolve` lets it be sent again.

    Args:
        opener: opens a journal; `open` gives one for a file.
        clock: tells the time; `VirtualClock` in tests.
        read_only: nothing is written: for a look at a campaign that another process runs.

    Example:
        async with Campaign.open("spring.journal") as campaign:
            await campaign.add(requests)
            async with campaign.run(client, max_credits=2_000) as outcomes:
                async for outcome in outcomes:
                    print(outcome)
            print(await campaign.counts())
    """

    def __init__(self, opener: Opener, *, clock: Clock | None = None, read_only: bool = False) -> None:
        self._opener = opener
        self._clock = clock or LoopClock()
        self._read_only = read_only
        self._crew = Crew()
        self._one_run = anyio.Semaphore(1)
        self._opened: tuple[Journal, Scribe[Change]] | None = None

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        purpose: str | None = None,
        clock: Clock | None = None,
        read_only: bool = False,
    ) -> Self:
        """Name the journal of a campaign; entering the block opens it, and makes it where there is none.

        Args:
            path: the file; on a disk of this machine.
            purpose: what it is for (`None`: anything); a journal made for another purpose is refused. The command line
                keeps rehearsals in the sandbox apart by it.
            clock: tells the time; `VirtualClock` in tests.
            read_only: nothing is written; another process may be running the campaign.

        Raises:
            JournalInUse: another process has it open; raised on entering, like the others.
            JournalUnusable: the file is not a journal, is damaged, or lies on a network file system; it was not
                touched.
            JournalFailed: it cannot be read or written.
        """
        tells = clock or LoopClock()
        return cls(
            lambda: SqliteJournal.open(path, tells, purpose=purpose, read_only=read_only),
            clock=tells,
            read_only=read_only,
        )

    async def __aenter__(self) -> Self:
        if self._opened is not None:
            raise ClientClosed("the campaign is open already")
        journal = await self._opener()
        try:
            scribe = Scribe(journal.write)
            if not self._read_only:
                await self._recover(journal)
            await self._crew.__aenter__()
        except BaseException:
            await journal.aclose()
            raise
        self._crew.start(scribe.run)
        self._opened = journal, scribe
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        journal, scribe = self._parts
        self._opened = None
        scribe.close()
        try:
            return await self._crew.__aexit__(kind, error, traceback)
        finally:
            await journal.aclose()

    async def add(
        self,
        requests: Many[Request],
        *,
        key: Callable[[Request], str] = recipient_key,
        label: Callable[[Request], str] = _no_label,
    ) -> Added:
        """Add messages. A key that the journal holds already keeps its message, whatever became of it.

        Args:
            requests: any iterable or async iterable, of any length; it is not held in memory.
            key: whom a message is for, so that nobody gets two; the number it reaches.
            label: what people call it in lists, such as `line 12`.

        Returns:
            How many are new, how many were there already, and how many were there with another text.

        Raises:
            InvalidRequest: a ring+ without a key of its own, or a key that is empty.
            JournalFailed: the journal cannot be written.
            ClientClosed: the campaign is not open.
        """
        journal = self._journal
        added = Added()
        async with aclosing(_groups(requests)) as groups:
            async for group in groups:
                additions = [
                    Addition(key=_checked_key(key(request)), request=request, label=label(request)) for request in group
                ]
                added += await journal.add(additions, self._now())
        return added

    async def estimate(self, *, rate: float | None = None) -> Estimate:
        """Say what the rest of the campaign would take, and what that rests on.

        Args:
            rate: messages a second, for how long it would take.

        Raises:
            JournalFailed, ClientClosed: see `add`.
        """
        return estimate(await self._journal.sums(), rate)

    def run(
        self,
        client: AsyncClient,
        *,
        concurrency: int | None = None,
        max_credits: int | None = None,
        caution: Caution | None = None,
        canary: int | None = None,
        ask: Ask | None = None,
        start_at: datetime | None = None,
        expire_at: datetime | None = None,
        quiet: QuietHours | None = None,
        suppressed: Iterable[str] = (),
    ) -> CampaignRun:
        """Send what is still to be sent. Used like `send_all`: a block to iterate over for the outcomes.

        What was `not_sent` in an earlier run is tried again; what is `unknown` is not. The run ends by itself when
        everything is out, or before: `run.ended` says why, and running again goes on. Leaving the block ends it:
        nothing more leaves, what is on its way is waited for, at most the client's timeout.

        Args:
            client: sends; its rate is the campaign's, and `run.rate` changes it.
            concurrency: messages under way at once, from 1; no more than the client's connections, so that a message
                that is noted as `sending` is on its way.
            max_credits: credits that the campaign may cost, over all of its runs; requests under way are counted, and
                what is unknown as charged. What a kind of message costs is learned from the first, which goes alone.
            caution: pause when too many of the last messages were not accepted; more than half of the last 100 unless
                you say otherwise.
            canary: send so many first, and ask.
            ask: is asked whether to go on, after the canary and when caution pauses; without it the run ends there.
            start_at: nothing leaves before; aware.
            expire_at: nothing leaves afterwards, nor ends its delay; aware.
            quiet: hours at which nothing leaves, nor ends its delay; it is held back and sent afterwards.
            suppressed: numbers never to be messaged, as international digits (`read_suppressed`).

        Returns:
            A block to open with `async with`; iterate over it for `Accepted`, `Refused`, `NotSent` or `Unknown`, each
            in the journal before you get it. `pause`, `resume`, `stop` and `rate` steer it.

        Raises:
            ValueError: an option is out of its range; it is named.
            BalanceTooLow: the account does not pay for the rest, or for `max_credits`; raised on entering, like the
                others. Nothing was sent.
            NoAnswer, NotSent, UndecodableAnswer: the balance could not be read. Nothing was sent.
            JournalFailed: the journal cannot be written; from the iteration too. Nothing more is sent.
            ClientClosed: the client or the campaign is not open, or the campaign is being run already.
        """
        journal, scribe = self._parts
        terms = Terms(
            concurrency=concurrency,
            max_credits=max_credits,
            caution=caution or Caution(),
            canary=canary,
            ask=ask,
            timetable=Timetable(start_at=start_at, expire_at=expire_at, quiet=quiet),
            suppressed=frozenset(suppressed),
        )
        return CampaignRun(journal, scribe, client, terms, self._one_run)

    def track(
        self, client: AsyncClient, *, until: Until = "finished", concurrency: int = _FOLLOWED_AT_ONCE
    ) -> Bulk[Entry, Tracked | TrackingFailed]:
        """Follow every accepted message whose end is not known yet. What was seen before a restart stays known.

        Args:
            client: asks.
            until: `"finished"`: to its end; `"available"`: until there is a tracking.
            concurrency: messages followed at once, from 1.

        Returns:
            A block to open with `async with`; iterate over it for `Tracked` or `TrackingFailed`, each in the journal
            before you get it.

        Raises:
            ValueError: `concurrency` is below 1.
            JournalFailed, ClientClosed: raised by the iteration.
        """
        return Following(*self._parts, client, until).bulk(concurrency)

    async def counts(self) -> Mapping[State, int]:
        """Count the messages in each state; together they are all of them."""
        counts = dict.fromkeys(State, 0)
        for each in await self._journal.sums():
            counts[each.state] += each.messages
        return counts

    async def trackings(self) -> Mapping[Followed, int]:
        """Count what is known of the trackings of accepted messages; together they are all accepted ones."""
        counts = dict.fromkeys(Followed, 0)
        for each in await self._journal.sums():
            if each.state is State.ACCEPTED:
                counts[each.following] += each.messages
        return counts

    async def entries(self, *states: State, after: int = 0, limit: int = _PAGE) -> Sequence[Entry]:
        """Give messages in these states (all, if none is named) with a number above `after`, `limit` at most."""
        return await self._journal.entries(*(states or State), after=after, limit=limit)

    async def unknown(self) -> Sequence[Entry]:
        """Give every message of which nobody knows whether it was sent: those that `resolve` is for."""
        return [entry async for entry in self._all(self._journal, State.UNKNOWN)]

    async def runs(self) -> Sequence[RunRecord]:
        """Give every run that has sent anything, in order."""
        return await self._journal.runs()

    async def resolve(self, *keys: str, accepted: bool) -> int:
        """Say what became of messages whose outcome is unknown. Only a person can know: look at the account first.

        Args:
            keys: whom they are for; none: all that are unknown.
            accepted: they were sent; or else they were not, and the next run sends them.

        Returns:
            How many were resolved.

        Raises:
            ValueError: a key is not one of an unknown message; nothing was changed.
            JournalFailed, ClientClosed: see `add`.
        """
        journal = self._journal
        entries = await journal.find(keys) if keys else await self.unknown()
        known = {entry.key for entry in entries if entry.state is State.UNKNOWN}
        if wrong := [key for key in keys if key not in known]:
            raise ValueError(f"not one of the unknown messages: {', '.join(wrong)}")
        await self._write(Change(entry, entry.resolved(self._now(), accepted=accepted)) for entry in entries)
        return len(entries)

    async def cancel(self) -> int:
        """Let nothing more be sent, ever: what is still to be sent is `skipped`. Not while a run goes on.

        Returns:
            How many messages that are.

        Raises:
            JournalFailed, ClientClosed: see `add`.
        """
        if not self._one_run.value:
            raise ClientClosed("this campaign is being run; stop the run first")
        entries = [entry async for entry in self._all(self._journal, State.PENDING, State.NOT_SENT)]
        await self._write(Change(entry, entry.skipped("the campaign was cancelled", self._now())) for entry in entries)
        return len(entries)

    async def reconcile(self, client: AsyncClient) -> Reconciliation:
        """Say how many of the unknown were probably charged, from the balances on record and the balance now. Free.

        Raises:
            NoAnswer, NotSent, UndecodableAnswer, RequestRefused: the balance could not be read.
            JournalFailed, ClientClosed: see `add`.
        """
        journal = self._journal
        tariff = Tariff.of(await journal.sums())
        outcomes = {run.number: RunOutcome(run=run) for run in await journal.runs()}
        async for entry in self._all(journal, State.ACCEPTED, State.UNKNOWN):
            if entry.run is not None:
                outcomes[entry.run] = outcomes[entry.run].with_entry(entry)
        return reconcile(list(outcomes.values()), tariff, (await client.get_credits()).credits)

    @property
    def _parts(self) -> tuple[Journal, Scribe[Change]]:
        if self._opened is None:
            raise ClientClosed("the campaign is not open: use it inside `async with Campaign.open(…) as campaign:`")
        return self._opened

    @property
    def _journal(self) -> Journal:
        return self._parts[0]

    async def _recover(self, journal: Journal) -> None:
        """Nobody else has the journal: what is `sending` was on its way when a process died."""
        at = self._now()
        reason = "the process ended while it was on its way; it may have been sent and charged"
        if torn := [Change(entry, entry.lost(reason, at)) async for entry in self._all(journal, State.SENDING)]:
            await journal.write(torn)

    async def _all(self, journal: Journal, *states: State) -> AsyncGenerator[Entry]:
        after = 0
        while page := await journal.entries(*states, after=after, limit=_PAGE):
            for entry in page:
                yield entry
            after = page[-1].number

    async def _write(self, changes: Iterable[Change]) -> None:
        for group in _chunks(changes):
            await self._journal.write(group)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.time(), UTC)


def _checked_key(key: str) -> str:
    if not key or "\0" in key:
        raise InvalidRequest(f"key: {key!r} is not allowed; give some text", argument="key", code=100)
    return key


def _chunks(things: Iterable[ThingT]) -> Iterator[list[ThingT]]:
    rest = iter(things)
    while group := list(itertools.islice(rest, _PAGE)):
        yield group


async def _groups(things: Many[ThingT]) -> AsyncGenerator[list[ThingT]]:
    if not isinstance(things, AsyncIterable):
        for group in _chunks(things):
            yield group
        return
    group: list[ThingT] = []
    async for thing in things:
        group.append(thing)
        if len(group) == _PAGE:
            yield group
            group = []
    if group:
        yield group
