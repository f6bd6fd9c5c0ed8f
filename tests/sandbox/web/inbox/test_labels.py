from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import makeasync.sandbox.web.inbox
from makeasync.sandbox.network.faults import Does
from makeasync.sandbox.network.operations import On
from makeasync.sandbox.web.inbox.actions import ACTIONS
from makeasync.sandbox.web.inbox.labels import LANGUAGES, labels_in
from makeasync.sandbox.web.inbox.page import _TABLES  # pyright: ignore[reportPrivateUsage] - what templates are given
from makeasync.sandbox.web.inbox.view import Tab

FOLDER = Path(makeasync.sandbox.web.inbox.__file__).parent / "templates"
TEMPLATES = "".join(path.read_text(encoding="utf-8") for path in FOLDER.iterdir())


def test_every_label_that_a_template_asks_for_is_there_and_no_other() -> None:
    asked = set(re.findall(r"say\.(\w+)", TEMPLATES))
    found = labels_in("fr").keys()
    assert asked <= found
    looked_up = re.compile("(kind|does|problem|untracked|span|move)_|x?_?date_")
    others = {"scheduled", "under_way", "sent_off", *get_args(Tab)}
    assert [name for name in found - asked - others if not looked_up.match(name)] == []


def test_every_word_that_is_looked_up_has_its_label() -> None:
    spans = [f"span_{unit}" for unit in ("days", "hours", "minutes", "seconds")]
    moves = [f"move_{seconds}" for seconds in _TABLES["moves"]]  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]
    dates = [
        *("date_ring", "date_answer", "date_ringA", "date_answerA", "date_answerB", "date_hangup", "date_executed")
    ]
    wanted = [
        *(f"kind_{kind}" for kind in get_args(On)),
        *(f"does_{does}" for does in get_args(Does)),
        *(f"problem_{action.problem}" for action in ACTIONS.values() if action.problem),
        *("untracked_110", "untracked_112", "x_date_executed", "scheduled", "under_way", "sent_off"),
        *(*spans, *moves, *dates, *get_args(Tab)),
    ]
    assert [name for name in wanted if name not in labels_in("en")] == []


def test_both_languages_say_something_and_take_the_same_values() -> None:
    for french, english in zip(*(labels_in(language).values() for language in LANGUAGES), strict=True):
        assert french
        assert english
        assert french.count("{") == english.count("{")
