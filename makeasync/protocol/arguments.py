"""The arguments of a request: what each may be, checked one by one (sections 3 to 9 of the API document).

Each check takes what the user wrote and gives what the request holds, or raises InvalidRequest, which names the
argument and the result code with which the service would refuse it. Which request has which stands in `requests`.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TypeAlias

from makeasync.errors import InvalidRequest
from makeasync.protocol import numbers
from makeasync.protocol.alphabet import check_message

__all__ = [
    "LONGEST_DELAY",
    "Delay",
    "delay",
    "duration",
    "engage",
    "from_",
    "msg",
    "pairs",
    "to",
    "tracking_id",
    "txt",
]

Delay: TypeAlias = int | timedelta

LONGEST_DELAY = 120
_LONGEST_CALL = 10
_FEWEST_PAIRS, _MOST_PAIRS = 2, 10
_MINUTE = timedelta(minutes=1)
_CATALOGUE_CODE = re.compile(r"[0-9A-Za-z]{1,20}", re.ASCII)
_TRACKING_ID = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)


def from_(value: str) -> str:
    """The caller or sender: an international number."""
    return numbers.digits(value, "from_", 103)


def to(value: str) -> str:
    """The called party or recipient: an international number."""
    return numbers.digits(value, "to", 104)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def delay(value: Delay) -> int:
    """Whole minutes, or a timedelta of them."""
    minutes, rest = divmod(value, _MINUTE) if isinstance(value, timedelta) else (value, None)
    if rest or not (_is_whole(minutes) and 0 <= minutes <= LONGEST_DELAY):
        raise InvalidRequest(
            f"delay: {value!r} is not allowed; give whole minutes from 0 to {LONGEST_DELAY}, or a timedelta of them",
            argument="delay",
            code=105,
        )
    return minutes


def duration(value: int) -> int:
    """Whole minutes."""
    if not (_is_whole(value) and 1 <= value <= _LONGEST_CALL):
        raise InvalidRequest(
            f"duration: {value!r} is not allowed; give whole minutes from 1 to {_LONGEST_CALL}",
            argument="duration",
            code=106,
        )
    return value


def engage(value: bool) -> bool:  # noqa: FBT001 - attrs hands a converter its value, nothing else
    """`True`, and nothing that is merely taken for it."""
    if value is not True:
        raise InvalidRequest(
            "engage: say engage=True, by which you undertake to warn both parties that their conversation is recorded",
            argument="engage",
            code=107,
        )
    return value


def txt(value: str) -> str:
    """A code of the catalogue."""
    # Not everybody runs a type checker, and an int is the likely slip.
    if not isinstance(value, str) or not _CATALOGUE_CODE.fullmatch(value):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidRequest(
            f"txt: {value!r} is no code of the catalogue; give 1 to 20 letters or digits as text, such as '123'",
            argument="txt",
            code=108,
        )
    return value


def msg(value: str) -> str:
    """A text in the message alphabet."""
    check_message(value)
    return value


def pairs(value: Iterable[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    """Pairs (from, to), in order."""
    try:
        listed = tuple(tuple(pair) for pair in value)
    except TypeError:
        raise InvalidRequest(
            f"pairs: {value!r} is no list of pairs; each pair is (from, to)", argument="pairs", code=100
        ) from None
    if not _FEWEST_PAIRS <= len(listed) <= _MOST_PAIRS:
        raise InvalidRequest(
            f"pairs: {len(listed)} given; a ring+ takes {_FEWEST_PAIRS} to {_MOST_PAIRS} pairs (from, to)",
            argument="pairs",
            code=100,
        )
    return tuple(_pair(index, pair) for index, pair in enumerate(listed))


def _pair(index: int, pair: tuple[str, ...]) -> tuple[str, str]:
    match pair:
        case (from_, to):
            return numbers.digits(from_, f"from{index}", 103), numbers.digits(to, f"to{index}", 104)
        case _:
            raise InvalidRequest(
                f"pairs: pair {index} has {len(pair)} numbers; each pair is (from, to)", argument="pairs", code=100
            )


def tracking_id(value: str) -> str:
    """The id of a receipt."""
    # Not everybody runs a type checker, and a receipt is the likely slip.
    if not isinstance(value, str) or not _TRACKING_ID.fullmatch(value):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidRequest(f"id: {value!r} is no tracking id; give the `id` of a receipt", argument="id", code=110)
    return value
