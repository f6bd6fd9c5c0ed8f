"""The catalogue: the texts that a makeSms chooses from by their code.

Here live texts, all of them invented but 900, which the API document prints. Nothing else.
"""

from __future__ import annotations

__all__ = ["text_of"]

_TEXTS = {
    "1": "Bonjour !",
    "2": "Bonne nuit, a demain.",
    "10": "Je suis en retard, ne m'attends pas.",
    "42": "La reponse est quarante-deux.",
    "100": "Joyeux anniversaire !",
    "123": "Rappelle-moi quand tu peux.",
    "200": "Bonne annee et bonne sante !",
    "314": "On mange une tarte ce soir ?",
    "404": "Je ne trouve pas la porte.",
    "500": "J'ai gagne au loto !",
    "777": "C'est ton jour de chance.",
    "900": "On se prend un cafe ?",
}


def text_of(code: str) -> str:
    """The text behind a code; the real catalogue is larger than ours, so that every code has one."""
    return _TEXTS.get(code, f"Texte {code} du catalogue")
