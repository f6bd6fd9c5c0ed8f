"""Phone numbers: from the usual ways of writing an international one to the digits that the API takes.

A national number (`06 …`) needs to know a country: that is the business of whoever imports a file, not of this module.
"""

import re

from makeasync.errors import InvalidRequest

__all__ = ["digits"]

_SHORTEST, _LONGEST = 7, 15
# Spaces of every width, soft and hard hyphens and dashes, dots, brackets, and the marks that copying drags along.
_PUNCTUATION = re.compile(
    "[\\s.()/\\-\u00ad\u2010-\u2015\u2212\u00a0\u2007\u202f\u200b-\u200f\u2060\u202a-\u202e\u2066-\u2069\ufeff]"
)
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
# As the API takes them, which is how most of a million come.
_PLAIN = re.compile(rf"[1-9][0-9]{{{_SHORTEST - 1},{_LONGEST - 1}}}")
_COUNTRY = re.compile(r"[1-9]")
_HINT = "write it in international form, such as 33612345678 or +33 6 12 34 56 78"


def digits(number: str, argument: str = "to", code: int = 104) -> str:
    """Reduce an international phone number to its digits.

    Args:
        number: `33612345678`, `+33 6 12 34 56 78`, `0033.6.12.34.56.78`, `+33 (0)6-12-34-56-78`; 7 to 15 digits.
        argument: the argument that the number is given for; errors name it.
        code: the result code with which the service would refuse it.

    Returns:
        The digits alone, without `+` or `00`.

    Raises:
        InvalidRequest: letters, too few or too many digits, or a national number (one leading zero).

    Example:
        >>> digits("+33 6 12 34 56 78")
        '33612345678'
    """
    problem, result = _read(number)
    if problem:
        raise InvalidRequest(f"{argument}: {number!r} {problem}; {_HINT}", argument=argument, code=code)
    return result


def _read(number: str) -> tuple[str, str]:
    if not isinstance(number, str):  # pyright: ignore[reportUnnecessaryIsInstance] - not everybody runs a type checker
        return "is not text", ""
    if _PLAIN.fullmatch(number):
        return "", number
    bare = _PUNCTUATION.sub("", _without_trunk_zero(number))
    international = bare.removeprefix("+") if bare.startswith("+") else bare.removeprefix("00")
    if not (international.isascii() and international.isdigit()):
        return ("holds a character that is no digit" if international else "holds no digits"), ""
    if international.startswith("0"):
        return "is a national number", ""
    if not _SHORTEST <= len(international) <= _LONGEST:
        return f"has {len(international)} digits, {_SHORTEST} to {_LONGEST} are allowed", ""
    return "", international


def _without_trunk_zero(number: str) -> str:
    # Only behind a country code: without one, `(0)6 12 34 56 78` would pass for a number of Australia, 61.
    country = _COUNTRY.search(number)
    begin = country.start() if country else len(number)
    return number[:begin] + _TRUNK_ZERO.sub("", number[begin:])
