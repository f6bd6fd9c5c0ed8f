"""Answers made to hurt: each is refused or read rightly, with an error of the codec's own, in bounded time and memory.

`nox -s fuzz` does the same with a million of them, and with atheris, which looks for its own.
"""

from __future__ import annotations

import os
import resource
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.mutants import PIECES, SEEDS, mutants
from support.oracle import DECODERS, examine

from makeasync import Kind, RingTracking, UndecodableAnswer
from makeasync.protocol.codec import LONGEST_ANSWER, decode_receipt, decode_tracking
from makeasync.protocol.requests import Ring

RING = Ring(from_="33612345678", to="33687654321")
MUTANTS = int(os.environ.get("MAKEASYNC_MUTANTS", "2000"))
FOUND = sorted((Path(__file__).parent.parent / "samples" / "hostile").iterdir())
LONGEST_TIME = 0.5
MOST_MEMORY = 16 * 2**20


def answer(inner: str, *, before: str = "") -> bytes:
    return f"{before}<response><result>success</result><id>abc12</id>{inner}</response>".encode()


def tracking(inner: str) -> bytes:
    return answer(f"<make>ring</make><from>33612345678</from><to>33687654321</to><in>0</in>{inner}")


def nested(depth: int) -> str:
    return "<a>" * depth + "</a>" * depth


BILLION_LAUGHS = "<!DOCTYPE response [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
REFUSED = {
    "billion laughs": answer("<cost>&i;</cost>", before=BILLION_LAUGHS + "]>"),
    "quadratic blowup": answer("<x>" + "&a;" * 5_000 + "</x>", before=f"<!DOCTYPE r [<!ENTITY a '{'x' * 30_000}'>]>"),
    "external entity": answer("<x>&a;</x>", before="<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"),
    "external entity over http": answer("<x>&a;</x>", before="<!DOCTYPE r [<!ENTITY a SYSTEM 'http://127.0.0.1:9/'>]>"),
    "external subset": answer("", before="<!DOCTYPE response SYSTEM 'http://127.0.0.1:9/make.dtd'>"),
    "parameter entity": answer("", before="<!DOCTYPE r [<!ENTITY % p SYSTEM 'file:///etc/passwd'> %p;]>"),
    "bare doctype": answer("", before="<!DOCTYPE response>"),
    "100,000 elements": answer("<a/>" * 100_000),
    "1 MB of text": answer(f"<note>{'x' * 2**20}</note>"),
    "1 MB in an attribute": answer(f"<note a='{'x' * 2**20}'/>"),
    "nul": answer("<note>a\0b</note>"),
    "nul after the end": answer("") + b"\0",
    "utf-16 said, utf-8 sent": answer("", before="<?xml version='1.0' encoding='utf-16'?>"),
    "utf-8 said, latin-1 sent": b"<?xml version='1.0' encoding='utf-8'?>"
    + answer("<n>\xe9</n>").replace("\xe9".encode(), b"\xe9"),
    "two ids": answer("<id>def34</id>"),
    "two equal ids": answer("<id>abc12</id>"),
    "two results": answer("<result>failed</result>"),
    "two result codes": answer("<result_code>18</result_code><result_code>102</result_code>"),
    "an id in an id": answer("").replace(b"abc12", b"abc12<id>def34</id>"),
    "a second answer": answer("") + answer("<cost>5</cost>"),
    "a second answer behind a broken end": answer("").replace(b"</response>", b"</respons>") + answer(""),
    "a number of 100,000 digits": answer(f"<cost>{'9' * 100_000}</cost>"),
    "a number of 10,000 digits": answer(f"<cost>{'9' * 10_000}</cost>"),
    "arabic digits": answer("<cost>\u0665</cost>"),
    "full-width digits": answer("<credits>\uff11\uff12</credits>"),
    "a superscript": answer("<cost>\u00b2</cost>"),
    "underscores": answer("<cost>1_000</cost>"),
    "an exponent": answer("<cost>1e3</cost>"),
    "an id that is repaired": answer("").replace(b"abc12", b"ab<c12"),
    "a root that ends early, and another cost behind it": (
        b"<response><result>success</result><id>a1</id><cost>5</cost></relt><cost>125</cost></response>"
    ),
}


