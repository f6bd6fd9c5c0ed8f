from __future__ import annotations

from collections import defaultdict

import pytest
from _pytest.terminal import TerminalReporter


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the table of the kill matrix, if it was run."""
    rows: defaultdict[str, list[tuple[int, ...]]] = defaultdict(list)
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == "killed":
                step, *counts = str(value).split(";")
                rows[step].append(tuple(map(int, counts)))
    if not rows:
        return
    terminalreporter.section("kill matrix")
    terminalreporter.write_line(f"{'killed at':<30}{'runs':>6}{'killed':>8}{'twice':>7}{'lost':>6}{'unknown':>9}")
    for step, counts in sorted(rows.items()):
        killed, twice, lost, unknown = (sum(column) for column in zip(*counts, strict=True))
        terminalreporter.write_line(f"{step:<30}{len(counts):>6}{killed:>8}{twice:>7}{lost:>6}{unknown:>9}")
