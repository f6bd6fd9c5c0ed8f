"""How a campaign looks: what the file holds, what would be sent, what became of it."""

import shlex
import sys
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

from attrs import define, field, frozen

from makeasync.campaign.costs import Estimate
from makeasync.campaign.journal import Added, Entry, RunRecord
from makeasync.campaign.messages import Prepared
from makeasync.campaign.recipients import Recipients
from makeasync.campaign.run import Ended, Why
from makeasync.campaign.runner import Campaign
from makeasync.campaign.states import Following, State
from makeasync.campaign.suppression import recipients_of
from makeasync.cli.talk import FAILED, OK, UNKNOWN, talk
from makeasync.protocol.answers import SmsPlusTracking, SmsTracking
from makeasync.protocol.requests import SmsPlus
from makeasync.sandbox import Sandbox

__all__ = [
    "Result",
    "Status",
    "show_added",
    "show_estimate",
    "show_prepared",
    "show_recipients",
    "show_resumption",
    "summary",
    "to_be_sent",
]

_PAGE = 1000
_NOT_REACHED = (State.REFUSED, State.NOT_SENT, State.UNKNOWN, State.SKIPPED)
_STILL_TO_SEND = (State.PENDING, State.SENDING, State.NOT_SENT)


@define
class Result:
    """What became of a campaign, so far."""

    recipients: Recipients
    campaign: Campaign
    journal: Path
    ended: Ended | None = None
    sandbox: Sandbox | None = None
    failed_trackings: int = 0
    counts: Mapping[State, int] = field(factory=dict[State, int])
    trackings: Mapping[Following, int] = field(factory=dict[Following, int])
    problems: Sequence[Entry] = ()
    spent: int = 0
    credits: int | None = None
    with_content: int = 0

    async def look(self) -> None:
        """Read it all from the journal."""
        self.counts = await self.campaign.counts()
        self.trackings = await self.campaign.trackings()
        self.spent = (await self.campaign.estimate()).spent
        self.problems = [entry async for entry in _entries(self.campaign, *_NOT_REACHED)]
        runs = await self.campaign.runs()
        self.credits = runs[-1].credits if runs else None
        async for entry in _entries(self.campaign, State.ACCEPTED):
            self._see(entry, last_run=runs[-1].number if runs else 0)

    def _see(self, entry: Entry, last_run: int) -> None:
        if isinstance(entry.tracking, SmsTracking | SmsPlusTracking):
            self.with_content += bool(entry.tracking.content)
        # Answers overtake each other; within a run the balance only falls.
        if entry.run == last_run and entry.credits is not None:
            self.credits = entry.credits if self.credits is None else min(self.credits, entry.credits)

    @property
    def status(self) -> int:
        """The exit status: 3 when the outcome of any message is unknown, 1 when any was not accepted, or not yet."""
        if self.counts[State.UNKNOWN]:
            return UNKNOWN
        return FAILED if any(self.counts[state] for state in (*_STILL_TO_SEND, State.REFUSED)) else OK

    @property
    def seen(self) -> int:
        """Messages with a tracking."""
        return self.trackings[Following.AVAILABLE] + self.trackings[Following.FINISHED]

    def facts(self) -> dict[str, object]:
        """Everything, for JSON."""
        return {
            "counts": _named(self.counts),
            "duplicates": self.recipients.duplicates,
            "unusable": self.recipients.rejected,
            "blank": self.recipients.blank,
            "spent": self.spent,
            "credits": self.credits,
            "trackings": self.seen,
            "trackings_with_content": self.with_content,
            "problems": [_problem(entry) for entry in self.problems],
            "ended": self.ended.detail if self.ended else None,
            "journal": str(self.journal),
        }


def show_recipients(recipients: Recipients) -> None:
    """Say what the file holds, and name every line that is not used."""
    talk.print(
        f"{len(recipients.usable)} recipients, by the column {recipients.phone_column!r} ({recipients.encoding}, "
        f"separated by {recipients.delimiter!r})",
        markup=False,
    )
    for rejected in recipients.rejected:
        shown = f" ({rejected.text!r})" if rejected.text else ""
        talk.print(f"  line {rejected.line}: unusable number: {rejected.reason}{shown}", markup=False)
    for twice in recipients.duplicates:
        talk.print(f"  line {twice.line}: duplicate of line {twice.first_line} ({twice.number})", markup=False)
    for line in recipients.blank:
        talk.print(f"  line {line}: blank")


def show_prepared(prepared: Prepared) -> None:
    """Say what was replaced, and what stands in the way."""
    if prepared.changes:
        replaced = ", ".join(f"{old!r} → {new!r} ({n} times)" for (old, new), n in prepared.changes.most_common())
        talk.print(f"transliterated: {replaced}", markup=False)
    for problem in (*prepared.problems, *prepared.empty):
        talk.print(f"  line {problem.recipient.line}: {problem.reason}", markup=False)


def show_added(added: Added, journal: Path) -> None:
    """Say which journal it is, and whether it knows these people."""
    known = f", {added.same} of them held from earlier" if added.same else ""
    talk.print(f"journal: {journal}{known}", markup=False)


