"""What may happen to one message of a campaign: two tables, and the picture that is made from them.

Nothing else decides this: whoever changes a message in a journal asks here what it becomes. No time, no file, no
network.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

__all__ = ["FOLLOWING", "SENDING", "Following", "Look", "State", "Step", "diagram", "followed", "stepped"]


class State(StrEnum):
    """What has become of a message.

    PENDING: it is to be sent.
    SENDING: it may be on its way; noted before anything may leave.
    ACCEPTED: the service took it.
    REFUSED: the service said no to this message, and would say so again.
    NOT_SENT: provably nothing left; the next run tries again.
    UNKNOWN: it may have been sent and charged; only a person can say.
    SKIPPED: it will not be sent: its number is suppressed, or the campaign was cancelled.
    """

    PENDING = "pending"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Step(StrEnum):
    """What happens to a message."""

    LEAVE = "it may leave now"
    ACCEPT = "the service takes it"
    REFUSE = "the service refuses it"
    STOP = "the service refuses everything (101, 102, 111), or it was given up before it left"
    FAIL = "provably nothing left"
    LOSE = "no usable answer, or the process died"
    RETRY = "the next run"
    SKIP = "suppressed or cancelled"
    RESOLVE_ACCEPTED = "a person: it was sent"
    RESOLVE_NOT_SENT = "a person: it was not sent"


class Following(StrEnum):
    """What is known of what became of an accepted message.

    AWAITED: it has not been asked for, or there is no log yet.
    AVAILABLE: there is a tracking, and something is still to come.
    FINISHED: its last date has been reached.
    UNAVAILABLE: there is none and there will be none: it is older than a month, or of a ring+.
    """

    AWAITED = "awaited"
    AVAILABLE = "available"
    FINISHED = "finished"
    UNAVAILABLE = "unavailable"


class Look(StrEnum):
    """What a look at the tracking of a message brings."""

    SEEN = "there is a tracking"
    ENDED = "its last date is reached"
    GONE = "there is none any more"


SENDING: Mapping[tuple[State, Step], State] = MappingProxyType(
    {
        (State.PENDING, Step.LEAVE): State.SENDING,
        (State.PENDING, Step.SKIP): State.SKIPPED,
        (State.SENDING, Step.ACCEPT): State.ACCEPTED,
        (State.SENDING, Step.REFUSE): State.REFUSED,
        (State.SENDING, Step.STOP): State.PENDING,
        (State.SENDING, Step.FAIL): State.NOT_SENT,
        (State.SENDING, Step.LOSE): State.UNKNOWN,
        (State.NOT_SENT, Step.RETRY): State.PENDING,
        (State.NOT_SENT, Step.SKIP): State.SKIPPED,
        (State.UNKNOWN, Step.RESOLVE_ACCEPTED): State.ACCEPTED,
        (State.UNKNOWN, Step.RESOLVE_NOT_SENT): State.PENDING,
    }
)

FOLLOWING: Mapping[tuple[Following, Look], Following] = MappingProxyType(
    {
        (Following.AWAITED, Look.SEEN): Following.AVAILABLE,
        (Following.AWAITED, Look.ENDED): Following.FINISHED,
        (Following.AWAITED, Look.GONE): Following.UNAVAILABLE,
        (Following.AVAILABLE, Look.SEEN): Following.AVAILABLE,
        (Following.AVAILABLE, Look.ENDED): Following.FINISHED,
        (Following.AVAILABLE, Look.GONE): Following.UNAVAILABLE,
    }
)

StateT = TypeVar("StateT", State, Following)
StepT = TypeVar("StepT", Step, Look)


def stepped(state: State, step: Step) -> State:
    """Say what a message becomes.

    Raises:
        ValueError: this cannot happen to it in that state.

    Example:
        >>> stepped(State.PENDING, Step.LEAVE)
        <State.SENDING: 'sending'>
    """
    return _next(SENDING, state, step)


def followed(following: Following, look: Look) -> Following:
    """Say what is known of an accepted message after a look.

    Raises:
        ValueError: nobody looks any more in that state.

    Example:
        >>> followed(Following.AWAITED, Look.ENDED)
        <Following.FINISHED: 'finished'>
    """
    return _next(FOLLOWING, following, look)


def _next(table: Mapping[tuple[StateT, StepT], StateT], state: StateT, step: StepT) -> StateT:
    try:
        return table[state, step]
    except KeyError:
        raise ValueError(f"a message that is {state.value} cannot: {step.value}") from None


def diagram() -> str:
    """Draw both tables, for the documentation (Mermaid).

    Example:
        >>> diagram().splitlines()[2].strip()
        'pending --> sending: it may leave now'
    """
    return "\n".join(("stateDiagram-v2", *_arrows()))


def _arrows() -> Iterator[str]:
    yield "    [*] --> pending"
    for (state, step), then in SENDING.items():
        yield f"    {state.value} --> {then.value}: {step.value}"
    yield "    state accepted {"
    yield "        [*] --> awaited"
    for (following, look), became in FOLLOWING.items():
        yield f"        {following.value} --> {became.value}: {look.value}"
    yield "    }"
