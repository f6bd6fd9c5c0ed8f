from __future__ import annotations

import pickle
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


@pytest.mark.parametrize(("login", "password", "named"), [("", "x", "login"), ("x", "", "password")])
def test_an_empty_one_is_named(login: str, password: str, named: str) -> None:
    with pytest.raises(ValueError, match=f"{named}: empty"):
        Credentials(login, password)
