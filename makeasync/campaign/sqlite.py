"""The journal in a file of SQLite: the store that comes with makeasync.

One connection, in worker threads, one call at a time. WAL with `synchronous=FULL`: what is committed is on the disk.
A group of changes is one statement over one JSON array: a row at a time, every row would have to win Python's lock
back from the event loop.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeVar, TypeVarTuple, cast

import anyio
from anyio import to_thread

from makeasync.campaign.journal import Added, Addition, Change, Entry, RunRecord, Sum
from makeasync.campaign.sqlite_file import open_to_read, open_to_write, translated
from makeasync.campaign.sqlite_rows import (
    ADD,
    BEGIN_RUN,
    DIFFERENT,
    END_RUN,
    ENTRIES,
    FIND,
    FOLLOWABLE,
    RUNS,
    SUMS,
    WRITE,
    entries_of,
    microseconds,
    new_row,
    row_of,
    run_of,
    sum_of,
)
from makeasync.campaign.states import State
from makeasync.client.clock import Clock
from makeasync.errors import JournalFailed

__all__ = ["SqliteJournal"]

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
        cls, path: str | os.PathLike[str], clock: Clock, *, purpose: str | None = None, read_only: bool = False
    ) -> Self:
        """Open a journal; see `Campaign.open`."""
        whole = Path(os.path.realpath(path))  # noqa: ASYNC240 - no longer than any other system call
        with clock.stand_still():
            opened = await to_thread.run_sync(open_to_read if read_only else open_to_write, whole, purpose)
        return cls(whole, clock, *opened)

    async def add(self, additions: Sequence[Addition], at: datetime) -> Added:
        """Keep messages; see `Journal`."""
        rows = json.dumps([new_row(addition) for addition in additions])
        return await self._run(self._add, rows, len(additions), microseconds(at))

    async def write(self, changes: Sequence[Change]) -> None:
        """Write changes; see `Journal`."""
        await self._run(self._write, json.dumps([row_of(change) for change in changes]), len(changes))

    async def entries(self, *states: State, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """Give messages; see `Journal`."""
        return entries_of(await self._run(self._page, ENTRIES, json.dumps(states), after, limit))

    async def followable(self, *, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """Give messages to be followed; see `Journal`."""
        return entries_of(await self._run(self._page, FOLLOWABLE, "", after, limit))

    async def find(self, keys: Sequence[str]) -> Sequence[Entry]:
        """Give messages by their keys; see `Journal`."""
        return entries_of(await self._run(self._page, FIND, json.dumps(keys), 0, len(keys)))

    async def sums(self) -> Sequence[Sum]:
        """Add up; see `Journal`."""
        return [sum_of(row) for row in await self._run(self._rows, SUMS)]

    async def begin_run(self, at: datetime, credits: int | None) -> int:  # noqa: A002 - the API's word
        """Note the beginning of a run; see `Journal`."""
        return await self._run(self._begin_run, microseconds(at), credits)

    async def end_run(self, number: int, at: datetime, why: str) -> None:
        """Note the end of a run; see `Journal`."""
        await self._run(self._rows, END_RUN, microseconds(at), why, number)

    async def runs(self) -> Sequence[RunRecord]:
        """Give all runs; see `Journal`."""
        return [run_of(row) for row in await self._run(self._rows, RUNS)]

    async def aclose(self) -> None:
        """Close the file, and let others have it."""
        with anyio.CancelScope(shield=True):
            async with self._one_at_a_time:
                await to_thread.run_sync(self._close)

    def _close(self) -> None:
        with self._in_use, translated(self._path):
            self._connection.close()
            # Last, so that nobody else begins before everything is written.
            if self._lock is not None:
                self._lock.close()

    async def _run(self, work: Callable[[*Arguments], ResultT], *arguments: *Arguments) -> ResultT:
        async with self._one_at_a_time:
            with self._clock.stand_still():
                return await to_thread.run_sync(self._work, work, arguments)

    def _work(self, work: Callable[[*Arguments], ResultT], arguments: tuple[*Arguments]) -> ResultT:
        with self._in_use, translated(self._path):
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

    def _add(self, rows: str, number: int, at: int) -> Added:
        with self._transaction():
            new = self._connection.execute(ADD, {"rows": rows, "at": at}).rowcount
            different: int = self._connection.execute(DIFFERENT, {"rows": rows}).fetchone()[0]
        return Added(new, number - new - different, different)

    def _write(self, rows: str, number: int) -> None:
        with self._transaction():
            written = self._connection.execute(WRITE, {"rows": rows}).rowcount
            if written != number:
                raise JournalFailed(
                    f"{self._path}: {number - written} of {number} messages are no longer as they were: something else "
                    "has written to the journal. Nothing more is sent; run again to go on from what it holds",
                    path=str(self._path),
                )

    def _page(self, statement: str, chosen: str, after: int, limit: int) -> str:
        return self._connection.execute(statement, {"chosen": chosen, "after": after, "limit": limit}).fetchone()[0]

    def _rows(self, statement: str, *arguments: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement, arguments).fetchall()

    def _begin_run(self, at: int, credits: int | None) -> int:  # noqa: A002 - the API's word
        cursor = self._connection.execute(BEGIN_RUN, (at, credits))
        return cast("int", cursor.lastrowid)
