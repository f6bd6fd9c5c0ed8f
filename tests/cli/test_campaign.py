from __future__ import annotations

import functools
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import pytest

from makeasync import Campaign, State
from makeasync.campaign.journal import Change
from makeasync.campaign.sqlite import SqliteJournal
from makeasync.cli import campaign
from makeasync.cli.account import Options
from makeasync.cli.campaign import reconcile, resolve, status, suppress
from makeasync.cli.steering import Steering
from makeasync.client.clock import VirtualClock
from makeasync.sandbox import Sandbox

RECIPIENTS = Path(__file__).parents[2] / "examples" / "recipients.csv"
FROM = "33639980000"
MSG = "Bonjour {Prénom}, à bientôt à {Ville} !"
JSON = Options(json=True)

Run = Callable[..., Awaitable[int]]

pytestmark = pytest.mark.usefixtures("in_process")


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "spring.journal"


@pytest.fixture
def run(journal: Path) -> Run:
    return functools.partial(campaign.run, RECIPIENTS, from_=FROM, journal=journal, rate=50)


async def test_a_real_file_goes_out_once_to_each_and_comes_back_as_trackings(
    sandbox: Sandbox, clock: VirtualClock, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    async with clock:
        assert await run(msg=MSG, track=True, until="available", transliterate=True, yes=True) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines() == [
        "220 accepted",
        "12 duplicates, 9 unusable numbers, 3 blank lines",
        "220 trackings, 220 with content, 0 failed",
        "2200 credits spent, 97800 left",
        "the sandbox saw the first request for a tracking 10.00 s after its id, none earlier",
    ]
    assert len({message.to for message in sandbox.messages()}) == len(sandbox.messages()) == 220
    assert sandbox.messages()[0].msg == "Bonjour Gaël, à bientôt à Béthune !".replace("ë", "e").replace("ô", "o")


async def test_every_line_that_is_not_used_is_named_with_its_reason(
    clock: VirtualClock, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    async with clock:
        await run(msg=MSG, transliterate=True, dry_run=True)
    shown = " ".join(capsys.readouterr().err.split())
    for line in (10, 34, 47, 51, 123, 125, 168, 182, 214):
        assert f"line {line}: unusable number: " in shown
    assert "a spreadsheet has mangled (6,40E+08)" in shown
    assert "contains the letter O" in shown
    assert shown.count("duplicate of line") == 12
    assert shown.count(": blank") == 3


async def test_a_dry_run_shows_what_would_go_to_whom_and_asks_the_service_nothing(
    sandbox: Sandbox, clock: VirtualClock, capsys: pytest.CaptureFixture[str], run: Run, tmp_path: Path
) -> None:
    never = tmp_path / "never.txt"
    suppress(never, "+33 6 39 98 80 91", remark="asked on 12 May")
    capsys.readouterr()
    async with clock:
        assert await run(msg=MSG, transliterate=True, dry_run=True, steering=Steering(suppressed=never)) == 0
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert lines[0] == "line 2, 33639989432: Bonjour Gael, à bientot à Béthune !"
    assert lines[1] == "line 3, 33639988091: (suppressed) Bonjour Noel, à bientot à Paris !"
    assert len(lines) == 220
    estimate = "220 messages in 220 SMS, about 2200 credits by the API document's examples, about 4 s at 50 a second"
    assert estimate in " ".join(shown.err.split())
    assert sandbox.requests == ()
    assert os.listdir(tmp_path) == ["never.txt"]


async def test_a_dry_run_of_a_campaign_that_has_begun_shows_the_rest(
    clock: VirtualClock, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    async with clock:
        assert await run(txt="123", yes=True, steering=Steering(max_credits=1000)) == 1
        capsys.readouterr()
        assert await run(txt="123", dry_run=True, options=JSON) == 0
    planned = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(planned) == 20
    assert planned[0]["text"] == "catalogue 123"


async def test_characters_outside_the_alphabet_stop_it_before_the_first_is_sent(
    sandbox: Sandbox, clock: VirtualClock, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    async with clock:
        assert await run(msg=MSG, yes=True) == 2
    shown = capsys.readouterr().err
    assert "'ô' at" in shown
    assert "nothing was sent" in shown
    assert sandbox.requests == ()


async def test_nobody_is_sent_to_unless_somebody_says_so(
    sandbox: Sandbox, clock: VirtualClock, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    async with clock:
        assert await run(txt="123") == 2
    assert "--yes" in capsys.readouterr().err
    assert sandbox.requests == ()


async def test_an_account_that_cannot_pay_for_it_is_said_so_before_anything_is_sent(
    sandbox: Sandbox, clock: VirtualClock, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    sandbox.credits = 50
    async with clock:
        assert await run(txt="123", yes=True) == 1
        assert "50 credits do not pay" in " ".join(capsys.readouterr().err.split())
        assert sandbox.messages() == ()
        assert await run(txt="123", yes=True, options=JSON, steering=Steering(max_credits=50)) == 1
    facts = json.loads(capsys.readouterr().out)
    assert (facts["counts"]["accepted"], facts["counts"]["pending"]) == (10, 210)
    assert "max_credits is reached" in facts["ended"]


async def test_stopped_by_an_empty_account_it_goes_on_when_there_are_credits_again(
    sandbox: Sandbox, clock: VirtualClock, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    async def spend_elsewhere() -> None:
        await clock.sleep(0.61)
        sandbox.credits = 0

    async with clock:
        async with anyio.create_task_group() as group:
            group.start_soon(spend_elsewhere)
            assert await run(txt="123", yes=True, options=JSON) == 1
        facts = json.loads(capsys.readouterr().out)
        assert facts["counts"]["accepted"] == len(sandbox.messages())
        assert 20 < len(sandbox.messages()) < 40
        assert facts["counts"]["accepted"] + facts["counts"]["pending"] == 220
        assert "insufficient credit (code 102)" in facts["ended"]
        sandbox.credits = 100_000
        assert await run(txt="123", yes=True, options=JSON) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["accepted"] == 220
    assert len({message.to for message in sandbox.messages()}) == len(sandbox.messages()) == 220


async def test_a_finished_campaign_run_again_sends_nothing(
    sandbox: Sandbox, clock: VirtualClock, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    async with clock:
        await run(txt="123", yes=True)
        requests = len(sandbox.requests)
        assert await run(txt="123", yes=True) == 0
    assert len(sandbox.requests) == requests
    assert "nothing is left to be sent" in capsys.readouterr().err


async def test_another_text_with_the_same_journal_is_refused(
    sandbox: Sandbox, clock: VirtualClock, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    async with clock:
        await run(txt="123", yes=True)
        requests = len(sandbox.requests)
        assert await run(txt="124", yes=True) == 2
    assert "another message for 220 of them" in " ".join(capsys.readouterr().err.split())
    assert len(sandbox.requests) == requests


async def test_what_was_rehearsed_does_not_pass_for_sent(
    clock: VirtualClock, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    async with clock:
        assert await run(txt="123", options=Options(sandbox=True)) == 0
        assert await run(txt="123", yes=True) == 2
    assert "is the journal of a rehearsal in the sandbox" in " ".join(capsys.readouterr().err.split())


async def test_status_shows_how_far_it_is(
    clock: VirtualClock, capsys: pytest.CaptureFixture[str], run: Run, journal: Path
) -> None:
    async with clock:
        await run(txt="123", yes=True, steering=Steering(max_credits=100))
        capsys.readouterr()
        assert await status(journal) == 0
        shown = capsys.readouterr().out
        assert await status(journal, json=True) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["counts"] == {
        "pending": 200, "sending": 0, "accepted": 20, "refused": 0, "not_sent": 0, "unknown": 0, "skipped": 0
    }  # fmt: skip
    assert facts["spent"] == 100
    assert "200 pending, 20 accepted" in shown
    assert "still to be sent: 200 messages, about 1000 credits by the answers so far" in shown


async def test_a_person_resolves_and_the_balances_help(
    clock: VirtualClock, capsys: pytest.CaptureFixture[str], run: Run, journal: Path
) -> None:
    async with clock:
        await run(txt="123", yes=True, steering=Steering(max_credits=100))
        held = await SqliteJournal.open(journal, clock)
        [first, second, *_] = await held.entries(State.PENDING)
        # As if the process had died here.
        await held.write([Change(entry, entry.left(1, entry.added_at)) for entry in (first, second)])
        await held.aclose()
        async with Campaign.open(journal, clock=clock) as held:
            assert len(await held.unknown()) == 2
        capsys.readouterr()
        assert await reconcile(journal) == 0
        assert "0 of the 2 unknown were probably charged" in capsys.readouterr().out
        assert await resolve(journal, as_="accepted") == 2
        assert await resolve(journal, first.key, as_="accepted") == 0
        assert await resolve(journal, as_="not-sent", all=True, json=True) == 0
        assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"resolved": 1}
        assert await resolve(journal, first.key, as_="accepted") == 2
        assert "not one of the unknown messages" in capsys.readouterr().err


async def test_a_place_without_a_column_is_named(
    clock: VirtualClock, capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    async with clock:
        assert await run(msg="Bonjour {Prenom}", yes=True) == 2
    assert "there is no column 'Prenom'" in capsys.readouterr().err


async def test_a_file_that_is_not_there_is_a_sentence(clock: VirtualClock, capsys: pytest.CaptureFixture[str]) -> None:
    async with clock:
        assert await campaign.run(Path("nowhere.csv"), from_=FROM, txt="123", yes=True) == 2
    assert "nowhere.csv" in capsys.readouterr().err
