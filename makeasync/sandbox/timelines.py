"""Timelines: when what happens to a message, as the API's elements and seconds since the epoch.

Here live the throws of the dice, the same ones each time for the same seed and id. No clock: all of a timeline is
known from the start, and what of it has happened by now is asked in `trackings`.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Mapping

__all__ = ["REVEALED_AFTER", "Timeline", "recording_name", "timeline_of"]

Timeline = Mapping[str, int | None]
"""Element to moment, in their order; `None` is never: nobody answered."""

REVEALED_AFTER = 300
_RING_ANSWERED, _CALL_ANSWERED, _CALLER_ANSWERED = 0.4, 0.8, 0.9


def _dice(*seeds: object) -> random.Random:
    return random.Random(":".join(map(str, seeds)))  # noqa: S311 - to be repeatable is what it is for


def _ring(start: int, dice: random.Random) -> Timeline:
    rings = start + dice.randint(2, 6)
    answers = rings + dice.randint(1, 10) if dice.random() < _RING_ANSWERED else None
    return {"date_ring": rings, "date_answer": answers, "date_hangup": start + dice.randint(20, 40)}


def _call(start: int, dice: random.Random) -> Timeline:
    rings = start + dice.randint(2, 6)
    called = rings + dice.randint(3, 8) if dice.random() < _CALL_ANSWERED else None
    # The service rings the caller once the called is on the line.
    caller = called + dice.randint(2, 6) if called is not None and dice.random() < _CALLER_ANSWERED else None
    # A conversation takes as long as waiting in vain; so it never exceeds the shortest duration of a call+.
    hangs_up = (caller or start) + dice.randint(20, 40)
    return {"date_ringA": rings, "date_answerA": called, "date_answerB": caller, "date_hangup": hangs_up}


def _sms(start: int, dice: random.Random) -> Timeline:
    return {"date_executed": start + dice.randint(1, 3)}


def _sms_plus(start: int, dice: random.Random) -> Timeline:
    # When the hoax is revealed, `timeline_of` is told.
    return _sms(start, dice)


_TIMELINES: dict[str, Callable[[int, random.Random], Timeline]] = {
    "ring": _ring,
    "call": _call,
    "call+": _call,
    "sms": _sms,
    "sms+": _sms_plus,
}


def timeline_of(kind: str, *, start: int, id_: str, seed: int, revealed_after: int = REVEALED_AFTER) -> Timeline:
    """All that will happen to a message of this kind whose delay is over at `start`."""
    timeline = _TIMELINES[kind](start, _dice(seed, id_))
    executed = timeline.get("date_executed")
    if kind != "sms+" or executed is None:
        return timeline
    return {**timeline, "x_date_executed": executed + revealed_after}


def recording_name(*, id_: str, seed: int) -> str:
    """The file name of a call+'s recording."""
    return f"{id_}-{''.join(_dice(seed, id_, 'recording').choices(string.ascii_lowercase, k=8))}.mp3"
