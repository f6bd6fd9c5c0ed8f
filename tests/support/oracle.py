"""Says of one answer whether what the codec made of it is right, by another parser and by the bytes themselves.

Any other error than makeasync's own, and any success that cannot be shown to be one, fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from html import unescape
from types import MappingProxyType
from typing import Any, TypeAlias
from xml.etree import ElementTree as ET

from makeasync import Credits, Receipt, RequestRefused, Ring, Tracking, UndecodableAnswer
from makeasync.errors import TrackingError
from makeasync.protocol.codec import LONGEST_ANSWER, decode_credits, decode_receipt, decode_tracking

__all__ = ["DECODERS", "examine"]

Answer: TypeAlias = Receipt[Any] | Tracking | Credits

RING = Ring(from_="33612345678", to="33687654321")
DECODERS: Mapping[str, Callable[[bytes], Answer]] = MappingProxyType(
    {
        "receipt": lambda document: decode_receipt(document, RING),
        "tracking": decode_tracking,
        "credits": decode_credits,
    }
)
# What a success must be able to show, by the attribute of the answer.
_SHOWN = MappingProxyType({"id": "id", "cost": "cost", "credits": "credits", "login": "login"})
_FIELD = r"<{0}(?:\s[^<>]*)?>([^<]*)</{0}\s*>"


def examine(document: bytes) -> int:
    """Decode it as each answer; count how often it was a success.

    Raises:
        AssertionError: a success that is none.
        Exception: whatever the codec lets through and must not.
    """
    return sum(_examined(document, decode) for decode in DECODERS.values())


def _examined(document: bytes, decode: Callable[[bytes], Answer]) -> bool:
    try:
        answer = decode(document)
    except (RequestRefused, UndecodableAnswer, TrackingError):
        return False
    assert len(document) <= LONGEST_ANSWER, "longer than allowed"
    assert "<!DOCTYPE" not in _text(document), "declares a DOCTYPE"
    fields = None if answer.recovered else _by_another_parser(document)
    if fields is None:
        fields = _by_the_bytes(document, answer)
    assert [text.strip().lower() for text in fields["result"]] == ["success"], "not one success"
    for attribute, element in _SHOWN.items():
        value = getattr(answer, attribute, None)
        if value is None:
            continue
        [shown] = fields[element]
        assert (int(shown) if isinstance(value, int) else shown.strip()) == value, f"another {element}"
    return True


def _by_another_parser(document: bytes) -> dict[str, list[str]] | None:
    """Read it with expat; `None` if that does not know its encoding, or wants more of its names."""
    if (encoding := json.detect_encoding(document)).startswith("utf-32"):
        # Which it does not read; the declaration, if there is one, is of no use then.
        document = document.decode(encoding, "replace").lstrip("\ufeff").encode()
    try:
        root = ET.fromstring(document)  # noqa: S314 - a DOCTYPE was refused above
    except (ET.ParseError, ValueError, LookupError):
        return None
    assert root.tag == "response", "another root"
    names = {"result", *_SHOWN.values()}
    found: dict[str, list[str]] = {name: [] for name in names}
    for child in root:
        if child.tag in names:
            assert not len(child), f"elements inside {child.tag}"
            found[child.tag].append(child.text or "")
    return found


def _by_the_bytes(document: bytes, answer: Answer) -> dict[str, list[str]]:
    """Find the fields as they are written: each whole."""
    text = _text(document)
    if answer.recovered:
        assert len(re.findall(r"<response[\s/>]", text)) == 1, "not one response"
        assert re.search(r"</response\s*>\s*\Z", text), "a truncated answer"
        assert not re.search(r"<!|&(?!(?:amp|lt|gt|quot|apos);)", text), "something was dropped"
    names = {"result", *_SHOWN.values()}
    return {name: [unescape(value) for value in re.findall(_FIELD.format(name), text)] for name in names}


def _text(document: bytes) -> str:
    for encoding in (json.detect_encoding(document), "latin-1"):
        with suppress(UnicodeDecodeError):
            return document.decode(encoding).replace("\r\n", "\n")
    raise AssertionError("latin-1 reads everything")
