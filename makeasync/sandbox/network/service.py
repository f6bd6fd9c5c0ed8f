"""The service: every decision about a request: who asks, what is wrong, what it costs, what is answered.

Here lives the account. It is handed the path, the raw query and `now`; it knows no HTTP, no clock, no lock and no
thread: `sandbox` sees to these. What it remembers is in `ledger`.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator, Mapping

from attrs import define, evolve, field, frozen

from makeasync.sandbox.network.answers import Answer, accepted, balance, failed
from makeasync.sandbox.network.arguments import Pairs, first_fault, read_query
from makeasync.sandbox.network.catalogue import text_of
from makeasync.sandbox.network.faults import RESET, SILENT, TOO_MANY, UNLEARNT, Does, Fault, Faults, Pace, Struck
from makeasync.sandbox.network.ledger import MEMORY, Ledger
from makeasync.sandbox.network.magic import Damage, damaged, magic_of
from makeasync.sandbox.network.mask import MASK, mask_of
from makeasync.sandbox.network.operations import (
    ARGUMENT_NAMES,
    CREDITS_PATH,
    KIND_OF,
    OPERATIONS,
    TRACKING_PATH,
    Operation,
)
from makeasync.sandbox.network.recordings import id_of_recording
from makeasync.sandbox.network.records import Message, ReceivedRequest
from makeasync.sandbox.network.settings import number
from makeasync.sandbox.network.timelines import REVEALED_AFTER, Timeline
from makeasync.sandbox.network.trackings import ORIGIN, future_of, tracking_of

__all__ = ["Reply", "Service", "Terms"]

_SYNTAX, _CREDENTIALS, _CREDIT, _UNAVAILABLE, _LATER = 100, 101, 102, 110, 112
_A_YEAR = 366 * 24 * 3600
_TRACKED_FOR = 31 * 24 * 3600.0
_LONGEST_QUERY = 16_384
_SECRET = frozenset({"pwd", "password"})
_OK = 200
_ID_LETTERS, _ID_LENGTH = string.ascii_lowercase + string.digits, 14


@frozen(kw_only=True)
class Terms:
    """What does not change while a service runs: whose account it is, and its manners."""

    login: str
    password: str = field(repr=False)
    seed: int
    log_delay: float = field(validator=number(0, _A_YEAR))
    revealed_after: int = field(default=REVEALED_AFTER, validator=number(0, _A_YEAR, whole=True))
    empty_sms_codes: bool
    rate: int | None = None
    over_rate: Fault = TOO_MANY
    memory: int = field(default=MEMORY, validator=number(2**20, 2**50, whole=True))


@frozen
class Reply:
    """What is answered, if anything, how it is damaged, how late it is, and what else goes wrong on the way."""

    answer: Answer | None
    damage: Damage | None = field(default=None, kw_only=True)
    late: float = field(default=0.0, kw_only=True)
    fault: Fault | None = field(default=None, kw_only=True)

    @property
    def does(self) -> Does | None:
        """What goes wrong, in a word."""
        if self.fault is not None:
            return self.fault.does
        return "latency" if self.late else None

    @property
    def status(self) -> int | None:
        """The HTTP status; `None` if nothing is answered."""
        if self.fault is None:
            return _OK
        if self.fault.does in SILENT | RESET:
            return None
        return self.fault.status if self.fault.does == "status" else _OK

    @property
    def document(self) -> bytes:
        """What is written; empty if nothing is."""
        return b"" if self.answer is None else damaged(self.answer.xml(), self.damage)


@define
class Service:
    """One account, and what became of its requests."""

    terms: Terms
    credits_left: int
    ledger: Ledger = field(init=False)
    faults: Faults = field(init=False)
    pace: Pace = field(init=False)
    _dice: random.Random = field(init=False)
    _mask: Callable[[str], str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.ledger = Ledger(self.terms.memory)
        self.faults = Faults(self.terms.seed)
        self.pace = Pace(self.terms.rate, self.terms.over_rate)
        self._mask = mask_of(self.terms.password)
        self.throw_anew()

    def throw_anew(self) -> None:
        """Let the same requests get the same ids as at first."""
        self._dice = random.Random(f"{self.terms.seed}:ids")  # noqa: S311 - to be repeatable is what it is for

    def answer(self, path: str, query: bytes, now: float, origin: str = ORIGIN) -> Reply:
        """Decide one request to one of the eight paths, and remember it; recordings are said to lie at `origin`."""
        pairs = read_query(query) if len(query) <= _LONGEST_QUERY else None
        over = self.pace.hitting(now)
        # What is over the rate does not get as far as the faults.
        struck = self.faults.striking(KIND_OF[path]) if over is None else Struck.by(over)
        reply = self._reply(path, pairs, now, origin, struck.fault)
        if reply.fault is struck.fault:
            struck.has_happened()
        reply = evolve(reply, late=reply.late + struck.late)
        self.ledger.note_request(self._record(path, pairs or (), now, reply))
        return reply

    def _reply(self, path: str, pairs: Pairs | None, now: float, origin: str, fault: Fault | None) -> Reply:
        if fault is not None and not fault.is_taken:
            return _untaken(fault)
        if pairs is None or not _are_listed(pairs, ARGUMENT_NAMES[path]):
            return Reply(failed(_SYNTAX), fault=fault)
        values = dict(pairs)
        if path == CREDITS_PATH:
            return Reply(self._balance(values), fault=fault)
        if path == TRACKING_PATH:
            return evolve(self._tracking(values.get("id", ""), now, origin), fault=fault)
        return self._send(OPERATIONS[path], values, now, fault)

    def _balance(self, values: Mapping[str, str]) -> Answer:
        if len(values) != len(ARGUMENT_NAMES[CREDITS_PATH]):
            return failed(_SYNTAX)
        return balance(login=values["login"], credits_left=self.credits_left if self._knows(values) else 0)

    def _tracking(self, id_: str, now: float, origin: str) -> Reply:
        message = self.ledger.messages.get(id_)
        if message is None:
            return Reply(failed(_UNAVAILABLE))
        code = self.why_untracked(message, now)
        if code is not None:
            return Reply(failed(code))
        return Reply(self.tracking_of(message, now, origin), damage=magic_of(message.pairs).damage)

    def why_untracked(self, message: Message, now: float) -> int | None:
        """The code that a tracking is refused with; `None` if there is one."""
        if message.kind == "ring+" or now - message.at > _TRACKED_FOR:
            return _UNAVAILABLE
        return _LATER if now - message.at < self.terms.log_delay else None

    def tracking_of(self, message: Message, now: float, origin: str = ORIGIN) -> Answer:
        """What its tracking shows, whether it is available or not."""
        terms = self.terms
        return tracking_of(message, now=now, seed=terms.seed, revealed_after=terms.revealed_after, origin=origin)

    def future_of(self, message: Message) -> Timeline:
        """All that has happened and will happen to a message."""
        return future_of(message, seed=self.terms.seed, revealed_after=self.terms.revealed_after)

    def has_recording(self, name: str, now: float) -> bool:
        """Whether this is the recording of a call that is over by now."""
        message = self.ledger.messages.get(id_of_recording(name))
        if message is None:
            return False
        link = self.tracking_of(message, now).text("record_link")
        return link is not None and link.endswith(f"/{name}")

    def _send(self, operation: Operation, values: Mapping[str, str], now: float, fault: Fault | None) -> Reply:
        code = next(self._refusals(operation, values), None)
        if code is not None:
            return Reply(failed(code), fault=fault)
        magic = Struck.by(magic_of(operation.pairs(values)).fault)
        # What a number does to a request is not undone by a fault that is set besides.
        fault = magic.fault or fault
        if fault is not None and not fault.is_taken:
            return _untaken(fault)
        return Reply(self._accept(operation, values, now, fault), fault=fault, late=magic.late)

    def _refusals(self, operation: Operation, values: Mapping[str, str]) -> Iterator[int]:
        """Why a paid request is refused, the first reason first; nothing later is looked at unless it is asked for."""
        if not self._knows(values):
            yield _CREDENTIALS
        if not operation.is_whole(values.keys()):
            yield _SYNTAX
        if (code := first_fault(operation.arguments, values)) is not None:
            yield code
        if _price(operation, values) > self.credits_left:
            yield _CREDIT

    def _accept(self, operation: Operation, values: Mapping[str, str], now: float, fault: Fault | None) -> Answer:
        message = _message(operation, values, id_=self._new_id(), now=now)
        message = evolve(message, is_unlearnt=fault is not None and fault.does in UNLEARNT)
        self.credits_left -= message.cost
        self.ledger.note_message(message)
        return accepted(
            cost=message.cost, credits_left=self.credits_left, id_=message.id, code=self._code(operation, message.delay)
        )

    def _code(self, operation: Operation, delay: int) -> int | None:
        # In the document's examples these two kinds have an empty result_code, whatever its table says.
        if self.terms.empty_sms_codes and operation.kind in {"sms", "sms+"}:
            return None
        return operation.code + (delay > 0)

    def _knows(self, values: Mapping[str, str]) -> bool:
        return (values.get("login"), values.get("pwd")) == (self.terms.login, self.terms.password)

    def _new_id(self) -> str:
        while (id_ := "".join(self._dice.choices(_ID_LETTERS, k=_ID_LENGTH))) in self.ledger.messages:
            pass  # it does not happen, and if it did, two messages would share a tracking
        return id_

    def _record(self, path: str, pairs: Pairs, now: float, reply: Reply) -> ReceivedRequest:
        asked = dict(pairs).get("id") if path == TRACKING_PATH else None
        answer, mask = reply.answer, self._mask
        return ReceivedRequest(
            number=self.ledger.received + 1,
            at=now,
            path=path,
            arguments=tuple((mask(name), MASK if name.lower() in _SECRET else mask(value)) for name, value in pairs),
            code=answer.code if answer else None,
            id=(answer.text("id") if answer else None) or (asked and mask(asked)),
            status=reply.status,
            answer=mask(reply.document.decode()),
            fault=reply.does,
        )


def _untaken(fault: Fault) -> Reply:
    return Reply(failed(fault.code) if fault.does == "code" else None, fault=fault)


def _are_listed(pairs: Pairs, names: frozenset[str]) -> bool:
    """Whether every argument is one that the request takes, and none is there twice."""
    given = {name for name, _ in pairs}
    return len(given) == len(pairs) and given <= names


def _price(operation: Operation, values: Mapping[str, str]) -> int:
    return operation.cost * len(operation.pairs(values))


def _message(operation: Operation, values: Mapping[str, str], *, id_: str, now: float) -> Message:
    txt, duration = values.get("txt"), values.get("duration")
    return Message(
        id=id_,
        kind=operation.kind,
        at=now,
        cost=_price(operation, values),
        pairs=operation.pairs(values),
        from_=values.get("from"),
        to=values.get("to"),
        delay=int(values.get("in", 0)),
        duration=None if duration is None else int(duration),
        txt=txt,
        msg=values.get("msg"),
        content=values.get("msg") if txt is None else text_of(txt),
    )
