"""The file of numbers that are never to be messaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from makeasync import Ring, RingPlus, read_suppressed, suppress
from makeasync.campaign.suppression import SuppressionError, parse_suppressed, recipients_of


def test_numbers_are_read_however_they_are_written() -> None:
    text = "# never\n\n06 39 98 00 01\n+33 6 39 98 00 02  # asked on 12 May\n0033639980003\n33639980001\n"
    assert parse_suppressed(text) == {"33639980001", "33639980002", "33639980003"}


def test_a_line_that_cannot_be_read_is_named_and_never_left_out() -> None:
    with pytest.raises(SuppressionError, match=r"line 2.*06 39") as raised:
        parse_suppressed("33639980001\n06 39\n")
    assert raised.value.line == 2


def test_a_file_grows_and_holds_each_number_once(tmp_path: Path) -> None:
    file = tmp_path / "never.txt"
    assert suppress(file, ["06 39 98 00 01", "33639980002"], remark="asked\non the phone") == 2
    assert suppress(file, ["33639980001", "33639980003"]) == 1
    assert file.read_text() == ("33639980001  # asked on the phone\n33639980002  # asked on the phone\n33639980003\n")
    assert read_suppressed(file) == {"33639980001", "33639980002", "33639980003"}


def test_a_file_that_cannot_be_read_or_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SuppressionError, match="cannot read"):
        read_suppressed(tmp_path / "nowhere.txt")
    with pytest.raises(SuppressionError, match="cannot write"):
        suppress(tmp_path / "nowhere" / "never.txt", ["33639980001"])
    (tmp_path / "latin.txt").write_bytes("33639980001 # été".encode("cp1252"))
    with pytest.raises(SuppressionError, match="not UTF-8"):
        read_suppressed(tmp_path / "latin.txt")


def test_whom_a_request_reaches() -> None:
    assert list(recipients_of(Ring(from_="33639980000", to="33639980001"))) == ["33639980001"]
    ring = RingPlus(pairs=[("33639980000", "33639980001"), ("33639980000", "33639980002")])
    assert list(recipients_of(ring)) == ["33639980001", "33639980002"]
