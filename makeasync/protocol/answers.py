"""What the service answers, as values: receipts, the five trackings, the balance.

Each attribute says which XML element it is read from, and how: this file is the codec's table (sections 3 to 10 of the
API document). How XML is read at all stands in `codec`.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar, Generic, TypeVar

from attrs import field, frozen

from makeasync.protocol.elements import content, date, element, minutes, number, seconds, text

__all__ = [
    "TRACKINGS",
    "CallPlusTracking",
    "CallTracking",
    "Credits",
    "Kind",
    "Raw",
    "Receipt",
    "RingTracking",
    "SmsPlusTracking",
    "SmsTracking",
    "Tracking",
]

Raw = tuple[tuple[str, str], ...]


class Kind(StrEnum):
    """The six things one can ask of the service, as its answers name them."""

    RING = "ring"
    RING_PLUS = "ring+"
    CALL = "call"
    CALL_PLUS = "call+"
    SMS = "sms"
    SMS_PLUS = "sms+"


@frozen(kw_only=True)
class Tracking:
    """What became of a request: what all five kinds of tracking have in common (section 9).

    Attributes:
        id: the tracking id.
        created_at: when the service received the request (aware, UTC, like every instant here).
        from_: the number shown to the called person; digits.
        to: the number of the called person; digits.
        delay: the time asked for between request and execution, 0 to 120 minutes.
        recovered: the answer was damaged and has been read in recovery mode.
        raw: every element of the answer as it came, unknown ones included.
    """

    kind: ClassVar[Kind]

    id: str = field(metadata=element("id", text, required=True))
    created_at: datetime = field(metadata=element("date_created", date, required=True))
    from_: str = field(metadata=element("from", text, required=True))
    to: str = field(metadata=element("to", text, required=True))
    delay: timedelta = field(metadata=element("in", minutes))
    recovered: bool = False
    raw: Raw = field(default=(), repr=False, eq=False)

    @property
    def ended_at(self) -> datetime | None:
        """When the last thing that can happen happened; `None` while something is still to come."""
        raise NotImplementedError

    @property
    def finished(self) -> bool:
        """Nothing more will happen: the last date has been reached."""
        return self.ended_at is not None


@frozen(kw_only=True)
class RingTracking(Tracking):
    """What became of a ring.

    Attributes:
        rang_at: the phone began to ring.
        answered_at: it was picked up; `None`: it was not (yet).
        hung_up_at: the end.
    """

    kind: ClassVar[Kind] = Kind.RING

    rang_at: datetime | None = field(metadata=element("date_ring", date))
    answered_at: datetime | None = field(metadata=element("date_answer", date))
    hung_up_at: datetime | None = field(metadata=element("date_hangup", date))

    @property
    def ended_at(self) -> datetime | None:
        """When it was hung up."""
        return self.hung_up_at


@frozen(kw_only=True)
class CallTracking(Tracking):
    """What became of a call.

    Attributes:
        rang_at: the called party's phone began to ring.
        answered_at: the called party picked up; `None`: did not (yet).
        caller_answered_at: the caller picked up; `None`: did not (yet).
        hung_up_at: the end.
    """

    kind: ClassVar[Kind] = Kind.CALL

    rang_at: datetime | None = field(metadata=element("date_ringA", date))
    answered_at: datetime | None = field(metadata=element("date_answerA", date))
    caller_answered_at: datetime | None = field(metadata=element("date_answerB", date))
    hung_up_at: datetime | None = field(metadata=element("date_hangup", date))

    @property
    def ended_at(self) -> datetime | None:
        """When it was hung up."""
        return self.hung_up_at


@frozen(kw_only=True)
class CallPlusTracking(CallTracking):
    """What became of a recorded call.

    Attributes:
        max_duration: the longest it could last (the API answers seconds here, and is asked in minutes).
        record_link: where the recording is; `None` when the two never spoke.
    """

    kind: ClassVar[Kind] = Kind.CALL_PLUS

    max_duration: timedelta | None = field(metadata=element("duration", seconds))
    record_link: str | None = field(metadata=element("record_link", text))


@frozen(kw_only=True)
class SmsTracking(Tracking):
    """What became of an SMS of the catalogue.

    Attributes:
        txt: the code in the catalogue.
        executed_at: it was sent; `None`: not yet.
        content: its text.
    """

    kind: ClassVar[Kind] = Kind.SMS

    txt: str | None = field(metadata=element("txt", text))
    executed_at: datetime | None = field(metadata=element("date_executed", date))
    content: str | None = field(metadata=element("content", content))

    @property
    def ended_at(self) -> datetime | None:
        """When it was sent."""
        return self.executed_at


@frozen(kw_only=True)
class SmsPlusTracking(Tracking):
    """What became of an SMS of your own words.

    Attributes:
        executed_at: it was sent; `None`: not yet.
        content: its text.
        revealed_at: the SMS that announces the hoax was sent; `None`: not yet.
    """

    kind: ClassVar[Kind] = Kind.SMS_PLUS

    executed_at: datetime | None = field(metadata=element("date_executed", date))
    content: str | None = field(metadata=element("content", content))
    revealed_at: datetime | None = field(metadata=element("x_date_executed", date))

    @property
    def ended_at(self) -> datetime | None:
        """When the hoax was revealed."""
        return self.revealed_at


TRACKINGS = MappingProxyType(
    {made.kind: made for made in (RingTracking, CallTracking, CallPlusTracking, SmsTracking, SmsPlusTracking)}
)

TrackingT_co = TypeVar("TrackingT_co", covariant=True, bound=Tracking | None)


@frozen(kw_only=True)
class Receipt(Generic[TrackingT_co]):
    """The service took a request. `Receipt[SmsTracking]` is one whose tracking will be an `SmsTracking`.

    Attributes:
        kind: what was asked for.
        id: what to track it by.
        cost: credits it cost; `None` where the answer did not say.
        credits: the balance after it; `None` where the answer did not say.
        code: the result code; `None` where the answer left it empty, as those of sms and sms+ do.
        scheduled: it was taken with a delay.
        issued_at: when this machine got the answer; the log is there 10 s later at the earliest.
        recovered: the answer was damaged and has been read in recovery mode.
        raw: every element of the answer as it came, unknown ones included.
    """

    kind: Kind
    id: str = field(metadata=element("id", text, required=True))
    cost: int | None = field(metadata=element("cost", number))
    credits: int | None = field(metadata=element("credits", number))
    code: int | None
    scheduled: bool
    issued_at: datetime | None = None
    recovered: bool = False
    raw: Raw = field(default=(), repr=False, eq=False)


@frozen(kw_only=True)
class Credits:
    """The balance of the account (section 10).

    The service answers 0 when login or password is wrong, so 0 does not prove an empty account.

    Attributes:
        login: the login it was asked for.
        credits: the balance.
        recovered: the answer was damaged and has been read in recovery mode.
        raw: every element of the answer as it came, unknown ones included.
    """

    login: str | None = field(repr=False, metadata=element("login", text))
    credits: int = field(metadata=element("credits", number, required=True))
    recovered: bool = False
    raw: Raw = field(default=(), repr=False, eq=False)
