"""The API's dates: seconds since the UNIX epoch, in hexadecimal (section 9 of the API document).

Only the two directions of that one code; what a date means stands in `answers`.
"""

import re
from datetime import UTC, datetime, timedelta

__all__ = ["decode_date", "encode_date"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_LAST_SECOND = (_LAST - _EPOCH) // timedelta(seconds=1)
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{1,32}", re.ASCII)


def decode_date(text: str) -> datetime | None:
    """Read a hexadecimal epoch.

    Args:
        text: hexadecimal digits in either case; surrounding white space does not count.

    Returns:
        The instant, aware and in UTC; `None` for `0` and for nothing at all, which both mean *has not happened*.

    Raises:
        ValueError: not hexadecimal, negative, or beyond the year 9999.

    Example:
        >>> decode_date("52444ccf")
        datetime.datetime(2013, 9, 26, 15, 3, 43, tzinfo=datetime.timezone.utc)
        >>> decode_date("0") is None
        True
    """
    digits = text.strip()
    if not digits:
        return None
    if not _HEXADECIMAL.fullmatch(digits):
        raise ValueError("not a hexadecimal date")
    seconds = int(digits, 16)
    if seconds > _LAST_SECOND:
        raise ValueError("a date beyond the year 9999")
    return _EPOCH + timedelta(seconds=seconds) if seconds else None


def encode_date(moment: datetime | None) -> str:
    """Write an instant the way the API does: the inverse of `decode_date`.

    Args:
        moment: an aware instant, from the second after 1970 began to the year 9999, or `None` for one that has not
            happened.

    Raises:
        ValueError: the instant is naive, or out of that range.

    Example:
        >>> encode_date(datetime(2013, 9, 26, 15, 3, 43, tzinfo=UTC))
        '52444ccf'
    """
    if moment is None:
        return "0"
    if moment.utcoffset() is None:
        raise ValueError("an instant without a time zone is ambiguous: give it one, such as datetime.UTC")
    seconds = (moment - _EPOCH) // timedelta(seconds=1)
    if seconds < 1:
        raise ValueError("the API has no dates before the second after 1970 began; 0 is what has not happened")
    if seconds > _LAST_SECOND:
        raise ValueError("a date beyond the year 9999")
    return f"{seconds:x}"
