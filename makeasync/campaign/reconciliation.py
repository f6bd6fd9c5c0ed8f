"""How many of the unknown were probably charged: what the balances say, and when they say nothing. Arithmetic alone."""

from collections.abc import Sequence

from attrs import evolve, frozen

from makeasync.campaign.costs import Tariff, size_of
from makeasync.campaign.journal import Entry, RunRecord
from makeasync.campaign.states import State

__all__ = ["Reconciliation", "RunOutcome", "reconcile"]


@frozen(kw_only=True)
class RunOutcome:
    """What one run did to the balance, as far as the journal knows.

    Attributes:
        run: the run.
        accepted: credits that its accepted messages cost.
        unpriced: accepted messages of which no answer says what they cost.
        unknown: its messages of which nobody knows whether they were charged.
    """

    run: RunRecord
    accepted: int = 0
    unpriced: int = 0
    unknown: tuple[Entry, ...] = ()

    def with_entry(self, entry: Entry) -> "RunOutcome":
        """The same, with one more message of the run."""
        if entry.state is State.UNKNOWN:
            return evolve(self, unknown=(*self.unknown, entry))
        return evolve(self, accepted=self.accepted + (entry.cost or 0), unpriced=self.unpriced + (entry.cost is None))


@frozen(kw_only=True)
class Reconciliation:
    """What the balances say of messages whose outcome is unknown.

    Attributes:
        unknown: how many they are.
        charged: how many of them were probably charged; `None`: the balances do not say.
        unexplained: credits that are gone and that no accepted message explains.
        reason: what it rests on, or why the balances do not say.
    """

    unknown: int
    charged: int | None
    unexplained: int | None
    reason: str

    def __str__(self) -> str:
        if self.charged is None:
            return f"the balances do not say how many of the {self.unknown} unknown were charged: {self.reason}"
        return f"{self.charged} of the {self.unknown} unknown were probably charged: {self.reason}"


def reconcile(outcomes: Sequence[RunOutcome], tariff: Tariff, balance: int) -> Reconciliation:
    """Compare what is gone from the balance with what the answers explain.

    Args:
        outcomes: every run, in order.
        tariff: what messages cost.
        balance: the balance now.
    """
    parts = [
        _part(outcome, tariff, outcomes[place + 1].run.credits if place + 1 < len(outcomes) else balance)
        for place, outcome in enumerate(outcomes)
        if outcome.unknown
    ]
    unknown = sum(part.unknown for part in parts)
    if not parts:
        return Reconciliation(unknown=0, charged=0, unexplained=0, reason="no outcome is unknown")
    if silent := next((part for part in parts if part.charged is None), None):
        return Reconciliation(unknown=unknown, charged=None, unexplained=silent.unexplained, reason=silent.reason)
    return Reconciliation(
        unknown=unknown,
        charged=sum(part.charged or 0 for part in parts),
        unexplained=sum(part.unexplained or 0 for part in parts),
        reason=" ".join(dict.fromkeys(part.reason for part in parts)),
    )


def _part(outcome: RunOutcome, tariff: Tariff, after: int | None) -> Reconciliation:
    """Look at one run: the balance before it, what was accepted, and the balance after it."""
    unknown = len(outcome.unknown)

    def silent(reason: str, unexplained: int | None = None) -> Reconciliation:
        return Reconciliation(unknown=unknown, charged=None, unexplained=unexplained, reason=reason)

    before = outcome.run.credits
    if before is None or after is None:
        return silent("the balance before or after the run is not on record")
    if outcome.unpriced:
        return silent(f"{outcome.unpriced} answers did not say what they cost")
    gone = before - after - outcome.accepted
    costs = [tariff.cost(entry.request.kind, size_of(entry.request)) for entry in outcome.unknown]
    if gone < 0:
        return silent(f"the account was topped up by {-gone} credits at least in between", gone)
    if gone > sum(costs):
        return silent(f"{gone} credits are gone, more than all of them cost ({sum(costs)}): something else spent", gone)
    charged = _how_many(gone, costs)
    if charged is None:
        return silent(f"{gone} credits are gone, which no number of them makes up: something else spent", gone)
    return Reconciliation(
        unknown=unknown,
        charged=charged,
        unexplained=gone,
        reason=f"{gone} credits are gone that no accepted message explains.",
    )


def _how_many(gone: int, costs: Sequence[int]) -> int | None:
    """Find how many of these costs make up what is gone, where only one number of them does."""
    if gone in {0, sum(costs)}:
        return len(costs) if gone else 0
    if len(set(costs)) != 1 or not costs[0]:
        return None
    return None if gone % costs[0] else gone // costs[0]
