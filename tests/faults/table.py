"""The page docs/faults.md: written from what the fault matrix saw, compared with it by the suite."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

__all__ = ["DEADLINE", "PAGE", "rows_of", "write_table"]

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
DEADLINE = 0.5

_HEAD = f"""# What becomes of a call when the server fails

Written by `nox -s faults`: each of the eight calls against each fault, over real sockets, on asyncio and on trio, in
clear and over TLS; this is what was seen over TLS. The six paid calls were the same in every row. A paid request
reached the server **at most once**, whatever happened; the deadline was {DEADLINE} s, and the last column is the
longest that any of the eight calls took (the pauses before a free call is tried again are shortened). After every
fault the same client worked at once, or as soon as the service had asked for.

A reset before or during the request may also come so early that there is no connection yet: `NotSent`, then.

What stands in brackets is `.phase`: how far the exchange had come. `NotSent` means that not one byte of a request
reached anybody.

| fault | a paid call | get_tracking | get_credits | paid requests that reached the server | took (s) |
|---|---|---|---|---|---|
"""


def write_table(seen: Iterable[str]) -> None:
    """Write the page.

    Args:
        seen: for each fault and event loop, its cells with a `|` between them, the time last.
    """
    slowest: dict[str, str] = {}
    for row in seen:
        cells, took = row.rsplit("|", 1)
        slowest[cells] = max(slowest.get(cells, ""), took)
    lines = [f"| {' | '.join(cells.split('|'))} | {took} |\n" for cells, took in sorted(slowest.items())]
    PAGE.write_text(_HEAD + "".join(lines), encoding="utf-8")


def rows_of(page: str) -> list[list[str]]:
    """Read the rows of the page, without their times."""
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")][:-1] for line in lines[1:]]
