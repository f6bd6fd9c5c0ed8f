from __future__ import annotations

import pytest

from makeasync.sandbox.network.timelines import Timeline, timeline_of

START = 0x52444CCF


def many(kind: str) -> list[Timeline]:
    return [timeline_of(kind, start=START, id_=f"id{index}", seed=0) for index in range(300)]


@pytest.mark.parametrize("kind", ["ring", "call", "call+", "sms", "sms+"])
def test_same_id_has_the_same_fate_and_another_seed_another(kind: str) -> None:
    assert many(kind) == many(kind)
    assert many(kind) != [timeline_of(kind, start=START, id_=f"id{index}", seed=1) for index in range(300)]


@pytest.mark.parametrize("kind", ["ring", "call", "call+", "sms", "sms+"])
def test_things_happen_one_after_the_other(kind: str) -> None:
    for timeline in many(kind):
        moments = [moment for moment in timeline.values() if moment is not None]
        assert moments == sorted(set(moments))
        assert moments[0] > START


def test_ring_rings_after_2_to_6_seconds_is_sometimes_answered_and_hangs_up_after_20_to_40() -> None:
    rings = many("ring")
    assert {(ring["date_ring"] or 0) - START for ring in rings} == set(range(2, 7))
    assert {(ring["date_hangup"] or 0) - START for ring in rings} == set(range(20, 41))
    assert 0 < sum(ring["date_answer"] is None for ring in rings) < 300


def test_caller_is_on_the_line_only_after_the_called() -> None:
    answered = {(call["date_answerA"] is not None, call["date_answerB"] is not None) for call in many("call")}
    assert answered == {(True, True), (True, False), (False, False)}


def test_conversation_fits_in_the_shortest_duration() -> None:
    spoken = [(call["date_answerB"], call["date_hangup"]) for call in many("call+")]
    assert all(hangup - answer <= 60 for answer, hangup in spoken if answer is not None and hangup is not None)


def test_hoax_is_revealed_5_minutes_after_it_was_sent() -> None:
    assert all((sms["x_date_executed"] or 0) - (sms["date_executed"] or 0) == 300 for sms in many("sms+"))
