from __future__ import annotations

import html
import json
import pickle
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import pytest

from makeasync.client.credentials import Credentials, masked

PASSWORD = "mari&lyn %é+"
WRITTEN = {
    "as it is": PASSWORD,
    "in XML": escape(PASSWORD),
    "percent-encoded": quote(PASSWORD),
    "as a form": quote_plus(PASSWORD),
    "by an encoder that writes lower case": "mari%26lyn%20%25%c3%a9%2b",
    "in Latin-1": quote(PASSWORD.encode("latin-1")),
    "in HTML": html.escape(PASSWORD),
    "in numbers": "".join(f"&#{ord(character)};" for character in PASSWORD),
    "in hexadecimal numbers": "".join(f"&#x{ord(character):X};" for character in PASSWORD),
    "in names": PASSWORD.replace("&", "&amp;").replace("é", "&eacute;"),
    "in JSON": json.dumps(PASSWORD)[1:-1],
    "in Latin-1, read as UTF-8": PASSWORD.encode("latin-1").decode("utf-8", "replace"),
    "in JavaScript": "mari%26lyn%20%25%C3%A9%2B",
}


@pytest.mark.parametrize("way", WRITTEN)
def test_a_password_is_masked_however_it_is_written(way: str) -> None:
    shown = Credentials("john@gmail.com", PASSWORD).redact(f"pwd={WRITTEN[way]}&id=1 of john%40gmail.com")
    assert shown == "pwd=***&id=1 of ***"


def test_neither_is_shown_nor_pickled() -> None:
    credentials = Credentials("john@gmail.com", PASSWORD)
    assert repr(credentials) == "Credentials(j***)"
    assert masked("john@gmail.com") == "j***"
    with pytest.raises(TypeError, match="in clear"):
        pickle.dumps(credentials)


@pytest.mark.parametrize("secret", ["a'b", 'a"b', "a\\b", "a/b", "a~b", "<a>", "(a)*", "\U0001f511"])
@pytest.mark.parametrize("write", [str, json.dumps, html.escape, quote, repr])
def test_a_password_of_odd_characters_is_masked(secret: str, write: Callable[[str], str]) -> None:
    assert "***" in Credentials("login", secret).redact(f"x {write(secret)} x")


@pytest.mark.parametrize(("login", "password", "named"), [("", "x", "login"), ("x", "", "password")])
def test_an_empty_one_is_named(login: str, password: str, named: str) -> None:
    with pytest.raises(ValueError, match=f"{named}: empty"):
        Credentials(login, password)


@pytest.mark.parametrize("text", ["\ufffd" * 65_000, "&" * 65_000, "%C3" * 20_000, "&#0" * 20_000, "\\u" * 30_000])
def test_masking_takes_bounded_time(text: str) -> None:
    begun = time.perf_counter()
    Credentials("john@gmail.com", "é&" * 20 + "x").redact(text)
    assert time.perf_counter() - begun < 1
