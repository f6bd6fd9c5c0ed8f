"""Operations: the six paid requests as one table, and the names that the two free ones take.

Here live paths, prices, result codes and the order in which arguments are checked: that of the API document.
No state and no decisions about an account; what an argument may hold is said in `arguments`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Literal

from attrs import evolve, frozen

from makeasync.sandbox.network.arguments import DURATION, ENGAGE, FROM, IN, MSG, TO, TXT, Argument, Pairs

__all__ = ["ARGUMENT_NAMES", "CREDITS_PATH", "KIND_OF", "OPERATIONS", "TRACKING_PATH", "Kind", "On", "Operation"]

Kind = Literal["ring", "ring+", "call", "call+", "sms", "sms+"]
On = Literal["ring", "ring+", "call", "call+", "sms", "sms+", "tracking", "credits"]
"""What a request is about: the kinds, and the two free questions."""

CREDITS_PATH = "/apicredits.php"
TRACKING_PATH = "/apilog.php"
_CREDENTIALS = frozenset({"login", "pwd"})
_FEWEST_PAIRS, _MOST_PAIRS = 2, 10


def _pair_names(count: int) -> list[tuple[str, str]]:
    return [(f"from{index}", f"to{index}") for index in range(count)]


def _has_whole_pairs(names: Collection[str]) -> bool:
    """Whether the numbered names are 2 to 10 pairs, numbered from 0 without a hole."""
    numbered = set(names) - _CREDENTIALS
    shapes = range(_FEWEST_PAIRS, _MOST_PAIRS + 1)
    return any(numbered == {name for pair in _pair_names(count) for name in pair} for count in shapes)


def _numbered_arguments() -> tuple[Argument, ...]:
    # Which of them must be there is a question of syntax, not of any one argument: `_has_whole_pairs`.
    pairs = _pair_names(_MOST_PAIRS)
    return tuple(
        evolve(side, name=name, optional=True) for pair in pairs for side, name in zip((FROM, TO), pair, strict=True)
    )


@frozen
class Operation:
    """A paid request: what it is called, what it costs for each pair, and what it takes.

    Attributes:
        kind: the name a tracking gives it.
        path: where it is asked for.
        cost: in credits, for each pair of numbers.
        code: the result code when accepted; with a delay it is one more.
        arguments: what it takes besides login and password, in the order of the document.
        is_whole: whether these names of arguments can stand together.
    """

    kind: Kind
    path: str
    cost: int
    code: int
    arguments: tuple[Argument, ...]
    is_whole: Callable[[Collection[str]], bool] = lambda _names: True

    def pairs(self, values: Mapping[str, str]) -> Pairs:
        """Caller and called, once, or as often as a ring+ has them."""
        names = [("from", "to"), *_pair_names(_MOST_PAIRS)]
        return tuple((values[from_], values[to]) for from_, to in names if from_ in values)


OPERATIONS = {
    operation.path: operation
    for operation in (
        Operation("ring", "/apimakingring.php", 5, 18, (FROM, TO, IN)),
        Operation("ring+", "/apimakeringplus.php", 5, 78, _numbered_arguments(), _has_whole_pairs),
        Operation("call", "/apimakecall.php", 5, 8, (FROM, TO, IN)),
        Operation("call+", "/apimakecallplus.php", 20, 58, (FROM, TO, IN, DURATION, ENGAGE)),
        Operation("sms", "/apimakesms.php", 5, 28, (FROM, TO, TXT, IN)),
        Operation("sms+", "/apimakesmsplus.php", 10, 38, (FROM, TO, MSG, IN)),
    )
}

KIND_OF: dict[str, On] = {
    **{path: operation.kind for path, operation in OPERATIONS.items()},
    TRACKING_PATH: "tracking",
    CREDITS_PATH: "credits",
}

# A tracking takes no credentials: a client that sends them there anyway shall hear of it.
ARGUMENT_NAMES: dict[str, frozenset[str]] = {
    CREDITS_PATH: _CREDENTIALS,
    TRACKING_PATH: frozenset({"id"}),
} | {path: _CREDENTIALS | {argument.name for argument in each.arguments} for path, each in OPERATIONS.items()}