@pytest.mark.parametrize("document", REFUSED.values(), ids=REFUSED)
def test_hostile_answer_is_refused_in_bounded_time_and_memory(document: bytes) -> None:
    tracemalloc.start()
    begun = time.perf_counter()
    try:
        with pytest.raises(UndecodableAnswer) as caught:
            decode_receipt(document, RING)
        took = time.perf_counter() - begun
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(caught.value.document) <= 2_000
    assert took < LONGEST_TIME
    assert peak < MOST_MEMORY


@pytest.mark.parametrize(
    "document",
    [
        answer("<note>" + "x" * (LONGEST_ANSWER - 80) + "</note>"),
        answer("<a/>" * 16_000),
        answer("<id2/>" * 10_000),
        answer("<a b='c'/>" * 6_000),
        answer("&lt;" * 16_000),
        answer("</response " * 5_000),
        answer("<response" * 7_000),
        answer("<" * 60_000),
        answer("<id>" * 15_000),
        answer("<b>" * 20_000),
        answer("<id>a</id" * 7_000),
        answer(nested(8_000)),
        answer(nested(8_000) + "<b></c>"),
        answer("", before="<?xml version='1.0' encoding='x-nobody'?>"),
    ],
    ids=lambda document: repr(document[50:75]),
)
def test_as_much_as_is_allowed_takes_bounded_time_whatever_it_is(document: bytes) -> None:
    assert len(document) <= LONGEST_ANSWER
    begun = time.perf_counter()
    examine(document)
    assert time.perf_counter() - begun < LONGEST_TIME * len(DECODERS)


DATES: dict[str, datetime | None] = {
    "": None,
    "0": None,
    "0" * 32: None,
    "1": datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC),
    "7fffffff": datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC),
    "80000000": datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    "FFFFFFFF": datetime(2106, 2, 7, 6, 28, 15, tzinfo=UTC),
    "3afff4417f": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
}


@pytest.mark.parametrize(("written", "moment"), DATES.items())
def test_date_at_an_edge_is_read(written: str, moment: datetime | None) -> None:
    document = tracking(f"<date_created>52444ccf</date_created><date_ring>{written}</date_ring>")
    found = decode_tracking(document, kind=Kind.RING)
    assert isinstance(found, RingTracking)
    assert found.rang_at == moment


@pytest.mark.parametrize(
    "written",
    [
        *("3afff44180", "f" * 16, "f" * 32, "f" * 33, "f" * 10_000, "-1", "+1", "0x52444ccf", "52 44", "5_2", "g"),
        *("\u0665", "1.5", "NaN", "1e+9"),
    ],
)
def test_date_beyond_an_edge_is_refused(written: str) -> None:
    with pytest.raises(UndecodableAnswer) as caught:
        decode_tracking(tracking(f"<date_created>52444ccf</date_created><date_ring>{written}</date_ring>"))
    assert caught.value.element == "date_ring"


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_what_a_fuzzer_found_once_is_right_now(path: Path) -> None:
    examine(path.read_bytes())


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.floats(0, 1), st.sampled_from(PIECES)), max_size=5))
def test_pieces_put_anywhere_into_an_answer_make_no_wrong_success(
    document: bytes, put: list[tuple[float, bytes]]
) -> None:
    for where, piece in put:
        place = int(where * len(document))
        document = document[:place] + piece + document[place:]
    examine(document)


def test_mutants_make_no_wrong_success(record_property: Callable[[str, object], None]) -> None:
    slowest, successes = 0.0, 0
    for document in mutants(MUTANTS, seed=4):
        begun = time.perf_counter()
        successes += examine(document)
        slowest = max(slowest, time.perf_counter() - begun)
    record_property("mutants", MUTANTS)
    print(  # noqa: T201 - the figures of `nox -s fuzz`
        f"{MUTANTS:,} mutants: {successes:,} right successes; the slowest took {slowest * 1000:.1f} ms; "
        f"peak memory of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )
    assert successes > MUTANTS / 100, "some are whole: the oracle has something to say"
    assert slowest < LONGEST_TIME
