"""Ctrl-C and SIGTERM, with real processes."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

FILE = "".join(("Mobile\n", *(f"063998{number:04d}\n" for number in range(60))))
MAKEASYNC = [sys.executable, "-m", "makeasync.cli"]


def counts(journal: Path) -> dict[str, int]:
    told = subprocess.run(  # noqa: S603 - ourselves
        [*MAKEASYNC, "campaign", "status", str(journal), "--json"], check=True, capture_output=True
    )
    return json.loads(told.stdout)["counts"]


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    (tmp_path / "people.csv").write_text(FILE)
    return ["campaign", "run", str(tmp_path / "people.csv"), "--sandbox", "--from", "33639980000", "--txt", "123"]


@contextmanager
def running(command: list[str], journal: Path) -> Generator[subprocess.Popen[str]]:
    """Start a campaign, and wait until it has sent something."""
    with subprocess.Popen(  # noqa: S603 - ourselves
        [*MAKEASYNC, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        for _ in range(100):
            time.sleep(0.05)
            if journal.exists() and counts(journal)["accepted"]:
                break
        yield process
        process.kill()


@pytest.mark.parametrize("asked_by", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_stops_in_order_and_says_how_to_go_on(
    tmp_path: Path, command: list[str], asked_by: signal.Signals
) -> None:
    journal = tmp_path / "people.csv.rehearsal.journal"
    with running([*command, "--rate", "5"], journal) as process:
        process.send_signal(asked_by)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "ended early: stopped before the end" in out
    assert "stopping: nothing more is sent" in err
    go_on = f"to go on: {shlex.join(['makeasync', *command, '--rate', '5'])}"
    assert go_on in err
    assert "Traceback" not in err
    held = counts(journal)
    assert held["sending"] == held["unknown"] == 0
    assert held["accepted"] + held["pending"] == 60
    subprocess.run([*MAKEASYNC, *command, "--rate", "1000"], check=True, capture_output=True)  # noqa: S603 - ourselves
    assert counts(journal)["accepted"] == 60
