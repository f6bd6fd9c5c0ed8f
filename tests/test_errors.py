from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from makeasync import errors
from makeasync.errors import (
    AuthenticationFailed,
    BalanceTooLow,
    ClientClosed,
    ClientElsewhere,
    ContactSupport,
    InsufficientCredit,
    InvalidArgument,
    InvalidRequest,
    JournalError,
    JournalFailed,
    JournalInUse,
    JournalUnusable,
    MakeError,
    MissingExtra,
    NoAnswer,
    NotSent,
    NotTrackable,
    NotYetAvailable,
    OutcomeUnknown,
    RequestRefused,
    TrackingError,
    TrackingTimeout,
    TrackingUnavailable,
    UndecodableAnswer,
)
from makeasync.protocol.answers import RingTracking
from makeasync.protocol.requests import Ring

RING = Ring(from_="33612345678", to="33687654321")
SEEN = RingTracking(
    id="abc12",
    created_at=datetime(2013, 9, 26, tzinfo=UTC),
    from_="33612345678",
    to="33687654321",
    delay=timedelta(),
    rang_at=None,
    answered_at=None,
    hung_up_at=None,
)

Facts = dict[str, object]
MADE: list[tuple[MakeError, Facts]] = [
    (MakeError("why"), {}),
    (InvalidRequest("why", argument="to", code=104), {"argument": "to", "code": 104}),
    *(
        (refused("why", code=code, argument="to", request=RING), {"code": code, "argument": "to", "request": RING})
        for refused, code in (
            (RequestRefused, None),
            (AuthenticationFailed, 101),
            (InsufficientCredit, 102),
            (InvalidArgument, 104),
            (ContactSupport, 111),
        )
    ),
    *(
        (
            failed("why", phase="wait", request=RING, status=502, document="<html>"),
            {"phase": "wait", "request": RING, "status": 502, "document": "<html>"},
        )
        for failed in (NotSent, OutcomeUnknown, NoAnswer)
    ),
    (UndecodableAnswer("why", element="id", document="<response>"), {"element": "id", "document": "<response>"}),
    *(
        (lost("why", id="abc12", code=code), {"id": "abc12", "code": code})
        for lost, code in (
            (TrackingError, None),
            (NotYetAvailable, 112),
            (TrackingUnavailable, 110),
            (NotTrackable, 110),
        )
    ),
    (TrackingTimeout("why", id="abc12", last=SEEN), {"id": "abc12", "code": None, "last": SEEN}),
    *(
        (failed("why", path="spring.journal"), {"path": "spring.journal"})
        for failed in (JournalError, JournalInUse, JournalUnusable, JournalFailed)
    ),
    (BalanceTooLow("why", credits=10, needed=20), {"credits": 10, "needed": 20}),
    (ClientClosed("why"), {}),
    (ClientElsewhere("why"), {}),
    (
        MissingExtra("text", purpose="why"),
        {"extra": "text", "msg": 'why needs an optional part: pip install "makeasync[text]"'},
    ),
]
PUBLIC = {name: getattr(errors, name) for name in errors.__all__}


def pickled(error: MakeError) -> MakeError:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - what this very line pickled
    assert isinstance(again, MakeError)
    return again


def facts(error: MakeError, names: Facts) -> Facts:
    return {name: getattr(error, name) for name in names}


def test_every_error_is_tried_here() -> None:
    assert {type(error) for error, _ in MADE} == set(PUBLIC.values())


@pytest.mark.parametrize("duplicate", [pickled, copy.copy, copy.deepcopy])
@pytest.mark.parametrize(("error", "known"), MADE, ids=lambda it: type(it).__name__)
def test_error_survives_pickle_and_copy_with_all_its_facts(
    error: MakeError, known: Facts, duplicate: Callable[[MakeError], MakeError]
) -> None:
    again = duplicate(error)
    assert again is not error
    assert type(again) is type(error)
    assert facts(error, known) == known
    assert facts(again, known) == known
    assert vars(again) == vars(error)
    assert (str(again), repr(again), again.args) == (str(error), repr(error), error.args)
    assert "why" in str(again)


def test_copy_is_an_error_of_its_own() -> None:
    error = InvalidRequest("why", argument="to", code=104)
    try:
        raise error
    except InvalidRequest:
        again = copy.copy(error)
    again.add_note("added")
    assert again.__traceback__ is None
    assert not hasattr(error, "__notes__")
    assert pickled(again).__notes__ == ["added"]


@pytest.mark.parametrize("kind", [NotSent, OutcomeUnknown, NoAnswer])
def test_failed_exchange_learns_what_it_is_about(kind: type[NotSent | OutcomeUnknown | NoAnswer]) -> None:
    error = kind("why", phase="wait", status=502, document="<html>")
    about = error.about(RING)
    assert (type(about), about.args) == (kind, ("why",))
    assert vars(about) == {**vars(error), "request": RING}
    assert error.request is None


def test_not_sent_is_its_own_error_as_an_outcome() -> None:
    error = NotSent("why", phase="connect")
    assert error.error is error


def drawn_tree() -> dict[str, tuple[str | None, set[str]]]:
    """Read the tree of the module's docstring: for each class, what it hangs from and what it is also."""
    assert errors.__doc__ is not None
    tree: dict[str, tuple[str | None, set[str]]] = {}
    line_of: list[str] = []
    for line in errors.__doc__.splitlines():
        found = re.fullmatch(r" {4}((?:[│ ] {3})*(?:[├└]── )?)([A-Z]\w+)(?: \(also an? (\w+)\))?(?:\s{2,}.*|)", line)
        if found:
            branch, name, also = found.groups()
            depth = len(branch) // 4
            line_of[depth:] = [name]
            tree[name] = (line_of[depth - 1] if depth else None, {also} if also else set())
    return tree


def hung_from(kind: type[MakeError]) -> tuple[str | None, set[str]]:
    public = [base.__name__ for base in kind.__mro__[1:] if base in PUBLIC.values()]
    also = {base.__name__ for base in kind.__bases__ if not issubclass(base, MakeError)} - {"Exception"}
    return (public[0] if public else None), also


def test_tree_that_is_drawn_is_the_tree_of_the_classes() -> None:
    assert drawn_tree() == {name: hung_from(kind) for name, kind in PUBLIC.items()}


def test_wrong_argument_is_a_value_error_and_a_missing_extra_an_import_error() -> None:
    assert issubclass(InvalidRequest, ValueError)
    assert issubclass(MissingExtra, ImportError)
    assert [kind for kind in PUBLIC.values() if issubclass(kind, ValueError | ImportError)] == [
        InvalidRequest,
        MissingExtra,
    ]


def test_every_error_of_the_module_is_public() -> None:
    defined = {name for name, it in vars(errors).items() if isinstance(it, type) and it.__module__ == errors.__name__}
    assert {name for name in defined if not name.startswith("_")} == set(errors.__all__)
    assert errors.__all__ == sorted(errors.__all__)
