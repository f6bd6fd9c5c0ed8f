"""The async Python client of the make API v1.1 (makesms.fr): SMS, calls and rings, sent once, paced and tracked.

The face: an explicit list of public names, nothing else.
"""

from makeasync.client.bulk import Bulk
from makeasync.client.client import AsyncClient
from makeasync.client.clock import Clock, LoopClock, VirtualClock
from makeasync.client.events import Event, Looked, Repeating, Sending, Settled
from makeasync.client.outcomes import Accepted, Outcome, Refused, Tracked, TrackingFailed, Unknown
from makeasync.client.transport import Answer, Progress, Target, Transport
from makeasync.errors import (
    AuthenticationFailed,
    ClientClosed,
    ContactSupport,
    InsufficientCredit,
    InvalidArgument,
    InvalidRequest,
    MakeError,
    MissingExtra,
    NoAnswer,
    NotSent,
    NotTrackable,
    NotYetAvailable,
    OutcomeUnknown,
    RequestRefused,
    TrackingError,
    TrackingTimeout,
    TrackingUnavailable,
    UndecodableAnswer,
)
from makeasync.pacing.bucket import Rate
from makeasync.protocol.alphabet import Change, Transliteration, segments, transliterate, unsendable
from makeasync.protocol.answers import (
    CallPlusTracking,
    CallTracking,
    Credits,
    Kind,
    Receipt,
    RingTracking,
    SmsPlusTracking,
    SmsTracking,
    Tracking,
)
from makeasync.protocol.codes import Effect, ResultCode, result_code
from makeasync.protocol.requests import Call, CallPlus, Request, Ring, RingPlus, Sms, SmsPlus, read_request

__all__ = [
    "Accepted",
    "Answer",
    "AsyncClient",
    "AuthenticationFailed",
    "Bulk",
    "Call",
    "CallPlus",
    "CallPlusTracking",
    "CallTracking",
    "Change",
    "ClientClosed",
    "Clock",
    "ContactSupport",
    "Credits",
    "Effect",
    "Event",
    "InsufficientCredit",
    "InvalidArgument",
    "InvalidRequest",
    "Kind",
    "Looked",
    "LoopClock",
    "MakeError",
    "MissingExtra",
    "NoAnswer",
    "NotSent",
    "NotTrackable",
    "NotYetAvailable",
    "Outcome",
    "OutcomeUnknown",
    "Progress",
    "Rate",
    "Receipt",
    "Refused",
    "Repeating",
    "Request",
    "RequestRefused",
    "ResultCode",
    "Ring",
    "RingPlus",
    "RingTracking",
    "Sending",
    "Settled",
    "Sms",
    "SmsPlus",
    "SmsPlusTracking",
    "SmsTracking",
    "Target",
    "Tracked",
    "Tracking",
    "TrackingError",
    "TrackingFailed",
    "TrackingTimeout",
    "TrackingUnavailable",
    "Transliteration",
    "Transport",
    "UndecodableAnswer",
    "Unknown",
    "VirtualClock",
    "read_request",
    "result_code",
    "segments",
    "transliterate",
    "unsendable",
]
