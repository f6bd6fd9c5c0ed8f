from __future__ import annotations

from urllib.parse import quote, quote_plus, urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from makeasync.sandbox import Sandbox
from makeasync.sandbox.network.mask import mask_of

SECRET = "s3cr+t <&> é/1"


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"john:{SECRET}",
        quote(SECRET),
        quote(SECRET, safe="").lower(),
        quote_plus(SECRET),
        quote(quote(SECRET, safe=""), safe=""),
        "s3cr+t &lt;&amp;&gt; é/1",
        urlencode({"pwd": SECRET}),
    ],
)
def test_however_it_is_written_it_is_masked(text: str) -> None:
    masked = mask_of(SECRET)(f"before {text} behind")
    assert "s3cr" not in masked
    assert masked.startswith("before ")
    assert masked.endswith(" behind")


@given(st.text(min_size=4), st.text(), st.text())
def test_nothing_is_left_of_it_anywhere(secret: str, before: str, behind: str) -> None:
    masked = mask_of(secret)(f"{before}{secret}{behind}")
    assert secret not in masked or secret in "***" * 3 or secret in before + "***" + behind


def test_a_short_one_is_not_looked_for_inside_of_words() -> None:
    mask = mask_of("abc")
    assert [mask("abc"), mask("abcd")] == ["***", "abcd"]


@pytest.mark.parametrize(
    "query",
    [
        "apilog.php?id={}",
        "apicredits.php?{}",
        "apicredits.php?{}=1",
        "apicredits.php?login=john:{}&pwd=x",
        "apicredits.php?login={}%20&pwd={}",
        "apicredits.php?login=john%40gmail.com%26pwd%3D{}",
        "apicredits.php?login=a;pwd={}",
        "apimakingring.php?login=john@gmail.com&pwd={}&from={}&to={}",
        "apimakesmsplus.php?login=john@gmail.com&pwd={}&from=33639980000&to=33639980012&msg=pwd%3D{}",
    ],
)
async def test_wherever_it_is_put_it_is_not_remembered(query: str) -> None:
    sandbox = Sandbox(password="s3cr3t")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app), base_url="http://sandbox") as http:
        await http.get("/" + query.replace("{}", "s3cr3t"), headers={"Host": "s3cr3t"})
        assert len(sandbox.requests) == 1
        assert "s3cr3t" not in repr(sandbox.requests)
        assert "s3cr3t" not in (await http.get("/_sandbox/api/requests")).text
        page = await http.get("/_sandbox/?tab=requests&open=1")
    assert "***" in page.text
    assert "s3cr3t" not in page.text


async def test_the_text_of_a_message_is_kept_as_it_was_sent() -> None:
    sandbox = Sandbox(password="marilyn", log_delay=0)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app), base_url="http://sandbox") as http:
        asked = {"login": "john@gmail.com", "pwd": "marilyn", "from": "33639980000", "to": "33639980012"}
        await http.get("/apimakesmsplus.php", params=asked | {"msg": "Bonjour marilyn"})
        assert sandbox.latest().content == "Bonjour marilyn"
        answer = (await http.get("/apilog.php", params={"id": sandbox.latest().id})).text
    assert "<content>Bonjour+marilyn</content>" in answer
    assert dict(sandbox.requests[0].arguments)["msg"] == "Bonjour ***"
    assert "<content>Bonjour+***</content>" in sandbox.requests[1].answer
