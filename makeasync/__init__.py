"""The async Python client of the make API v1.1 (makesms.fr): SMS, calls and rings, sent once, paced and tracked.

The face: an explicit list of public names and where each lives, nothing else. A room is opened when a name of it is
first asked for: pytest imports this package in every project that has it installed, and shall not wait for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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

_ROOM_OF = {
    "Accepted": "client.outcomes",
    "Added": "campaign.journal",
    "Answer": "client.transport",
    "AsyncClient": "client.client",
    "AuthenticationFailed": "errors",
    "BalanceTooLow": "errors",
    "Bulk": "client.bulk",
    "Call": "protocol.requests",
    "CallPlus": "protocol.requests",
    "CallPlusTracking": "protocol.answers",
    "CallTracking": "protocol.answers",
    "Campaign": "campaign.runner",
    "CampaignRun": "campaign.run",
    "Caution": "campaign.caution",
    "Change": "protocol.alphabet",
    "ClientClosed": "errors",
    "ClientElsewhere": "errors",
    "Clock": "client.clock",
    "ContactSupport": "errors",
    "Credits": "protocol.answers",
    "Effect": "protocol.codes",
    "Ended": "campaign.run",
    "Entry": "campaign.journal",
    "Estimate": "campaign.costs",
    "Event": "client.events",
    "Following": "campaign.states",
    "InsufficientCredit": "errors",
    "InvalidArgument": "errors",
    "InvalidRequest": "errors",
    "JournalError": "errors",
    "JournalFailed": "errors",
    "JournalInUse": "errors",
    "JournalUnusable": "errors",
    "Kind": "protocol.answers",
    "Looked": "client.events",
    "LoopClock": "client.clock",
    "MakeError": "errors",
    "MissingExtra": "errors",
    "NoAnswer": "errors",
    "NotSent": "errors",
    "NotTrackable": "errors",
    "NotYetAvailable": "errors",
    "Outcome": "client.outcomes",
    "OutcomeUnknown": "errors",
    "Progress": "client.transport",
    "Question": "campaign.run",
    "Queued": "client.events",
    "QuietHours": "pacing.hours",
    "Rate": "pacing.bucket",
    "Receipt": "protocol.answers",
    "Reconciliation": "campaign.reconciliation",
    "Refused": "client.outcomes",
    "Repeating": "client.events",
    "Request": "protocol.requests",
    "RequestRefused": "errors",
    "ResultCode": "protocol.codes",
    "Ring": "protocol.requests",
    "RingPlus": "protocol.requests",
    "RingTracking": "protocol.answers",
    "Sending": "client.events",
    "Settled": "client.events",
    "Sms": "protocol.requests",
    "SmsPlus": "protocol.requests",
    "SmsPlusTracking": "protocol.answers",
    "SmsTracking": "protocol.answers",
    "State": "campaign.states",
    "Target": "client.transport",
    "Telemetry": "client.watching",
    "Tracked": "client.outcomes",
    "Tracking": "protocol.answers",
    "TrackingError": "errors",
    "TrackingFailed": "client.outcomes",
    "TrackingTimeout": "errors",
    "TrackingUnavailable": "errors",
    "Transliteration": "protocol.alphabet",
    "Transport": "client.transport",
    "UndecodableAnswer": "errors",
    "Unknown": "client.outcomes",
    "VirtualClock": "client.clock",
    "Waiting": "client.events",
    "Why": "campaign.run",
    "Witness": "client.delivery",
    "read_request": "protocol.requests",
    "read_suppressed": "campaign.suppression",
    "result_code": "protocol.codes",
    "segments": "protocol.alphabet",
    "suppress": "campaign.suppression",
    "transliterate": "protocol.alphabet",
    "unsendable": "protocol.alphabet",
}

if not TYPE_CHECKING:
    # A type checker that saw this would take any name for one of ours.

    def __getattr__(name: str) -> object:
        if name not in _ROOM_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
