"""Hours at which nobody is to be disturbed: whether it is one now, and when it ends. `now` is an argument."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType
from typing import Self
from zoneinfo import ZoneInfo

from attrs import field, frozen

__all__ = ["QuietHours", "zone_of"]

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_WEEKDAYS: Mapping[str, int] = MappingProxyType(
    {name: day for names in (_DAYS, _JOURS) for day, name in enumerate(names)}
)
_SPAN = re.compile(r"([01]?\d|2[0-3])[:hH]([0-5]\d)?\s*-\s*([01]?\d|2[0-4])[:hH]([0-5]\d)?")
_WEEK = 7
# Every step ends one span or one day; more than these in a row means that there is nothing but quiet.
_STEPS = 64

Span = tuple[time, time]


def _checked_days(days: frozenset[int]) -> frozenset[int]:
    if len(days) == _WEEK:
        raise ValueError("quiet hours: every day of the week is quiet, so nothing would ever be sent")
    return days


@frozen
class QuietHours:
    """Hours of the day, and days of the week, at which nothing is sent. `parse` reads them as people write them.

    Attributes:
        spans: from when to when, each; from 20:00 to 8:00 goes over midnight. The end is not quiet any more.
        days: days of the week that are quiet as a whole, 0 is Monday.
        zone: where the people are.
    """

    spans: tuple[Span, ...]
    days: frozenset[int] = field(default=frozenset(), converter=_checked_days)
    zone: ZoneInfo = field(factory=lambda: ZoneInfo("Europe/Paris"))

    @classmethod
    def parse(cls, *wishes: str, zone: str = "Europe/Paris") -> Self:
        """Read quiet hours.

        Args:
            wishes: each a span such as `20:00-08:00` or `20h-8h`, or a day such as `sundays` or `dimanche`.
            zone: the time zone in which they are meant, by its IANA name.

        Raises:
            ValueError: one cannot be read, there is no such time zone, or there would be nothing but quiet.

        Example:
            >>> quiet = QuietHours.parse("20:00-08:00", "sundays")
            >>> quiet.until(datetime(2026, 11, 21, 21, 30, tzinfo=UTC)).isoformat()
            '2026-11-23T07:00:00+00:00'
        """
        spans: list[Span] = []
        days: set[int] = set()
        for wish in wishes:
            day = _WEEKDAYS.get(wish.strip().lower().removesuffix("s"))
            if day is None:
                spans.append(_span(wish))
            else:
                days.add(day)
        return cls(tuple(spans), frozenset(days), zone_of(zone))

    def until(self, now: datetime) -> datetime | None:
        """Say when the quiet that reigns now ends.

        Args:
            now: the time, aware.

        Returns:
            The first instant that is not quiet, in UTC; `None` when it is not quiet now.

        Raises:
            ValueError: it never ends: spans that touch cover the whole day.
        """
        instant = now.astimezone(UTC)
        for _ in range(_STEPS):
            end = self._end_of_quiet(instant.astimezone(self.zone))
            if end is None:
                return None if instant == now else instant
            instant = _after(instant, end)
        raise ValueError("quiet hours: they cover the whole day, so nothing would ever be sent")

    def _end_of_quiet(self, local: datetime) -> datetime | None:
        """Give the end of the span or the day that `local` lies in, on the clock on the wall."""
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        if local.weekday() in self.days:
            return midnight + timedelta(days=1)
        clock = local.time()
        for begin, end in self.spans:
            if begin < end and begin <= clock < end:
                return _at(midnight, end)
            if begin >= end and clock >= begin:
                return _at(midnight + timedelta(days=1), end)
            if begin >= end and clock < end:
                return _at(midnight, end)
        return None


def _at(midnight: datetime, clock: time) -> datetime:
    return midnight.replace(hour=clock.hour, minute=clock.minute)


def _after(instant: datetime, wall: datetime) -> datetime:
    """Find the instant at which the clock on the wall shows that; an hour that comes twice, the next of both."""
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return first if first > instant else max(second, instant + timedelta(minutes=1))


def _span(wish: str) -> Span:
    found = _SPAN.fullmatch(wish.strip())
    if found is None:
        raise ValueError(
            f"quiet hours: {wish!r} cannot be read; write a span such as 20:00-08:00, or a day such as sundays"
        )
    begin, end = (time(int(found[hour]) % 24, int(found[hour + 1] or 0)) for hour in (1, 3))
    if begin == end:
        raise ValueError(f"quiet hours: {wish!r} covers the whole day, so nothing would ever be sent")
    return begin, end


def zone_of(name: str) -> ZoneInfo:
    """Find a time zone by its IANA name.

    Raises:
        ValueError: there is none of that name.

    Example:
        >>> zone_of("Europe/Paris")
        zoneinfo.ZoneInfo(key='Europe/Paris')
    """
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; write one such as Europe/Paris") from None
