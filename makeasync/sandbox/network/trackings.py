"""Trackings: what the tracking of a message shows at a given moment.

Here lives which kind shows which elements, and in which order: that of the API document. Pure, `now` is passed in;
whether a tracking is available at all is decided in `service`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from makeasync.sandbox.network.answers import Answer, succeeded
from makeasync.sandbox.network.magic import magic_of
from makeasync.sandbox.network.recordings import RECORDINGS_PATH, recording_name
from makeasync.sandbox.network.timelines import REVEALED_AFTER, Timeline, timeline_of

if TYPE_CHECKING:
    from makeasync.sandbox.network.records import Message

__all__ = ["ORIGIN", "future_of", "tracking_of"]

ORIGIN = "https://www.makesms.fr"

_CALL_DATES = ("date_ringA", "date_answerA", "date_answerB", "date_hangup")
_COMMON = ("make", "id", "date_created", "from", "to", "in")
_ELEMENTS = {
    "ring": (*_COMMON, "date_ring", "date_answer", "date_hangup"),
    "call": (*_COMMON, *_CALL_DATES),
    "call+": (*_COMMON, "duration", *_CALL_DATES, "record_link"),
    "sms": (*_COMMON, "txt", "date_executed", "content"),
    "sms+": (*_COMMON, "date_executed", "content", "x_date_executed"),
}


def future_of(message: Message, *, seed: int, revealed_after: int = REVEALED_AFTER) -> Timeline:
    """All that has happened and will happen to a message; of a ring+ nothing is known."""
    if message.kind == "ring+":
        return {}
    start = int(message.at) + 60 * message.delay
    fate = magic_of(message.pairs).fate
    return timeline_of(message.kind, start=start, id_=message.id, seed=seed, revealed_after=revealed_after, fate=fate)


def tracking_of(
    message: Message, *, now: float, seed: int, revealed_after: int = REVEALED_AFTER, origin: str = ORIGIN
) -> Answer:
    """The tracking of a message as it stands at `now`, its recording at `origin`; a ring+ has none."""
    created = int(message.at)
    timeline = future_of(message, seed=seed, revealed_after=revealed_after)
    texts = {
        "make": message.kind,
        "id": message.id,
        "date_created": f"{created:x}",
        "from": message.from_,
        "to": message.to,
        "in": str(message.delay),
        "duration": str(60 * (message.duration or 0)),
        "txt": message.txt,
        # The document leaves the exclamation mark as it is.
        "content": quote_plus(message.content or "", safe="!"),
        "record_link": _record_link(message.id, timeline, now=now, seed=seed, origin=origin),
        **{element: _date(moment, now) for element, moment in timeline.items()},
    }
    wanted = ((element, texts[element]) for element in _ELEMENTS[message.kind])
    return succeeded((element, text) for element, text in wanted if text is not None)


def _date(moment: int | None, now: float) -> str:
    return f"{moment:x}" if moment is not None and moment <= now else "0"


def _record_link(id_: str, timeline: Timeline, *, now: float, seed: int, origin: str) -> str | None:
    """Where the recording lies: once they have spoken and hung up; before, and else, there is no element."""
    if any(moment is None or moment > now for moment in timeline.values()):
        return None
    return f"{origin}{RECORDINGS_PATH}{recording_name(id_=id_, seed=seed)}"
