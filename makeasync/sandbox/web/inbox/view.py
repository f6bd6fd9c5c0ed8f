"""View: what a page shows of the sandbox, as values.

Here live what an address asks for, what is found, in pages, and what state a message is in. Pure, `now` is passed in;
no HTML and no words: those are in the templates and in `labels`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Generic, Literal, TypeVar, get_args
from urllib.parse import urlencode

from attrs import asdict, evolve, frozen

from makeasync.sandbox.network.records import Message, ReceivedRequest, digits_of
from makeasync.sandbox.network.timelines import Timeline
from makeasync.sandbox.web.inbox.labels import Language

__all__ = [
    "INBOX_PATH",
    "Asked",
    "Page",
    "State",
    "Step",
    "Tab",
    "date_text",
    "gist_of",
    "has_failed",
    "message_matches",
    "page_of",
    "request_matches",
    "span_of",
    "state_of",
    "steps_of",
    "time_text",
]

INBOX_PATH = "/_sandbox/"
_ROWS = 50
_LONGEST = 200

Tab = Literal["messages", "requests", "settings"]
_TABS: tuple[Tab, ...] = get_args(Tab)
Tone = Literal["done", "coming", "never", "failed"]
ItemT = TypeVar("ItemT")
FoundT = TypeVar("FoundT")
_DATES: dict[Language, str] = {"fr": "%d/%m/%Y", "en": "%Y-%m-%d"}


@frozen(kw_only=True)
class Asked:
    """What an address asks for; whatever it holds that makes no sense is not asked for.

    Attributes:
        tab: the list that is shown, or the settings, which a wide screen shows beside it.
        q: what is searched.
        page: of the list, from 1.
        open: the message, by its id, or the request, by its number, that is shown beside the list.
        problem: what went wrong with the last thing that was done here, by its label.
    """

    tab: Tab = "messages"
    q: str = ""
    page: int = 1
    open: str = ""
    problem: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """Read a query."""
        tab, page, problem = query.get("tab"), query.get("page", ""), query.get("problem")
        return cls(
            tab=tab if tab in _TABS else "messages",
            q=query.get("q", "")[:_LONGEST].strip(),
            page=max(1, int(page)) if _is_number(page) else 1,
            open=query.get("open", "")[:_LONGEST],
            problem=problem if problem in {"fault", "clock", "credits"} else "",
        )

    def query(self, **changes: str | int) -> str:
        """The same query but for these changes, with its question mark; what is as always is left out."""
        asked, usual = asdict(evolve(self, **{"problem": "", **changes})), asdict(Asked())
        query = urlencode({name: value for name, value in asked.items() if value != usual[name]})
        return f"?{query}" if query else ""

    def link(self, **changes: str | int) -> str:
        """The address of the page with these changes."""
        return INBOX_PATH + self.query(**changes)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < len(text) < len("1000000000")


@frozen
class Page(Generic[ItemT]):
    """Some of what was found, the newest first: this page of so many."""

    items: tuple[ItemT, ...]
    page: int
    pages: int
    count: int

    def looked_up(self, look_up: Callable[[ItemT], FoundT | None]) -> Page[FoundT]:
        """The same page with what its items lead to; what leads nowhere any more is left out."""
        found = (look_up(item) for item in self.items)
        return Page(tuple(each for each in found if each is not None), self.page, self.pages, self.count)


def page_of(items: Sequence[ItemT], page: int) -> Page[ItemT]:
    """One page of these, which are given in the order of arrival; the last one, if there are not so many."""
    pages = max(1, -(-len(items) // _ROWS))
    page = min(page, pages)
    end = len(items) - (page - 1) * _ROWS
    return Page(tuple(reversed(items[max(0, end - _ROWS) : end])), page, pages, len(items))


def message_matches(q: str) -> Callable[[Message], bool]:
    """Whether a message has this in its id, its text or, as people write them, in its numbers."""
    text = q.casefold()
    digits = digits_of(q) if set(q) <= set("+0123456789 .-/()") else ""

    def matches(message: Message) -> bool:
        if text in (message.content or "").casefold() or text in message.id:
            return True
        return digits != "" and any(digits in number for pair in message.pairs for number in pair)

    return matches


def request_matches(q: str) -> Callable[[ReceivedRequest], bool]:
    """Whether a request has this in its path, its arguments or its answer, or was answered with this code."""
    text = q.casefold()

    def matches(request: ReceivedRequest) -> bool:
        if text == str(request.code) or text in request.path or text in request.answer.casefold():
            return True
        return text in "&".join([f"{name}={value}" for name, value in request.arguments]).casefold()

    return matches


def gist_of(request: ReceivedRequest) -> str:
    """What was asked for, but by whom."""
    return " · ".join(f"{name} {value}" for name, value in request.arguments if name not in {"login", "pwd"})


def has_failed(request: ReceivedRequest) -> bool:
    """Whether a request was refused, or something went wrong with it on purpose."""
    return request.fault is not None or "<result>failed<" in request.answer


@frozen
class State:
    """How far a message is: the label of it, and whether more will come."""

    label: str
    tone: Tone


def state_of(message: Message, timeline: Timeline, now: float) -> State:
    """The last that has happened to a message."""
    if not timeline:
        return State("sent_off", "done")
    moments = {element: moment for element, moment in timeline.items() if moment is not None}
    past = [element for element, moment in moments.items() if moment <= now]
    tone: Tone = "done" if len(past) == len(moments) > 0 else "coming"
    if past:
        return State(max(past, key=lambda element: moments[element]), tone)
    return State("scheduled" if now < message.at + 60 * message.delay else "under_way", tone)


@frozen
class Step:
    """One thing of a timeline: when it is, if ever, how many seconds after the request, and whether it is past."""

    element: str
    moment: int | None
    after: int
    tone: Tone


def steps_of(message: Message, timeline: Timeline, now: float) -> tuple[Step, ...]:
    """A timeline in the order of time; what will never happen comes last."""
    steps = (Step(element, moment, _after(message, moment), _tone(moment, now)) for element, moment in timeline.items())
    return tuple(sorted(steps, key=lambda step: (step.moment is None, step.moment or 0)))


def _after(message: Message, moment: int | None) -> int:
    return 0 if moment is None else moment - int(message.at)


def _tone(moment: int | None, now: float) -> Tone:
    if moment is None:
        return "never"
    return "done" if moment <= now else "coming"


def span_of(seconds: float) -> tuple[int, str]:
    """How long that is, in the largest unit of which there is at least one; nothing in seconds."""
    units = (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))
    name, length = next((each for each in units if abs(seconds) >= each[1]), units[-1])
    return int(seconds / length), name


def date_text(moment: float, language: Language) -> str:
    """Date and time where this machine stands."""
    return _written(moment, f"{_DATES[language]} %H:%M:%S")


def time_text(moment: float, now: float, language: Language) -> str:
    """The time; with its date where that is not today's."""
    is_today = _written(moment, "%Y-%m-%d") == _written(now, "%Y-%m-%d")
    return _written(moment, "%H:%M:%S" if is_today else f"{_DATES[language]} %H:%M")


def _written(moment: float, pattern: str) -> str:
    return f"{datetime.fromtimestamp(moment).astimezone():{pattern}}"
