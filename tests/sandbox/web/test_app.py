from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import anyio
import anyio.lowlevel
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makeasync.sandbox import Sandbox
from makeasync.sandbox.network.operations import ARGUMENT_NAMES

if TYPE_CHECKING:
    from starlette.types import Message, Scope

RING = "/apimakingring.php?login=john@gmail.com&pwd=marilyn&from=33612345678&to=33687654321"


def client(sandbox: Sandbox) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app), base_url="http://sandbox")


async def test_answer_is_an_xml_document_that_nobody_keeps() -> None:
    async with client(Sandbox(credits=130)) as http:
        response = await http.get(RING)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert ET.fromstring(response.content).findtext("credits") == "125"  # noqa: S314 - our own document


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "OPTIONS", "DELETE", "get"])
async def test_anything_but_get_is_refused_and_nothing_happens(method: str) -> None:
    sandbox = Sandbox(credits=130)
    async with client(sandbox) as http:
        request = http.build_request("POST", RING)
        request.method = method
        response = await http.send(request)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET"
    assert (sandbox.credits, sandbox.messages(), sandbox.requests) == (130, (), ())


@pytest.mark.parametrize("path", ["/apimakingplus.php", "/apilog.php/", "/APILOG.php", "/apilog", "//apilog.php"])
async def test_other_paths_are_not_found_and_redirect_nowhere(path: str) -> None:
    async with client(Sandbox()) as http:
        response = await http.get(f"http://sandbox{path}?login=john@gmail.com&pwd=marilyn")
    assert response.status_code == 404
    assert "Location" not in response.headers
    assert "/apicredits.php" in response.text
    assert "john" not in response.text


@pytest.mark.parametrize("path", ["/", "/_sandbox"])
async def test_way_to_the_inbox_repeats_nothing_of_what_was_asked(path: str) -> None:
    async with client(Sandbox()) as http:
        response = await http.get(f"{path}?login=john@gmail.com&pwd=marilyn")
    assert (response.status_code, response.headers["Location"]) == (303, "/_sandbox/")


async def _get(sandbox: Sandbox, path: str, query: bytes) -> tuple[int, bytes]:
    """GET a query that no client would let through."""
    sent: list[Message] = []

    async def receive() -> Message:
        await anyio.lowlevel.checkpoint()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        await anyio.lowlevel.checkpoint()
        sent.append(message)

    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "root_path": "",
        "query_string": query,
        "headers": [],
    }
    await sandbox.app(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


def _argument(name: str, value: bytes) -> bytes:
    return name.encode() + b"=" + value


_NAMES = st.sampled_from(sorted(frozenset[str]().union(*ARGUMENT_NAMES.values()))) | st.text(max_size=5)
_ARGUMENTS = st.lists(st.builds(_argument, _NAMES, st.binary(max_size=40)), max_size=8)
_RUBBISH = st.binary(max_size=200) | st.text("%&=+;#0123456789abcdefzé\0", max_size=200).map(str.encode)
_STARTS = [b"", b"login=john@gmail.com&pwd=marilyn&", b"id=", b"login=%00%1b&pwd=", b"a" * 9_000, b"&a=b" * 500]


@given(
    path=st.sampled_from(sorted(ARGUMENT_NAMES)),
    query=_RUBBISH | _ARGUMENTS.map(b"&".join),
    start=st.sampled_from(_STARTS),
)
@settings(max_examples=50, deadline=None)
def test_no_query_whatever_breaks_the_service_or_its_xml(path: str, query: bytes, start: bytes) -> None:
    sandbox = Sandbox(credits=5)
    status, body = anyio.run(_get, sandbox, path, start + query)
    assert status == 200
    assert ET.fromstring(body).findtext("result") in {"success", "failed"}  # noqa: S314 - our own document
    assert sandbox.credits >= 0
    assert len(sandbox.requests) == 1
