from __future__ import annotations

import pytest

from makeasync.sandbox import Fault, Sandbox
from makeasync.sandbox.network.settings import checked


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-1, "-1"),
        (1.5, "1.5"),
        (True, "True"),
        ("2", "'2'"),
        (None, "None"),
        ([1], r"\[1\]"),
        (11, "11"),
        pytest.param(10**5_000, "so large a number", id="endless"),
        ("x" * 1_000, "'x{59}"),
    ],
)
def test_what_may_not_be_set_is_named_with_what_may(value: object, shown: str) -> None:
    with pytest.raises(ValueError, match=rf"^times: {shown} is not a whole number from 1 to 10$"):
        checked("times", value, 1, 10, whole=True)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.1, "0.5"])
def test_what_is_no_number_in_the_range_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"is not a number from 0 to 1$"):
        checked("probability", value, 0, 1)


def test_words_are_listed() -> None:
    with pytest.raises(ValueError, match=r"^does: 'explode' is none of latency, no_answer, .*, code$"):
        Fault("explode")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match=r"^on: \['sms'\] is none of ring, ring\+, .*, credits$"):
        Fault("cut", on=["sms"])  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "option", [{"memory": 1}, {"rate": 0}, {"rate": 1.5}, {"log_delay": -1}, {"revealed_after": 0.5}, {"credits": -1}]
)
def test_an_option_of_a_sandbox_out_of_its_range_is_named(option: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"^{next(iter(option))}: "):
        Sandbox(**option)  # pyright: ignore[reportArgumentType]
