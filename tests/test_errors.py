from __future__ import annotations

import copy
import pickle
import re

import pytest

from makeasync import InvalidRequest, MakeError, MissingExtra, Ring, errors

RING = Ring(from_="33612345678", to="33687654321")
FACTS: dict[str, MakeError] = {
    "MakeError": MakeError("x"),
    "InvalidRequest": InvalidRequest("x", argument="to", code=104),
    "RequestRefused": errors.RequestRefused("x", code=999, request=RING),
    "AuthenticationFailed": errors.AuthenticationFailed("x", code=101),
    "InsufficientCredit": errors.InsufficientCredit("x", code=102),
    "InvalidArgument": errors.InvalidArgument("x", code=104, argument="to"),
    "ContactSupport": errors.ContactSupport("x", code=111),
    "NotSent": errors.NotSent("x", phase="connect", request=RING),
    "OutcomeUnknown": errors.OutcomeUnknown("x", phase="wait", request=RING, status=500, document="<html>"),
    "NoAnswer": errors.NoAnswer("x", phase="read"),
    "UndecodableAnswer": errors.UndecodableAnswer("x", element="id", document="<response/>"),
    "TrackingError": errors.TrackingError("x", id="abc", code=0),
    "NotYetAvailable": errors.NotYetAvailable("x", id="abc", code=112),
    "TrackingUnavailable": errors.TrackingUnavailable("x", id="abc", code=110),
    "TrackingTimeout": errors.TrackingTimeout("x", id="abc", last=None),
    "NotTrackable": errors.NotTrackable("x", id="abc", code=110),
    "ClientClosed": errors.ClientClosed("x"),
    "MissingExtra": MissingExtra("text", purpose="reading"),
}


def test_every_error_is_shown_here_and_drawn_in_the_tree() -> None:
    drawn = re.findall(r"^ +[├└│ ]*(?:── )?([A-Z]\w+)", errors.__doc__ or "", re.MULTILINE)
    assert set(drawn) == set(FACTS) == set(errors.__all__)


@pytest.mark.parametrize("name", FACTS)
def test_errors_pickle_and_copy_with_their_facts(name: str) -> None:
    error = FACTS[name]
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - our own bytes
        assert type(twin) is type(error) is getattr(errors, name)
        assert str(twin) == str(error)
        assert vars(twin) == vars(error)


def test_two_of_them_are_python_errors_too() -> None:
    assert issubclass(InvalidRequest, ValueError)
    assert issubclass(MissingExtra, ImportError)
    assert 'pip install "makeasync[text]"' in str(FACTS["MissingExtra"])
