"""The requests, as values: validated when they are made, each knows its path and its query (sections 3 to 10).

A request holds no login and no password: the transport adds them at the last moment.
"""

from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import ClassVar, Generic, TypeAlias, TypeVar

from attrs import field, frozen

from makeasync.errors import InvalidRequest
from makeasync.protocol import arguments as check
from makeasync.protocol.answers import (
    CallPlusTracking,
    CallTracking,
    Kind,
    RingTracking,
    SmsPlusTracking,
    SmsTracking,
    Tracking,
)
from makeasync.protocol.arguments import Delay

__all__ = [
    "Call",
    "CallPlus",
    "Delay",
    "GetCredits",
    "GetTracking",
    "PaidRequest",
    "Query",
    "Request",
    "Ring",
    "RingPlus",
    "Sms",
    "SmsPlus",
    "read_request",
]

Query: TypeAlias = tuple[tuple[str, str], ...]

TrackingT_co = TypeVar("TrackingT_co", covariant=True, bound=Tracking | None)


class PaidRequest(Generic[TrackingT_co]):
    """A request that costs credits and reaches a person; `TrackingT` is what its tracking will be.

    Attributes:
        kind: which of the six it is.
        path: where it goes, below the service's address.
    """

    __slots__ = ()

    kind: ClassVar[Kind]
    path: ClassVar[str]

    @property
    def query(self) -> Query:
        """The arguments as (name, value), decoded, without login and password."""
        raise NotImplementedError

    @property
    def scheduled(self) -> bool:
        """It asks for a delay."""
        return False


Request: TypeAlias = PaidRequest[Tracking | None]


@frozen(kw_only=True)
class _OneToOne(PaidRequest[TrackingT_co]):
    from_: str = field(converter=check.from_)
    to: str = field(converter=check.to)
    delay: int = field(default=0, converter=check.delay)

    @property
    def query(self) -> Query:
        return (("from", self.from_), ("to", self.to), *self._own(), *self._delay())

    @property
    def scheduled(self) -> bool:
        return self.delay > 0

    def _own(self) -> Query:
        return ()

    def _delay(self) -> Query:
        return (("in", str(self.delay)),) if self.delay else ()


@frozen(kw_only=True)
class Ring(_OneToOne[RingTracking]):
    """Ring a phone (section 3). 5 credits in the document's example.

    Args:
        from_: the number shown to the called person, international.
        to: the number to ring, international.
        delay: whole minutes from 0 to 120, or a timedelta of them.

    Raises:
        InvalidRequest: an argument is out of its range; `.argument` names it.

    Example:
        >>> Ring(from_="33612345678", to="+33 6 87 65 43 21").query
        (('from', '33612345678'), ('to', '33687654321'))
    """

    kind: ClassVar[Kind] = Kind.RING
    path: ClassVar[str] = "apimakingring.php"


@frozen(kw_only=True)
class RingPlus(PaidRequest[None]):
    """Ring 2 to 10 pairs of phones (section 4). 5 credits a pair in the document's example. It cannot be tracked.

    Args:
        pairs: 2 to 10 pairs (from, to) of international numbers.

    Raises:
        InvalidRequest: too few or too many pairs, or a wrong number; `.argument` names it (`pairs`, `from0` … `to9`).

    Example:
        >>> RingPlus(pairs=[("33612345678", "33687654321"), ("33612345679", "33687654322")]).query[:2]
        (('from0', '33612345678'), ('to0', '33687654321'))
    """

    kind: ClassVar[Kind] = Kind.RING_PLUS
    path: ClassVar[str] = "apimakeringplus.php"

    pairs: tuple[tuple[str, str], ...] = field(converter=check.pairs)

    @property
    def query(self) -> Query:
        """`from0`, `to0`, `from1`, … in order."""
        return tuple(
            argument
            for index, (from_, to) in enumerate(self.pairs)
            for argument in ((f"from{index}", from_), (f"to{index}", to))
        )


@frozen(kw_only=True)
class Call(_OneToOne[CallTracking]):
    """Put two phones through to each other (section 5). 5 credits in the document's example.

    Args:
        from_: the caller, international.
        to: the called party, international.
        delay: whole minutes from 0 to 120, or a timedelta of them.

    Raises:
        InvalidRequest: an argument is out of its range; `.argument` names it.

    Example:
        >>> Call(from_="33612345678", to="33687654321", delay=5).query[-1]
        ('in', '5')
    """

    kind: ClassVar[Kind] = Kind.CALL
    path: ClassVar[str] = "apimakecall.php"


@frozen(kw_only=True)
class CallPlus(_OneToOne[CallPlusTracking]):
    """Put two phones through and record them (section 6). 20 credits in the document's example.

    Args:
        from_: the caller, international.
        to: the called party, international.
        duration: the longest it may last, in whole minutes from 1 to 10.
        engage: `True` says: I undertake to warn both parties that their conversation is recorded. Nothing says it for
            you.
        delay: whole minutes from 0 to 120, or a timedelta of them.

    Raises:
        InvalidRequest: an argument is out of its range; `.argument` names it.

    Example:
        >>> CallPlus(from_="33612345678", to="33687654321", duration=1, engage=True).query[2:]
        (('duration', '1'), ('engage', '1'))
    """

    kind: ClassVar[Kind] = Kind.CALL_PLUS
    path: ClassVar[str] = "apimakecallplus.php"

    duration: int = field(converter=check.duration)
    engage: bool = field(default=False, converter=check.engage)

    def _own(self) -> Query:
        return (("duration", str(self.duration)), ("engage", "1"))


