from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeasync.sandbox import Message, ReceivedRequest
from makeasync.sandbox.web.inbox.view import (
    Asked,
    State,
    gist_of,
    has_failed,
    message_matches,
    page_of,
    request_matches,
    span_of,
    state_of,
    steps_of,
)

SMS = Message(
    id="abc123", kind="sms+", at=1_000.5, cost=10, pairs=(("33639980000", "33639980012"),), content="Bonjour Alice !"
)
ASKED = ReceivedRequest(
    number=1,
    at=1.0,
    path="/apilog.php",
    arguments=(("id", "abc123"), ("login", "john"), ("text", "à demain")),
    code=112,
    id="abc123",
    answer="<response><result>failed</result></response>",
)


@given(st.dictionaries(st.sampled_from(["tab", "q", "page", "open", "problem", "x"]), st.text()))
def test_whatever_an_address_asks_for_makes_sense(query: dict[str, str]) -> None:
    asked = Asked.of(query)
    assert asked.tab in {"messages", "requests", "settings"}
    assert asked.page >= 1
    assert asked.problem in {"", "fault", "clock", "credits"}
    assert asked.link().startswith("/_sandbox/")


@pytest.mark.parametrize("page", ["0", "-1", "", "x", "1.5", "\u0663", "9" * 5_000])
def test_a_page_that_is_none_is_the_first(page: str) -> None:
    assert Asked.of({"page": page}).page == 1


def test_a_link_keeps_what_is_asked_for_but_the_problem() -> None:
    asked = Asked(tab="requests", q="06 39", page=3, open="7", problem="clock")
    assert asked.link() == "/_sandbox/?tab=requests&q=06+39&page=3&open=7"
    assert asked.link(open="", page=1) == "/_sandbox/?tab=requests&q=06+39"
    assert asked.link(problem="fault").endswith("&problem=fault")


@given(st.integers(0, 400), st.integers(1, 20))
def test_pages_show_everything_once_the_newest_first(count: int, page: int) -> None:
    items = tuple(range(count))
    pages = page_of(items, 1).pages
    shown = [item for number in range(1, pages + 1) for item in page_of(items, number).items]
    assert shown == list(reversed(items))
    assert page_of(items, page).page == min(page, pages)


@pytest.mark.parametrize(
    "q",
    [
        "alice",
        "BONJOUR",
        "abc123",
        "+33 6 39 98 00 12",
        "06.39.98.00.12",
        "0033639980012",
        "+33 (0)6 39 98 00 12",
        "98 00 1",
        "06",
    ],
)
def test_a_message_is_found_by_text_id_and_number(q: str) -> None:
    assert message_matches(q)(SMS)


@pytest.mark.parametrize("q", ["bob", "0639980013", "()", "07"])
def test_a_message_is_not_found_by_anything_else(q: str) -> None:
    assert not message_matches(q)(SMS)


@pytest.mark.parametrize("q", ["APILOG", "id=abc", "À DEMAIN", "112", "<result>failed", "john"])
def test_a_request_is_found_by_path_argument_answer_and_code(q: str) -> None:
    assert request_matches(q.lower())(ASKED)


def test_a_request_is_not_found_by_anything_else() -> None:
    assert not request_matches("bob")(ASKED)


def test_of_a_request_its_gist_is_shown_and_not_who_asked() -> None:
    assert gist_of(ASKED) == "id abc123 · text à demain"
    assert has_failed(ASKED)


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (1_001, State("under_way", "coming")),
        (1_002, State("date_executed", "coming")),
        (1_302, State("x_date_executed", "done")),
    ],
)
def test_the_state_is_the_last_that_has_happened(now: float, state: State) -> None:
    assert state_of(SMS, {"date_executed": 1_002, "x_date_executed": 1_302}, now) == state


def test_what_has_no_timeline_was_sent_and_what_never_happens_comes_last() -> None:
    assert state_of(SMS, {}, 2_000) == State("sent_off", "done")
    steps = steps_of(SMS, {"date_answer": None, "date_ring": 1_004, "date_hangup": 1_030}, 1_010)
    assert [(step.element, step.tone, step.after) for step in steps] == [
        ("date_ring", "done", 4),
        ("date_hangup", "coming", 30),
        ("date_answer", "never", 0),
    ]


@pytest.mark.parametrize(
    ("seconds", "span"),
    [
        (0, (0, "seconds")),
        (59.9, (59, "seconds")),
        (-3, (-3, "seconds")),
        (60, (1, "minutes")),
        (7_200, (2, "hours")),
        (31 * 86_400, (31, "days")),
        (-86_400, (-1, "days")),
    ],
)
def test_a_span_is_said_in_its_largest_unit(seconds: float, span: tuple[int, str]) -> None:
    assert span_of(seconds) == span
