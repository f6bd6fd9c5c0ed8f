"""The result codes: section 11 of the API document as one table.

What each code means (in French, as the document says it, and in English), what it does to a send and to a campaign.
Nothing here acts on a code: `codec` raises, `pacing` decides.
"""

from enum import Enum
from types import MappingProxyType

from attrs import frozen

__all__ = ["CODES", "Effect", "ResultCode", "result_code"]


class Effect(Enum):
    """What a code says about the request that got it."""

    ACCEPTED = "accepted"
    SCHEDULED = "accepted, with a delay"
    REFUSED = "refused"
    UNAVAILABLE = "tracking not available"
    REPEAT = "repeat a little later"


@frozen
class ResultCode:
    """One result code and all we know of it.

    Attributes:
        number: the number in the answer.
        french: its meaning, in the words of the API document.
        english: the same in English.
        effect: what it says about the request.
        argument: the argument it blames, by our name for it, or `None`.
        ends_campaign: every further request would get the same answer.
    """

    number: int
    french: str
    english: str
    effect: Effect = Effect.REFUSED
    argument: str | None = None
    ends_campaign: bool = False


def _accepted(number: int, make: str) -> tuple[ResultCode, ResultCode]:
    return (
        ResultCode(number, f"requête {make} acceptée", f"{make} request accepted", Effect.ACCEPTED),
        ResultCode(
            number + 1, f"requête {make} avec délai acceptée", f"{make} request with a delay accepted", Effect.SCHEDULED
        ),
    )


_TABLE = (
    ResultCode(0, "Erreur générale", "general error"),
    *_accepted(8, "makeCall"),
    *_accepted(18, "makeRing"),
    *_accepted(28, "makeSms"),
    *_accepted(38, "makeSms+"),
    *_accepted(58, "makeCall+"),
    ResultCode(78, "requête makeRing+ acceptée", "makeRing+ request accepted", Effect.ACCEPTED),
    ResultCode(
        100,
        "Erreur de syntaxe (vérifiez la liste des arguments et leur encodage)",
        "syntax error (check the list of arguments and their encoding)",
    ),
    ResultCode(
        101,
        "Erreur dans l'argument [login] ou [pwd]",
        "error in the login or the password",
        ends_campaign=True,
    ),
    ResultCode(102, "Crédit insuffisant", "insufficient credit", ends_campaign=True),
    ResultCode(103, "Erreur dans l'argument [from]", "error in the argument from", argument="from_"),
    ResultCode(104, "Erreur dans l'argument [to]", "error in the argument to", argument="to"),
    ResultCode(105, "Erreur dans l'argument [in]", "error in the argument in (the delay)", argument="delay"),
    ResultCode(106, "Erreur dans l'argument [duration]", "error in the argument duration", argument="duration"),
    ResultCode(107, "Erreur dans l'argument [engage]", "error in the argument engage", argument="engage"),
    ResultCode(108, "Erreur dans l'argument [txt]", "error in the argument txt", argument="txt"),
    ResultCode(109, "Erreur dans l'argument [msg]", "error in the argument msg", argument="msg"),
    ResultCode(
        110,
        "Erreur dans l'argument [id] ou [id] indisponible (Notez que le suivi n'est disponible que pendant 1 mois "
        "après la réception de la requête)",
        "error in the id, or its tracking is not available (it is kept for one month after the request)",
        Effect.UNAVAILABLE,
        argument="id",
    ),
    ResultCode(
        111,
        "Contactez-nous pour résoudre ce problème.",
        "contact the service's support to solve this problem",
        ends_campaign=True,
    ),
    ResultCode(
        112,
        "Répétez la requête un peu plus tard (un log est disponible au plus tôt 10 secondes après l'émission de "
        "l'identifiant)",
        "repeat the request a little later (a log is available 10 seconds after the id was issued, at the earliest)",
        Effect.REPEAT,
    ),
)

CODES = MappingProxyType({code.number: code for code in _TABLE})


def result_code(number: int) -> ResultCode:
    """Look a result code up; one that the document does not list is a refusal that keeps its number.

    Example:
        >>> result_code(104).argument
        'to'
        >>> result_code(999).effect
        <Effect.REFUSED: 'refused'>
    """
    known = CODES.get(number)
    return known or ResultCode(
        number, f"code {number}, inconnu", f"code {number}, which the API document does not list"
    )
