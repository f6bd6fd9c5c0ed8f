"""The service as an in-process transport: counts what it takes for whom, and answers as it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Literal, TypeAlias

from anyio.lowlevel import checkpoint

from makeasync import Answer, AsyncClient, LoopClock, NotSent, OutcomeUnknown, Progress, Sms, Target, VirtualClock

__all__ = ["Fate", "Service", "accept", "messages", "sms"]

# What becomes of a message: a code refuses it; lost: taken, and no answer; torn: not taken, and no answer either.
Fate: TypeAlias = Literal["accept", "not_sent", "lost", "torn"] | int

_ACCEPTED = "<response><result>success</result><cost>{cost}</cost><credits>{credits}</credits><id>{id}</id></response>"
_FAILED = "<response><result>failed</result><result_code>{code}</result_code></response>"
_BALANCE = "<response><result>success</result><login>john</login><credits>{credits}</credits></response>"
_TRACKING = (
    "<response><result>success</result><make>sms</make><id>{id}</id><date_created>52444ccf</date_created>"
    "<from>33639980000</from><to>33639980001</to><in>0</in><txt>123</txt><date_executed>{executed}</date_executed>"
    "<content>Bonjour</content></response>"
)


def accept(_: str) -> Fate:
    return "accept"


def sms(number: int) -> Sms:
    return Sms(from_="33639980000", to=str(33600000000 + number), txt="123")


def messages(count: int, first: int = 0) -> Iterator[Sms]:
    return (sms(number) for number in range(first, first + count))


class Service:
    """A transport.

    Args:
        fate: says what becomes of the message to a number.
        seconds: how long it thinks about each.
        cost: what each costs.
        credits: what the account holds.
    """

    def __init__(
        self,
        fate: Callable[[str], Fate] = accept,
        *,
        seconds: float = 0.0,
        clock: VirtualClock | None = None,
        cost: int = 5,
        credits: int = 10**9,  # noqa: A002 - the API's word
    ) -> None:
        self.fate = fate
        self.seconds = seconds
        self.clock = clock or LoopClock()
        self.cost = cost
        self.credits = credits
        self.taken = Counter[str]()
        self.asked = Counter[str]()
        self.order: list[str] = []
        self.under_way = 0
        self.most_under_way = 0
        self.executed = "52444cd0"

    def client(
        self, clock: VirtualClock | None = None, *, rate: float | None = None, connections: int = 10
    ) -> AsyncClient:
        return AsyncClient(
            "john", "planted-secret", rate=rate, max_connections=connections, transport=self, clock=clock
        )

    async def fetch(self, target: Target, timeout: float, progress: Progress) -> Answer:  # noqa: ARG002 - the port's
        self.asked[target.path] += 1
        if target.path == "apicredits.php":
            return _answer(_BALANCE.format(credits=self.credits))
        if target.path == "apilog.php":
            return _answer(_TRACKING.format(id=dict(target.query)["id"], executed=self.executed))
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self._send(dict(target.query)["to"], progress)
        finally:
            self.under_way -= 1

    async def aclose(self) -> None:
        return

    async def _send(self, to: str, progress: Progress) -> Answer:
        progress.reach("connect")
        fate = self.fate(to)
        if fate == "not_sent":
            raise NotSent("not sent: no connection", phase="connect")
        progress.reach("send")
        await checkpoint()
        if isinstance(fate, int):
            return _answer(_FAILED.format(code=fate))
        if fate != "torn":
            self._take(to)
        await self.clock.sleep(self.seconds)
        if fate != "accept":
            raise OutcomeUnknown("the connection broke", phase="wait")
        return _answer(_ACCEPTED.format(cost=self.cost, credits=self.credits, id=f"id{to}"))

    def _take(self, to: str) -> None:
        self.taken[to] += 1
        self.order.append(to)
        self.credits -= self.cost


def _answer(body: str) -> Answer:
    return Answer(200, MappingProxyType({}), body.encode())
