from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeasync.protocol.dates import decode_date, encode_date

instants = st.datetimes(datetime(1970, 1, 1, 0, 0, 1), datetime(9999, 12, 31, 23, 59, 59), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(instants)
def test_an_instant_comes_back_from_hexadecimal(instant: datetime) -> None:
    whole = instant.replace(microsecond=0)
    assert decode_date(encode_date(instant)) == (None if whole == datetime(1970, 1, 1, tzinfo=UTC) else whole)
    assert decode_date(encode_date(instant).upper()) == decode_date(encode_date(instant))


@pytest.mark.parametrize("text", ["0", "", " ", "000", "\n0\t"])
def test_zero_and_nothing_mean_that_it_has_not_happened(text: str) -> None:
    assert decode_date(text) is None


@pytest.mark.parametrize("text", ["-1", "+1", "0x1", "1_0", "g", "５２", "3afff4417f" + "f", "1.5", "f" * 33, "1 2"])
def test_anything_else_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="date"):
        decode_date(text)


def test_the_last_second_of_the_year_9999_is_the_last() -> None:
    assert decode_date("3afff4417f") == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    with pytest.raises(ValueError, match="9999"):
        decode_date("3afff44180")


def test_only_aware_instants_from_1970_can_be_written() -> None:
    assert encode_date(None) == "0"
    with pytest.raises(ValueError, match="time zone"):
        encode_date(datetime(2013, 9, 26))  # noqa: DTZ001 - what is tested
    with pytest.raises(ValueError, match="1970"):
        encode_date(datetime(1969, 12, 31, tzinfo=UTC))
