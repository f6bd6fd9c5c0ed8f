"""How things are shown: values as JSON or as a line, errors as a sentence and an exit status.

No command knows how to print; no printing knows what a command does.
"""

import json
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import cast

import attrs
from attrs import define
from rich.console import Console

from makeasync.campaign.recipients import RecipientsError
from makeasync.campaign.suppression import SuppressionError
from makeasync.errors import InvalidRequest, JournalUnusable, MakeError, MissingExtra, OutcomeUnknown
from makeasync.protocol.answers import Credits, Receipt, Tracking

__all__ = ["FAILED", "OK", "UNKNOWN", "USAGE", "Report", "UsageProblem", "put", "reporting", "talk"]

OK, FAILED, USAGE, UNKNOWN = 0, 1, 2, 3
_HIDDEN = frozenset({"raw", "recovered"})

talk = Console(stderr=True, highlight=False)


class UsageProblem(MakeError):
    """The command cannot be done as it was typed."""


_STATUS: Mapping[type[MakeError], int] = MappingProxyType(
    {
        OutcomeUnknown: UNKNOWN,
        **dict.fromkeys(
            (InvalidRequest, JournalUnusable, MissingExtra, RecipientsError, SuppressionError, UsageProblem), USAGE
        ),
    }
)


def put(value: object, *, as_json: bool) -> None:
    """Write a result to standard output."""
    sys.stdout.write((json.dumps(value, ensure_ascii=False, default=_jsonable) if as_json else _line(value)) + "\n")
    sys.stdout.flush()


@define
class Report:
    """How a command ended.

    Attributes:
        status: its exit status: 0 done, 1 failed, 2 wrongly asked, 3 outcome unknown.
    """

    status: int = OK


@contextmanager
def reporting(*, as_json: bool) -> Generator[Report]:
    """Turn what the block raises into a sentence and an exit status."""
    report = Report()
    try:
        yield report
    except MakeError as error:
        report.status = _explain(error, as_json=as_json)
    except (ValueError, OSError) as error:
        report.status = _explain(UsageProblem(str(error)), as_json=as_json)


def _explain(error: MakeError, *, as_json: bool) -> int:
    if as_json:
        put({"error": type(error).__name__, "message": str(error), **vars(error)}, as_json=True)
    talk.print(f"[bold red]{type(error).__name__}[/] ", end="")
    talk.print(str(error), markup=False)
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), FAILED)


def _jsonable(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Mapping():
            return dict(cast("Mapping[object, object]", value))
        case _ if attrs.has(type(value)):
            return _attributes(value)
        case _:
            return str(value)


def _attributes(value: object) -> dict[str, object]:
    """Name a value's attributes in the API's own words: `from`, not `from_`."""
    shown = {
        attribute.name.rstrip("_"): getattr(value, attribute.name)
        for attribute in attrs.fields(type(value))
        if attribute.name not in _HIDDEN
    }
    return {"type": type(value).__name__, **shown}


def _line(value: object) -> str:
    match value:
        case Receipt():
            when = "scheduled" if value.scheduled else "accepted"
            return f"{value.kind} {when}: id {value.id}, cost {value.cost} credits, {value.credits} left"
        case Credits(credits=0):
            return "0 credits (the service also answers 0 when login or password is wrong)"
        case Credits():
            return f"{value.credits} credits"
        case Tracking():
            return _facts(value)
        case _:
            return str(value)


def _facts(tracking: Tracking) -> str:
    facts = (
        f"{name}: {fact if fact is not None else 'not (yet)'}"
        for name, fact in _attributes(tracking).items()
        if name != "type"
    )
    return "\n".join((f"{tracking.kind}: {'finished' if tracking.finished else 'under way'}", *facts))
