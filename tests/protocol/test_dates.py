from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeasync.protocol.dates import decode_date, encode_date

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
SECOND = timedelta(seconds=1)
zones = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


class Nowhere(tzinfo):
    def utcoffset(self, dt: datetime | None, /) -> timedelta | None:
        del dt

    def dst(self, dt: datetime | None, /) -> timedelta | None:
        del dt

    def tzname(self, dt: datetime | None, /) -> str | None:
        del dt


@given(st.integers(1, (LAST - EPOCH) // SECOND))
def test_every_second_to_the_year_9999_is_the_same_after_writing_and_reading(seconds: int) -> None:
    moment = EPOCH + timedelta(seconds=seconds)
    text = encode_date(moment)
    assert text == format(seconds, "x")
    assert decode_date(text) == decode_date(text.upper()) == moment
    assert str(decode_date(text)).endswith("+00:00")


@given(st.datetimes(datetime(1970, 1, 3), datetime(9999, 12, 30), timezones=zones))  # noqa: DTZ001 - hypothesis adds the zone
def test_instant_of_any_zone_is_written_in_utc_to_the_second_before(moment: datetime) -> None:
    assert decode_date(encode_date(moment)) == moment.astimezone(UTC).replace(microsecond=0)


def test_example_of_the_document_is_read_in_either_case() -> None:
    moment = datetime(2013, 9, 26, 15, 3, 43, tzinfo=UTC)
    assert decode_date("52444ccf") == decode_date("52444CCF") == decode_date(" 52444CcF\n") == moment


@pytest.mark.parametrize("text", ["0", "00000000", "", " ", "\n 0 \t"])
def test_zero_and_nothing_at_all_have_not_happened(text: str) -> None:
    assert decode_date(text) is None


def test_what_has_not_happened_is_written_as_zero() -> None:
    assert encode_date(None) == "0"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "-1",
            "-52444ccf",
            "+52444ccf",
            "0x52444ccf",
            "52444ccg",
            "52 44",
            "1.5",
            "1e5z",
            "nan",
            "52_444",
            "_1",
            "1_",
        ),
        *("٥٢٤٤٤", "５２４４４ccf", "²", "52444ccf\x00", "a" * 33, "0" * 33, "f" * 100_000),
    ],
)
def test_what_is_no_hexadecimal_number_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a hexadecimal date$"):
        decode_date(text)


def test_last_second_of_9999_is_the_last_one() -> None:
    assert decode_date("3afff4417f") == LAST
    assert decode_date("1") == EPOCH + SECOND
    for beyond in ("3afff44180", "f" * 32):
        with pytest.raises(ValueError, match="a date beyond the year 9999"):
            decode_date(beyond)


@pytest.mark.parametrize(
    ("moment", "problem"),
    [
        (datetime(2013, 9, 26), "without a time zone is ambiguous"),  # noqa: DTZ001 - a naive one is what is refused
        (datetime(2013, 9, 26, tzinfo=Nowhere()), "without a time zone is ambiguous"),
        (EPOCH - timedelta(microseconds=1), "no dates before the second after 1970 began"),
        (EPOCH, "no dates before the second after 1970 began"),
        (datetime.min.replace(tzinfo=UTC), "no dates before the second after 1970 began"),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))), "a date beyond the year 9999"),
    ],
)
def test_instant_that_the_api_cannot_say_is_an_error(moment: datetime, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        encode_date(moment)
