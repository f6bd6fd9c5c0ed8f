"""Records: what a sandbox remembers of what came in and of what it accepted.

Here live two frozen values and what they match; and no password: it is masked before a record is made.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from attrs import frozen

if TYPE_CHECKING:
    from makeasync.sandbox.network.arguments import Pairs
    from makeasync.sandbox.network.faults import Does
    from makeasync.sandbox.network.operations import Kind

__all__ = ["Message", "ReceivedRequest", "digits_of"]


@frozen(kw_only=True)
class ReceivedRequest:
    """One GET to one of the eight paths, accepted or not.

    Attributes:
        number: counted from 1 in the order of arrival.
        at: when, in seconds of the sandbox's clock.
        path: with its slash, such as `/apilog.php`.
        arguments: names and values in the order they came, `pwd` replaced by `***`; empty if they were unreadable.
        code: the result code that was answered; `None` where the answer held none or an empty one.
        id: the id issued to a paid request, or the one a tracking asked for.
        status: the HTTP status that was answered; `None` if nothing was.
        answer: the document that was sent, or would have been; empty if there was none.
        fault: what went wrong on purpose, if anything.
    """

    number: int
    at: float
    path: str
    arguments: Pairs
    code: int | None
    id: str | None
    status: int | None = 200
    answer: str = ""
    fault: Does | None = None

    @property
    def target(self) -> str:
        """What was asked for, path and query, the password masked."""
        query = urlencode(self.arguments, safe="*@")
        return f"{self.path}?{query}" if query else self.path


@frozen(kw_only=True)
class Message:
    """One paid request that was accepted.

    Attributes:
        id: the id that was issued.
        kind: `ring`, `ring+`, `call`, `call+`, `sms` or `sms+`.
        at: when it was accepted, in seconds of the sandbox's clock.
        cost: the credits debited.
        pairs: caller and called; one pair, of a ring+ 2 to 10.
        from_: the caller; `None` for a ring+.
        to: the called; `None` for a ring+.
        delay: in minutes.
        duration: of a call+, in minutes.
        txt: the code of an sms in the catalogue.
        msg: the text of an sms+.
        content: what the called reads: the text of an sms or of an sms+.
        is_unlearnt: whether a fault kept the client from learning that it was accepted.
    """

    id: str
    kind: Kind
    at: float
    cost: int
    pairs: Pairs
    from_: str | None = None
    to: str | None = None
    delay: int = 0
    duration: int | None = None
    txt: str | None = None
    msg: str | None = None
    content: str | None = None
    is_unlearnt: bool = False

    def matches(self, *, to: str | None = None, text: str | None = None, kind: Kind | None = None) -> bool:
        """Whether it went to this number, holds this text and is of this kind; what is `None` is not asked."""
        return (
            (to is None or digits_of(to) in {called for _, called in self.pairs})
            and (text is None or text in (self.content or ""))
            and kind in {None, self.kind}
        )


def digits_of(number: str) -> str:
    """A number as the API has it, or as much of one as there is; one that begins with a single 0 is a French one."""
    # The zero that people write into international numbers, and leave out when they call.
    digits = "".join(filter(str.isdigit, number.replace("(0)", "")))
    return digits.removeprefix("00") if digits.startswith("00") else re.sub("^0", "33", digits)
