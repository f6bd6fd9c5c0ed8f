from __future__ import annotations

import json
from pathlib import Path

import pytest

from makeasync.cli.account import Options
from makeasync.cli.campaign import run
from makeasync.client.clock import VirtualClock
from makeasync.sandbox import Sandbox

RECIPIENTS = Path(__file__).parents[2] / "examples" / "recipients.csv"
FROM = "33639980000"
MSG = "Bonjour {Prénom}, à bientôt à {Ville} !"

pytestmark = pytest.mark.usefixtures("in_process")


async def test_a_real_file_goes_out_once_to_each_and_comes_back_as_trackings(
    sandbox: Sandbox, clock: VirtualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    async with clock:
        status = await run(RECIPIENTS, from_=FROM, msg=MSG, rate=50, track=True, transliterate=True, yes=True)
    shown = capsys.readouterr()
    assert status == 0
    assert shown.out.splitlines() == [
        "220 accepted",
        "12 duplicates, 9 unusable numbers, 3 blank lines",
        "220 trackings, 220 with content, 0 failed",
        "2200 credits spent, 97800 left",
        "the sandbox saw the first request for a tracking 10.00 s after its id, none earlier",
    ]
    assert len({message.to for message in sandbox.messages}) == len(sandbox.messages) == 220
    assert sandbox.messages[0].msg == "Bonjour Gaël, à bientôt à Béthune !".replace("ë", "e").replace("ô", "o")


async def test_every_line_that_is_not_used_is_named_with_its_reason(
    clock: VirtualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    async with clock:
        await run(RECIPIENTS, from_=FROM, msg=MSG, transliterate=True, dry_run=True)
    shown = " ".join(capsys.readouterr().err.split())
    for line in (10, 34, 47, 51, 123, 125, 168, 182, 214):
        assert f"line {line}: unusable number: " in shown
    assert "a spreadsheet has mangled (6,40E+08)" in shown
    assert "contains the letter O" in shown
    assert shown.count("duplicate of line") == 12
    assert shown.count(": blank") == 3


async def test_a_dry_run_asks_the_service_nothing(sandbox: Sandbox, clock: VirtualClock) -> None:
    async with clock:
        assert await run(RECIPIENTS, from_=FROM, msg=MSG, transliterate=True, dry_run=True) == 0
    assert sandbox.requests == ()


async def test_characters_outside_the_alphabet_stop_it_before_the_first_is_sent(
    sandbox: Sandbox, clock: VirtualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    async with clock:
        assert await run(RECIPIENTS, from_=FROM, msg=MSG, yes=True) == 2
    shown = capsys.readouterr().err
    assert "'ô' at" in shown
    assert "nothing was sent" in shown
    assert sandbox.requests == ()


async def test_nobody_is_sent_to_unless_somebody_says_so(
    sandbox: Sandbox, clock: VirtualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    async with clock:
        assert await run(RECIPIENTS, from_=FROM, txt="123") == 2
    assert "--yes" in capsys.readouterr().err
    assert sandbox.requests == ()


async def test_an_empty_account_ends_it_and_the_rest_is_pending(
    sandbox: Sandbox, clock: VirtualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox.credits = 50
    async with clock:
        status = await run(
            RECIPIENTS, from_=FROM, txt="123", rate=50, concurrency=1, yes=True, options=Options(json=True)
        )
    facts = json.loads(capsys.readouterr().out)
    assert status == 1
    assert facts["counts"] == {"pending": 209, "accepted": 10, "refused": 1, "not_sent": 0, "unknown": 0}
    assert len(sandbox.messages) == 10


async def test_a_place_without_a_column_is_named(clock: VirtualClock, capsys: pytest.CaptureFixture[str]) -> None:
    async with clock:
        assert await run(RECIPIENTS, from_=FROM, msg="Bonjour {Prenom}", yes=True) == 2
    assert "there is no column 'Prenom'" in capsys.readouterr().err


async def test_a_file_that_is_not_there_is_a_sentence(clock: VirtualClock, capsys: pytest.CaptureFixture[str]) -> None:
    async with clock:
        assert await run(Path("nowhere.csv"), from_=FROM, txt="123", yes=True) == 2
    assert "nowhere.csv" in capsys.readouterr().err


async def test_torn_in_the_middle_it_counts_those_under_way_too(
    sandbox: Sandbox, clock: VirtualClock, capsys: pytest.CaptureFixture[str]
) -> None:
    async with clock:
        with clock.expire(1.0) as scope:
            await run(RECIPIENTS, from_=FROM, txt="123", rate=50, yes=True)
    assert scope.cancelled_caught
    assert 40 < len(sandbox.messages) < 60
    assert f"interrupted: {len(sandbox.messages)} messages have been taken" in capsys.readouterr().err
