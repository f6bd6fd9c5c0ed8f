"""Ctrl-C and SIGTERM, with real processes."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import anyio
import pytest

from makeasync import Campaign

FILE = "".join(("Mobile\n", *(f"063998{number:04d}\n" for number in range(60))))
MAKEASYNC = [sys.executable, "-m", "makeasync.cli"]


def counts(journal: Path) -> dict[str, int]:
    async def look() -> dict[str, int]:
        async with Campaign.open(journal, read_only=True) as campaign:
            return {state.value: count for state, count in (await campaign.counts()).items()}

    return anyio.run(look)


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


class Stalling(BaseHTTPRequestHandler):
    """Tells the balance, and never answers anything else."""

    stalled = threading.Event()

    def do_GET(self) -> None:
        if not self.path.startswith("/apicredits"):
            self.stalled.set()
            self.rfile.read()
            return
        body = b"<response><result>success</result><credits>1000000</credits></response>"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, ARG002 - the library's
        return


def test_interrupted_twice_it_does_not_wait_and_what_was_on_its_way_is_unknown(
    tmp_path: Path, command: list[str]
) -> None:
    journal = tmp_path / "people.csv.journal"
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stalling)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    real = [argument for argument in command if argument != "--sandbox"]
    account = {"MAKEASYNC_LOGIN": "john", "MAKEASYNC_PASSWORD": "planted-secret"}
    url = f"http://127.0.0.1:{server.server_port}/"
    with subprocess.Popen(  # noqa: S603 - ourselves
        [*MAKEASYNC, *real, "--yes", "--base-url", url, "--concurrency", "3", "--rate", "50"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **account},
    ) as process:
        assert Stalling.stalled.wait(20)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert process.poll() is None, "it waits for what is on its way"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    server.shutdown()
    server.server_close()
    assert process.returncode == 130
    assert "given up waiting" in err
    assert "planted-secret" not in out + err
    assert 1 <= counts(journal)["sending"] <= 3
    told = subprocess.run(  # noqa: S603 - ourselves
        [*MAKEASYNC, "campaign", "resolve", str(journal), "--as", "not-sent", "--all"], check=True, capture_output=True
    )
    assert b"to be sent by the next run" in told.stdout
    assert counts(journal)["pending"] == 60
