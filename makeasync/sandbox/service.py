"""The service: every decision about a request: who asks, what is wrong, what it costs, what is answered.

Here lives the account and all that happened to it. It is handed the path, the raw query and `now`; it knows no HTTP,
no clock, no lock and no thread: `sandbox` sees to these.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterator, Mapping

from attrs import Factory, define, field, frozen

from makeasync.sandbox.answers import Answer, accepted, balance, failed
from makeasync.sandbox.arguments import Pairs, first_fault, read_query
from makeasync.sandbox.catalogue import text_of
from makeasync.sandbox.operations import ARGUMENT_NAMES, CREDITS_PATH, OPERATIONS, TRACKING_PATH, Operation
from makeasync.sandbox.records import Message, ReceivedRequest
from makeasync.sandbox.timelines import REVEALED_AFTER
from makeasync.sandbox.trackings import tracking_of

__all__ = ["Service", "Terms"]

_SYNTAX, _CREDENTIALS, _CREDIT, _UNAVAILABLE, _LATER = 100, 101, 102, 110, 112
_TRACKED_FOR = 31 * 24 * 3600.0
_ID_LETTERS, _ID_LENGTH = string.ascii_lowercase + string.digits, 14


@frozen(kw_only=True)
class Terms:
    """What does not change while a service runs: whose account it is, and its manners."""

    login: str
    password: str = field(repr=False)
    seed: int
    log_delay: float
    revealed_after: int = REVEALED_AFTER
    empty_sms_codes: bool


def _new_dice(service: Service) -> random.Random:
    return random.Random(f"{service.terms.seed}:ids")  # noqa: S311 - to be repeatable is what it is for


@define
class Service:
    """One account, and what became of its requests."""

    terms: Terms
    credits_left: int
    requests: list[ReceivedRequest] = Factory(list[ReceivedRequest])
    messages: dict[str, Message] = Factory(dict[str, Message])
    dice: random.Random = Factory(_new_dice, takes_self=True)

    def answer(self, path: str, query: bytes, now: float) -> Answer:
        """Decide one request to one of the eight paths, and remember it."""
        pairs = read_query(query)
        answer = self._decide(path, pairs, now)
        self.requests.append(_record(path, pairs or (), now, answer))
        return answer

    def _decide(self, path: str, pairs: Pairs | None, now: float) -> Answer:
        if pairs is None or not _are_listed(pairs, ARGUMENT_NAMES[path]):
            return failed(_SYNTAX)
        values = dict(pairs)
        if path == CREDITS_PATH:
            return self._balance(values)
        if path == TRACKING_PATH:
            return self._tracking(values.get("id"), now)
        return self._send(OPERATIONS[path], values, now)

    def _balance(self, values: Mapping[str, str]) -> Answer:
        if len(values) != len(ARGUMENT_NAMES[CREDITS_PATH]):
            return failed(_SYNTAX)
        return balance(login=values["login"], credits_left=self.credits_left if self._knows(values) else 0)

    def _tracking(self, id_: str | None, now: float) -> Answer:
        message = self.messages.get(id_ or "")
        if message is None or message.kind == "ring+" or now - message.at > _TRACKED_FOR:
            return failed(_UNAVAILABLE)
        if now - message.at < self.terms.log_delay:
            return failed(_LATER)
        return tracking_of(message, now=now, seed=self.terms.seed, revealed_after=self.terms.revealed_after)

    def _send(self, operation: Operation, values: Mapping[str, str], now: float) -> Answer:
        fault = next(self._faults(operation, values), None)
        return self._accept(operation, values, now) if fault is None else failed(fault)

    def _faults(self, operation: Operation, values: Mapping[str, str]) -> Iterator[int]:
        """Why a paid request is refused, the first reason first; nothing later is looked at unless it is asked for."""
        if not self._knows(values):
            yield _CREDENTIALS
        if not operation.is_whole(values.keys()):
            yield _SYNTAX
        if (code := first_fault(operation.arguments, values)) is not None:
            yield code
        if _price(operation, values) > self.credits_left:
            yield _CREDIT

    def _accept(self, operation: Operation, values: Mapping[str, str], now: float) -> Answer:
        message = _message(operation, values, id_=self._new_id(), now=now)
        self.credits_left -= message.cost
        self.messages[message.id] = message
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
        while (id_ := "".join(self.dice.choices(_ID_LETTERS, k=_ID_LENGTH))) in self.messages:
            pass  # it does not happen, and if it did, two messages would share a tracking
        return id_


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


def _record(path: str, pairs: Pairs, now: float, answer: Answer) -> ReceivedRequest:
    asked = dict(pairs).get("id") if path == TRACKING_PATH else None
    masked = tuple((name, "***" if name.lower() == "pwd" else value) for name, value in pairs)
    return ReceivedRequest(at=now, path=path, arguments=masked, code=answer.code, id=answer.text("id") or asked)
