"""Faults: what can go wrong between a request and its answer, and which request it hits.

Here live the one table of what each fault does, and the decision, with a seed, whom it hits. How an answer is cut or a
connection reset is the business of `delivery`; no HTTP and no clock here.
"""

from __future__ import annotations

import random
from collections import deque
from typing import Literal, get_args

from attrs import Factory, define, field, frozen

from makeasync.sandbox.network.operations import On
from makeasync.sandbox.network.settings import number, one_of

__all__ = [
    "RESET",
    "SILENT",
    "TOO_MANY",
    "UNLEARNT",
    "ArmedFault",
    "Does",
    "Fault",
    "Faults",
    "Pace",
    "Struck",
    "checked_fault",
]

Does = Literal[
    "latency", "no_answer", "reset_after", "cut", "garbage", "reset_before", "never_taken", "html", "status", "code"
]

# Of these the service takes the request, and charges it, all the same: that is what makes them dangerous.
_TAKEN = frozenset[Does]({"latency", "no_answer", "reset_after", "cut", "garbage"})
# And of these the client does not learn what was answered.
UNLEARNT = _TAKEN - {"latency"}
# To these nothing is answered: nobody says anything, or the connection is reset.
SILENT = frozenset[Does]({"no_answer", "never_taken"})
RESET = frozenset[Does]({"reset_after", "reset_before"})
_WINDOW = 1.0
_MOST_ARMED = 100


@frozen
class Fault:
    """Something that goes wrong.

    Attributes:
        does: `latency` answers late, `no_answer` takes the request and never answers, `reset_after` takes it and resets
            the connection, `cut` sends half the answer, `garbage` sends rubbish instead of it; and without taking the
            request: `reset_before`, `never_taken` (no answer either), `html` instead of XML, `status` (an HTTP error),
            `code` (a refusal with that result code).
        on: only requests of this kind; `None` for all.
        nth: only the nth of those, counted from 1 when the fault is set; `None` for each.
        times: how often it hits at most; `None` for no end.
        probability: how likely it hits, 0 to 1, thrown with the sandbox's seed.
        seconds: of a `latency`.
        status: of a `status`, 400 to 599.
        code: of a `code`, 0 to 999.

    Raises:
        ValueError: if one of these is not what it may be.

    Example:
        >>> Fault("code", on="sms", nth=3, code=111).is_taken
        False
    """

    does: Does = field(validator=one_of(get_args(Does)))
    on: On | None = field(default=None, kw_only=True, validator=one_of(get_args(On), optional=True))
    nth: int | None = field(default=None, kw_only=True, validator=number(1, whole=True, optional=True))
    times: int | None = field(default=None, kw_only=True, validator=number(1, whole=True, optional=True))
    probability: float = field(default=1.0, kw_only=True, validator=number(0, 1))
    seconds: float = field(default=1.0, kw_only=True, validator=number(0, 3_600))
    status: int = field(default=503, kw_only=True, validator=number(400, 599, whole=True))
    code: int = field(default=0, kw_only=True, validator=number(0, 999, whole=True))

    @property
    def is_taken(self) -> bool:
        """Whether the service takes the request, and charges it, all the same."""
        return self.does in _TAKEN


TOO_MANY = Fault("status", status=429)


def checked_fault(value: object) -> Fault:
    """Give the value back, if it is a fault.

    Raises:
        TypeError: if it is not.
    """
    if not isinstance(value, Fault):
        msg = f"{value!r} is not a Fault; write Fault({value!r})"
        raise TypeError(msg)
    return value


@frozen
class ArmedFault:
    """A fault that is set, as it stands.

    Attributes:
        number: counted from 1 as faults are set; no other ever has it.
        fault: what goes wrong.
        hits: how many requests it has hit.
        is_spent: whether it will hit nothing any more.
    """

    number: int
    fault: Fault
    hits: int
    is_spent: bool


