from __future__ import annotations

import pytest

from makeasync.sandbox.network.arguments import DURATION, ENGAGE, FROM, IN, MSG, TXT, Argument, first_fault, read_query


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        (b"", ()),
        (b"a=1&b=&c", (("a", "1"), ("b", ""), ("c", ""))),
        (b"msg=a+b%20c%2B&msg=2", (("msg", "a b c+"), ("msg", "2"))),
        (b"msg=%C3%A9", (("msg", "é"),)),
        (b"msg=100%25", (("msg", "100%"),)),
    ],
)
def test_query_is_read_in_order_and_with_its_doubles(query: bytes, pairs: tuple[tuple[str, str], ...]) -> None:
    assert read_query(query) == pairs


@pytest.mark.parametrize("query", [b"msg=%E9", b"msg=\xe9", b"msg=%C3", b"%ff=1", b"msg=100%", b"msg=%zz", b"msg=%4"])
def test_query_in_a_broken_encoding_is_unreadable(query: bytes) -> None:
    assert read_query(query) is None


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        (FROM, "1234567"),
        (FROM, "123456789012345"),
        (IN, None),
        (IN, "0"),
        (IN, "120"),
        (DURATION, "1"),
        (DURATION, "10"),
        (ENGAGE, "1"),
        (TXT, "1"),
        (TXT, "9999"),
        (MSG, "Bonjour, ça va ?\r\n"),
        (MSG, "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡§¿"),
        (MSG, "iıαçΕ∅βŞ"),
    ],
)
def test_argument_is_accepted(argument: Argument, value: str | None) -> None:
    assert not argument.is_wrong(value)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        *((FROM, value) for value in (None, "", "123456", "1234567890123456", "0612345678", "+33612345678", "336 1")),
        *((FROM, value) for value in ("33612345678\n", "٣٣٦١٢٣٤٥٦٧٨", "33612345678x")),
        *(
            (IN, value)
            for value in ("", "-1", "121", "5.0", " 5", "+5", "²", "\N{ARABIC-INDIC DIGIT FIVE}", "0005", "9" * 5000)
        ),
        *((DURATION, value) for value in (None, "", "0", "11", "1m", "001")),
        *((ENGAGE, value) for value in (None, "", "0", "11", "true", "1\n")),
        *((TXT, value) for value in (None, "", "0", "0000", "12345", "abc", "-1")),
        *(
            (MSG, value)
            for value in (None, "", "é€", "[a]", "{", "~", "^", "|", "\\", "ê", "œ", "\x1b", "\t", "😀", "\0")
        ),
    ],
)
def test_argument_is_refused(argument: Argument, value: str | None) -> None:
    assert argument.is_wrong(value)


def test_first_wrong_argument_in_the_order_of_the_table_gives_the_code() -> None:
    table = (FROM, IN, DURATION)
    assert first_fault(table, {"duration": "99", "in": "x", "from": "33612345678"}) == 105
    assert first_fault(table, {"duration": "99", "in": "5"}) == 103
    assert first_fault(table, {"duration": "9", "from": "33612345678"}) is None
