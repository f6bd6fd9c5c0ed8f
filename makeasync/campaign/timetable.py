"""When a campaign may send: not before its start, not after its end, not at quiet hours. `now` is an argument."""

from datetime import datetime, timedelta

from attrs import frozen

from makeasync.pacing.hours import QuietHours
from makeasync.protocol.requests import Request

__all__ = ["Timetable"]

_NOW = timedelta()


@frozen(kw_only=True)
class Timetable:
    """When messages may go.

    Attributes:
        start_at: nothing leaves before; aware.
        expire_at: nothing happens afterwards: neither a message, nor the end of the delay of one; aware.
        quiet: hours at which nothing happens to anybody; what would is held back and sent afterwards.
    """

    start_at: datetime | None = None
    expire_at: datetime | None = None
    quiet: QuietHours | None = None

    def __attrs_post_init__(self) -> None:
        for name, instant in (("start_at", self.start_at), ("expire_at", self.expire_at)):
            if instant is not None and instant.tzinfo is None:
                raise ValueError(f"{name}: {instant} has no time zone; give an aware datetime")

    @property
    def restricts(self) -> bool:
        """There is a time at which something may not go."""
        return (self.start_at, self.expire_at, self.quiet) != (None, None, None)

    def wait(self, request: Request, now: datetime) -> timedelta:
        """Say how long a request must wait before it may leave; nothing: it may leave now."""
        if self.start_at is not None and now < self.start_at:
            return self.start_at - now
        happens_at = now + _delay(request)
        end = self.quiet.until(happens_at) if self.quiet else None
        return end - happens_at if end else _NOW

    def is_over(self, request: Request, now: datetime) -> bool:
        """It is too late for a request."""
        return self.expire_at is not None and now + _delay(request) >= self.expire_at


def _delay(request: Request) -> timedelta:
    minutes = dict(request.query).get("in")
    return timedelta(minutes=int(minutes)) if minutes else _NOW
