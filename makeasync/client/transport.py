"""The transport, as a port: one request out, one answer in.

No HTTP library here: `httpx_lanes` is the adapter over httpx, another one is another room.
"""

from collections.abc import Callable, Mapping
from typing import Literal, Protocol, TypeAlias

from attrs import define, field, frozen

from makeasync.errors import NotSent
from makeasync.protocol.requests import Query

__all__ = ["Answer", "Phase", "Progress", "Target", "Transport"]

Phase: TypeAlias = Literal["queue", "connect", "send", "wait", "read", "answer"]

_OK = 200
_LONGEST_PAUSE = 3600.0


@frozen
class Target:
    """Where a request goes, without login and password.

    Attributes:
        path: below the service's address.
        query: the arguments as (name, value), decoded.
        credentials: the transport adds login and password.
    """

    path: str
    query: Query
    credentials: bool


@frozen
class Answer:
    """What came back.

    Attributes:
        status: the HTTP status.
        headers: names in lower case.
        body: the whole body.
    """

    status: int
    # Not shown: a service may repeat in them what it was asked, password included.
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def successful(self) -> bool:
        """It holds what was asked for; no other status does."""
        return self.status == _OK

    @property
    def asked_pause(self) -> float:
        """The seconds for which the service asks to be left alone (`Retry-After`); 0 when it does not."""
        value = self.headers.get("retry-after", "").strip()
        return min(float(value), _LONGEST_PAUSE) if value.isascii() and value.isdigit() else 0.0


@define
class Progress:
    """How far an exchange has come, and whether it may still go on.

    Attributes:
        phase: see `makeasync.errors`; before `send`, provably nothing has left.
        given_up: nobody wants the request any more; it must not leave.
        on_leaving: is called when it may leave from now on.
    """

    phase: Phase = "queue"
    given_up: bool = False
    on_leaving: Callable[[], None] | None = None

    @property
    def left(self) -> bool:
        """A byte of the request may have left this machine."""
        return self.phase not in {"queue", "connect"}

    def reach(self, phase: Phase) -> None:
        """Note the next phase; a transport calls this with `send` before the first byte may leave.

        Raises:
            NotSent: the request was given up in time.
        """
        if self.given_up and not self.left:
            raise NotSent("given up before anything left", phase=self.phase)
        if self.on_leaving is not None and not self.left and phase == "send":
            self.on_leaving()
        self.phase = phase


class Transport(Protocol):
    """What the client needs of a transport."""

    async def fetch(self, target: Target, timeout: float, progress: Progress) -> Answer:
        """Do one exchange.

        Args:
            target: what to ask; the transport adds login and password if it says so.
            timeout: seconds for connecting, sending and reading together; waiting for a free connection is not in it.
            progress: to be told of every phase, of `send` before the first byte may leave.

        Returns:
            The answer, whatever its status; redirects are not followed.

        Raises:
            NotSent: provably nothing left.
            OutcomeUnknown: something may have left, and no whole answer came.
        """
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...
