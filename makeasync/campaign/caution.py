"""When a campaign goes wrong too often to go on without being looked at: a count over the last messages."""

from collections import deque

from attrs import define, field, frozen

__all__ = ["Caution", "Watch"]


def _share(value: float) -> float:
    if not 0 < value <= 1:
        raise ValueError(f"caution: a share is above 0 and at most 1, not {value!r}")
    return value


def _window(value: int) -> int:
    if value < 1:
        raise ValueError(f"caution: a window is a whole number of messages from 1, not {value!r}")
    return value


@frozen
class Caution:
    """How much may go wrong before a campaign pauses.

    Args:
        share: it pauses when more than this share of the last `window` were not accepted, from above 0 to 1; at 1 it
            never does.
        window: how many messages are looked at, from 1.

    Raises:
        ValueError: either is out of its range.
    """

    share: float = field(default=0.5, converter=_share)
    window: int = field(default=100, converter=_window)


@define
class Watch:
    """Counts what goes wrong."""

    caution: Caution
    _last: deque[bool] = field(factory=deque[bool])

    def note(self, *, accepted: bool) -> bool:
        """Take note of one message, and say whether there is too much that goes wrong."""
        self._last.append(not accepted)
        if len(self._last) > self.caution.window:
            self._last.popleft()
        return self.wrong > self.caution.share * self.caution.window

    @property
    def wrong(self) -> int:
        """How many of the last were not accepted."""
        return sum(self._last)

    def forget(self) -> None:
        """Begin anew: somebody has looked."""
        self._last.clear()
