"""What of a damaged answer may be read."""

from __future__ import annotations

import pytest

from makeasync.protocol.recovery import damage, may_be_recovered

FIELDS = {"id", "cost", "make"}


@pytest.mark.parametrize(
    ("document", "whole"),
    [
        (b"<response><make>call/make></response>", True),
        (b"<?xml version='1.0'?>\n<response><a></b></response >\n", True),
        (b"<response><a></b>", False),
        (b"<response><a></b></response>x", False),
        (b"<response><response><a></b></response>", False),
        (b"<response><!-- --></response>", False),
        (b"<response>&x;</response>", False),
        (b"<response>a & b</response>", False),
        (b"<response>a &amp; b</response>", True),
        (b"<response><?php ?></response>", False),
        (b"<response>\x1b</response>", False),
        (b"", False),
    ],
)
def test_only_a_whole_document_may_be_recovered(document: bytes, *, whole: bool) -> None:
    assert may_be_recovered(document) is whole


@pytest.mark.parametrize(
    ("text", "raw", "found"),
    [
        ("<id>a1</id><make>call/make>", (("id", "a1"), ("make", "call/make>")), None),
        ("<id>a &amp; b</id>", (("id", "a & b"),), None),
        ("<id >a1</id >", (("id", "a1"),), None),
        ("<id>ab<c12</id>", (("id", "ab"),), "id"),
        ("<id>a1", (("id", "a1"),), "id"),
        ("<id>a1</id><cost>5</cost>", (("id", "a1"),), "response"),
        ("<id>a1</id><id>a1</id>", (("id", "a1"),), "response"),
        ("<id>a1</id><other>5", (("id", "a1"), ("other", "5")), None),
        ("", (), None),
    ],
)
def test_a_field_that_was_repaired_or_dropped_is_named(
    text: str, raw: tuple[tuple[str, str], ...], found: str | None
) -> None:
    assert damage(text, raw, FIELDS) == found
