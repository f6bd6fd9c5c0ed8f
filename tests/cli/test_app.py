from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from cyclopts import CycloptsError

from makeasync.cli.app import app
from makeasync.sandbox import Sandbox, serve

FROM, TO = "33639980000", "33639980001"
ONE = ["--from", FROM, "--to", TO, "--sandbox", "--json"]

SENDS = {
    "ring": ["ring", *ONE],
    "ring+": ["ring-plus", f"{FROM}:{TO}", f"{TO}:{FROM}", "--sandbox", "--json"],
    "call": ["call", *ONE, "--delay", "5"],
    "call+": ["call-plus", *ONE, "--duration", "1", "--engage"],
    "sms": ["sms", *ONE, "--txt", "123"],
    "sms+": ["sms-plus", *ONE, "--msg", "Bonjour"],
}


def makeasync(*arguments: str) -> int:
    return int(app(list(arguments), exit_on_error=False, result_action="return_value"))


@pytest.mark.parametrize("kind", SENDS)
def test_each_request_goes_out_and_its_receipt_is_data(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert makeasync(*SENDS[kind]) == 0
    receipt = json.loads(capsys.readouterr().out)
    assert receipt["kind"] == kind
    assert receipt["id"]


WRONG = {
    "to": ["ring", "--from", FROM, "--to", "0612345678", "--sandbox"],
    "delay": ["ring", "--from", FROM, "--to", TO, "--delay", "121", "--sandbox"],
    "engage": ["call-plus", "--from", FROM, "--to", TO, "--duration", "1", "--sandbox"],
    "pairs": ["ring-plus", f"{FROM}:{TO}", "--sandbox"],
    "msg": ["sms-plus", "--from", FROM, "--to", TO, "--msg", "forêt", "--sandbox"],
}


@pytest.mark.parametrize("argument", WRONG)
def test_a_wrong_argument_is_named(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert makeasync(*WRONG[argument]) == 2
    shown = capsys.readouterr()
    assert f"InvalidRequest {argument}:" in shown.err
    assert shown.out == ""


def test_an_error_is_data_too_when_json_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert makeasync(*WRONG["delay"], "--json") == 2
    error = json.loads(capsys.readouterr().out)
    assert (error["error"], error["argument"], error["code"]) == ("InvalidRequest", "delay", 105)


def test_login_and_password_come_from_the_environment_or_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    password = tmp_path / "password"
    password.write_text("mari&lyn é\n", encoding="utf-8")
    with serve(Sandbox(login="john@gmail.com", password="mari&lyn é", credits=45)) as url:
        monkeypatch.setenv("MAKEASYNC_BASE_URL", url)
        monkeypatch.setenv("MAKEASYNC_LOGIN", "john@gmail.com")
        assert makeasync("credits", "--password-file", str(password)) == 0
        monkeypatch.setenv("MAKEASYNC_PASSWORD", "mari&lyn é")
        assert makeasync("credits") == 0
        monkeypatch.setenv("MAKEASYNC_PASSWORD", "wrong")
        assert makeasync("credits") == 0
    assert capsys.readouterr().out.splitlines() == [
        "45 credits",
        "45 credits",
        "0 credits (the service also answers 0 when login or password is wrong)",
    ]


def test_without_an_account_it_says_what_to_give(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MAKEASYNC_LOGIN", raising=False)
    assert makeasync("credits") == 2
    assert "--login" in capsys.readouterr().err


def test_a_password_on_the_command_line_is_not_taken() -> None:
    command = [sys.executable, "-m", "makeasync.cli", "credits", "--sandbox", "--password", "marilyn"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 - our own
    assert ended.returncode != 0
    assert "--password" in ended.stdout + ended.stderr


def test_a_tracking_is_shown_without_an_account(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MAKEASYNC_LOGIN", raising=False)
    with serve(Sandbox(login="john@gmail.com", password="marilyn", log_delay=0)) as url:
        query = {"login": "john@gmail.com", "pwd": "marilyn", "from": FROM, "to": TO, "msg": "Bonjour"}
        receipt = httpx.get(f"{url}apimakesmsplus.php", params=query).text
        id = receipt.partition("<id>")[2].partition("</id>")[0]
        assert makeasync("track", id, "--base-url", url, "--json") == 0
        assert makeasync("track", id, "--base-url", url) == 0
        assert makeasync("track", "nosuchid", "--base-url", url) == 1
    first, *lines = capsys.readouterr().out.splitlines()
    assert json.loads(first)["content"] == "Bonjour"
    assert lines[0] == "sms+: under way"
    assert "content: Bonjour" in lines


def test_a_ring_plus_takes_pairs(capsys: pytest.CaptureFixture[str]) -> None:
    assert makeasync("ring-plus", FROM, TO, "--sandbox") == 2
    assert "FROM:TO" in capsys.readouterr().err


def test_a_password_file_that_is_not_there_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert makeasync("credits", "--login", "john@gmail.com", "--password-file", "nowhere") == 2
    assert "--password-file" in capsys.readouterr().err


def test_plain_http_to_another_machine_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAKEASYNC_PASSWORD", "marilyn")
    assert makeasync("credits", "--login", "john@gmail.com", "--base-url", "http://makesms.example/") == 2
    assert "in clear" in capsys.readouterr().err


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_sandbox_runs_until_it_is_ended_and_says_where(end: signal.Signals) -> None:
    command = [
        sys.executable,
        "-m",
        "makeasync.cli",
        "sandbox",
        "--port",
        "0",
        "--credits",
        "7",
        "--rate",
        "3",
        "--json",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        if process.stdout is None or process.stderr is None:
            raise RuntimeError("no standard output")
        data = json.loads(process.stdout.readline())
        requests, inbox, ending = (process.stderr.readline() for _ in range(3))
        url = requests.split()[1]
        answers = [
            httpx.get(f"{url}apicredits.php", params={"login": "john@gmail.com", "pwd": "marilyn"}) for _ in range(4)
        ]
        page = httpx.get(inbox.split()[1])
        process.send_signal(end)
        assert process.wait(timeout=10) == 0
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "<credits>7</credits>" in answers[0].text
    assert inbox.split() == ["Inbox:", f"{url}_sandbox/"]
    assert data == {"url": url, "inbox": f"{url}_sandbox/"}
    assert "<html" in page.text
    assert ending == "Ctrl-C ends it.\n"


def test_a_public_address_must_be_asked_for_twice(capsys: pytest.CaptureFixture[str]) -> None:
    assert makeasync("sandbox", "--host", "0.0.0.0", "--port", "0") == 2  # noqa: S104 - refused is what it is
    assert "public" in capsys.readouterr().err


def test_a_port_that_is_taken_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with serve(Sandbox()) as url:
        port = url.rstrip("/").rpartition(":")[2]
        assert makeasync("sandbox", "--port", port) == 2
    assert f"--port {port}: Address already in use; --port 0 takes a free one" in " ".join(
        capsys.readouterr().err.split()
    )


def test_more_credits_than_any_account_holds_are_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert makeasync("sandbox", "--credits", "2000000000", "--port", "0") == 2
    assert "credits: 2000000000 is not a whole number from 0 to 1,000,000,000" in " ".join(
        capsys.readouterr().err.split()
    )


OUT_OF_RANGE = {
    "--rate": ["campaign", "run", "file.csv", "--from", FROM, "--txt", "1", "--rate", "0"],
    "--concurrency": ["campaign", "run", "file.csv", "--from", FROM, "--txt", "1", "--concurrency", "0"],
    "--port": ["sandbox", "--port", "99999"],
    "--timeout": ["track", "abc", "--timeout", "0"],
}


@pytest.mark.parametrize("option", OUT_OF_RANGE)
def test_an_option_out_of_its_range_is_named(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CycloptsError):
        makeasync(*OUT_OF_RANGE[option])
    shown = capsys.readouterr()
    assert option in shown.out + shown.err
