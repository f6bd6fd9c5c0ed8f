"""What steers a campaign, as options: money, hours, and when to look before going on."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

from attrs import frozen
from cyclopts import Parameter
from cyclopts.validators import Number

from makeasync.campaign.caution import Caution
from makeasync.campaign.suppression import read_suppressed
from makeasync.pacing.hours import QuietHours, zone_of

__all__ = ["Steering"]


@Parameter(name="*")
@frozen(kw_only=True)
class Steering:
    """How far a campaign may go by itself.

    Attributes:
        max_credits: Credits that it may cost over all of its runs, those under way included.
        canary: Send so many first, then ask (or end, when nobody is there to be asked).
        pause_at: Pause when more than this share of the last 100 messages was not accepted; 1 for never.
        quiet_hours: When nobody is to be disturbed: 20:00-08:00, or sundays. May be given several times.
        time_zone: The time zone of --quiet-hours, --start-at and --expire-at.
        start_at: Send nothing before, such as 2026-12-01T09:00.
        expire_at: Send nothing afterwards.
        suppressed: A file of numbers that are never to be messaged, one a line.
    """

    max_credits: Annotated[int | None, Parameter(validator=Number(gte=0))] = None
    canary: Annotated[int | None, Parameter(validator=Number(gte=1))] = None
    pause_at: Annotated[float, Parameter(validator=Number(gt=0, lte=1))] = 0.5
    quiet_hours: Annotated[tuple[str, ...], Parameter(negative=())] = ()
    time_zone: str = "Europe/Paris"
    start_at: datetime | None = None
    expire_at: datetime | None = None
    suppressed: Path | None = None

    def caution(self) -> Caution:
        """Give how much may go wrong."""
        return Caution(self.pause_at)

    def quiet(self) -> QuietHours | None:
        """Give the quiet hours, if there are any."""
        return QuietHours.parse(*self.quiet_hours, zone=self.time_zone) if self.quiet_hours else None

    def begins_at(self) -> datetime | None:
        """Give when it starts, in its time zone."""
        return self._in_zone(self.start_at)

    def ends_at(self) -> datetime | None:
        """Give when it expires, in its time zone."""
        return self._in_zone(self.expire_at)

    def never(self, region: str) -> frozenset[str]:
        """Read the numbers that are never to be messaged."""
        return read_suppressed(self.suppressed, region=region) if self.suppressed else frozenset()

    def _in_zone(self, instant: datetime | None) -> datetime | None:
        if instant is None or instant.tzinfo is not None:
            return instant
        return instant.replace(tzinfo=zone_of(self.time_zone))
