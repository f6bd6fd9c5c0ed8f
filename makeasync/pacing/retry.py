"""What may be repeated, and when: the one place that decides it.

A paid request is repeated only if it provably was not taken: no connection was made, or the service answered 112. What
is free may be repeated after any failure, within a budget. Randomness comes in as a number from 0 to 1.
"""

from attrs import frozen

__all__ = ["FREE", "ONCE", "POLL", "POLL_FAILURE", "POSTPONED", "UNCONNECTED", "Backoff", "next_try"]


@frozen
class Backoff:
    """A series of pauses.

    Attributes:
        first: seconds before the first repetition.
        factor: each pause is that much longer than the one before.
        longest: seconds at most.
        spread: the share by which a pause is varied up and down, so that many do not come back together.
        tries: repetitions after which it is given up; `None` for no end.
    """

    first: float
    factor: float = 1.5
    longest: float = 60.0
    spread: float = 0.1
    tries: int | None = None

    def pause(self, repetition: int, chance: float) -> float | None:
        """Say how long to wait before a repetition.

        Args:
            repetition: which one, from 0.
            chance: a random number from 0 to 1.

        Returns:
            Seconds, or `None` when it is given up.
        """
        if self.tries is not None and repetition >= self.tries:
            return None
        # Beyond this the pause is the longest anyway, and a power of it may be no number any more.
        steady = min(self.first * self.factor ** min(repetition, 60), self.longest)
        return steady * (1 + self.spread * (2 * chance - 1))


# The service says 112, not yet: 2 s, then half as long again each time, to a minute.
POLL = Backoff(first=2.0)
# A poll that failed (network, 5xx, rubbish) has a budget of its own.
POLL_FAILURE = Backoff(first=1.0, factor=2.0, longest=30.0, tries=8)
# A paid request whose connection never came about.
UNCONNECTED = Backoff(first=0.25, factor=2.0, tries=2)
# A paid request that the service put off with 112.
POSTPONED = Backoff(first=2.0, tries=3)
# A free request that brought no answer.
FREE = Backoff(first=0.25, factor=2.0, tries=2)
# A question that is asked once.
ONCE = Backoff(first=0.0, tries=0)


def next_try(backoff: Backoff, repetition: int, left: float, chance: float, held: float = 0.0) -> float | None:
    """Say how long to wait before a repetition that must still fit into the time left.

    Args:
        backoff: the series of pauses.
        repetition: which one, from 0.
        left: seconds left of the call's deadline.
        chance: a random number from 0 to 1.
        held: seconds for which the service still asks to be left alone.

    Returns:
        Seconds, or `None`: give up.
    """
    pause = backoff.pause(repetition, chance)
    return max(pause, held) if pause is not None and max(pause, held) < left else None
