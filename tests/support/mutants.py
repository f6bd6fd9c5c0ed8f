"""Answers gone wrong, from a seed: the document's own examples cut, doubled, spliced, swollen and re-encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

__all__ = ["PIECES", "SEEDS", "mutants"]

SEEDS = tuple(path.read_bytes() for path in sorted((Path(__file__).parent.parent / "samples" / "doc").glob("*.xml")))
PIECES = tuple(
    piece.encode()
    for piece in (
        *("<response>", "</response>", "<response/>", "<result>", "</result>", "success", "failed", "<id>", "</id>"),
        *("<id>abc12</id>", "<id/>", "<cost>5</cost>", "<cost>-1</cost>", "<credits>", "</credits>", "<make>10</make>"),
        *("<result>success</result>", "<result>failed</result>", "<result_code>17</result_code>", "<result_code>112"),
        *("<!DOCTYPE response [<!ENTITY a 'success'>]>", "&a;", "&#0;", "&#x41;", "&amp;", "&", "<![CDATA[", "]]>"),
        *(
            "<!-- ",
            " -->",
            "<?xml version='1.0' encoding='utf-16'?>",
            "<?xml version='1.1'?>",
            "<?php ?>",
            "\0",
            "\x1b",
        ),
        *("<x:id xmlns:x='a'>1</x:id>", " id='a'", "\u0663", "\u2028", "\ufeff", "\U0001f4a5", "ffffffffff", "0x1f"),
        *("<date_created>52444ccf</date_created>", "<in>99999999999999999999</in>", "9" * 400, "<a>" * 300),
        *("<from>", "<to>", "<content>%00%ff+</content>", "\r\n", "\t", "<", ">", "/", '"', "'"),
    )
)
_CHARSETS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "cp500", "utf-7")


def _flip(chance: Random, document: bytes) -> bytes:
    place = chance.randrange(len(document) or 1)
    return document[:place] + bytes([chance.randrange(256)]) + document[place + 1 :]


def _insert(chance: Random, document: bytes) -> bytes:
    place = chance.randrange(len(document) + 1)
    return document[:place] + chance.choice(PIECES) + document[place:]


def _drop(chance: Random, document: bytes) -> bytes:
    start, end = _slice(chance, document)
    return document[:start] + document[end:]


def _double(chance: Random, document: bytes) -> bytes:
    start, end = _slice(chance, document)
    return document[:end] + document[start:]


def _move(chance: Random, document: bytes) -> bytes:
    start, end = _slice(chance, document)
    rest = document[:start] + document[end:]
    place = chance.randrange(len(rest) + 1)
    return rest[:place] + document[start:end] + rest[place:]


def _cut(chance: Random, document: bytes) -> bytes:
    return document[: chance.randrange(len(document) + 1)]


def _splice(chance: Random, document: bytes) -> bytes:
    other = chance.choice(SEEDS)
    return document[: chance.randrange(len(document) + 1)] + other[chance.randrange(len(other)) :]


def _encode(chance: Random, document: bytes) -> bytes:
    return document.decode("utf-8", "replace").encode(chance.choice(_CHARSETS), "replace")


def _swell(chance: Random, document: bytes) -> bytes:
    piece = chance.choice(PIECES)
    place = chance.randrange(len(document) + 1)
    return document[:place] + piece * chance.randrange(1, 40) + document[place:]


_CHANGES: tuple[Callable[[Random, bytes], bytes], ...] = (
    *(_flip, _flip, _insert, _insert, _drop, _double, _move, _cut, _splice, _encode, _swell),
)


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """Give that many; the same seed gives the same."""
    chance = Random(seed)
    for _ in range(count):
        document = chance.choice(SEEDS)
        for _ in range(chance.randrange(1, 5)):
            document = chance.choice(_CHANGES)(chance, document)
        yield document


def _slice(chance: Random, document: bytes) -> tuple[int, int]:
    start = chance.randrange(len(document) + 1)
    return start, min(len(document), start + chance.randrange(1, 30))