@define
class _Armed:
    number: int
    fault: Fault
    dice: random.Random
    seen: int = 0
    hits: int = 0

    def would_hit(self, on: On) -> bool:
        """Count a request, and say whether it is one to hit."""
        fault = self.fault
        if fault.on not in {None, on}:
            return False
        self.seen += 1
        chosen = fault.nth in {None, self.seen} and fault.times != self.hits
        return chosen and self.dice.random() < fault.probability

    def as_it_stands(self) -> ArmedFault:
        fault = self.fault
        is_spent = fault.times == self.hits or (fault.nth is not None and self.seen >= fault.nth)
        return ArmedFault(self.number, fault, self.hits, is_spent)


@frozen
class Struck:
    """What goes wrong with a request: how late the answer is, and what else.

    Attributes:
        late: in seconds.
        fault: what else, if it comes to that: what its number does comes first.
    """

    late: float = 0.0
    fault: Fault | None = None
    _by: _Armed | None = field(default=None, eq=False, repr=False)

    @classmethod
    def by(cls, fault: Fault | None) -> Struck:
        """What this fault alone does."""
        return cls(fault.seconds) if fault is not None and fault.does == "latency" else cls(fault=fault)

    def has_happened(self) -> None:
        """Count the hit of `fault`."""
        if self._by is not None:
            self._by.hits += 1


@define
class Faults:
    """The faults that are set. A request may be late and something else may happen to it: the first that would."""

    seed: int
    _armed: list[_Armed] = Factory(list[_Armed])
    _numbered: int = 0
    _thrown: int = 0

    @property
    def armed(self) -> tuple[ArmedFault, ...]:
        """Each as it stands, in the order in which they were set."""
        return tuple(each.as_it_stands() for each in self._armed)

    def add(self, fault: Fault) -> None:
        """Set one more; its counting starts now.

        Raises:
            ValueError: if so many are set that nobody could follow them.
        """
        if len(self._armed) >= _MOST_ARMED:
            msg = f"{_MOST_ARMED} faults are set, and there cannot be more: reset them, or let one do more"
            raise ValueError(msg)
        self._numbered += 1
        self._thrown += 1
        dice = random.Random(f"{self.seed}:fault:{self._thrown}")  # noqa: S311 - to be repeatable is what it is for
        self._armed.append(_Armed(self._numbered, fault, dice))

    def remove(self, number: int) -> bool:
        """Take one away, and say whether it was there."""
        before = len(self._armed)
        self._armed = [each for each in self._armed if each.number != number]
        return len(self._armed) < before

    def clear(self) -> None:
        """Take all away; those that are set next are thrown as the first ones were."""
        self._armed.clear()
        self._thrown = 0

    def striking(self, on: On) -> Struck:
        """What would happen to this request; it counts for every fault that is set."""
        would = [each for each in self._armed if each.would_hit(on)]
        late = [each for each in would if each.fault.does == "latency"]
        for each in late:
            each.hits += 1
        other = next((each for each in would if each.fault.does != "latency"), None)
        return Struck(sum(each.fault.seconds for each in late), other.fault if other else None, other)


def _check_fault(_: object, __: object, value: object) -> None:
    checked_fault(value)


@define
class Pace:
    """A true rate limit: no window of one second ever holds more than `rate` requests.

    Attributes:
        rate: the most in a second, 1 or more; `None` for no limit.
        over_rate: what happens to those beyond.
    """

    rate: int | None = field(validator=number(1, whole=True, optional=True))
    over_rate: Fault = field(validator=_check_fault)
    _times: deque[float] = Factory(deque[float])

    def hitting(self, now: float) -> Fault | None:
        """What happens to a request that comes too early; `None` if it may pass."""
        if self.rate is None:
            return None
        while self._times and not 0 <= now - self._times[0] < _WINDOW:
            self._times.popleft()
        if len(self._times) >= self.rate:
            return self.over_rate
        self._times.append(now)
        return None
