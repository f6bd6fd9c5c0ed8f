from __future__ import annotations

from collections import defaultdict
from importlib import import_module

import pytest
from _pytest.terminal import TerminalReporter
from faults.table import write_table
from support.loops import LOOPS, Loop

# httpx imports it late. If a test of pytester's were the first to need it, it would be dropped afterwards and be there
# twice from then on, and httpx would not know its errors.
import_module("httpcore")


@pytest.fixture(params=LOOPS)
def anyio_backend(request: pytest.FixtureRequest) -> Loop:
    return LOOPS[str(request.param)]


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Write out the tables of the kill matrix and of the fault matrix, where they were run."""
    properties: defaultdict[str, list[str]] = defaultdict(list)
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            properties[name].append(str(value))
    if properties["killed"]:
        _print_kills(terminalreporter, properties["killed"])
    if properties["fault"]:
        write_table(properties["fault"])


def _print_kills(terminalreporter: TerminalReporter, killed: list[str]) -> None:
    rows: defaultdict[str, list[tuple[int, ...]]] = defaultdict(list)
    for value in killed:
        step, *counts = value.split(";")
        rows[step].append(tuple(map(int, counts)))
    terminalreporter.section("kill matrix")
    terminalreporter.write_line(f"{'killed at':<30}{'runs':>6}{'killed':>8}{'twice':>7}{'lost':>6}{'unknown':>9}")
    for step, counts in sorted(rows.items()):
        died, twice, lost, unknown = (sum(column) for column in zip(*counts, strict=True))
        terminalreporter.write_line(f"{step:<30}{len(counts):>6}{died:>8}{twice:>7}{lost:>6}{unknown:>9}")
