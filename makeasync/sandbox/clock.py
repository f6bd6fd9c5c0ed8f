"""The test clock: real time, until it is frozen or moved on.

Here lives what the sandbox calls now. Nothing sleeps here, and time never goes back but by `reset`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from threading import Lock

from makeasync.sandbox.network.settings import checked

__all__ = ["SandboxClock"]

# A day short of the end of what has a date, wherever on earth.
_LAST = 253_402_200_000.0
_TEN_YEARS = 10 * 366 * 86_400


class SandboxClock:
    """What a sandbox calls now, in seconds since the epoch. It may be used from any thread.

    Args:
        base: the clock that it goes by: the world's, or one of yours.

    Example:
        >>> clock = SandboxClock(lambda: 1_000.0)
        >>> clock.advance(7_200)
        >>> clock.now()
        8200.0
    """

    def __init__(self, base: Callable[[], float]) -> None:
        self._base = base
        self._ahead = 0.0
        self._frozen: float | None = None
        self._latest = -inf
        self._lock = Lock()

    @property
    def ahead(self) -> float:
        """How many seconds it is ahead of its base; what is frozen falls behind."""
        base = self._base()
        with self._lock:
            return self._ahead if self._frozen is None else self._frozen - base

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return self._frozen is not None

    def now(self) -> float:
        """The time, in seconds since the epoch."""
        # Outside the lock: the base is the user's, and may look at the sandbox, whose lock another thread may hold.
        base = self._base()
        with self._lock:
            return self._at(base)

    def freeze(self) -> None:
        """Let time stand still; `advance` still moves it."""
        base = self._base()
        with self._lock:
            self._frozen = self._at(base)

    def resume(self) -> None:
        """Let time go on, from where it stands."""
        base = self._base()
        with self._lock:
            if self._frozen is not None:
                self._ahead = self._frozen - base
                self._frozen = None

    def advance(self, seconds: float) -> None:
        """Move time on, frozen or not.

        Args:
            seconds: how far, 0 to 10 years.

        Raises:
            ValueError: if it is out of that range, as time does not go back; or if the year would be past 9999.
        """
        checked("seconds", seconds, 0, _TEN_YEARS)
        base = self._base()
        with self._lock:
            if self._at(base) + seconds > _LAST:
                msg = f"seconds: {seconds} s more, and it would be past the year 9999"
                raise ValueError(msg)
            if self._frozen is not None:
                self._frozen += seconds
            else:
                self._ahead += seconds

    def reset(self) -> None:
        """Go by the base again, neither frozen nor moved on."""
        with self._lock:
            self._ahead, self._frozen, self._latest = 0.0, None, -inf

    def _at(self, base: float) -> float:
        """What it is when the base says so: never less than was said before. Another thread may have asked since."""
        time = base + self._ahead if self._frozen is None else self._frozen
        self._latest = max(self._latest, time)
        return self._latest
