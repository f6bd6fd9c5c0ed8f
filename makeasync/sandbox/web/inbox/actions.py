"""Actions: what the buttons of the page do.

Here lives one table: the name of an action to a call of the sandbox with what a form holds. No HTTP. Whatever a form
holds that cannot be is a `ValueError`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias, cast

from attrs import frozen

from makeasync.sandbox.network.faults import Fault

if TYPE_CHECKING:
    from makeasync.sandbox.sandbox import Sandbox

__all__ = ["ACTIONS", "Action"]

Form: TypeAlias = Mapping[str, str]


@frozen
class Action:
    """What a button does, and which problem it is if it cannot."""

    do: Callable[[Sandbox, Form], object]
    problem: str = ""


def _top_up(sandbox: Sandbox, form: Form) -> None:
    sandbox.top_up(int(form.get("amount", "")))


def _freeze(sandbox: Sandbox, _form: Form) -> None:
    sandbox.clock.freeze()
    sandbox.touch()


def _resume(sandbox: Sandbox, _form: Form) -> None:
    sandbox.clock.resume()
    sandbox.touch()


def _advance(sandbox: Sandbox, form: Form) -> None:
    sandbox.clock.advance(float(form.get("seconds", "")))
    sandbox.touch()


def _add_fault(sandbox: Sandbox, form: Form) -> None:
    given: dict[str, object] = {name: read(form[name]) for name, read in _FAULT.items() if form.get(name)}
    # What each may hold is checked by the fault itself.
    sandbox.add_fault(cast("Callable[..., Fault]", Fault)(**given))


def _percent(text: str) -> float:
    return float(text) / 100


_FAULT: dict[str, Callable[[str], object]] = {
    "does": str,
    "on": str,
    "nth": int,
    "times": int,
    "probability": _percent,
    "seconds": float,
    "status": int,
    "code": int,
}

ACTIONS: dict[str, Action] = {
    "top-up": Action(_top_up, "credits"),
    "freeze": Action(_freeze),
    "resume": Action(_resume),
    "advance": Action(_advance, "clock"),
    "add-fault": Action(_add_fault, "fault"),
    "reset-clock": Action(lambda sandbox, _form: sandbox.reset("clock")),
    "remove-fault": Action(lambda sandbox, form: sandbox.remove_fault(int(form.get("number", ""))), "fault"),
    "clear-faults": Action(lambda sandbox, _form: sandbox.reset("faults")),
    "delete": Action(lambda sandbox, form: sandbox.forget(form.get("id", ""))),
    "delete-all": Action(lambda sandbox, _form: sandbox.reset("log")),
    "reset": Action(lambda sandbox, _form: sandbox.reset()),
}
