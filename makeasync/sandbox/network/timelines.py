"""Timelines: when what happens to a message, as the API's elements and seconds since the epoch.

Here live the throws of the dice, the same ones each time for the same seed and id. No clock: all of a timeline is
known from the start, and what of it has happened by now is asked in `trackings`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from makeasync.sandbox.network.magic import Fate

__all__ = ["REVEALED_AFTER", "Timeline", "dice_of", "timeline_of"]

Timeline = Mapping[str, int | None]
"""Element to moment, in their order; `None` is never: nobody answered."""

REVEALED_AFTER = 300
_RING_ANSWERED, _CALL_ANSWERED, _CALLER_ANSWERED = 0.4, 0.8, 0.9
_LATE, _SMS_LATE = 25, 120


def dice_of(*seeds: object) -> random.Random:
    """The same dice each time for the same seeds."""
    return random.Random(":".join(map(str, seeds)))  # noqa: S311 - to be repeatable is what it is for


def _is_answered(dice: random.Random, likely: float, fate: Fate | None) -> bool:
    answered = dice.random() < likely
    return answered if fate is None else fate in {"answers", "slow"}


def _ring(start: int, dice: random.Random, fate: Fate | None) -> Timeline:
    rings = start + dice.randint(2, 6)
    lasts = _LATE + dice.randint(1, 10) if fate == "slow" else dice.randint(1, 10)
    answers = rings + lasts if _is_answered(dice, _RING_ANSWERED, fate) else None
    hangs_up = (
        rings + 1 if fate == "busy" else (answers if fate == "slow" and answers else start) + dice.randint(20, 40)
    )
    return {"date_ring": rings, "date_answer": answers, "date_hangup": hangs_up}


def _call(start: int, dice: random.Random, fate: Fate | None) -> Timeline:
    rings = start + dice.randint(2, 6)
    lasts = _LATE + dice.randint(3, 8) if fate == "slow" else dice.randint(3, 8)
    called = rings + lasts if _is_answered(dice, _CALL_ANSWERED, fate) else None
    # The service rings the caller once the called is on the line.
    caller = called + dice.randint(2, 6) if called is not None and _is_answered(dice, _CALLER_ANSWERED, fate) else None
    # A conversation takes as long as waiting in vain; so it never exceeds the shortest duration of a call+.
    hangs_up = rings + 1 if fate == "busy" else (caller or called or start) + dice.randint(20, 40)
    return {"date_ringA": rings, "date_answerA": called, "date_answerB": caller, "date_hangup": hangs_up}


def _sms(start: int, dice: random.Random, fate: Fate | None) -> Timeline:
    if fate == "never":
        return {"date_executed": None}
    return {"date_executed": start + dice.randint(1, 3) + (_SMS_LATE if fate == "slow" else 0)}


# When the hoax of an sms+ is revealed, `timeline_of` is told.
_TIMELINES: dict[str, Callable[[int, random.Random, Fate | None], Timeline]] = {
    "ring": _ring,
    "call": _call,
    "call+": _call,
    "sms": _sms,
    "sms+": _sms,
}


def timeline_of(
    kind: str, *, start: int, id_: str, seed: int, revealed_after: int = REVEALED_AFTER, fate: Fate | None = None
) -> Timeline:
    """All that will happen to a message of this kind whose delay is over at `start`; a fate decides for the dice."""
    timeline = _TIMELINES[kind](start, dice_of(seed, id_), fate)
    executed = timeline.get("date_executed")
    if kind != "sms+":
        return timeline
    return {**timeline, "x_date_executed": None if executed is None else executed + revealed_after}
