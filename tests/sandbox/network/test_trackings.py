from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from makeasync.sandbox.network.records import Message
from makeasync.sandbox.network.trackings import tracking_of

if TYPE_CHECKING:
    from makeasync.sandbox.network.operations import Kind

SAMPLES = Path(__file__).parent.parent.parent / "samples" / "doc"
RECORDINGS = "https://www.makesms.fr/_sandbox/recordings/"
CREATED = float(0x52444CCF)


def message(kind: Kind, id_: str = "abcdefghijkl12", delay: int = 0) -> Message:
    return Message(
        id=id_,
        kind=kind,
        at=CREATED + 0.75,
        cost=5,
        pairs=(("33612345678", "33687654321"),),
        from_="33612345678",
        to="33687654321",
        delay=delay,
        duration=1 if kind == "call+" else None,
        txt="900" if kind == "sms" else None,
        content="On se prend un cafe ?" if kind == "sms" else "coucou !'ami",
    )


def shown(kind: Kind, *, id_: str = "abcdefghijkl12", delay: int = 0, after: float = 3600) -> dict[str, str]:
    return dict(tracking_of(message(kind, id_, delay), now=CREATED + after, seed=0).elements)


def id_with(kind: Kind, element: str, *, happened: bool) -> str:
    """An id whose fate is the wanted one."""
    ids = (f"id{index}" for index in range(1000))
    return next(id_ for id_ in ids if (shown(kind, id_=id_)[element] != "0") is happened)


@pytest.mark.parametrize(
    ("kind", "sample"),
    [("ring", "ring"), ("call", "call"), ("call+", "call_plus"), ("sms", "sms"), ("sms+", "sms_plus")],
)
def test_elements_are_those_of_the_document_in_its_order(kind: Kind, sample: str) -> None:
    document = (SAMPLES / f"track_{sample}.xml").read_text()
    expected = re.findall(r"^  <(\w+)>", document, re.MULTILINE)
    if "make" not in expected:  # the document's example of sms+ forgets it, its table does not
        expected.insert(1, "make")
    id_ = id_with("call+", "date_answerB", happened=True) if kind == "call+" else "abcdefghijkl12"
    assert list(shown(kind, id_=id_)) == expected


def test_common_elements_say_what_was_asked() -> None:
    tracking = shown("sms", delay=5)
    assert [tracking[name] for name in ("result", "make", "id", "date_created", "from", "to", "in")] == (
        ["success", "sms", "abcdefghijkl12", "52444ccf", "33612345678", "33687654321", "5"]
    )
    assert tracking["txt"] == "900"
    assert shown("call+")["duration"] == "60"


def test_content_is_urlencoded_as_in_the_document() -> None:
    assert shown("sms")["content"] == "On+se+prend+un+cafe+%3F"
    assert shown("sms+")["content"] == "coucou+!%27ami"


@pytest.mark.parametrize("kind", ["ring", "call", "call+", "sms", "sms+"])
def test_nothing_but_its_creation_has_happened_before_the_delay_is_over(kind: Kind) -> None:
    tracking = shown(kind, delay=120, after=120 * 60)
    dates = {element: text for element, text in tracking.items() if "date" in element}
    assert dates.pop("date_created") == "52444ccf"
    assert set(dates.values()) == {"0"}
    assert "record_link" not in tracking


def test_dates_appear_as_time_passes() -> None:
    def happened(after: float) -> list[bool]:
        tracking = shown("sms+", after=after)
        return [tracking[element] != "0" for element in ("date_executed", "x_date_executed")]

    executed = int(shown("sms+")["date_executed"], 16) - CREATED
    assert happened(executed - 0.5) == [False, False]
    assert happened(executed) == [True, False]
    assert happened(executed + 299.5) == [True, False]
    assert happened(executed + 300) == [True, True]


def test_recording_is_there_once_both_have_spoken_and_hung_up() -> None:
    spoke = id_with("call+", "date_answerB", happened=True)
    hung_up = int(shown("call+", id_=spoke)["date_hangup"], 16) - CREATED
    assert "record_link" not in shown("call+", id_=spoke, after=hung_up - 1)
    assert shown("call+", id_=spoke, after=hung_up)["record_link"].startswith(f"{RECORDINGS}{spoke}-")
    assert "record_link" not in shown("call+", id_=id_with("call+", "date_answerB", happened=False))
    assert "record_link" not in shown("call", id_=spoke)
