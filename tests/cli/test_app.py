from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

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
