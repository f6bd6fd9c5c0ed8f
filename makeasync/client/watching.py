"""Who watches a client: the logger, the user's `on_event`, and telemetry. OpenTelemetry itself is an edge, not here."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol
from urllib.parse import urlsplit

from attrs import define

from makeasync.client.events import Event
from makeasync.client.logs import complain, log_event
from makeasync.client.transport import Answer, Progress, Target, Transport

__all__ = ["Telemetry", "Watched", "listener_of"]

Listener = Callable[[Event], None]


class Telemetry(Protocol):
    """Somebody who makes spans and metrics of what happens; `makeasync.telemetry.OpenTelemetry` is one."""

    def exchange(self, url: str) -> AbstractContextManager[Callable[[int], None]]:
        """Watch one exchange, whose error passes through here if there is one.

        Args:
            url: where it goes, without a query: no number, no text and no secret is in it.

        Returns:
            A block for the exchange; call what it gives with the HTTP status of the answer.
        """
        ...

    def happened(self, event: Event) -> None:
        """Is told of everything that happens; must return at once."""
        ...


class Watched:
    """A transport whose exchanges are watched."""

    def __init__(self, transport: Transport, telemetry: Telemetry, base_url: str) -> None:
        self._transport = transport
        self._telemetry = telemetry
        # Not everybody's transport has checked the address, and a password may stand in one.
        parts = urlsplit(base_url)
        port = f":{parts.port}" if parts.port else ""
        self._base = f"{parts.scheme}://{parts.hostname}{port}{parts.path.rstrip('/')}/"

    async def fetch(self, target: Target, timeout: float, progress: Progress) -> Answer:
        """Do one exchange; see `Transport`."""
        watch = _Watch(self._telemetry)
        watch.begin(self._base + target.path)
        try:
            answer = await self._transport.fetch(target, timeout, progress)
        except BaseException as error:
            watch.end(error)
            raise
        watch.answered(answer.status)
        watch.end(None)
        return answer

    async def aclose(self) -> None:
        """Close every connection."""
        await self._transport.aclose()


@define
class _Watch:
    """One exchange that is watched. Whatever the watcher raises is logged: it must not make of an answer an unknown."""

    telemetry: Telemetry
    block: AbstractContextManager[Callable[[int], None]] | None = None
    tell: Callable[[int], None] | None = None

    def begin(self, url: str) -> None:
        with _forgiven("begin"):
            self.block = self.telemetry.exchange(url)
            self.tell = self.block.__enter__()

    def answered(self, status: int) -> None:
        with _forgiven("answered"):
            if self.tell is not None:
                self.tell(status)

    def end(self, error: BaseException | None) -> None:
        with _forgiven("end"):
            if self.block is not None and self.tell is not None:
                self.block.__exit__(type(error) if error else None, error, None)


@contextmanager
def _forgiven(step: str) -> Generator[None]:
    try:
        yield
    except Exception:  # noqa: BLE001 - `_Watch` says why
        complain("telemetry raised at the %s of an exchange", step)


def listener_of(on_event: Listener | None, telemetry: Telemetry | None) -> Listener:
    """Make one listener of everybody who is to be told."""
    told = [log_event, *([on_event] if on_event else []), *([telemetry.happened] if telemetry else [])]

    def tell(event: Event) -> None:
        for listener in told:
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - the next line says why
                # A broken observer must not tear a send that is under way.
                complain("on_event raised; the event is %s", type(event).__name__)

    return tell
