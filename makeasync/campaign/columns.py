"""The names of columns: when two are the same, and which of them holds the phone numbers.

Names only: no cell, no file.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from types import MappingProxyType

__all__ = ["column_key", "doubled", "find_column", "phone_column"]

# What may stand beside the telling word. A name with any other word ("Modèle de mobile") is about something else.
_BESIDE = frozenset(
    {
        "a", "client", "contact", "customer", "d", "de", "destinataire", "du", "e164", "international", "l", "la",
        "le", "my", "n", "no", "nr", "num", "number", "numero", "perso", "personal", "personnel", "principal", "pro",
        "professionnel", "recipient", "the", "user", "your", "1",
    }
)  # fmt: skip
_MOBILE = frozenset({"cell", "cellphone", "cellulaire", "gsm", "mobile", "mobiles", "portable", "portables"})
_PHONE = frozenset({"msisdn", "phone", "phones", "phonenumber", "tel", "telephone", "telephones"})
_LANDLINE = frozenset({"fixe", "fixed", "landline", "domicile", "home", "bureau", "office", "work"})
# Too general to trust beside another word ("Numéro client"); "N°" alone is not even here, it counts lines.
_ALONE = frozenset({"num", "numero", "numeros", "number", "numbers", "to"})

_KNOWN = _BESIDE | _MOBILE | _PHONE | _LANDLINE

_FIRST, _SECOND, _THIRD, _LAST = range(4)


def column_key(name: str) -> str:
    """Reduce a name to what makes it the same column for a reader: `" PRÉNOM"` is `"Prénom"`, accents count.

    Example:
        >>> column_key(" PRÉNOM ") == column_key("Prénom")
        True
    """
    return unicodedata.normalize("NFC", " ".join(name.split()).casefold())


def doubled(names: Iterable[str]) -> str | None:
    """Find a name that stands twice, or `None`. Columns without a name do not count: exports trail them.

    Example:
        >>> doubled(["Nom", "Ville", "nom"])
        'nom'
    """
    seen: set[str] = set()
    for name in names:
        key = column_key(name)
        if key and key in seen:
            return name
        seen.add(key)
    return None


def find_column(names: Sequence[str], wanted: str) -> int | None:
    """Find the column that a person names: exactly, else by `column_key`, else without accents.

    Example:
        >>> find_column(["Nom", "Téléphone"], "telephone")
        1
    """
    for same in (str.strip, column_key, _plain):
        keys = [same(name) for name in names]
        if same(wanted) and same(wanted) in keys:
            return keys.index(same(wanted))
    return None


def phone_column(names: Sequence[str]) -> int | None:
    """Find the column whose name promises phone numbers, mobile ones if there is a choice; `None` if none does.

    Example:
        >>> phone_column(["Nom", "Téléphone fixe", "N° de mobile"])
        2
    """
    ranks = {position: rank for position, name in enumerate(names) if (rank := _rank(name)) is not None}
    return min(ranks, key=ranks.__getitem__, default=None)


def _rank(name: str) -> int | None:
    plain = _plain(name)
    words = frozenset(plain.split())
    if plain in _ALONE:
        return _THIRD
    if not words & (_MOBILE | _PHONE) or words - _KNOWN:
        return None
    return _LAST if words & _LANDLINE else _FIRST if words & _MOBILE else _SECOND


_SIGNS = MappingProxyType({"°": " ", "º": " ", "№": "no "})


def _plain(name: str) -> str:
    """Keep words alone: no accents, no case, no signs, `phone_number` as two words."""
    spaced = "".join(_SIGNS.get(character, character) for character in name)
    decomposed = unicodedata.normalize("NFKD", spaced.casefold())
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(re.findall(r"[^\W_]+", letters))
