"""Faults: what can go wrong between a request and its answer, and which request it hits.

Here live the one table of what each fault does, and the decision, with a seed, whom it hits. How an answer is cut or a
connection reset is the business of `delivery`; no HTTP and no clock here.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from typing import Literal, get_args

from attrs import Attribute, Factory, define, field, frozen, validators

from makeasync.sandbox.operations import On

__all__ = ["TOO_MANY", "Does", "Fault", "Faults", "Pace"]

Does = Literal[
    "latency", "no_answer", "reset_after", "cut", "garbage", "reset_before", "never_taken", "html", "status", "code"
]

# Of these the service takes the request, and charges it, all the same: that is what makes them dangerous.
_TAKEN = frozenset[Does]({"latency", "no_answer", "reset_after", "cut", "garbage"})
_WINDOW = 1.0


def _whole(least: int, most: int = 1_000_000_000) -> Callable[[object, Attribute[int], int], None]:
    """A whole number in this range."""
    return validators.and_(validators.instance_of(int), validators.ge(least), validators.le(most))


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
        ValueError: if one of these is out of its range.
        TypeError: if one of these is no number, or none that can be counted with.

    Example:
        >>> Fault("code", on="sms", nth=3, code=111).is_taken
        False
    """

    does: Does = field(validator=validators.in_(get_args(Does)))
    on: On | None = field(default=None, kw_only=True, validator=validators.in_((None, *get_args(On))))
    nth: int | None = field(default=None, kw_only=True, validator=validators.optional(_whole(1)))
    times: int | None = field(default=None, kw_only=True, validator=validators.optional(_whole(1)))
    probability: float = field(default=1.0, kw_only=True, validator=[validators.ge(0), validators.le(1)])
    seconds: float = field(default=1.0, kw_only=True, validator=[validators.ge(0), validators.le(3600)])
    status: int = field(default=503, kw_only=True, validator=_whole(400, 599))
    code: int = field(default=0, kw_only=True, validator=_whole(0, 999))

    @property
    def is_taken(self) -> bool:
        """Whether the service takes the request, and charges it, all the same."""
        return self.does in _TAKEN


TOO_MANY = Fault("status", status=429)


@define
class _Armed:
    fault: Fault
    dice: random.Random
    seen: int = 0
    hits: int = 0

    def hits_now(self, on: On) -> bool:
        if self.fault.on not in {None, on}:
            return False
        self.seen += 1
        if self.fault.nth not in {None, self.seen}:
            return False
        if self.fault.times is not None and self.hits >= self.fault.times:
            return False
        if self.dice.random() >= self.fault.probability:
            return False
        self.hits += 1
        return True


@define
class Faults:
    """The faults that are set; the first that hits a request is what happens to it."""

    seed: int
    armed: list[_Armed] = Factory(list[_Armed])

    def add(self, fault: Fault) -> None:
        """Set one more; its counting starts now."""
        seed = f"{self.seed}:fault:{len(self.armed)}"
        self.armed.append(_Armed(fault, random.Random(seed)))  # noqa: S311 - to be repeatable is what it is for

    def hitting(self, on: On) -> Fault | None:
        """What happens to this request; it counts for every fault that is set."""
        hits = [each.fault for each in self.armed if each.hits_now(on)]
        return hits[0] if hits else None


@define
class Pace:
    """A true rate limit: no window of one second ever holds more than `rate` requests."""

    rate: int | None
    answer: Fault
    _times: deque[float] = Factory(deque[float])

    def hitting(self, now: float) -> Fault | None:
        """What happens to a request that comes too early; `None` if it may pass."""
        if self.rate is None:
            return None
        while self._times and not 0 <= now - self._times[0] < _WINDOW:
            self._times.popleft()
        if len(self._times) >= self.rate:
            return self.answer
        self._times.append(now)
        return None
