"""What became of a request sent in bulk, and of an id tracked in bulk: values to match on.

`NotSent` is an outcome too; it is the error of that name, which carries its request like the others.
"""

from typing import Generic, TypeAlias, TypeVar

from attrs import frozen

from makeasync.errors import MakeError, NotSent, OutcomeUnknown, RequestRefused
from makeasync.protocol.answers import Receipt, Tracking
from makeasync.protocol.requests import PaidRequest, Request

__all__ = ["Accepted", "Failure", "NotSent", "Outcome", "Refused", "Tracked", "TrackingFailed", "Unknown", "failure_of"]

TrackingT_co = TypeVar("TrackingT_co", covariant=True, bound=Tracking | None)


@frozen
class Accepted(Generic[TrackingT_co]):
    """The service took the request.

    Attributes:
        request: the request.
        receipt: its receipt.
    """

    request: PaidRequest[TrackingT_co]
    receipt: Receipt[TrackingT_co]


@frozen
class Refused:
    """The service said no; nothing was sent to anybody.

    Attributes:
        request: the request.
        error: why; `error.code` is the result code.
    """

    request: Request
    error: RequestRefused


@frozen
class Unknown:
    """The request may have been sent and charged, and nobody can say. It is never repeated.

    Attributes:
        request: the request.
        error: what went wrong; `error.phase` says how far it came.
    """

    request: Request
    error: OutcomeUnknown


Failure: TypeAlias = Refused | NotSent | Unknown
Outcome: TypeAlias = Accepted[Tracking | None] | Failure


def failure_of(request: Request, error: RequestRefused | NotSent | OutcomeUnknown) -> Failure:
    """Turn what `send` raises into what `send_all` gives."""
    match error:
        case RequestRefused():
            return Refused(request, error)
        case OutcomeUnknown():
            return Unknown(request, error)
        case NotSent():
            return error


@frozen
class Tracked:
    """A tracking came.

    Attributes:
        id: the id it was asked for.
        tracking: the tracking.
    """

    id: str
    tracking: Tracking


@frozen
class TrackingFailed:
    """No tracking came.

    Attributes:
        id: the id it was asked for.
        error: why not.
    """

    id: str
    error: MakeError