@frozen(kw_only=True)
class Sms(_OneToOne[SmsTracking]):
    """Send an SMS of the catalogue (section 7). 5 credits in the document's example.

    Args:
        from_: the sender that the recipient sees, international.
        to: the recipient, international.
        txt: the code of the text in the service's catalogue.
        delay: whole minutes from 0 to 120, or a timedelta of them.

    Raises:
        InvalidRequest: an argument is out of its range; `.argument` names it.

    Example:
        >>> Sms(from_="33612345678", to="33687654321", txt="123").query[-1]
        ('txt', '123')
    """

    kind: ClassVar[Kind] = Kind.SMS
    path: ClassVar[str] = "apimakesms.php"

    txt: str = field(converter=check.txt)

    def _own(self) -> Query:
        return (("txt", self.txt),)


@frozen(kw_only=True)
class SmsPlus(_OneToOne[SmsPlusTracking]):
    """Send an SMS of your own words (section 8). 10 credits in the document's example.

    Args:
        from_: the sender that the recipient sees, international.
        to: the recipient, international.
        msg: the text, in the characters of the API's alphabet only; `transliterate()` makes any text so.
        delay: whole minutes from 0 to 120, or a timedelta of them.

    Raises:
        InvalidRequest: an argument is out of its range; `.argument` names it.

    Example:
        >>> SmsPlus(from_="33612345678", to="33687654321", msg="Ça va ?").query[-1]
        ('msg', 'Ça va ?')
    """

    kind: ClassVar[Kind] = Kind.SMS_PLUS
    path: ClassVar[str] = "apimakesmsplus.php"

    msg: str = field(converter=check.msg)

    def _own(self) -> Query:
        return (("msg", self.msg),)


@frozen
class GetTracking:
    """Ask what became of a request (section 9). Free, and without login and password.

    Args:
        id: the tracking id of a receipt.

    Raises:
        InvalidRequest: the id is empty, or cannot be one.
    """

    path: ClassVar[str] = "apilog.php"

    id: str = field(converter=check.tracking_id)

    @property
    def query(self) -> Query:
        """The id."""
        return (("id", self.id),)


@frozen
class GetCredits:
    """Ask for the balance of the account (section 10). Free."""

    path: ClassVar[str] = "apicredits.php"

    @property
    def query(self) -> Query:
        """Nothing but login and password, which the transport adds."""
        return ()


_Arguments: TypeAlias = dict[str, str]


def _required(arguments: _Arguments, name: str, ours: str, code: int) -> str:
    if name not in arguments:
        raise InvalidRequest(f"{ours}: missing", argument=ours, code=code)
    return arguments[name]


def _whole(arguments: _Arguments, name: str, ours: str, code: int) -> int:
    value = _required(arguments, name, ours, code)
    if not (value.isascii() and value.isdigit() and len(value) <= len(str(check.LONGEST_DELAY))):
        raise InvalidRequest(f"{ours}: {value!r} is not a whole number", argument=ours, code=code)
    return int(value)


def _read_from(arguments: _Arguments) -> str:
    return _required(arguments, "from", "from_", 103)


def _read_to(arguments: _Arguments) -> str:
    return _required(arguments, "to", "to", 104)


def _read_delay(arguments: _Arguments) -> int:
    return _whole(arguments, "in", "delay", 105) if "in" in arguments else 0


def _read_ring(a: _Arguments) -> Request:
    return Ring(from_=_read_from(a), to=_read_to(a), delay=_read_delay(a))


def _read_ring_plus(a: _Arguments) -> Request:
    # One argument too many is a pair that lacks its other half, never a pair to leave out.
    indices = range((len(a) + 1) // 2)
    return RingPlus(
        pairs=[(_required(a, f"from{i}", f"from{i}", 103), _required(a, f"to{i}", f"to{i}", 104)) for i in indices]
    )


def _read_call(a: _Arguments) -> Request:
    return Call(from_=_read_from(a), to=_read_to(a), delay=_read_delay(a))


def _read_call_plus(a: _Arguments) -> Request:
    return CallPlus(
        from_=_read_from(a),
        to=_read_to(a),
        delay=_read_delay(a),
        duration=_whole(a, "duration", "duration", 106),
        engage=_required(a, "engage", "engage", 107) == "1",
    )


def _read_sms(a: _Arguments) -> Request:
    return Sms(from_=_read_from(a), to=_read_to(a), delay=_read_delay(a), txt=_required(a, "txt", "txt", 108))


def _read_sms_plus(a: _Arguments) -> Request:
    return SmsPlus(from_=_read_from(a), to=_read_to(a), delay=_read_delay(a), msg=_required(a, "msg", "msg", 109))


_READERS: MappingProxyType[Kind, Callable[[_Arguments], Request]] = MappingProxyType(
    {
        Kind.RING: _read_ring,
        Kind.RING_PLUS: _read_ring_plus,
        Kind.CALL: _read_call,
        Kind.CALL_PLUS: _read_call_plus,
        Kind.SMS: _read_sms,
        Kind.SMS_PLUS: _read_sms_plus,
    }
)


def read_request(kind: Kind, query: Iterable[tuple[str, str]]) -> Request:
    """Make a request from its query again: the inverse of `request.query`.

    Args:
        kind: which of the six requests it is.
        query: the arguments as (name, value), decoded.

    Returns:
        The request.

    Raises:
        InvalidRequest: an argument is missing or out of its range; `.argument` names it.

    Example:
        >>> read_request(Kind.SMS, [("from", "33612345678"), ("to", "33687654321"), ("txt", "123")])
        Sms(from_='33612345678', to='33687654321', delay=0, txt='123')
    """
    return _READERS[kind](dict(query))
