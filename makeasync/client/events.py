"""What `on_event` is told: one frozen record for each thing that happens. No secret is in any of them."""

from datetime import datetime
from typing import TypeAlias

from attrs import frozen

from makeasync.client.outcomes import Outcome
from makeasync.errors import MakeError
from makeasync.protocol.answers import Tracking
from makeasync.protocol.requests import Request

__all__ = ["Event", "Looked", "Queued", "Repeating", "Sending", "Settled", "Waiting"]


@frozen
class Queued:
    """A paid request waits for its turn.

    Attributes:
        request: the request.
        at: when.
    """

    request: Request
    at: datetime


@frozen
class Sending:
    """A paid request goes out now.

    Attributes:
        request: the request.
        at: when.
    """

    request: Request
    at: datetime


@frozen
class Repeating:
    """A paid request that provably was not taken will be tried again.

    Attributes:
        request: the request.
        error: what became of it this time.
        seconds: the pause before the next try.
        at: when.
    """

    request: Request
    error: MakeError
    seconds: float
    at: datetime


@frozen
class Settled:
    """What became of one paid request is known, or known to be unknowable. Told even if its caller was cancelled.

    Attributes:
        outcome: what became of it.
        at: when.
    """

    outcome: Outcome
    at: datetime


@frozen
class Looked:
    """The service was asked for a tracking.

    Attributes:
        id: the id.
        result: the tracking, or why there is none yet.
        at: when the answer was there.
    """

    id: str
    result: Tracking | MakeError
    at: datetime


@frozen
class Waiting:
    """The next look at a tracking is planned.

    Attributes:
        id: the id.
        seconds: the pause until then.
        trouble: why the last look failed, if it did; `None` when the log is not there or not finished yet.
        at: when it was planned.
    """

    id: str
    seconds: float
    trouble: MakeError | None
    at: datetime


Event: TypeAlias = Queued | Sending | Repeating | Settled | Looked | Waiting
