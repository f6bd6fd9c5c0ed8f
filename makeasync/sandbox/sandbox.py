"""The sandbox: a service with a clock, a lock and an ASGI face.

Here lives what users hold in their hands. No decision is taken here, those are in `network`; and nothing but the
given clock says what time it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import RLock
from typing import TYPE_CHECKING, Literal, get_args

import anyio

from makeasync.sandbox.clock import SandboxClock
from makeasync.sandbox.network.faults import TOO_MANY, ArmedFault, Fault, Pace, checked_fault
from makeasync.sandbox.network.ledger import MEMORY
from makeasync.sandbox.network.operations import Kind
from makeasync.sandbox.network.service import Reply, Service, Terms
from makeasync.sandbox.network.settings import checked, checked_word
from makeasync.sandbox.network.timelines import REVEALED_AFTER
from makeasync.sandbox.network.trackings import ORIGIN
from makeasync.sandbox.web.app import build_app
from makeasync.sandbox.web.control import control_routes
from makeasync.sandbox.web.delivery import Sleep
from makeasync.sandbox.web.inbox.page import inbox_routes

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from makeasync.sandbox.network.records import Message, ReceivedRequest

__all__ = ["Sandbox", "What"]

What = Literal["log", "faults", "clock", "credits", "rate"]
_LOOKS_EVERY = 0.01
_USUAL_ACCOUNT = ("john@gmail.com", "marilyn")


class Sandbox:
    """A make service of your own: it answers like the real one, sends to nobody and costs nothing.

    It may be used from any thread. What it remembers is bounded: beyond 256 MiB the oldest is forgotten (about 60,000
    messages are kept, and of the last 20,000 the requests and as many looks at their trackings; fewer where texts are
    long, or a ring+ has many pairs).

    Args:
        login: the account's login; the document's own example unless you say otherwise.
        password: the account's password.
        credits: what the account holds.
        clock: says what time it is, in seconds since the epoch; give your own, and ten seconds cost nothing.
            Do not start it at 0: the API writes 0 for what has not happened.
        sleep: how a `latency` waits; with a `VirtualClock`, its `sleep`.
        seed: the same seed gives the same ids and the same fates to the same requests.
        log_delay: how many seconds an id must be old to be tracked.
        revealed_after: seconds from an sms+ to the SMS that announces the hoax; five minutes, as in the document.
        empty_sms_codes: answer an accepted sms or sms+ with an empty `result_code`, as the document's examples do;
            `False` for the codes of its table (28, 29, 38, 39).
        rate: the most requests it takes in any second, 1 or more; `None` for no limit.
        over_rate: what happens to those beyond: HTTP status 429 unless you say otherwise.
        memory: the most bytes that what it remembers may take, 1 MiB or more.

    Raises:
        ValueError: if one of these is out of its range.

    Example:
        ```python
        sandbox = Sandbox(credits=100)
        sandbox.clock.freeze()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app)) as http:
            ...
        sandbox.clock.advance(10)
        assert sandbox.latest(to="33687654321").content == "Bonjour"
        ```
    """

    def __init__(
        self,
        *,
        login: str = "john@gmail.com",
        password: str = "marilyn",  # noqa: S107 - it is printed in the document
        credits: int = 10_000,  # noqa: A002 - the API's word
        clock: Callable[[], float] = time.time,
        sleep: Sleep = anyio.sleep,
        seed: int = 0,
        log_delay: float = 10.0,
        revealed_after: int = REVEALED_AFTER,
        empty_sms_codes: bool = True,
        rate: int | None = None,
        over_rate: Fault = TOO_MANY,
        memory: int = MEMORY,
    ) -> None:
        self._terms = Terms(
            login=login,
            password=password,
            seed=seed,
            log_delay=log_delay,
            revealed_after=revealed_after,
            empty_sms_codes=empty_sms_codes,
            rate=rate,
            over_rate=over_rate,
            memory=memory,
        )
        self._credits_at_first = _checked(credits)
        self._service = Service(self._terms, credits)
        self._clock = SandboxClock(clock)
        # Reentrant, as the clock is the user's and may look at the sandbox.
        self._lock = RLock()
        others = [*control_routes(self), *inbox_routes(self)]
        self._app = build_app(self._answer, sleep=sleep, has_recording=self._has_recording, others=others)

    def __repr__(self) -> str:
        return f"<Sandbox of {self._service.terms.login}, {self.credits} credits, {len(self.messages())} messages>"

    @property
    def app(self) -> Starlette:
        """The ASGI app, for `httpx.ASGITransport`. Served by anything but `serve`, it is open to whoever reaches it."""
        return self._app

    @property
    def clock(self) -> SandboxClock:
        """What time it is here: `freeze`, `advance(seconds)`, `resume`."""
        return self._clock

    @property
    def credits(self) -> int:
        """The balance. Set it to top the account up, or to run it dry."""
        with self._lock:
            return self._service.credits_left

    @credits.setter  # noqa: A003 - the API's word, as above
    def credits(self, credits_left: int) -> None:
        with self._lock:
            self._service.credits_left = _checked(credits_left)
            self.touch()

    def top_up(self, credits: int) -> None:  # noqa: A002 - the API's word
        """Put so many credits on the account, whatever is charged meanwhile.

        Raises:
            ValueError: if there are fewer than 0, or the account would hold more than a billion.
        """
        with self._lock:
            self.credits += _checked(credits)

    @property
    def requests(self) -> tuple[ReceivedRequest, ...]:
        """Every request to one of the eight paths, in the order of arrival, refused ones too."""
        with self._lock:
            return tuple(self._service.ledger.requests)

    @property
    def taken(self) -> int:
        """How many messages were ever accepted here: it does not go back, whatever is deleted, forgotten or reset."""
        with self._lock:
            return self._service.ledger.taken

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that are set."""
        with self._lock:
            return tuple(each.fault for each in self._service.faults.armed)

    @property
    def login(self) -> str:
        """The login that it accepts."""
        return self._terms.login

    @property
    def has_usual_account(self) -> bool:
        """Whether it accepts the login and the password of the API document's examples, which are no secret."""
        return (self._terms.login, self._terms.password) == _USUAL_ACCOUNT

    @property
    def armed(self) -> tuple[ArmedFault, ...]:
        """The faults that are set, each with its number and with how often it has hit."""
        with self._lock:
            return self._service.faults.armed

    @property
    def rate(self) -> int | None:
        """The most requests it takes in any second; `None` for no limit."""
        with self._lock:
            return self._service.pace.rate

    @property
    def over_rate(self) -> Fault:
        """What happens to requests beyond `rate`."""
        with self._lock:
            return self._service.pace.over_rate

    @property
    def version(self) -> int:
        """A number that grows whenever something comes in or is set here; not when time moves."""
        with self._lock:
            return self._service.ledger.version

    def messages(
        self, *, to: str | None = None, text: str | None = None, kind: Kind | None = None
    ) -> tuple[Message, ...]:
        """Give the paid requests that were accepted, in the order of arrival.

        Args:
            to: only those to this number, as people write it: `+33 6…`, `00336…`, `06…`.
            text: only those whose text holds this.
            kind: only those of this kind.

        Raises:
            ValueError: if there is no such kind.
        """
        checked_word("kind", kind, get_args(Kind), optional=True)
        with self._lock:
            kept = tuple(self._service.ledger.messages.values())
        if to is text is kind is None:
            return kept
        return tuple(message for message in kept if message.matches(to=to, text=text, kind=kind))

    def message(self, id: str) -> Message | None:
        """Give the message with this id, if it is there."""
        with self._lock:
            return self._service.ledger.messages.get(id)

    def latest(self, *, to: str | None = None, text: str | None = None, kind: Kind | None = None) -> Message:
        """Give the last of `messages`.

        Raises:
            LookupError: if there is none; it says what there is.
        """
        found = self.messages(to=to, text=text, kind=kind)
        if not found:
            raise LookupError(self._nothing_like(to=to, text=text, kind=kind))
        return found[-1]

    async def wait_for(
        self,
        count: int = 1,
        timeout: float = 5.0,
        *,
        to: str | None = None,
        text: str | None = None,
        kind: Kind | None = None,
    ) -> tuple[Message, ...]:
        """Wait until so many `messages` have come in, from whichever thread, and give them.

        Args:
            count: how many, at least.
            timeout: in seconds of the real world.
            to: as in `messages`.
            text: as in `messages`.
            kind: as in `messages`.

        Raises:
            TimeoutError: if they do not come; it says how many came.
        """
        seen, found = self.version, self.messages(to=to, text=text, kind=kind)
        with anyio.move_on_after(timeout):
            while len(found) < count:
                await anyio.sleep(_LOOKS_EVERY)  # an event would know one event loop only
                if seen != self.version:
                    seen, found = self.version, self.messages(to=to, text=text, kind=kind)
        if len(found) < count:
            there = self._nothing_like(to=to, text=text, kind=kind)
            msg = f"waited {timeout} s for {count} messages, {len(found)} came: {there}"
            raise TimeoutError(msg)
        return found

    def tracking_of(self, message: Message, *, origin: str = ORIGIN) -> Mapping[str, str]:
        """Give what the tracking of a message shows now, or will.

        Args:
            message: one of `messages`.
            origin: where recordings lie, for its link.

        Returns:
            Its elements by the API's names; of a ring+ nothing.
        """
        if message.kind == "ring+":
            return {}
        with self._lock:
            return dict(self._service.tracking_of(message, self._clock.now(), origin).elements)

    def why_untracked(self, message: Message) -> int | None:
        """Give the code that the tracking of a message is refused with now: 112 or 110; `None` if there is one."""
        with self._lock:
            return self._service.why_untracked(message, self._clock.now())

    def timeline_of(self, message: Message) -> Mapping[str, int | None]:
        """Give when what happens to a message, later too, by the API's names; `None` is never."""
        with self._lock:
            return self._service.future_of(message)

    def add_fault(self, fault: Fault) -> None:
        """Let something go wrong from now on.

        Raises:
            TypeError: if it is no `Fault`.
            ValueError: if 100 are set already.
        """
        with self._lock:
            self._service.faults.add(checked_fault(fault))
            self.touch()

    def remove_fault(self, number: int) -> bool:
        """Take away the fault with this number, which `armed` tells, and say whether it was there."""
        with self._lock:
            self.touch()
            return self._service.faults.remove(number)

    def limit(self, rate: int | None, over_rate: Fault = TOO_MANY) -> None:
        """Take no more than so many requests in any second from now on.

        Args:
            rate: 1 or more; `None` for no limit.
            over_rate: what happens to those beyond: HTTP status 429 unless you say otherwise.

        Raises:
            ValueError: if the rate is no whole number from 1.
            TypeError: if what happens is no `Fault`.
        """
        with self._lock:
            self._service.pace = Pace(rate, over_rate)
            self.touch()

    def touch(self) -> None:
        """Let those who look at the page see that something has changed."""
        with self._lock:
            self._service.ledger.version += 1

    def forget(self, id: str) -> bool:
        """Delete one message from the log, and say whether it was there; its id can no longer be tracked."""
        with self._lock:
            return self._service.ledger.forget(id)

    def reset(self, *what: What) -> None:
        """Begin anew. After a reset of everything the same requests get the same ids and fates as at first.

        Args:
            what: any of `log`, `faults`, `clock`, `credits`, `rate`; everything if none is named.

        Raises:
            ValueError: if it is none of these.
        """
        with self._lock:
            for each in what:
                checked_word("what", each, get_args(What))
            resets: dict[What, Callable[[], None]] = {
                "log": self._service.ledger.clear,
                "faults": self._service.faults.clear,
                "clock": self._clock.reset,
                "credits": self._reset_credits,
                "rate": self._reset_rate,
            }
            for each in what or resets:
                resets[each]()
            if not what:
                self._service.throw_anew()
            self.touch()

    def _nothing_like(self, **wanted: str | None) -> str:
        asked = ", ".join(f"{name}={value!r}" for name, value in wanted.items() if value is not None)
        messages = self.messages()
        last = ", ".join(f"{each.kind} to {each.pairs[0][1]}" for each in messages[-3:])
        return f"no message with {asked or 'anything'} among {len(messages)}{f', the last: {last}' if last else ''}"

    def _answer(self, path: str, query: bytes, origin: str) -> Reply:
        with self._lock:
            return self._service.answer(path, query, self._clock.now(), origin)

    def _has_recording(self, name: str) -> bool:
        with self._lock:
            return self._service.has_recording(name, self._clock.now())

    def _reset_credits(self) -> None:
        self._service.credits_left = self._credits_at_first

    def _reset_rate(self) -> None:
        self.limit(self._terms.rate, self._terms.over_rate)


def _checked(credits_left: int) -> int:
    return int(checked("credits", credits_left, 0, whole=True))
