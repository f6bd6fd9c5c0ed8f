"""Quiet hours: in the time zone of the people, over midnight, and when the clocks are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeasync import QuietHours

USUAL = QuietHours.parse("20:00-08:00", "sundays", zone="Europe/Paris")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-23T12:00", None),
        ("2026-11-23T18:59", None),  # 19:59 in Paris
        ("2026-11-23T19:00", "2026-11-24T07:00"),
        ("2026-11-24T06:59", "2026-11-24T07:00"),
        ("2026-11-24T07:00", None),
        ("2026-11-21T19:30", "2026-11-23T07:00"),  # Saturday evening: Sunday is quiet as well
        ("2026-07-10T18:00", "2026-07-11T06:00"),  # in summer
        ("2026-10-24T21:00", "2026-10-26T07:00"),  # the night in which an hour comes twice
        ("2026-03-28T21:00", "2026-03-30T06:00"),  # the night in which an hour is missing
    ],
)
def test_nights_and_sundays_in_paris(now: str, until: str | None) -> None:
    assert USUAL.until(utc(now)) == (utc(until) if until else None)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - the zone is there
def test_the_end_is_the_first_moment_that_is_not_quiet(now: datetime) -> None:
    end = USUAL.until(now)
    if end is None:
        return
    assert end > now
    assert USUAL.until(end) is None
    step = (end - now) / 50
    assert all(USUAL.until(now + step * part) is not None for part in range(50))
    assert USUAL.until(end - timedelta(seconds=1)) == end


@pytest.mark.parametrize(
    ("wishes", "quiet", "not_quiet"),
    [
        (("12:00-14:00",), "2026-11-23T11:30", "2026-11-23T14:30"),
        (("20h-8h", "dimanche"), "2026-11-22T12:00", "2026-11-23T12:00"),
        (("22:30-24:00",), "2026-11-23T22:00", "2026-11-23T23:00"),
        (("Saturday", "sundays"), "2026-11-21T12:00", "2026-11-20T12:00"),
    ],
)
def test_they_are_read_as_people_write_them(wishes: tuple[str, ...], quiet: str, not_quiet: str) -> None:
    hours = QuietHours.parse(*wishes)
    assert hours.until(utc(quiet)) is not None
    assert hours.until(utc(not_quiet)) is None


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        (("20-8",), "'20-8' cannot be read"),
        (("25:00-08:00",), "cannot be read"),
        (("caturdays",), "'caturdays' cannot be read"),
        (("08:00-08:00",), "covers the whole day"),
        (("monday", "tuesday", "mercredi", "jeudi", "friday", "samedi", "sunday"), "every day of the week"),
    ],
)
def test_what_cannot_be_meant_is_refused(wishes: tuple[str, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        QuietHours.parse(*wishes)


def test_spans_that_leave_nothing_are_refused_when_they_are_asked() -> None:
    with pytest.raises(ValueError, match="cover the whole day"):
        QuietHours.parse("00:00-13:00", "12:00-24:00").until(utc("2026-11-23T12:00"))


def test_a_time_zone_that_does_not_exist_is_named() -> None:
    with pytest.raises(ValueError, match="'Europe/Lutece'"):
        QuietHours.parse("20:00-08:00", zone="Europe/Lutece")
