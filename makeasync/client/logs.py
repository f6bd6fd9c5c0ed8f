"""What happens, for the logger `makeasync`: a sentence, and its facts as `extra`, each named `make_…`.

No number, no text of a message and no secret is in either: a log goes where a phone book must not.
"""

import logging
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import TypeAlias

from makeasync.client.events import Event, Looked, Queued, Repeating, Sending, Settled, Waiting
from makeasync.client.outcomes import Accepted, Refused, Unknown
from makeasync.errors import MakeError, NotSent

__all__ = ["LOG", "complain", "facts_of", "log_event"]

Facts: TypeAlias = dict[str, object]

LOG = logging.getLogger("makeasync")
# A program that sets up no logging gets no warnings on its terminal; `on_event` and the errors say the same.
LOG.addHandler(logging.NullHandler())

# What an error may say of itself here: its texts are for whoever holds it.
_SAID = ("code", "argument", "phase", "status")
# By the event, or by the outcome that it tells; all else goes well.
_LEVELS: Mapping[type, int] = MappingProxyType(
    {
        Repeating: logging.WARNING,
        Refused: logging.WARNING,
        NotSent: logging.WARNING,
        Unknown: logging.ERROR,
    }
)


def log_event(event: Event) -> None:
    """Log what happened: what goes well at DEBUG, what does not at WARNING, and an unknown outcome at ERROR."""
    level = _LEVELS.get(type(event.outcome if isinstance(event, Settled) else event), logging.DEBUG)
    # First of all: a campaign need not pay for sentences that nobody reads.
    if LOG.isEnabledFor(level):
        name, facts = facts_of(event)
        told = " ".join(f"{fact}={value}" for fact, value in facts.items())
        LOG.log(level, "%s: %s", name, told, extra={"make_event": name} | {f"make_{k}": v for k, v in facts.items()})


def complain(message: str, *values: object) -> None:
    """Log the exception that is being handled, of whoever watches; a logger may be what is broken."""
    with suppress(Exception):
        LOG.error(message, *values, exc_info=sys.exception())


def facts_of(event: Event) -> tuple[str, Facts]:
    """Give what may be told to anybody: the event's name, and its facts without those of a person."""
    name, tell = _TOLD[type(event)]
    facts = tell(event)
    return str(facts.pop("outcome", name)), {fact: value for fact, value in facts.items() if value is not None}


def _queued(event: Queued | Sending) -> Facts:
    return {"kind": event.request.kind.value}


def _repeated(event: Repeating) -> Facts:
    return {"kind": event.request.kind.value, "seconds": event.seconds, **_error(event.error)}


def _settled(event: Settled) -> Facts:
    kind = event.outcome.request.kind.value if event.outcome.request else None
    match event.outcome:
        case Accepted(receipt=receipt):
            return {
                "outcome": "accepted",
                "kind": kind,
                "id": receipt.id,
                "code": receipt.code,
                "cost": receipt.cost,
                "credits": receipt.credits,
            }
        case Refused(error=error):
            return {"outcome": "refused", "kind": kind, **_error(error)}
        case Unknown(error=error):
            return {"outcome": "unknown", "kind": kind, **_error(error)}
        case error:
            return {"outcome": "not_sent", "kind": kind, **_error(error)}


def _looked(event: Looked) -> Facts:
    if isinstance(event.result, MakeError):
        return {"id": event.id, **_error(event.result)}
    return {"id": event.id, "kind": event.result.kind.value, "finished": event.result.finished}


def _waiting(event: Waiting) -> Facts:
    return {"id": event.id, "seconds": event.seconds, **({} if event.trouble is None else _error(event.trouble))}


def _error(error: MakeError) -> Facts:
    return {"error": type(error).__name__, **{fact: getattr(error, fact, None) for fact in _SAID}}


_TOLD: Mapping[type[Event], tuple[str, Callable[..., Facts]]] = MappingProxyType(
    {
        Queued: ("queued", _queued),
        Sending: ("sent", _queued),
        Repeating: ("repeated", _repeated),
        Settled: ("settled", _settled),
        Looked: ("polled", _looked),
        Waiting: ("waiting", _waiting),
    }
)
