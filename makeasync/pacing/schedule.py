"""Which poll is due: a heap of things to do, each at its time.

It holds times and things and knows neither what they are nor what time it is.
"""

import heapq
import itertools
from collections.abc import Hashable, Iterator
from datetime import timedelta
from typing import Generic, TypeVar

from attrs import define, field

from makeasync.pacing.retry import POLL

__all__ = ["Schedule", "first_look", "next_look"]

# Instants are kept to the microsecond. A look that is a hair late costs nothing, one that is a hair early is a 112.
_ROUNDING = 0.001
# What was taken out or moved stays in the heap until its time, or until there is more of it than of the rest and this.
_STALE_AT_LEAST = 50

ThingT = TypeVar("ThingT", bound=Hashable)


@define
class Schedule(Generic[ThingT]):
    """Things with a time each; a thing stands in it once at most."""

    _heap: list[tuple[float, int, ThingT]] = field(factory=list[tuple[float, int, ThingT]])
    _entry: dict[ThingT, int] = field(factory=dict[ThingT, int])
    _ticket: Iterator[int] = field(factory=itertools.count)

    def __len__(self) -> int:
        return len(self._entry)

    def set(self, thing: ThingT, due: float) -> None:
        """Put a thing in, or move it to another time."""
        ticket = next(self._ticket)
        self._entry[thing] = ticket
        heapq.heappush(self._heap, (due, ticket, thing))
        self._let_go()

    def discard(self, thing: ThingT) -> None:
        """Take a thing out, if it is in."""
        self._entry.pop(thing, None)
        self._let_go()

    def next_due(self) -> float | None:
        """Give the time of the earliest thing, or `None` when there is none."""
        self._drop_stale()
        return self._heap[0][0] if self._heap else None

    def pop(self, now: float) -> ThingT | None:
        """Take out the earliest thing that is due, or give `None` when none is."""
        due = self.next_due()
        if due is None or due > now:
            return None
        _, _, thing = heapq.heappop(self._heap)
        del self._entry[thing]
        return thing

    def _drop_stale(self) -> None:
        while self._heap and self._entry.get(self._heap[0][2]) != self._heap[0][1]:
            heapq.heappop(self._heap)

    def _let_go(self) -> None:
        # Now and then, so that it costs next to nothing each time.
        if len(self._heap) > 2 * len(self._entry) + _STALE_AT_LEAST:
            self._heap = [entry for entry in self._heap if self._entry.get(entry[2]) == entry[1]]
            heapq.heapify(self._heap)


def first_look(age: float | None, tracking_delay: float) -> float:
    """Say in how many seconds to look at an id for the first time.

    Args:
        age: seconds since the id was issued; `None` when nobody knows, and it may be old.
        tracking_delay: seconds after the id at which its log is there, at the earliest.

    Example:
        >>> first_look(4.0, 10.0), first_look(3600.0, 10.0), first_look(None, 10.0)
        (6.001, 0.0, 0.0)
    """
    if age is None or age >= tracking_delay + _ROUNDING:
        return 0.0
    return min(tracking_delay - age, tracking_delay) + _ROUNDING


def next_look(looks: int, chance: float, until_execution: timedelta = timedelta()) -> float:
    """Say in how many seconds to look again at an id that is not ready.

    Args:
        looks: looks that found it not ready, before this one.
        chance: a random number from 0 to 1.
        until_execution: what is left of the request's own delay: before it, nothing can have happened.
    """
    pause = POLL.pause(looks, chance)
    return max(pause or POLL.longest, until_execution.total_seconds())
