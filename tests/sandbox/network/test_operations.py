from __future__ import annotations

import pytest

from makeasync.sandbox.network.operations import ARGUMENT_NAMES, OPERATIONS


def test_paths_are_those_of_the_document_and_the_misprint_is_none() -> None:
    assert set(ARGUMENT_NAMES) == {
        "/apimakingring.php",
        "/apimakeringplus.php",
        "/apimakecall.php",
        "/apimakecallplus.php",
        "/apimakesms.php",
        "/apimakesmsplus.php",
        "/apilog.php",
        "/apicredits.php",
    }


def test_tracking_takes_no_credentials_and_a_ring_plus_no_delay() -> None:
    assert ARGUMENT_NAMES["/apilog.php"] == {"id"}
    assert "in" not in ARGUMENT_NAMES["/apimakeringplus.php"]
    assert ARGUMENT_NAMES["/apimakesms.php"] == {"login", "pwd", "from", "to", "txt", "in"}


@pytest.mark.parametrize(
    ("names", "whole"),
    [
        ("", False),
        ("from0 to0", False),
        ("from0 to0 from1 to1", True),
        ("to1 from1 to0 from0 login pwd", True),
        (" ".join(f"from{i} to{i}" for i in range(10)), True),
        (" ".join(f"from{i} to{i}" for i in range(11)), False),
        ("from0 to0 from2 to2", False),
        ("from1 to1 from2 to2", False),
        ("from0 to0 from1", False),
        ("from0 from1 to0 to2", False),
    ],
)
def test_ring_plus_is_2_to_10_pairs_without_a_hole(names: str, whole: bool) -> None:  # noqa: FBT001 - a table's column
    assert OPERATIONS["/apimakeringplus.php"].is_whole(names.split()) is whole
