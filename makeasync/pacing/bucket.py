"""How many requests a second: GCRA, the generic cell rate algorithm, as arithmetic.

Nothing here waits or queues; `client.limiter` does.
"""

import math

from attrs import define, field, frozen

__all__ = ["Bucket", "Rate"]

# Below this a wait is rounding, not time.
_INSTANT = 1e-6
# A timer wakes a little late each time. That much is made up for, so that lateness does not add up to a lower rate: two
# fifths of an interval, enough at 50 a second for timers that are 0 to 10 ms late; the rest of the interval is left to
# what the network does to arrivals, so that no second has more than one too many.
_LATENESS_SHARE = 0.4
_LEAST_LATENESS, _MOST_LATENESS = 0.005, 0.050


def _positive(value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"a rate is a number of requests a second above 0, not {value!r}")
    return float(value)


def _at_least_one(value: int) -> int:
    # Not everybody runs a type checker, and with a burst that is no number there would be no rate at all.
    if not isinstance(value, int) or value < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ValueError(f"a burst is a whole number from 1, not {value!r}")
    return value


@frozen
class Rate:
    """How fast requests may go.

    Args:
        per_second: requests a second, above 0.
        burst: how many may go at once after a quiet time, from 1.

    Raises:
        ValueError: either is out of its range.

    Example:
        >>> Rate(50).interval
        0.02
    """

    per_second: float = field(converter=_positive)
    burst: int = field(default=1, converter=_at_least_one)

    @property
    def interval(self) -> float:
        """Seconds from one request to the next."""
        return 1.0 / self.per_second


@define
class Bucket:
    """What is left of a rate. Times are seconds on any clock that does not go back.

    Attributes:
        rate: the rate; `None` is no limit.
    """

    rate: Rate | None
    _free_at: float = -math.inf
    _held_until: float = -math.inf
    _awaited: bool = False

    def reserve(self, now: float, cost: float = 1.0) -> float:
        """Take a slot if there is one.

        Args:
            now: the time.
            cost: how many slots it takes.

        Returns:
            `0.0`: taken, go. Otherwise nothing was taken: the seconds after which to ask again.
        """
        wait = max(self._held_until, self._free_at - self._allowance()) - now
        if wait > _INSTANT:
            self._awaited = True
            return wait
        if self.rate is not None:
            self._free_at = max(self._free_at, now - self._lateness(self.rate)) + cost * self.rate.interval
        self._awaited = False
        return 0.0

    def is_open(self, now: float) -> bool:
        """There is nothing to wait for, and never will be: no rate, and no pause."""
        return self.rate is None and self._held_until <= now

    def change(self, now: float, rate: Rate | None) -> None:
        """Go at another rate from now on; nobody waits longer than its own interval for what went before."""
        self.rate = rate
        self._free_at = min(self._free_at, now + (rate.interval if rate else 0.0))

    def hold(self, until: float) -> None:
        """Let nobody go before `until`: the service asked for a pause."""
        self._held_until = max(self._held_until, until)

    def held(self, now: float) -> float:
        """Say for how many seconds nobody may go."""
        return max(0.0, self._held_until - now)

    def _allowance(self) -> float:
        return (self.rate.burst - 1) * self.rate.interval if self.rate else math.inf

    def _lateness(self, rate: Rate) -> float:
        # Whoever did not wait cannot have been woken late.
        return self._awaited * max(_LEAST_LATENESS, min(rate.interval * _LATENESS_SHARE, _MOST_LATENESS))
