"""The journal in a file of SQLite: the store that comes with makeasync. The only room with SQL in it.

One connection, in worker threads, one call at a time. WAL with `synchronous=FULL`: what is committed is on the disk.
A group of changes is one statement over one JSON array: a row at a time, every row would have to win Python's lock
back from the event loop.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self, TypeVar, TypeVarTuple, cast

import anyio
from anyio import to_thread

from makeasync.campaign.costs import size_of
from makeasync.campaign.filesystems import network_filesystem
from makeasync.campaign.journal import Added, Addition, Change, Entry, RunRecord, Sum
from makeasync.campaign.states import Following, State
from makeasync.client.clock import Clock
from makeasync.errors import JournalError, JournalFailed, JournalInUse, JournalUnusable
from makeasync.protocol.answers import Kind, Tracking
from makeasync.protocol.codec import read_tracking
from makeasync.protocol.requests import Request, read_request

__all__ = ["SqliteJournal"]

# "make", at its place in the header of every journal: what tells one from another program's database.
_APPLICATION = 0x6D616B65
_VERSION = 1
_MAGIC = b"SQLite format 3\0"
_HEADER = 100
# Seconds to wait for another program that has the file locked, such as a database browser.
_PATIENCE = 10.0
# The first that knows UPDATE … FROM.
_OLDEST = (3, 33, 0)

_PROBLEMS = MappingProxyType(
    {
        sqlite3.SQLITE_FULL: "the disk is full. Nothing more is sent; make room, then run again",
        sqlite3.SQLITE_READONLY: "may not be written any more. Nothing more is sent; make it writable, then run again",
        sqlite3.SQLITE_BUSY: "another program has it locked (a database browser?). Nothing more is sent; close that "
        "program, then run again",
        sqlite3.SQLITE_CORRUPT: "is damaged. Nothing more is sent; keep the file, and bring a copy of it back",
        sqlite3.SQLITE_NOTADB: "is damaged, or no journal. Nothing more is sent; keep the file, and bring a copy back",
        sqlite3.SQLITE_IOERR: "the disk failed to read or write it. Nothing more is sent; see to the disk, then run "
        "again",
        sqlite3.SQLITE_CANTOPEN: "cannot be opened or made; see who may write in its folder",
        None: "is closed",
    }
)

_SCHEMA = f"""
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
CREATE TABLE purpose (text TEXT NOT NULL);
CREATE TABLE run (
    number INTEGER PRIMARY KEY,
    begun_at REAL NOT NULL,
    credits INTEGER,
    ended_at REAL,
    ended_by TEXT
);
CREATE TABLE message (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    query TEXT NOT NULL,
    size INTEGER NOT NULL,
    label TEXT NOT NULL,
    added_at REAL NOT NULL,
    state TEXT NOT NULL DEFAULT '{State.PENDING.value}',
    run INTEGER REFERENCES run,
    sending_at REAL,
    settled_at REAL,
    code INTEGER,
    phase TEXT,
    reason TEXT,
    cost INTEGER,
    credits INTEGER,
    id TEXT,
    scheduled INTEGER NOT NULL DEFAULT 0,
    following TEXT NOT NULL DEFAULT '{Following.AWAITED.value}',
    followed_at REAL,
    tracking TEXT
);
CREATE INDEX message_by_state ON message (state, number);
"""

_ADD = """
INSERT INTO message (key, kind, query, size, label, added_at)
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]'), json_extract(value, '$[4]'), ?2 FROM json_each(?1) WHERE true
ON CONFLICT (key) DO NOTHING
"""
_DIFFERENT = """
SELECT count(*) FROM json_each(?1) JOIN message ON message.key = json_extract(value, '$[0]')
WHERE message.kind <> json_extract(value, '$[1]') OR message.query <> json_extract(value, '$[2]')
"""
# In the order of the columns in `_row_of`.
_CHANGED = (
    "state", "run", "sending_at", "settled_at", "code", "phase", "reason", "cost", "credits", "id", "scheduled",
    "following", "followed_at", "tracking",
)  # fmt: skip
_WRITE = f"""
UPDATE message SET {", ".join(f"{name} = json_extract(value, '$[{place}]')" for place, name in enumerate(_CHANGED, 3))}
FROM json_each(?1)
WHERE message.number = json_extract(value, '$[0]') AND message.state = json_extract(value, '$[1]') AND message.following = json_extract(value, '$[2]')
"""  # noqa: S608 - names of our own
_COLUMNS = f"number, key, kind, query, label, added_at, {', '.join(_CHANGED)}"
_ENTRIES = f"""
SELECT {_COLUMNS} FROM message
WHERE state IN (SELECT value FROM json_each(?1)) AND number > ?2 ORDER BY number LIMIT ?3
"""  # noqa: S608 - the same
_FOLLOWABLE = f"""
SELECT {_COLUMNS} FROM message
WHERE state = '{State.ACCEPTED.value}' AND id IS NOT NULL AND number > ?2
AND following IN ('{Following.AWAITED.value}', '{Following.AVAILABLE.value}') ORDER BY number LIMIT ?3
"""  # noqa: S608 - the same
_FIND = f"SELECT {_COLUMNS} FROM message WHERE key IN (SELECT value FROM json_each(?1)) ORDER BY number"  # noqa: S608 - the same
_SUMS = """
SELECT kind, size, state, following, count(*), coalesce(sum(cost), 0), max(cost), count(*) - count(cost) FROM message GROUP BY 1, 2, 3, 4
"""

Arguments = TypeVarTuple("Arguments")
ResultT = TypeVar("ResultT")


class SqliteJournal:
    """A journal in a file. `open` opens one, or makes it where there is none."""

    def __init__(
        self, path: Path, clock: Clock, connection: sqlite3.Connection, lock: sqlite3.Connection | None
    ) -> None:
        self._path = path
        self._clock = clock
        self._connection = connection
        self._lock = lock
        self._one_at_a_time = anyio.Lock()
        # A task may be torn while its thread still works.
        self._in_use = threading.Lock()

    @classmethod
    async def open(
        cls, path: str | os.PathLike[str], clock: Clock, *, purpose: str = "", read_only: bool = False
    ) -> Self:
        """Open a journal; see `Campaign.open`."""
        whole = Path(os.path.realpath(path))
        with clock.stand_still():
            opened = await to_thread.run_sync(_open_to_read if read_only else _open_to_write, whole, purpose)
        return cls(whole, clock, *opened)

    async def add(self, additions: Sequence[Addition], at: datetime) -> Added:
        """Keep messages; see `Journal`."""
        rows = json.dumps([_new_row(addition) for addition in additions])
        return await self._run(self._add, rows, len(additions), at.timestamp())

    async def write(self, changes: Sequence[Change]) -> None:
        """Write changes; see `Journal`."""
        await self._run(self._write, json.dumps([_row_of(change) for change in changes]), len(changes))

    async def entries(self, *states: State, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """Give messages; see `Journal`."""
        return await self._run(self._entries, _ENTRIES, (json.dumps(states), after, limit))

    async def followable(self, *, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """Give messages to be followed; see `Journal`."""
        return await self._run(self._entries, _FOLLOWABLE, (None, after, limit))

    async def find(self, keys: Sequence[str]) -> Sequence[Entry]:
        """Give messages by their keys; see `Journal`."""
        return await self._run(self._entries, _FIND, (json.dumps(keys),))

    async def sums(self) -> Sequence[Sum]:
        """Add up; see `Journal`."""
        return [_sum_of(row) for row in await self._run(self._rows, _SUMS)]

    async def begin_run(self, at: datetime, credits: int | None) -> int:  # noqa: A002 - the API's word
        """Note the beginning of a run; see `Journal`."""
        return await self._run(self._begin_run, at.timestamp(), credits)

    async def end_run(self, number: int, at: datetime, why: str) -> None:
        """Note the end of a run; see `Journal`."""
        statement = "UPDATE run SET ended_at = ?, ended_by = ? WHERE number = ?"
        await self._run(self._rows, statement, at.timestamp(), why, number)

    async def runs(self) -> Sequence[RunRecord]:
        """Give all runs; see `Journal`."""
        rows = await self._run(
            self._rows, "SELECT number, begun_at, credits, ended_at, ended_by FROM run ORDER BY number"
        )
        return [_run_of(row) for row in rows]

    async def aclose(self) -> None:
        """Close the file, and let others have it."""
        with anyio.CancelScope(shield=True):
            async with self._one_at_a_time:
                await to_thread.run_sync(self._close)

    def _close(self) -> None:
        with self._in_use, _translated(self._path):
            self._connection.close()
            # Last, so that nobody else begins before everything is written.
            if self._lock is not None:
                self._lock.close()

    async def _run(self, work: Callable[[*Arguments], ResultT], *arguments: *Arguments) -> ResultT:
        async with self._one_at_a_time:
            with self._clock.stand_still():
                return await to_thread.run_sync(self._work, work, arguments)

    def _work(self, work: Callable[[*Arguments], ResultT], arguments: tuple[*Arguments]) -> ResultT:
        with self._in_use, _translated(self._path):
            return work(*arguments)

    @contextmanager
    def _transaction(self) -> Generator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # A full disk has rolled it back already.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _add(self, rows: str, number: int, at: float) -> Added:
        with self._transaction():
            new = self._connection.execute(_ADD, (rows, at)).rowcount
            different: int = self._connection.execute(_DIFFERENT, (rows,)).fetchone()[0]
        return Added(new, number - new - different, different)

    def _write(self, rows: str, number: int) -> None:
        with self._transaction():
            written = self._connection.execute(_WRITE, (rows,)).rowcount
            if written != number:
                raise JournalFailed(
                    f"{self._path}: {number - written} of {number} messages are no longer as they were: something else "
                    "has written to the journal. Nothing more is sent; run again to go on from what it holds",
                    path=str(self._path),
                )

    def _entries(self, statement: str, arguments: tuple[object, ...]) -> list[Entry]:
        return [_entry_of(row) for row in self._connection.execute(statement, arguments)]

    def _rows(self, statement: str, *arguments: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, arguments).fetchall()

    def _begin_run(self, at: float, credits: int | None) -> int:  # noqa: A002 - the API's word
        cursor = self._connection.execute("INSERT INTO run (begun_at, credits) VALUES (?, ?)", (at, credits))
        return cast("int", cursor.lastrowid)


def _open_to_read(path: Path, _: str) -> tuple[sqlite3.Connection, None]:
    _check_place(path)
    if not path.exists():
        raise JournalUnusable(f"{path}: there is no such journal", path=str(path))
    _check_file(path)
    with _translated(path):
        return _connect(path, "ro"), None


def _open_to_write(path: Path, purpose: str) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    _check_place(path)
    with _translated(path):
        lock = _locked(path)
        try:
            _check_file(path)
            if not _size(path):
                _create(path, purpose)
            return _open_checked(path, purpose), lock
        except BaseException:
            lock.close()
            raise


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _wal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def _check_place(path: Path) -> None:
    if sqlite3.sqlite_version_info < _OLDEST:
        raise JournalUnusable(
            f"{path}: a journal needs SQLite {'.'.join(map(str, _OLDEST))} or newer; this Python has "
            f"{sqlite3.sqlite_version}",
            path=str(path),
        )
    if not path.parent.is_dir():
        raise JournalUnusable(f"{path}: there is no folder {path.parent}", path=str(path))
    if network := network_filesystem(path.parent):
        raise JournalUnusable(
            f"{path}: lies on a network file system ({network}), where locks and syncs cannot be trusted and somebody "
            "could be messaged twice; put the journal on a disk of this machine",
            path=str(path),
        )


def _check_file(path: Path) -> None:
    """Read the header alone: what is not ours is not even opened."""
    try:
        header = _head(path)
    except OSError as error:
        raise JournalUnusable(f"{path}: cannot be read ({error.strerror})", path=str(path)) from None
    if problem := _problem(header, has_wal=_size(_wal(path)) > 0):
        raise JournalUnusable(f"{path}: {problem}; it was not touched", path=str(path))


def _locked(path: Path) -> sqlite3.Connection:
    """Hold a lock that ends with this process, on every system: that of an empty database beside the journal."""
    lock = sqlite3.connect(
        path.with_name(path.name + "-lock"), timeout=0, isolation_level=None, check_same_thread=False
    )
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        lock.close()
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        busy = f"{path}: another process is running this campaign; wait until it has ended, or stop it"
        raise JournalInUse(busy, path=str(path)) from None
    return lock


def _create(path: Path, purpose: str) -> None:
    """Make it whole beside its place and move it there: a process that dies in between leaves no half journal."""
    new = path.with_name(path.name + "-new")
    new.unlink(missing_ok=True)
    with closing(sqlite3.connect(new, isolation_level=None)) as connection:
        connection.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        connection.execute("INSERT INTO purpose VALUES (?)", (purpose,))
        connection.execute("PRAGMA journal_mode = WAL")
    new.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # pragma: no cover - no Windows here
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open_checked(path: Path, purpose: str) -> sqlite3.Connection:
    # Closed in order, it leaves no log behind.
    torn = _wal(path).exists()
    connection = _connect(path, "rw")
    try:
        if torn and (found := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise JournalUnusable(f"{path}: is damaged ({found}); it was not touched", path=str(path))
        held: str = connection.execute("SELECT text FROM purpose").fetchone()[0]
        if held != purpose:
            raise JournalUnusable(
                f"{path}: is the journal of a {held or 'campaign'}, not of a {purpose or 'campaign'}; give another one",
                path=str(path),
            )
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}", uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
    )
    # The full sync is what macOS needs for a sync to be one.
    for pragma in ("synchronous = FULL", "fullfsync = ON", "checkpoint_fullfsync = ON", "trusted_schema = OFF"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _head(path: Path) -> bytes:
    if not path.exists():
        return b""
    with path.open("rb") as file:
        return file.read(_HEADER)


def _problem(header: bytes, *, has_wal: bool) -> str | None:
    """Say why a file that begins so is not to be used as a journal."""
    if not header:
        return "is empty, and yet has a log of changes beside it: it is damaged" if has_wal else None
    if len(header) < _HEADER or not header.startswith(_MAGIC):
        return "is not a journal of makeasync"
    version, application = (int.from_bytes(header[place : place + 4], "big") for place in (60, 68))
    if application != _APPLICATION:
        return "is a database of another program, not a journal of makeasync"
    return None if version == _VERSION else f"is of a newer makeasync (version {version} of the format); update it"


@contextmanager
def _translated(path: Path) -> Generator[None]:
    """Let no exception of sqlite3 out."""
    problem = ""
    try:
        yield
        return
    except JournalError:
        raise
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        problem = _PROBLEMS.get(code & 0xFF if code is not None else None, str(error))
    except OSError as error:
        problem = f"cannot be written ({error.strerror})"
    raise JournalFailed(f"{path}: {problem}", path=str(path))


def _new_row(addition: Addition) -> list[object]:
    request = addition.request
    return [addition.key, request.kind, _query(request), size_of(request), addition.label]


def _query(request: Request) -> str:
    return json.dumps(request.query, ensure_ascii=False, separators=(",", ":"))


def _row_of(change: Change) -> list[object]:
    after = change.after
    return [
        after.number,
        change.before.state,
        change.before.following,
        after.state,
        after.run,
        _seconds(after.sending_at),
        _seconds(after.settled_at),
        after.code,
        after.phase,
        after.reason,
        after.cost,
        after.credits,
        after.id,
        after.scheduled,
        after.following,
        _seconds(after.followed_at),
        None if after.tracking is None else json.dumps([after.tracking.kind, after.tracking.raw]),
    ]


def _entry_of(row: tuple[Any, ...]) -> Entry:
    (number, key, kind, query, label, added_at, state, run, sending_at, settled_at, *facts) = row
    code, phase, reason, cost, credits_left, id_, scheduled, following, followed_at, tracking = facts
    return Entry(
        number=number,
        key=key,
        request=read_request(Kind(kind), json.loads(query)),
        label=label,
        state=State(state),
        run=run,
        added_at=datetime.fromtimestamp(added_at, UTC),
        sending_at=_instant(sending_at),
        settled_at=_instant(settled_at),
        code=code,
        phase=phase,
        reason=reason,
        cost=cost,
        credits=credits_left,
        id=id_,
        scheduled=bool(scheduled),
        following=Following(following),
        followed_at=_instant(followed_at),
        tracking=_tracking(tracking),
    )


def _tracking(text: str | None) -> Tracking | None:
    if text is None:
        return None
    kind, raw = json.loads(text)
    return read_tracking(Kind(kind), tuple((name, value) for name, value in raw))


def _sum_of(row: tuple[Any, ...]) -> Sum:
    kind, size, state, following, messages, cost, dearest, unpriced = row
    return Sum(
        kind=Kind(kind),
        size=size,
        state=State(state),
        following=Following(following),
        messages=messages,
        cost=cost,
        dearest=dearest,
        unpriced=unpriced,
    )


def _run_of(row: tuple[Any, ...]) -> RunRecord:
    number, begun_at, credits_left, ended_at, ended_by = row
    return RunRecord(
        number=number,
        begun_at=datetime.fromtimestamp(begun_at, UTC),
        credits=credits_left,
        ended_at=_instant(ended_at),
        ended_by=ended_by,
    )


def _seconds(instant: datetime | None) -> float | None:
    return None if instant is None else instant.timestamp()


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
