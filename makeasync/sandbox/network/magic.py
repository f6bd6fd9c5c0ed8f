"""Magic numbers: what is called decides what happens, so that a test need not set anything up.

Here lives one table, number to what becomes of a request to it, and what the documentation shows of it. All are of the
form 06 39 98 99 xx, reserved for fiction; every other number is ordinary.
"""

from __future__ import annotations

import re
from typing import Literal

from attrs import frozen

from makeasync.sandbox.network.arguments import Pairs
from makeasync.sandbox.network.faults import Fault

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
        dit: the same in French.
        fate: what the phone does.
        fault: what goes wrong with the request.
        damage: how the answer to its tracking is damaged, as in the document's own examples.
    """

    says: str
    dit: str
    fate: Fate | None = None
    fault: Fault | None = None
    damage: Damage | None = None


def _number(last_two: int) -> str:
    return f"336399899{last_two:02}"


def _refused(code: int, says: str, dit: str) -> Magic:
    fault = Fault("code", code=code)
    return Magic(says=f"refused with code {code}: {says}", dit=f"refusé avec le code {code} : {dit}", fault=fault)


MAGIC = {
    _number(last_two): magic
    for last_two, magic in {
        0: Magic(says="answers", dit="répond", fate="answers"),
        1: Magic(
            says="never answers; an SMS is never sent",
            dit="ne répond jamais ; un SMS n'est jamais envoyé",
            fate="never",
        ),
        2: Magic(says="busy: hung up at once", dit="occupé : raccroche aussitôt", fate="busy"),
        3: Magic(
            says="slow: answers late; an SMS is sent after two minutes",
            dit="lent : répond tard ; un SMS est envoyé au bout de deux minutes",
            fate="slow",
        ),
        10: _refused(100, "syntax", "syntaxe"),
        11: _refused(101, "login or password", "login ou mot de passe"),
        12: _refused(102, "insufficient credit", "crédit insuffisant"),
        13: _refused(103, "from", "from"),
        14: _refused(104, "to", "to"),
        15: _refused(105, "in", "in"),
        16: _refused(106, "duration", "duration"),
        17: _refused(107, "engage", "engage"),
        18: _refused(108, "txt", "txt"),
        19: _refused(109, "msg", "msg"),
        20: _refused(110, "tracking not available", "suivi indisponible"),
        21: _refused(111, "contact support", "contacter le support"),
        22: _refused(112, "repeat a little later", "répéter un peu plus tard"),
        23: _refused(0, "general error", "erreur générale"),
        30: Magic(says="HTTP 503, not taken", dit="HTTP 503, requête non acceptée", fault=Fault("status", status=503)),
        31: Magic(
            says="HTML instead of XML, not taken", dit="HTML au lieu de XML, requête non acceptée", fault=Fault("html")
        ),
        32: Magic(says="taken, and the answer is cut", dit="requête acceptée, réponse coupée", fault=Fault("cut")),
        33: Magic(
            says="taken, and the answer is rubbish", dit="requête acceptée, réponse illisible", fault=Fault("garbage")
        ),
        34: Magic(
            says="connection reset before it was taken",
            dit="connexion rompue avant que la requête soit acceptée",
            fault=Fault("reset_before"),
        ),
        35: Magic(
            says="connection reset after it was taken",
            dit="connexion rompue après que la requête a été acceptée",
            fault=Fault("reset_after"),
        ),
        36: Magic(
            says="taken, and never answered", dit="requête acceptée, jamais de réponse", fault=Fault("no_answer")
        ),
        37: Magic(
            says="not taken, and never answered",
            dit="requête non acceptée, jamais de réponse",
            fault=Fault("never_taken"),
        ),
        38: Magic(
            says="answered after two seconds", dit="réponse après deux secondes", fault=Fault("latency", seconds=2)
        ),
        40: Magic(
            says="its tracking does not close <make>: <make>call/make>",
            dit="son suivi ne ferme pas <make> : <make>call/make>",
            damage="unclosed",
        ),
        41: Magic(says="its tracking says <make>10</make>", dit="son suivi dit <make>10</make>", damage="numbered"),
        42: Magic(says="its tracking has no <make>", dit="son suivi n'a pas de <make>", damage="nameless"),
    }.items()
}
_ORDINARY = Magic(says="an ordinary phone", dit="un téléphone ordinaire")


def magic_of(pairs: Pairs) -> Magic:
    """What becomes of a request to these: the first magic number among the called decides."""
    return next((MAGIC[to] for _, to in pairs if to in MAGIC), _ORDINARY)


def damaged(document: bytes, damage: Damage | None) -> bytes:
    """The document, damaged as the examples of the API document are."""
    return document if damage is None else _MAKE.sub(_DAMAGED[damage], document)
