"""How a campaign looks: what the file holds, what would be sent, what became of it."""

from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TypeAlias

from attrs import define, field

from makeasync.campaign.messages import Addressed, Prepared
from makeasync.campaign.recipients import Recipients
from makeasync.cli.talk import FAILED, OK, UNKNOWN, talk
from makeasync.client.events import Event, Settled
from makeasync.client.outcomes import Accepted, NotSent, Refused, Tracked, TrackingFailed, Unknown
from makeasync.protocol.answers import Receipt, SmsPlusTracking, SmsTracking
from makeasync.protocol.codes import ResultCode
from makeasync.sandbox import Sandbox

__all__ = ["Result", "show_interruption", "show_prepared", "show_recipients", "summary"]

Texted: TypeAlias = SmsTracking | SmsPlusTracking
Texting: TypeAlias = Accepted[Texted] | Refused | NotSent | Unknown

_NAMES: Mapping[type[object], str] = MappingProxyType(
    {Accepted: "accepted", Refused: "refused", NotSent: "not_sent", Unknown: "unknown"}
)


@define
class Result:
    """What became of a campaign, so far."""

    recipients: Recipients
    prepared: Prepared
    outcomes: list[tuple[Addressed, Texting]] = field(factory=list[tuple[Addressed, Texting]])
    trackings: list[Tracked | TrackingFailed] = field(factory=list[Tracked | TrackingFailed])
    ended_by: ResultCode | None = None
    balance_before: int | None = None
    sandbox: Sandbox | None = None
    taken: int = 0

    def hear(self, event: Event) -> None:
        """Count what was taken, that of a torn campaign too, which no loop sees any more."""
        if isinstance(event, Settled):
            self.taken += isinstance(event.outcome, Accepted)

    def counts(self) -> dict[str, int]:
        """How many messages are in which state; together they are all of them."""
        counted = Counter(_NAMES[type(outcome)] for _, outcome in self.outcomes)
        pending = len(self.prepared.messages) - len(self.outcomes)
        return {"pending": pending, **{name: counted[name] for name in _NAMES.values()}}

    @property
    def status(self) -> int:
        """The exit status: 3 when the outcome of any message is unknown, 1 when any was not accepted."""
        counts = self.counts()
        if counts["unknown"]:
            return UNKNOWN
        return FAILED if counts["refused"] or counts["not_sent"] else OK

    @property
    def receipts(self) -> list[Receipt[Texted]]:
        """The receipts of those that were taken."""
        return [outcome.receipt for _, outcome in self.outcomes if isinstance(outcome, Accepted)]

    @property
    def spent(self) -> int:
        """Credits that the answers say it cost."""
        return sum(receipt.cost or 0 for receipt in self.receipts)

    @property
    def balance(self) -> int | None:
        """The lowest balance in an answer: answers overtake each other, the balance only falls."""
        known = [receipt.credits for receipt in self.receipts if receipt.credits is not None]
        return min(known, default=self.balance_before)

    @property
    def with_content(self) -> int:
        """Trackings that show the text as it was sent."""
        texts = (t.tracking for t in self.trackings if isinstance(t, Tracked))
        return sum(bool(t.content) for t in texts if isinstance(t, SmsTracking | SmsPlusTracking))

    def facts(self) -> dict[str, object]:
        """Everything, for JSON."""
        return {
            "counts": self.counts(),
            "duplicates": self.recipients.duplicates,
            "unusable": self.recipients.rejected,
            "blank": self.recipients.blank,
            "spent": self.spent,
            "credits": self.balance,
            "trackings": len([t for t in self.trackings if isinstance(t, Tracked)]),
            "trackings_with_content": self.with_content,
            "problems": [
                {"line": to.recipient.line, "to": to.recipient.number, "outcome": _NAMES[type(o)], "why": _why(o)}
                for to, o in self.outcomes
                if not isinstance(o, Accepted)
            ],
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


def show_prepared(prepared: Prepared, rate: float) -> None:
    """Say what would be sent, and what stands in the way."""
    if prepared.changes:
        replaced = ", ".join(f"{old!r} → {new!r} ({n} times)" for (old, new), n in prepared.changes.most_common())
        talk.print(f"transliterated: {replaced}", markup=False)
    for problem in (*prepared.problems, *prepared.empty):
        talk.print(f"  line {problem.recipient.line}: {problem.reason}", markup=False)
    talk.print(
        f"{len(prepared.messages)} messages in {prepared.segments} SMS, about {prepared.cost} credits by the API "
        f"document's examples, about {len(prepared.messages) / rate:.0f} s at {rate:g} a second"
    )


def summary(result: Result) -> str:
    """Say in a few lines what became of it, and name everybody it did not reach."""
    return "\n".join(_summary_lines(result))


def _summary_lines(result: Result) -> Iterable[str]:
    for to, outcome in result.outcomes:
        if not isinstance(outcome, Accepted):
            yield f"line {to.recipient.line}, {to.recipient.number}: {_NAMES[type(outcome)]}: {_why(outcome)}"
    counts = result.counts()
    yield ", ".join(
        f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count or name == "accepted"
    )
    held = result.recipients
    yield f"{len(held.duplicates)} duplicates, {len(held.rejected)} unusable numbers, {len(held.blank)} blank lines"
    if result.ended_by is not None:
        yield f"ended early: {result.ended_by.english} (code {result.ended_by.number})"
    if result.trackings:
        came = sum(isinstance(tracked, Tracked) for tracked in result.trackings)
        yield f"{came} trackings, {result.with_content} with content, {len(result.trackings) - came} failed"
    if result.outcomes:
        yield f"{result.spent} credits spent, {result.balance} left"
    looks = _looks(result.sandbox)
    if looks:
        yield f"the sandbox saw the first request for a tracking {min(looks):.2f} s after its id, none earlier"


def _looks(sandbox: Sandbox | None) -> list[float]:
    """Give, for every look at a tracking that the sandbox saw, the seconds since it issued the id."""
    if sandbox is None:
        return []
    issued = {message.id: message.at for message in sandbox.messages}
    looks = (request for request in sandbox.requests if request.path.endswith("apilog.php"))
    return [look.at - issued[look.id] for look in looks if look.id in issued]


def _why(outcome: Texting) -> str:
    return "" if isinstance(outcome, Accepted) else str(outcome.error)


@contextmanager
def show_interruption(result: Result) -> Generator[None]:
    """Should the block be torn, say who has been reached already."""
    torn = True
    try:
        yield
        torn = False
    finally:
        if torn:
            talk.print(summary(result), markup=False)
            talk.print(
                f"interrupted: {result.taken} messages have been taken; the same command would send those again",
                markup=False,
            )
