from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.service import sms

from makeasync import QuietHours, Sms
from makeasync.campaign.timetable import Timetable

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = Sms(from_="33639980000", to="33639980001", txt="123", delay=90)


def test_nothing_holds_back_unless_it_is_asked_for() -> None:
    assert Timetable().wait(sms(1), NOON) == timedelta()
    assert not Timetable().is_over(sms(1), NOON)


def test_before_the_start_it_waits_for_the_start() -> None:
    table = Timetable(start_at=NOON + timedelta(hours=1), quiet=QuietHours.parse("12:00-14:00", zone="UTC"))
    assert table.wait(sms(1), NOON) == timedelta(hours=1)


def test_a_delay_counts() -> None:
    table = Timetable(expire_at=NOON + timedelta(hours=1), quiet=QuietHours.parse("13:00-14:00", zone="UTC"))
    assert table.wait(sms(1), NOON) == timedelta()
    assert table.wait(LATER, NOON) == timedelta(minutes=30)
    assert not table.is_over(sms(1), NOON)
    assert table.is_over(LATER, NOON)
    assert table.is_over(sms(1), NOON + timedelta(hours=1))


@pytest.mark.parametrize("name", ["start_at", "expire_at"])
def test_a_time_without_a_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Timetable(**{name: datetime(2026, 1, 1)})  # noqa: DTZ001 - the point  # pyright: ignore[reportArgumentType]
