from __future__ import annotations

import tracemalloc

import httpx
import pytest

from makeasync.sandbox import Sandbox
from makeasync.sandbox.network.service import Service, Terms

PLENTY = 10**9
RING = {"login": "john@gmail.com", "pwd": "marilyn", "from": "33639980000", "to": "33639980001"}


def fill(service: Service, count: int, msg: str) -> None:
    for number in range(count):
        query = f"login=a&pwd=b&from=33639980000&to={33600000000 + number}&msg={msg}"
        id_ = service.answer("/apimakesmsplus.php", query.encode(), 1.0).answer
        assert id_ is not None
        service.answer("/apilog.php", f"id={id_.text('id')}".encode(), 20.0)


@pytest.mark.parametrize(("count", "msg"), [(400, "Bonjour"), (100, "x" * 2_000), (60, "%C3%A9" * 2_000)])
def test_memory_stays_below_its_bound_and_the_oldest_go(count: int, msg: str) -> None:
    bound = 2**20
    service = Service(Terms(login="a", password="b", seed=0, log_delay=10, empty_sms_codes=True, memory=bound), PLENTY)
    tracemalloc.start()
    try:
        fill(service, count, msg)
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used < bound
    kept = list(service.ledger.messages.values())
    assert 0 < len(kept) < count
    assert kept[-1].to == str(33600000000 + count - 1)
    assert service.ledger.requests[-1].path == "/apilog.php"


def test_many_short_arguments_weigh_what_they_take() -> None:
    bound = 2**20
    service = Service(Terms(login="a", password="b", seed=0, log_delay=10, empty_sms_codes=True, memory=bound), PLENTY)
    query = "&".join(["%CE%94=%CE%94"] * 900).encode()
    tracemalloc.start()
    try:
        for _ in range(20):
            service.answer("/apicredits.php", query, 1.0)
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used < bound // 2 + 200_000, "half of it is for messages"
    assert 0 < len(service.ledger.requests) < 20


async def test_what_is_forgotten_cannot_be_tracked_any_more() -> None:
    sandbox = Sandbox(log_delay=0)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app), base_url="http://sandbox") as http:
        for _ in range(2):
            await http.get("/apimakingring.php", params=RING)
        first, second = sandbox.messages()
        assert sandbox.forget(first.id)
        assert not sandbox.forget(first.id)
        assert sandbox.messages() == (second,)
        await http.get("/apilog.php", params={"id": first.id})
    assert sandbox.requests[-1].code == 110


def test_a_query_too_long_is_a_mistake_that_is_not_kept() -> None:
    service = Service(Terms(login="a", password="b", seed=0, log_delay=10, empty_sms_codes=True), PLENTY)
    answer = service.answer("/apimakesmsplus.php", b"login=a&pwd=b&msg=" + b"x" * 20_000, 1.0).answer
    assert answer
    assert answer.code == 100
    assert service.ledger.requests[0].arguments == ()
