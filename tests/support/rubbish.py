"""Requests that nobody in his right mind would send: bytes for a socket, the same ones for the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

__all__ = ["rubbish"]

_API = "/_sandbox/api/"
_SENDS = ("apimakingring", "apimakecall", "apimakecallplus", "apimakesms", "apimakesmsplus", "apimakeringplus")
# What is asked for, by the method that it takes.
_PATHS = {
    "GET": (
        *(f"/{name}.php" for name in (*_SENDS, "apilog", "apicredits")),
        *(f"{_API}{name}" for name in ("messages", "requests", "clock", "credits", "faults", "rate")),
        *("/_sandbox/", "/_sandbox", "/", "/_sandbox/events", "/_sandbox/recordings/nobody.wav"),
        *("/_sandbox/static/htmx.min.js", "/_sandbox/static/../page.py", "/_sandbox/static/%00", "/_sandbox/static/"),
        *(f"/_sandbox/static/{'a' * 300}", "/_sandbox/recordings/%2e%2e%2fx", f"{_API}messages/latest", _API),
        *("//", "/%ff", "/%", "/\u00e9", "*", "http://elsewhere.example/", "", "/apimakingplus.php", "/apilog.php/"),
    ),
    "POST": (
        *(f"/_sandbox/do/{name}" for name in ("top-up", "advance", "freeze", "add-fault", "delete", "none", "reset")),
        *(f"{_API}{name}" for name in ("faults", "reset")),
        "/_sandbox/do/%0d%0aX:%20y",
    ),
    "PUT": tuple(f"{_API}{name}" for name in ("clock", "credits", "rate")),
}
_NAMES = (
    *("login", "pwd", "from", "to", "in", "duration", "engage", "txt", "msg", "id", "from0", "to0", "from9", "to10"),
    *(
        "tab",
        "q",
        "page",
        "open",
        "problem",
        "lang",
        "kind",
        "text",
        "limit",
        "wait",
        "amount",
        "seconds",
        "does",
        "on",
    ),
    *("nth", "times", "probability", "status", "code", "credits", "advance", "frozen", "what", "rate", "over_rate", ""),
)
_VALUES = (
    *("john@gmail.com", "marilyn", "33639980012", "33639989930", "1", "0", "-1", "1.5", "nan", "inf", "-inf", "1e999"),
    *("9" * 5_000, "1_000", "+5", " 7 ", "0x10", "\u0663", "\u00b2", "true", "null", "[]", "{}", "", " ", "\t", "\x00"),
    *("\r\nX: y", "<b>", "'\"", "\u00e9", "\U0001f600", "\ud800", "sms+", "cut", "no_answer", "en", "fr", "requests"),
    *("settings", "%", "%zz", "%ff", "&", "=", ";", "../../etc/passwd", "a" * 9_000, "fault", "log", "1" + "0" * 400),
)
_JSON: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 1.5, 1e308, float("nan"), float("inf"), 10**400, "cut", "sms", "", "log", [], ["log"], {}),
    *([[]], {"a": 1}, "\ud800", "\x00", {"does": "cut"}, {"does": "status", "status": 200}, [{}], "9" * 5_000),
)
_HOSTS = (
    "127.0.0.1",
    "localhost",
    "elsewhere.example",
    "[::1",
    "[::1]:x",
    "",
    ":",
    "a b",
    "a" * 3_000,
    "\xff",
    "[v1.x]",
)
_METHODS = ("HEAD", "DELETE", "OPTIONS", "PATCH", "get", "G T", "\xff", "")
_HEADERS = (
    *(
        "Content-Length: 5",
        "Content-Length: -1",
        "Content-Length: 1e3",
        "Transfer-Encoding: chunked",
        "Expect: 100-continue",
    ),
    *(
        "Transfer-Encoding: gzip",
        "Cookie: makeasync_sandbox_language=\xff",
        "Cookie: =;;=",
        "Sec-Fetch-Site: cross-site",
    ),
    *("Origin: null", "Content-Type: multipart/form-data", "Range: bytes=9-1", "If-Modified-Since: never", "X" * 9_000),
    *(
        "Connection: upgrade\r\nUpgrade: websocket",
        ": empty",
        "Accept-Encoding: *;q=x",
        "If-Range: x",
        "Range: bytes=-0",
    ),
)


def rubbish(seed: int) -> bytes:
    """The request of this number."""
    dice = random.Random(seed)
    if dice.random() < 0.02:
        return dice.randbytes(dice.randrange(400))
    body = dice.choice(_BODIES)(dice)
    whole = _head(dice, len(body)).encode("utf-8", "surrogatepass") + body
    return whole[: dice.randrange(len(whole))] if dice.random() < 0.03 else whole


def _head(dice: random.Random, length: int) -> str:
    right = dice.choice(("GET", "GET", "POST", "PUT"))
    method = right if _mostly(dice) else dice.choice(_METHODS)
    query = dice.choice(("", "?", "?", "?", "%3f")) + _query(dice, _quoted if _mostly(dice) else _as_it_is)
    version = "1.1" if _mostly(dice) else dice.choice(("1.0", "2", "x"))
    lines = [
        f"{method} {dice.choice(_PATHS[right])}{query} HTTP/{version}",
        *(["Host: 127.0.0.1"] if _mostly(dice) else [f"Host: {dice.choice(_HOSTS)}"] * dice.randrange(3)),
        *([] if _mostly(dice) else dice.sample(_HEADERS, 2)),
        *([f"Content-Length: {length}"] if _mostly(dice) else []),
    ]
    return "\r\n".join(lines) + "\r\n\r\n"


def _mostly(dice: random.Random) -> bool:
    """What is wrong in every respect does not get far."""
    return dice.random() < 0.85


def _as_it_is(text: str) -> str:
    return text.replace(" ", "+").replace("\r\n", "%0d%0a")


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))


def _query(dice: random.Random, written: Callable[[str], str]) -> str:
    count = dice.choice((0, 1, 2, 3, 6, 12))
    account = "login=john@gmail.com&pwd=marilyn&" if dice.random() < 0.3 else ""
    return account + "&".join(f"{dice.choice(_NAMES)}={written(dice.choice(_VALUES))}" for _ in range(count))


def _nothing(_: random.Random) -> bytes:
    return b""


def _form(dice: random.Random) -> bytes:
    return _query(dice, _quoted).encode("utf-8", "surrogatepass")


def _json(dice: random.Random) -> bytes:
    names: Sequence[str] = dice.sample(_NAMES, dice.choice((1, 1, 2, 4)))
    return json.dumps({name: dice.choice(_JSON) for name in names}).encode()


def _bytes(dice: random.Random) -> bytes:
    return dice.choice(
        (dice.randbytes(100), b"[" * 60_000, b"{" * 90_000, b'{"a":' * 5_000, b"\xff\xfe{}", b"5\r\nabc")
    )


_BODIES: tuple[Callable[[random.Random], bytes], ...] = (_nothing, _nothing, _form, _json, _json, _bytes)