def show_estimate(estimate: Estimate, rate: float) -> None:
    """Say what the rest would take."""
    if not estimate.messages:
        talk.print("nothing is left to be sent")
        return
    talk.print(
        f"{estimate.messages} messages in {estimate.segments} SMS, about {estimate.credits} credits {estimate.basis}, "
        f"about {estimate.seconds or 0:.0f} s at {rate:g} a second"
    )


def show_resumption(result: Result) -> None:
    """Say how to go on, if there is anything to go on with."""
    if any(result.counts[state] for state in _STILL_TO_SEND):
        talk.print(f"to go on: {shlex.join(['makeasync', *sys.argv[1:]])}", markup=False, soft_wrap=True)
    if result.counts[State.UNKNOWN]:
        journal = shlex.quote(str(result.journal))
        talk.print(
            f"look at the account for those that are unknown, then say what became of them:\n"
            f"  makeasync campaign resolve {journal} --as accepted NUMBER …\n"
            f"  makeasync campaign resolve {journal} --as not-sent NUMBER …",
            markup=False,
            soft_wrap=True,
        )


@frozen
class Planned:
    """What would go to one person."""

    line: str
    to: str
    text: str
    suppressed: bool

    def __str__(self) -> str:
        return f"{self.line}, {self.to}: {'(suppressed) ' if self.suppressed else ''}{self.text}"


async def to_be_sent(campaign: Campaign, never: frozenset[str]) -> AsyncIterator[Planned]:
    """Give what would go to whom."""
    async for entry in _entries(campaign, State.PENDING, State.NOT_SENT):
        request = entry.request
        text = request.msg if isinstance(request, SmsPlus) else f"catalogue {dict(request.query).get('txt')}"
        yield Planned(entry.label, entry.key, text, not never.isdisjoint(recipients_of(request)))


def summary(result: Result) -> str:
    """Say in a few lines what became of it, and name everybody it did not reach."""
    return "\n".join(_summary_lines(result))


@frozen(kw_only=True)
class Status:
    """How far a campaign is."""

    counts: Mapping[str, int]
    trackings: Mapping[str, int]
    spent: int
    estimate: Estimate
    unknown: Sequence[Mapping[str, object]]
    runs: Sequence[RunRecord]

    @classmethod
    async def of(cls, campaign: Campaign) -> Self:
        """Read it from the journal."""
        estimate = await campaign.estimate()
        return cls(
            counts=_named(await campaign.counts()),
            trackings={state.value: count for state, count in (await campaign.trackings()).items()},
            spent=estimate.spent,
            estimate=estimate,
            unknown=[_problem(entry) for entry in await campaign.unknown()],
            runs=await campaign.runs(),
        )

    def facts(self) -> dict[str, object]:
        """Everything, for JSON."""
        return {
            "counts": self.counts,
            "trackings": self.trackings,
            "spent": self.spent,
            "to_be_sent": self.estimate,
            "unknown": self.unknown,
            "runs": self.runs,
        }

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterable[str]:
        for problem in self.unknown:
            yield f"{problem['line']}, {problem['to']}: unknown: {problem['why']}"
        yield _counted(self.counts)
        if self.counts["sending"]:
            yield "sending: on their way, or unknown from the next run on if no process runs this campaign"
        yield f"trackings: {_counted(self.trackings)}"
        yield f"{self.spent} credits spent"
        if self.estimate.messages:
            left = f"{self.estimate.messages} messages, about {self.estimate.credits} credits {self.estimate.basis}"
            yield f"still to be sent: {left}"


def _summary_lines(result: Result) -> Iterable[str]:
    for entry in result.problems:
        yield f"{entry.label}, {entry.key}: {entry.state.value.replace('_', ' ')}: {entry.reason}"
    yield _counted(_named(result.counts))
    held = result.recipients
    yield f"{len(held.duplicates)} duplicates, {len(held.rejected)} unusable numbers, {len(held.blank)} blank lines"
    if result.ended is not None and result.ended.why is not Why.DONE:
        yield f"ended early: {result.ended.detail}"
    if result.seen or result.failed_trackings:
        yield f"{result.seen} trackings, {result.with_content} with content, {result.failed_trackings} failed"
    if result.spent:
        yield f"{result.spent} credits spent, {result.credits} left"
    looks = _looks(result.sandbox)
    if looks:
        yield f"the sandbox saw the first request for a tracking {min(looks):.2f} s after its id, none earlier"


def _looks(sandbox: Sandbox | None) -> list[float]:
    """Give, for every look at a tracking that the sandbox saw, the seconds since it issued the id."""
    if sandbox is None:
        return []
    issued = {message.id: message.at for message in sandbox.messages()}
    looks = (request for request in sandbox.requests if request.path.endswith("apilog.php"))
    return [look.at - issued[look.id] for look in looks if look.id in issued]


async def _entries(campaign: Campaign, *states: State) -> AsyncIterator[Entry]:
    after = 0
    while page := await campaign.entries(*states, after=after, limit=_PAGE):
        for entry in page:
            yield entry
        after = page[-1].number


def _problem(entry: Entry) -> dict[str, object]:
    return {"line": entry.label, "to": entry.key, "outcome": entry.state.value, "why": entry.reason}


def _named(counts: Mapping[State, int]) -> dict[str, int]:
    return {state.value: count for state, count in counts.items()}


def _counted(counts: Mapping[str, int]) -> str:
    shown = [f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count or name == "accepted"]
    return ", ".join(shown) or "none"
