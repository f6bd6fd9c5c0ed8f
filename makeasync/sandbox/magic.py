"""Magic numbers: what is called decides what happens, so that a test need not set anything up.

Here lives one table, number to what becomes of a request to it, and what the documentation shows of it. All are of the
form 06 39 98 99 xx, reserved for fiction; every other number is ordinary.
"""

from __future__ import annotations

import re
from typing import Literal

from attrs import frozen

from makeasync.sandbox.arguments import Pairs
from makeasync.sandbox.faults import Fault

__all__ = ["MAGIC", "Damage", "Fate", "Magic", "damaged", "magic_of"]

Fate = Literal["answers", "never", "busy", "slow"]
Damage = Literal["unclosed", "numbered", "nameless"]

_MAKE = re.compile(rb"( *)<make>([^<]*)</make>\n")
_DAMAGED: dict[Damage, bytes] = {
    "unclosed": rb"\1<make>\2/make>\n",
    "numbered": rb"\1<make>10</make>\n",
    "nameless": b"",
}


@frozen(kw_only=True)
class Magic:
    """What becomes of a request to a magic number.

    Attributes:
        says: what it is for.
        fate: what the phone does.
        fault: what goes wrong with the request.
        damage: how the answer to its tracking is damaged, as in the document's own examples.
    """

    says: str
    fate: Fate | None = None
    fault: Fault | None = None
    damage: Damage | None = None


def _number(last_two: int) -> str:
    return f"336399899{last_two:02}"


def _refused(code: int, says: str) -> Magic:
    return Magic(says=f"refused with code {code}: {says}", fault=Fault("code", code=code))


MAGIC = {
    _number(last_two): magic
    for last_two, magic in {
        0: Magic(says="answers", fate="answers"),
        1: Magic(says="never answers; an SMS never arrives", fate="never"),
        2: Magic(says="busy: hung up at once", fate="busy"),
        3: Magic(says="slow: answers late, an SMS arrives after two minutes", fate="slow"),
        10: _refused(100, "syntax"),
        11: _refused(101, "login or password"),
        12: _refused(102, "insufficient credit"),
        13: _refused(103, "from"),
        14: _refused(104, "to"),
        15: _refused(105, "in"),
        16: _refused(106, "duration"),
        17: _refused(107, "engage"),
        18: _refused(108, "txt"),
        19: _refused(109, "msg"),
        20: _refused(110, "tracking not available"),
        21: _refused(111, "contact support"),
        22: _refused(112, "repeat a little later"),
        23: _refused(0, "general error"),
        30: Magic(says="HTTP 503, not taken", fault=Fault("status", status=503)),
        31: Magic(says="HTML instead of XML, not taken", fault=Fault("html")),
        32: Magic(says="taken, and the answer is cut", fault=Fault("cut")),
        33: Magic(says="taken, and the answer is rubbish", fault=Fault("garbage")),
        34: Magic(says="connection reset before it was taken", fault=Fault("reset_before")),
        35: Magic(says="connection reset after it was taken", fault=Fault("reset_after")),
        36: Magic(says="taken, and never answered", fault=Fault("no_answer")),
        37: Magic(says="not taken, and never answered", fault=Fault("never_taken")),
        38: Magic(says="answered after two seconds", fault=Fault("latency", seconds=2)),
        40: Magic(says="its tracking says <make>call/make>", damage="unclosed"),
        41: Magic(says="its tracking says <make>10</make>", damage="numbered"),
        42: Magic(says="its tracking has no <make>", damage="nameless"),
    }.items()
}
_ORDINARY = Magic(says="an ordinary phone")


def magic_of(pairs: Pairs) -> Magic:
    """What becomes of a request to these: the first magic number among the called decides."""
    return next((MAGIC[to] for _, to in pairs if to in MAGIC), _ORDINARY)


def damaged(document: bytes, damage: Damage | None) -> bytes:
    """The document, damaged as the examples of the API document are."""
    return document if damage is None else _MAKE.sub(_DAMAGED[damage], document)
