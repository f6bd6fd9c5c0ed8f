from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from makeasync.sandbox.network.answers import Answer, accepted, balance, failed, succeeded

SAMPLES = Path(__file__).parent.parent.parent / "samples" / "doc"


@pytest.mark.parametrize(
    ("answer", "sample"),
    [
        (accepted(cost=5, credits_left=125, id_="abcdefghijkl12", code=18), "ring"),
        (accepted(cost=20, credits_left=85, id_="abcdefghijkl13", code=78), "ring_plus"),
        (accepted(cost=5, credits_left=55, id_="abcdefghijkl16", code=None), "sms"),
        (failed(110), "track_ring_plus"),
        (balance(login="john@gmail.com", credits_left=45), "credits"),
    ],
)
def test_answer_is_byte_for_byte_the_example_of_the_document(answer: Answer, sample: str) -> None:
    assert answer.xml() == (SAMPLES / f"{sample}.xml").read_bytes()


@pytest.mark.parametrize("text", ["<a>&amp;]]>", "é€😀", "a\rb\nc\td", ""])
def test_text_comes_back_as_it_was(text: str) -> None:
    root = ET.fromstring(succeeded([("login", text)]).xml())  # noqa: S314 - our own document
    assert root.findtext("login") == text


@pytest.mark.parametrize("text", ["\0", "\x1b[31m", "\ufffe", "\x08"])
def test_character_that_xml_cannot_hold_is_replaced(text: str) -> None:
    root = ET.fromstring(succeeded([("login", text)]).xml())  # noqa: S314 - our own document
    assert (root.findtext("login") or "").startswith("\N{REPLACEMENT CHARACTER}")


def test_code_is_none_where_it_is_empty_or_missing() -> None:
    assert accepted(cost=5, credits_left=5, id_="a", code=None).code is None
    assert balance(login="a", credits_left=0).code is None
    assert failed(0).code == 0
