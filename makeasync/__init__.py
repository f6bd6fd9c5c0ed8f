"""The async Python client of the make API v1.1 (makesms.fr): SMS, calls and rings, sent once, paced and tracked.

The face: an explicit list of public names, nothing else.
"""

from makeasync.campaign.caution import Caution
from makeasync.campaign.costs import Estimate
from makeasync.campaign.journal import Added, Entry
from makeasync.campaign.reconciliation import Reconciliation
from makeasync.campaign.run import CampaignRun, Ended, Question, Why
from makeasync.campaign.runner import Campaign
from makeasync.campaign.states import Following, State
from makeasync.campaign.suppression import read_suppressed, suppress
from makeasync.client.bulk import Bulk
from makeasync.client.client import AsyncClient
from makeasync.client.clock import Clock, LoopClock, VirtualClock
from makeasync.client.delivery import Witness
from makeasync.client.events import Event, Looked, Queued, Repeating, Sending, Settled, Waiting
from makeasync.client.outcomes import Accepted, Outcome, Refused, Tracked, TrackingFailed, Unknown
from makeasync.client.transport import Answer, Progress, Target, Transport
from makeasync.client.watching import Telemetry
from makeasync.errors import (
    AuthenticationFailed,
    BalanceTooLow,
    ClientClosed,
    ClientElsewhere,
    ContactSupport,
    InsufficientCredit,
    InvalidArgument,
    InvalidRequest,
    JournalError,
    JournalFailed,
    JournalInUse,
    JournalUnusable,
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
from makeasync.pacing.hours import QuietHours
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
    "Added",
    "Answer",
    "AsyncClient",
    "AuthenticationFailed",
    "BalanceTooLow",
    "Bulk",
    "Call",
    "CallPlus",
    "CallPlusTracking",
    "CallTracking",
    "Campaign",
    "CampaignRun",
    "Caution",
    "Change",
    "ClientClosed",
    "ClientElsewhere",
    "Clock",
    "ContactSupport",
    "Credits",
    "Effect",
    "Ended",
    "Entry",
    "Estimate",
    "Event",
    "Following",
    "InsufficientCredit",
    "InvalidArgument",
    "InvalidRequest",
    "JournalError",
    "JournalFailed",
    "JournalInUse",
    "JournalUnusable",
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
    "Question",
    "Queued",
    "QuietHours",
    "Rate",
    "Receipt",
    "Reconciliation",
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
    "State",
    "Target",
    "Telemetry",
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
    "Waiting",
    "Why",
    "Witness",
    "read_request",
    "read_suppressed",
    "result_code",
    "segments",
    "suppress",
    "transliterate",
    "unsendable",
]
