"""The errors of makeasync: one tree, drawn here; every error that reaches a user stands in it.

    MakeError
    ├── InvalidRequest (also a ValueError)   nothing left this machine: an argument is wrong
    ├── RequestRefused                       the service said no; nothing was sent to anybody
    │   ├── AuthenticationFailed             101
    │   ├── InsufficientCredit               102
    │   ├── InvalidArgument                  103 to 109
    │   └── ContactSupport                   111
    ├── NotSent                              provably nothing left; safe to send again
    ├── OutcomeUnknown                       may have been sent and charged; never repeat it blindly
    ├── NoAnswer                             a free request (tracking, credits) brought nothing; ask again
    ├── UndecodableAnswer                    the answer breaks the contract
    ├── TrackingError
    │   ├── NotYetAvailable                  112
    │   ├── TrackingUnavailable              110
    │   ├── TrackingTimeout
    │   └── NotTrackable                     ring+ has no tracking
    ├── JournalError                         the journal of a campaign
    │   ├── JournalInUse                     another process has it open
    │   ├── JournalUnusable                  not a journal, damaged, or on a network file system; it was not touched
    │   └── JournalFailed                    it could not be written or read; nothing is sent without it
    ├── BalanceTooLow                        the account cannot pay for the campaign; nothing was sent
    ├── ClientClosed                         the client was not open
    │   └── ClientElsewhere                  it is open in another event loop
    └── MissingExtra (also an ImportError)   an optional part is not installed

Errors carry facts as attributes, pickle, and hold no secret: never a login, a password or a URL with a query.
This module imports nothing of the package when it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from makeasync.protocol.requests import Request

__all__ = [
    "AuthenticationFailed",
    "BalanceTooLow",
    "ClientClosed",
    "ClientElsewhere",
    "ContactSupport",
    "InsufficientCredit",
    "InvalidArgument",
    "InvalidRequest",
    "JournalError",
    "JournalFailed",
    "JournalInUse",
    "JournalUnusable",
    "MakeError",
    "MissingExtra",
    "NoAnswer",
    "NotSent",
    "NotTrackable",
    "NotYetAvailable",
    "OutcomeUnknown",
    "RequestRefused",
    "TrackingError",
    "TrackingTimeout",
    "TrackingUnavailable",
    "UndecodableAnswer",
]


class MakeError(Exception):
    """Every error of makeasync is one; `except MakeError` catches them all."""

    def __reduce__(self) -> tuple[object, ...]:
        return (_revive, (type(self), self.args, dict(vars(self))))


def _revive(kind: type[MakeError], args: tuple[object, ...], facts: dict[str, object]) -> MakeError:
    error = kind.__new__(kind, *args)
    # Not its own __init__, which wants the facts: that of the built-in error it also is, which keeps some of them.
    super(MakeError, error).__init__(*args)
    vars(error).update(facts)
    return error


class InvalidRequest(MakeError, ValueError):
    """An argument is wrong, found before anything was sent: nobody was messaged and nothing is charged.

    Attributes:
        argument: its name as you wrote it (`from_`, `to`, `delay`, `duration`, `engage`, `txt`, `msg`, `pairs`, `id`).
        code: the result code with which the service would have refused it (103 to 110, or 100).
    """

    def __init__(self, message: str, *, argument: str, code: int) -> None:
        super().__init__(message)
        self.argument = argument
        self.code = code


class RequestRefused(MakeError):
    """The service answered `failed`: nothing was sent to anybody and nothing was charged.

    Attributes:
        code: the result code (section 11 of the API document), `None` if the answer held none.
        argument: the argument that the code blames, by our name for it, or `None`.
        request: the request that was refused, or `None` for a request that costs nothing.
    """

    def __init__(
        self, message: str, *, code: int | None, argument: str | None = None, request: Request | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.argument = argument
        self.request = request


class AuthenticationFailed(RequestRefused):
    """101: login or password is wrong. Nothing more will be accepted until it is put right."""


class InsufficientCredit(RequestRefused):
    """102: the account cannot pay for this request. Top it up, then send it again."""


class InvalidArgument(RequestRefused):
    """103 to 109: the service refuses the argument named by `argument`."""


class ContactSupport(RequestRefused):
    """111: only the service's support can say what is wrong."""


