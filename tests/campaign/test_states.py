"""The table of what may happen to a message, and the picture of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from makeasync.campaign.states import FOLLOWING, SENDING, Following, Look, State, Step, diagram, followed, stepped

DESIGN = Path(__file__).parents[2] / "docs" / "design.md"


def test_the_picture_in_the_docs_is_made_from_the_table() -> None:
    [drawn] = re.findall(r"<!-- states -->\n```mermaid\n(.*?)```", DESIGN.read_text(encoding="utf-8"), re.DOTALL)
    assert drawn == diagram() + "\n"


def test_a_message_leaves_only_from_pending() -> None:
    assert {state for state, step in SENDING if step is Step.LEAVE} == {State.PENDING}
    assert {state for state, then in SENDING.items() if then is State.SENDING} == {(State.PENDING, Step.LEAVE)}


def test_nothing_leads_back_to_pending_from_what_may_have_been_sent_but_a_person() -> None:
    back = {(state, step) for (state, step), then in SENDING.items() if then is State.PENDING}
    assert back == {
        # Both prove that nothing was taken.
        (State.SENDING, Step.STOP),
        (State.NOT_SENT, Step.RETRY),
        (State.UNKNOWN, Step.RESOLVE_NOT_SENT),
    }


def test_what_was_accepted_or_refused_stays_so() -> None:
    assert not {State.ACCEPTED, State.REFUSED, State.SKIPPED} & {state for state, _ in SENDING}


def test_every_state_can_be_reached_and_every_step_leads_somewhere() -> None:
    assert {State.PENDING, *SENDING.values()} == set(State)
    assert {step for _, step in SENDING} == set(Step)
    assert {Following.AWAITED, *FOLLOWING.values()} == set(Following)
    assert {look for _, look in FOLLOWING} == set(Look)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_what_is_not_in_the_table_cannot_happen(state: State, step: Step) -> None:
    if (state, step) in SENDING:
        assert stepped(state, step) is SENDING[state, step]
    else:
        with pytest.raises(ValueError, match=f"a message that is {state.value} cannot"):
            stepped(state, step)


def test_nobody_looks_at_what_is_finished() -> None:
    with pytest.raises(ValueError, match="finished"):
        followed(Following.FINISHED, Look.SEEN)
