"""What messages cost: learned from the answers, and taken from the API document's examples until there are any.

Arithmetic over what a journal holds; nothing here sends or stores.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType

from attrs import define, field, frozen

from makeasync.campaign.journal import Sum
from makeasync.campaign.states import State
from makeasync.protocol.alphabet import segments
from makeasync.protocol.answers import Kind
from makeasync.protocol.requests import Request, RingPlus, SmsPlus

__all__ = ["Budget", "Estimate", "Grant", "Tariff", "estimate", "size_of", "spent"]

# The examples of the API document, sections 3 to 8; that of ring+ is 20 for 4 pairs.
_EXAMPLES: Mapping[Kind, int] = MappingProxyType(
    {Kind.RING: 5, Kind.RING_PLUS: 5, Kind.CALL: 5, Kind.CALL_PLUS: 20, Kind.SMS: 5, Kind.SMS_PLUS: 10}
)
_TO_BE_SENT = frozenset({State.PENDING, State.SENDING, State.NOT_SENT})
_CHARGED = frozenset({State.ACCEPTED, State.UNKNOWN})


def size_of(request: Request) -> int:
    """Give what the cost of a request may depend on: the pairs of a ring+, the segments of an sms+; else 1.

    Example:
        >>> size_of(SmsPlus(from_="33612345678", to="33687654321", msg="Bonjour " * 30))
        2
    """
    match request:
        case RingPlus():
            return len(request.pairs)
        case SmsPlus():
            return segments(request.msg)
        case _:
            return 1


@define
class Tariff:
    """What each kind and size costs.

    Attributes:
        dearest: the most that an answer has said, by kind and size.
    """

    dearest: dict[tuple[Kind, int], int] = field(factory=dict[tuple[Kind, int], int])

    @classmethod
    def of(cls, sums: Iterable[Sum]) -> "Tariff":
        """Learn from what a journal holds."""
        tariff = cls()
        for each in sums:
            if each.dearest is not None:
                tariff.learn(each.kind, each.size, each.dearest)
        return tariff

    def learn(self, kind: Kind, size: int, cost: int) -> None:
        """Take note of what an answer says."""
        self.dearest[kind, size] = max(cost, self.dearest.get((kind, size), 0))

    def knows(self, kind: Kind, size: int) -> bool:
        """An answer has said what this costs."""
        return (kind, size) in self.dearest

    def cost(self, kind: Kind, size: int) -> int:
        """Say what one costs: what was learned, or the document's example."""
        if self.knows(kind, size):
            return self.dearest[kind, size]
        example = _EXAMPLES[kind] * (size if kind is Kind.RING_PLUS else 1)
        return max((cost for (known, _), cost in self.dearest.items() if known is kind), default=example)


@frozen(kw_only=True)
class Estimate:
    """What the rest of a campaign would take.

    Attributes:
        messages: how many are still to be sent.
        segments: SMS that they fill, counting the parts of long ones; 0 for what is no sms.
        credits: what they would cost.
        learned: how many of them have a cost that answers have told; that of the others is the document's example.
        seconds: how long it takes at the rate; `None` without one.
        spent: credits spent so far; what is unknown is counted as charged.
    """

    messages: int
    segments: int
    credits: int
    learned: int
    seconds: float | None
    spent: int

    @property
    def basis(self) -> str:
        """What the credits rest on, in words."""
        if not self.learned:
            return "by the API document's examples"
        return "by the answers so far" if self.learned == self.messages else "by the answers so far and the examples"


def estimate(sums: Iterable[Sum], rate: float | None = None) -> Estimate:
    """Estimate what the rest of a campaign would take.

    Args:
        sums: what the journal holds, added up.
        rate: messages a second; `None`: no limit.
    """
    sums = list(sums)
    tariff = Tariff.of(sums)
    rest: Counter[tuple[Kind, int]] = Counter()
    for each in sums:
        if each.state in _TO_BE_SENT:
            rest[each.kind, each.size] += each.messages
    return Estimate(
        messages=rest.total(),
        segments=sum(n * (size if kind is Kind.SMS_PLUS else kind is Kind.SMS) for (kind, size), n in rest.items()),
        credits=sum(n * tariff.cost(kind, size) for (kind, size), n in rest.items()),
        learned=sum(n for (kind, size), n in rest.items() if tariff.knows(kind, size)),
        seconds=None if rate is None else rest.total() / rate,
        spent=spent(sums),
    )


def spent(sums: Iterable[Sum]) -> int:
    """Add up what a campaign has cost. What has no cost on record is counted at the tariff: unknown may be charged."""
    sums = list(sums)
    tariff = Tariff.of(sums)
    return sum(each.cost + each.unpriced * tariff.cost(each.kind, each.size) for each in sums if each.state in _CHARGED)


class Grant(Enum):
    """The answer to: may this be spent?"""

    GRANTED = "go"
    LATER = "ask again when something under way is settled"
    EXHAUSTED = "no"


@define
class Budget:
    """Credits that may be spent, those of requests under way included.

    Attributes:
        limit: the most that may be spent; `None` for no limit.
        tariff: what things cost.
        spent: credits that are gone.
    """

    limit: int | None
    tariff: Tariff
    spent: int
    _held: dict[int, tuple[Kind, int, int]] = field(factory=dict[int, tuple[Kind, int, int]])

    def hold(self, number: int, request: Request) -> Grant:
        """Set aside what a request may cost.

        The first of a kind and size goes alone: until its answer nobody knows what it costs.
        """
        if self.limit is None:
            return Grant.GRANTED
        kind, size = request.kind, size_of(request)
        cost = self.tariff.cost(kind, size)
        if not self.tariff.knows(kind, size) and self._held:
            return Grant.LATER
        if self.spent + sum(held for _, _, held in self._held.values()) + cost > self.limit:
            return Grant.LATER if self._held else Grant.EXHAUSTED
        self._held[number] = kind, size, cost
        return Grant.GRANTED

    def release(self, number: int) -> None:
        """It was not charged."""
        self._held.pop(number, None)

    def charge(self, number: int, request: Request, cost: int | None) -> None:
        """It was charged, or may have been; `None`: nobody says how much."""
        _, _, held = self._held.pop(number, (None, None, 0))
        if cost is not None:
            self.tariff.learn(request.kind, size_of(request), cost)
        self.spent += held if cost is None else cost
