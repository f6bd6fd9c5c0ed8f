"""The journal's file: what it survives, what it refuses, and what it says."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.service import Service, messages, sms

from makeasync import (
    Accepted,
    Campaign,
    JournalError,
    JournalFailed,
    JournalUnusable,
    Kind,
    LoopClock,
    NotSent,
    Outcome,
    OutcomeUnknown,
    Receipt,
    Refused,
    RequestRefused,
    SmsTracking,
    State,
    Unknown,
)
from makeasync.campaign import sqlite_file
from makeasync.campaign.journal import Addition, Change, Entry
from makeasync.campaign.sqlite import SqliteJournal
from makeasync.campaign.states import Following

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def opened(path: Path) -> SqliteJournal:
    return await SqliteJournal.open(path, LoopClock())


async def filled(path: Path, count: int) -> SqliteJournal:
    journal = await opened(path)
    await journal.add([Addition(key=request.to, request=request) for request in messages(count)], NOW)
    return journal


def accepted(entry: Entry) -> Outcome:
    receipt = Receipt[SmsTracking](kind=Kind.SMS, id=f"id{entry.number}", cost=5, credits=9, code=28, scheduled=False)
    return Accepted(sms(entry.number), receipt)


def connection_of(journal: SqliteJournal) -> sqlite3.Connection:
    return journal._connection  # pyright: ignore[reportPrivateUsage] - faults that no file system gives us


async def test_everything_that_is_known_of_a_message_comes_back(path: Path) -> None:
    journal = await filled(path, 5)
    outcomes: list[Callable[[Entry], Outcome]] = [
        accepted,
        lambda entry: Refused(entry.request, RequestRefused("no", code=104)),
        lambda entry: Unknown(entry.request, OutcomeUnknown("torn", phase="wait")),
        lambda _: NotSent("no connection", phase="connect"),
    ]
    entries = await journal.entries(*State)
    sent = [entry.left(7, NOW) for entry in entries[:4]]
    await journal.write([Change(before, after) for before, after in zip(entries, sent, strict=False)])
    settled = [entry.settled(outcome(entry), NOW) for entry, outcome in zip(sent, outcomes, strict=True)]
    await journal.write([Change(before, after) for before, after in zip(sent, settled, strict=True)])
    tracking = SmsTracking(
        id="id1", created_at=NOW, from_="33639980000", to="33639980001", delay=NOW - NOW, txt="123",
        executed_at=None, content="Bonjour", raw=(("id", "id1"), ("date_created", "6744c8c0"), ("from", "33639980000"),
        ("to", "33639980001"), ("in", "0"), ("content", "Bonjour")),
    )  # fmt: skip
    seen = settled[0].followed(tracking, NOW)
    await journal.write([Change(settled[0], seen)])
    await journal.aclose()
    journal = await opened(path)
    first, *others = await journal.entries(*State)
    assert others == [*settled[1:], entries[4]]
    assert first.tracking is not None
    assert (first.tracking.id, first.following) == ("id1", Following.AVAILABLE)
    assert await journal.find([entries[2].key]) == [settled[2]]
    assert await journal.followable() == [first]
    await journal.aclose()


async def test_a_change_from_a_state_that_is_no_more_is_refused_whole(path: Path) -> None:
    journal = await filled(path, 2)
    first, second = await journal.entries(State.PENDING)
    await journal.write([Change(first, first.left(1, NOW))])
    with pytest.raises(JournalFailed, match="1 of 2 messages are no longer as they were"):
        await journal.write([Change(first, first.left(1, NOW)), Change(second, second.left(1, NOW))])
    assert [entry.key for entry in await journal.entries(State.PENDING)] == [second.key]
    await journal.aclose()


FAULTS: dict[str, tuple[str, str]] = {
    "disk full": ("PRAGMA max_page_count = 1", "the disk is full"),
    "made read-only": ("PRAGMA query_only = ON", "may not be written any more"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_when_the_file_cannot_be_written_nothing_leaves_and_nobody_is_lost(path: Path, fault: str) -> None:
    statement, said = FAULTS[fault]
    broken = False
    service = Service(seconds=0.001)
    journals: list[SqliteJournal] = []

    async def opener() -> SqliteJournal:
        journals.append(await opened(path))
        return journals[-1]

    async with service.client() as client:
        with pytest.raises(JournalFailed, match=said):  # noqa: PT012 - it may come from anywhere in there
            async with Campaign(opener) as campaign:
                await campaign.add(messages(600))
                async with campaign.run(client) as outcomes:
                    async for outcome in outcomes:
                        assert isinstance(outcome, Accepted)
                        if not broken and service.taken.total() > 20:
                            broken = True
                            connection_of(journals[0]).execute(statement)
        taken = service.taken.total()
        async with Campaign.open(path) as campaign:
            counts = await campaign.counts()
            assert counts[State.ACCEPTED] + counts[State.UNKNOWN] >= taken >= counts[State.ACCEPTED] >= 10
            assert counts[State.UNKNOWN] <= 10
            assert sum(counts.values()) == 600
            assert {entry.key for entry in await campaign.entries(State.PENDING, limit=600)}.isdisjoint(service.taken)
    assert max(service.taken.values()) == 1


async def test_while_another_program_has_it_locked_nothing_leaves(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "_PATIENCE", 0.2)
    service = Service()
    async with service.client() as client, Campaign.open(path) as campaign:
        await campaign.add(messages(20))
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalFailed, match="another program has it locked"):
            await campaign.run(client).__aenter__()
        assert service.taken.total() == 0
        other.close()
        async with campaign.run(client) as outcomes:
            assert len([outcome async for outcome in outcomes]) == 20


async def test_power_loss_at_any_byte_of_the_log_loses_nothing_that_was_acknowledged(
    path: Path, tmp_path: Path
) -> None:
    log = path.with_name(path.name + "-wal")
    journal = await filled(path, 6)
    await journal.aclose()
    journal = await opened(path)
    # What the journal had promised when the log was so long.
    promised: list[tuple[int, dict[str, State]]] = [(0, {})]

    async def write(before: Entry, after: Entry) -> Entry:
        await journal.write([Change(before, after)])
        promised.append((log.stat().st_size, {**promised[-1][1], after.key: after.state}))
        return after

    for entry in await journal.entries(State.PENDING):
        left = await write(entry, entry.left(1, NOW))
        await write(left, left.settled(accepted(left), NOW))
    whole, logged = path.read_bytes(), log.read_bytes()
    await journal.aclose()
    ends = [size for size, _ in promised]
    cuts = {cut for end in ends for cut in (end - 1, end, end + 1)} | {len(logged)}
    cuts |= set(random.Random(3).sample(range(len(logged)), 60))
    for cut in sorted(cut for cut in cuts if 0 <= cut <= len(logged)):
        folder = tmp_path / str(cut)
        folder.mkdir()
        (folder / "journal").write_bytes(whole)
        (folder / "journal-wal").write_bytes(logged[:cut])
        held = await opened(folder / "journal")
        states = {entry.key: entry.state for entry in await held.entries(*State)}
        await held.aclose()
        shutil.rmtree(folder)
        assert len(states) == 6
        for key, state in max((size, promise) for size, promise in promised if size <= cut)[1].items():
            assert states[key] in {state, State.ACCEPTED}


class TestWhatIsNoJournal:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"Nom;Mobile\nAda;0639981455\n", "is not a journal of makeasync"),
            (b"SQLite format 3\0", "is not a journal of makeasync"),
            (b"\0" * 5000, "is not a journal of makeasync"),
        ],
    )
    async def test_a_foreign_file_is_refused_and_not_touched(self, path: Path, content: bytes, said: str) -> None:
        path.write_bytes(content)
        with pytest.raises(JournalUnusable, match=said) as raised:
            await opened(path)
        assert raised.value.path == str(path)
        assert path.read_bytes() == content

    async def test_a_database_of_another_program_is_refused_and_not_touched(self, path: Path) -> None:
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE bookmark (url TEXT)")
        other.close()
        held = path.read_bytes()
        with pytest.raises(JournalUnusable, match="another program"):
            await opened(path)
        assert path.read_bytes() == held
        assert sorted(file.name for file in path.parent.iterdir()) == [path.name, path.name + "-lock"]

    async def test_a_newer_format_is_refused(self, path: Path) -> None:
        await (await filled(path, 1)).aclose()
        with sqlite3.connect(path) as other:
            other.execute("PRAGMA user_version = 2")
        other.close()
        with pytest.raises(JournalUnusable, match="newer makeasync"):
            await opened(path)

    async def test_an_empty_file_becomes_a_journal_unless_a_log_lies_beside_it(self, path: Path) -> None:
        path.touch()
        await (await filled(path, 1)).aclose()
        path.write_bytes(b"")
        path.with_name(path.name + "-wal").write_bytes(b"x" * 100)
        with pytest.raises(JournalUnusable, match="damaged"):
            await opened(path)

    async def test_a_damaged_file_is_an_error_of_ours(self, path: Path) -> None:
        await (await filled(path, 2000)).aclose()
        held = bytearray(path.read_bytes())
        held[4096:-4096] = random.Random(1).randbytes(len(held) - 8192)
        path.write_bytes(held)
        path.with_name(path.name + "-wal").touch()
        with pytest.raises(JournalError, match="damaged"):
            await opened(path)

    async def test_one_for_another_purpose_is_refused(self, path: Path) -> None:
        clock = LoopClock()
        await (await SqliteJournal.open(path, clock, purpose="rehearsal")).aclose()
        with pytest.raises(JournalUnusable, match="is the journal of a rehearsal, not of a campaign"):
            await SqliteJournal.open(path, clock, purpose="campaign")
        await (await SqliteJournal.open(path, clock)).aclose()

    async def test_a_folder_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(JournalUnusable, match="there is no folder"):
            await opened(tmp_path / "nowhere" / "spring.journal")
        with pytest.raises(JournalUnusable, match="cannot be read"):
            await opened(tmp_path)

    async def test_a_network_file_system_is_refused(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sqlite_file, "network_filesystem", lambda _: "nfs4")  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
        with pytest.raises(JournalUnusable, match=r"network file system \(nfs4\)"):
            await opened(path)
        assert list(path.parent.iterdir()) == []

    async def test_only_what_is_there_can_be_looked_at(self, path: Path) -> None:
        with pytest.raises(JournalUnusable, match="there is no such journal"):
            await SqliteJournal.open(path, LoopClock(), read_only=True)


async def test_a_process_that_died_while_making_it_left_nothing_in_the_way(path: Path) -> None:
    path.with_name(path.name + "-new").write_bytes(b"half")
    await (await filled(path, 1)).aclose()
    assert not path.with_name(path.name + "-new").exists()


async def test_a_phone_book_is_for_its_owners_eyes(path: Path) -> None:
    journal = await filled(path, 1)
    modes = {file.name.removeprefix(path.name): file.stat().st_mode & 0o077 for file in path.parent.iterdir()}
    await journal.aclose()
    assert {name: modes[name] for name in ("", "-wal", "-shm")} == {"": 0, "-wal": 0, "-shm": 0}


async def test_a_look_leaves_nothing_behind(path: Path) -> None:
    await (await filled(path, 1)).aclose()
    before = sorted(path.parent.iterdir())
    journal = await SqliteJournal.open(path, LoopClock(), read_only=True)
    with pytest.raises(JournalFailed, match="may not be written"):
        await journal.end_run(1, NOW, "why")
    await journal.aclose()
    assert sorted(path.parent.iterdir()) == before


async def test_what_is_closed_says_so(path: Path) -> None:
    journal = await filled(path, 1)
    await journal.aclose()
    with pytest.raises(JournalFailed, match="closed"):
        await journal.sums()
