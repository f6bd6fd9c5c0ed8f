"""What would be said to whom: recipients and a message become requests, or a list of what stands in the way.

Everything is checked before the first is sent: no campaign stops in the middle because of a letter.
"""

from collections import Counter
from collections.abc import Iterator
from typing import TypeAlias

from attrs import frozen

from makeasync.campaign.recipients import Recipient, Recipients
from makeasync.campaign.template import Template
from makeasync.errors import InvalidRequest
from makeasync.protocol.alphabet import segments, transliterate
from makeasync.protocol.requests import Sms, SmsPlus

__all__ = ["Addressed", "Message", "Prepared", "Problem", "prepare"]

# Credits for one, in the API document's examples; the real ones are in the answers.
_COSTS = {Sms: 5, SmsPlus: 10}


@frozen
class Addressed:
    """A request, and whom it is for.

    Attributes:
        recipient: the line of the file.
        request: what is sent.
    """

    recipient: Recipient
    request: Sms | SmsPlus


@frozen
class Problem:
    """A message that the service would refuse.

    Attributes:
        recipient: the line of the file.
        reason: what is wrong with it.
    """

    recipient: Recipient
    reason: str


@frozen
class Prepared:
    """A campaign, ready or not.

    Attributes:
        messages: what would be sent.
        problems: what could not be; when there is any, nothing should be sent.
        changes: what `transliterate` replaced, each (before, after) with how often.
        empty: messages with nothing in a place, such as `Bonjour !` for want of a first name; they would be sent.
    """

    messages: tuple[Addressed, ...]
    problems: tuple[Problem, ...]
    changes: Counter[tuple[str, str]]
    empty: tuple[Problem, ...]

    @property
    def cost(self) -> int:
        """Credits that it would cost, by the examples of the API document."""
        return sum(_COSTS[type(message.request)] for message in self.messages)

    @property
    def segments(self) -> int:
        """SMS that its messages fill, counting the parts of long ones."""
        return sum(segments(m.request.msg) if isinstance(m.request, SmsPlus) else 1 for m in self.messages)


@frozen
class Message:
    """What is said to everybody.

    Attributes:
        from_: the sender that they see, international.
        msg: a text with places for their fields, for an sms+; or
        txt: a code of the catalogue, for an sms. Exactly one of the two.
        transliterate: replace the characters that a message may not hold.
    """

    from_: str
    msg: Template | None = None
    txt: str | None = None
    transliterate: bool = False

    def __attrs_post_init__(self) -> None:
        if (self.msg is None) == (self.txt is None):
            raise InvalidRequest("msg: give either a text (msg) or a catalogue code (txt)", argument="msg", code=109)


Changes: TypeAlias = Counter[tuple[str, str]]


def prepare(recipients: Recipients, message: Message) -> Prepared:
    """Write everybody's message, and check it.

    Args:
        recipients: who is to be reached.
        message: what is said.

    Returns:
        The requests; the problems; what was replaced.

    Raises:
        InvalidRequest: the message is wrong for everybody: the sender, the code, a place without a column.
        MissingExtra: transliterating needs `anyascii` and it is not installed.
    """
    if message.msg is not None:
        message.msg.check(recipients.columns)
    changes: Changes = Counter()
    messages: list[Addressed] = []
    problems: list[Problem] = []
    for recipient in recipients.usable:
        try:
            messages.append(Addressed(recipient, _request(recipient, message, changes)))
        except InvalidRequest as error:
            if error.argument != "msg":
                raise
            problems.append(Problem(recipient, str(error)))
    return Prepared(tuple(messages), tuple(problems), changes, tuple(_with_nothing(recipients, message)))


def _with_nothing(recipients: Recipients, message: Message) -> Iterator[Problem]:
    if message.msg is None:
        return
    for recipient in recipients.usable:
        if empty := message.msg.empty_fields(recipient.fields):
            yield Problem(recipient, f"empty: {', '.join(empty)}")


def _request(recipient: Recipient, message: Message, changes: Changes) -> Sms | SmsPlus:
    if message.msg is None:
        return Sms(from_=message.from_, to=recipient.number, txt=message.txt or "")
    text = message.msg.render(recipient.fields)
    if message.transliterate:
        result = transliterate(text)
        changes.update((change.before, change.after) for change in result.changes)
        text = result.text
    return SmsPlus(from_=message.from_, to=recipient.number, msg=text)
