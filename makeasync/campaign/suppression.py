"""Numbers that are never to be messaged: a text file that outlives campaigns, one number a line.

A line that cannot be read is an error, never a line that is left out: somebody asked to be left alone.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from makeasync.campaign.phones import UnusableNumber, normalise
from makeasync.errors import InvalidRequest, MakeError
from makeasync.protocol.numbers import digits
from makeasync.protocol.requests import Request

__all__ = ["SuppressionError", "parse_suppressed", "read_suppressed", "recipients_of", "suppress"]


class SuppressionError(MakeError):
    """The file of suppressed numbers cannot be read or written; without it nothing should be sent.

    Attributes:
        line: the line it is about, or `None`.
    """

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def read_suppressed(path: str | os.PathLike[str], *, region: str = "FR") -> frozenset[str]:
    """Read the numbers of a file; see `parse_suppressed`.

    Raises:
        SuppressionError: it cannot be opened, or a line cannot be read.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SuppressionError(f"cannot read the suppressed numbers in {path}: {reason}") from None
    return parse_suppressed(text, region=region)


def parse_suppressed(text: str, *, region: str = "FR") -> frozenset[str]:
    """Read numbers, one a line; `#` begins a remark.

    Args:
        text: the lines.
        region: the country of a number that names none, as two letters.

    Returns:
        International digits.

    Raises:
        SuppressionError: a line cannot be read; it is named.
        MissingExtra: a national number needs phonenumberslite, and it is not installed.

    Example:
        >>> parse_suppressed("33639980001  # asked on 12 May")
        frozenset({'33639980001'})
    """
    return frozenset(_numbers(text, region))


def suppress(path: str | os.PathLike[str], numbers: Iterable[str], *, remark: str = "", region: str = "FR") -> int:
    """Add numbers to a file, which is made where there is none; those that it holds are left as they are.

    Returns:
        How many were added.

    Raises:
        SuppressionError: a number or the file cannot be read, or the file cannot be written.
    """
    held = read_suppressed(path, region=region) if Path(path).exists() else frozenset[str]()
    new = [number for number in parse_suppressed("\n".join(numbers), region=region) if number not in held]
    note = f"  # {' '.join(remark.split())}" if remark else ""
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(f"{number}{note}\n" for number in sorted(new))
    except OSError as error:
        raise SuppressionError(f"cannot write the suppressed numbers to {path}: {error.strerror}") from None
    return len(new)


def recipients_of(request: Request) -> Iterator[str]:
    """Give the numbers that a request reaches: `to`, or every `to` of a ring+."""
    return (value for name, value in request.query if name.startswith("to"))


def _numbers(text: str, region: str) -> Iterator[str]:
    for line, written in enumerate(text.splitlines(), 1):
        number = written.partition("#")[0].strip()
        if number:
            yield _number(number, line, region)


def _number(text: str, line: int, region: str) -> str:
    try:
        return digits(text)
    except InvalidRequest:
        pass
    try:
        return normalise(text, region)
    except UnusableNumber as error:
        reason = error.reason
    raise SuppressionError(f"line {line} of the suppressed numbers: {text!r}: {reason}", line=line)
