from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from makeasync.sandbox.network.service import Service, Terms

if TYPE_CHECKING:
    from makeasync.sandbox.network.answers import Answer


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """A client over the loopback socket; one for all, as making one costs more than what it asks."""
    with httpx.Client() as client:
        yield client


@pytest.fixture
def now() -> list[float]:
    """A clock moved by hand; it stands where the document's examples do."""
    return [float(0x52444CCF)]


@pytest.fixture
def service() -> Service:
    terms = Terms(login="john@gmail.com", password="marilyn", seed=0, log_delay=10.0, empty_sms_codes=True)
    return Service(terms, 1000)


@pytest.fixture
def ask(service: Service, now: list[float]) -> Callable[[str, str], Answer]:
    """Ask the service for a path without `.php`, with credentials where they belong; or give a query as it is."""

    def asked(name: str, query: str = "") -> Answer:
        credentials = "" if name == "apilog" or "login=" in query else "login=john@gmail.com&pwd=marilyn&"
        answer = service.answer(f"/{name}.php", (credentials + query).encode(), now[0]).answer
        assert answer is not None
        return answer

    return asked
