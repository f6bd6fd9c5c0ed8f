"""The ledger: what came in and what was accepted, the oldest forgotten when there is too much of it.

Here lives the bound on the sandbox's memory. No decision about a request; whoever reads holds the sandbox's lock.
"""

from __future__ import annotations

from collections import OrderedDict, deque

from attrs import Factory, define

from makeasync.sandbox.network.records import Message, ReceivedRequest

__all__ = ["MEMORY", "Ledger"]

MEMORY = 256 * 2**20

# What a record and a pair in it take besides their texts, measured generously; a character takes up to 4 bytes.
_RECORD, _PAIR, _CHARACTER = 1_500, 250, 4


@define
class Ledger:
    """Requests and messages, each at most half of `memory` bytes.

    `version` grows with every change and `taken` with every message, and neither goes back, whatever is forgotten;
    `received` numbers the requests.
    """

    memory: int = MEMORY
    requests: deque[ReceivedRequest] = Factory(deque[ReceivedRequest])
    messages: OrderedDict[str, Message] = Factory(OrderedDict[str, Message])
    version: int = 0
    taken: int = 0
    received: int = 0
    _requests_weigh: int = 0
    _messages_weigh: int = 0

    def note_request(self, request: ReceivedRequest) -> None:
        """Remember a request, and forget the oldest ones if that is too much."""
        self.requests.append(request)
        self.received += 1
        self._requests_weigh += _request_weighs(request)
        while self._requests_weigh > self.memory // 2:
            self._requests_weigh -= _request_weighs(self.requests.popleft())
        self.version += 1

    def note_message(self, message: Message) -> None:
        """Remember a message, and forget the oldest ones if that is too much."""
        self.messages[message.id] = message
        self.taken += 1
        self._messages_weigh += _message_weighs(message)
        while self._messages_weigh > self.memory // 2:
            self._messages_weigh -= _message_weighs(self.messages.popitem(last=False)[1])
        self.version += 1

    def forget(self, id_: str) -> bool:
        """Forget one message and what was asked of it, and say whether it was there."""
        message = self.messages.pop(id_, None)
        if message is None:
            return False
        self._messages_weigh -= _message_weighs(message)
        self.requests = deque(each for each in self.requests if each.id != id_)
        self._requests_weigh = sum(map(_request_weighs, self.requests))
        self.version += 1
        return True

    def clear(self) -> None:
        """Forget everything, and count requests from 1 again."""
        self.requests.clear()
        self.messages.clear()
        self.received = self._requests_weigh = self._messages_weigh = 0
        self.version += 1


def _request_weighs(request: ReceivedRequest) -> int:
    texts = sum(len(name) + len(value) for name, value in request.arguments)
    return _RECORD + _PAIR * len(request.arguments) + _CHARACTER * (texts + len(request.answer) + len(request.id or ""))


def _message_weighs(message: Message) -> int:
    numbers = sum(len(from_) + len(to) for from_, to in message.pairs)
    return _RECORD + _PAIR * len(message.pairs) + _CHARACTER * (numbers + 2 * len(message.content or ""))