class _ExchangeFailed(MakeError):
    """What the failures of one HTTP exchange have in common.

    Attributes:
        phase: how far the exchange had come: `queue`, `connect`, `send`, `wait` (for the answer), `read`, `answer`.
        request: the paid request, or `None` for a request that costs nothing.
        status: the HTTP status of the answer, where one came.
        document: the beginning of the answer, where one came and was of no use, with login and password masked.
    """

    def __init__(
        self,
        message: str,
        *,
        phase: str,
        request: Request | None = None,
        status: int | None = None,
        document: str = "",
    ) -> None:
        super().__init__(message)
        self.phase = phase
        self.request = request
        self.status = status
        self.document = document

    def about(self, request: Request) -> Self:
        """The same facts, with the request they are about."""
        return type(self)(*self.args, phase=self.phase, request=request, status=self.status, document=self.document)


class NotSent(_ExchangeFailed):
    """Provably nothing left: no connection came about. Nobody was messaged, nothing is charged, repeating is safe.

    `send` raises it; `send_all` yields it as the outcome of its request.
    """

    @property
    def error(self) -> Self:
        """Itself: so that every outcome but `Accepted` has an `error`."""
        return self


class OutcomeUnknown(_ExchangeFailed):
    """The request may have been taken, sent and charged, and no usable answer says so. Never repeat it blindly.

    Look at the account on the web, or compare `get_credits()` with the last balance you know, before you send again.
    """


class NoAnswer(_ExchangeFailed):
    """A request that costs nothing (tracking, credits) brought no usable answer. Asking again is harmless."""


class UndecodableAnswer(MakeError):
    """The answer is not what the API document promises.

    Attributes:
        element: the XML element that is missing, doubled or unreadable, or `None` if the whole answer is.
        document: the beginning of the answer, with login and password masked.
    """

    def __init__(self, message: str, *, element: str | None = None, document: str = "") -> None:
        super().__init__(message)
        self.element = element
        self.document = document


class TrackingError(MakeError):
    """A tracking could not be had.

    Attributes:
        id: the id it was asked for.
        code: the result code of the service's answer, or `None`.
    """

    def __init__(self, message: str, *, id: str | None, code: int | None = None) -> None:
        super().__init__(message)
        self.id = id
        self.code = code


class NotYetAvailable(TrackingError):
    """112: the log of this id is not there yet; it is 10 seconds after the id at the earliest."""


class TrackingUnavailable(TrackingError):
    """110: the id is wrong, or its tracking does not exist (any more): it is kept for one month."""


class TrackingTimeout(TrackingError):
    """The time you gave ran out before the tracking was there, or before it was finished.

    Attributes:
        last: the newest tracking seen, or `None` if there was none.
    """

    def __init__(self, message: str, *, id: str, last: object = None) -> None:
        super().__init__(message, id=id)
        self.last = last


class NotTrackable(TrackingError):
    """The receipt of a ring+: the API cannot track it. See the web interface."""


class JournalError(MakeError):
    """The journal of a campaign cannot be used.

    Attributes:
        path: the file, or where else it lies; without a password.
    """

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(message)
        self.path = path


class JournalInUse(JournalError):
    """Another process has the journal open for writing. One at a time: two would message the same people."""


class JournalUnusable(JournalError):
    """The file is not a journal, is damaged, is newer than this makeasync, or lies where it is not safe.

    It was not touched.
    """


class JournalFailed(JournalError):
    """The journal could not be written or read: the disk is full, it was made read-only, another program locks it.

    Nothing was sent whose intent is not on disk, and nothing more is sent. What was on its way is `unknown` when the
    journal is opened again, unless its outcome could still be noted.
    """


class BalanceTooLow(MakeError):
    """The balance does not pay for what is still to be sent. Nothing was sent.

    Attributes:
        credits: the balance; 0 may also mean a wrong login or password.
        needed: credits that the rest would cost, by the estimate.
    """

    def __init__(self, message: str, *, credits: int, needed: int) -> None:  # noqa: A002 - the API's word
        super().__init__(message)
        self.credits = credits
        self.needed = needed


class ClientClosed(MakeError):
    """The client was used before `async with` opened it, or after it was closed."""


class ClientElsewhere(ClientClosed):
    """The client is open in another event loop, perhaps of another thread; one client serves one loop."""


class MissingExtra(MakeError, ImportError):
    """An optional part of makeasync is needed and not installed.

    Attributes:
        extra: install it with `pip install "makeasync[<extra>]"`.
    """

    def __init__(self, extra: str, *, purpose: str) -> None:
        super().__init__(f'{purpose} needs an optional part: pip install "makeasync[{extra}]"')
        self.extra = extra
