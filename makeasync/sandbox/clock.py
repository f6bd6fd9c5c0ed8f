"""The test clock: real time, until it is frozen or moved on.

Here lives what the sandbox calls now. Nothing sleeps here, and time never goes back but by `reset`.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock

__all__ = ["SandboxClock"]

# A day short of the end of what has a date, wherever on earth.
_LAST = 253_402_200_000.0


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
        # Reentrant, as the base is the user's and may look at the sandbox.
        self._lock = RLock()

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return self._frozen is not None

    def now(self) -> float:
        """The time, in seconds since the epoch."""
        with self._lock:
            return self._base() + self._ahead if self._frozen is None else self._frozen

    def freeze(self) -> None:
        """Let time stand still; `advance` still moves it."""
        with self._lock:
            self._frozen = self.now()

    def resume(self) -> None:
        """Let time go on, from where it stands."""
        with self._lock:
            if self._frozen is not None:
                self._ahead = self._frozen - self._base()
                self._frozen = None

    def advance(self, seconds: float) -> None:
        """Move time on, frozen or not.

        Args:
            seconds: how far, 0 to 10 years.

        Raises:
            ValueError: if it is out of that range, as time does not go back; or if the year would be past 9999.
        """
        if not 0 <= seconds <= 10 * 366 * 86_400:
            msg = f"time cannot move by {seconds} s: 0 to 10 years"
            raise ValueError(msg)
        with self._lock:
            if self.now() + seconds > _LAST:
                msg = f"time cannot move by {seconds} s: no date is later than the year 9999"
                raise ValueError(msg)
            if self._frozen is not None:
                self._frozen += seconds
            else:
                self._ahead += seconds

    def reset(self) -> None:
        """Go by the base again, neither frozen nor moved on."""
        with self._lock:
            self._ahead, self._frozen = 0.0, None
