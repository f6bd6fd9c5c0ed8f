"""A journal's file: where it may lie, whose it is, who has it; made, locked, opened. `sqlite_rows` knows what is in it.

A file that is not ours is not even opened, and no exception of sqlite3 leaves this room.
"""

import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from types import MappingProxyType

from makeasync.campaign.filesystems import network_filesystem
from makeasync.campaign.sqlite_rows import APPLICATION, SCHEMA, VERSION
from makeasync.errors import JournalError, JournalFailed, JournalInUse, JournalUnusable

__all__ = ["copy_journal", "open_to_read", "open_to_write", "translated"]

_MAGIC = b"SQLite format 3\0"
_HEADER = 100
_PURPOSE = "campaign"
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


def open_to_read(path: Path, _: str | None) -> tuple[sqlite3.Connection, None]:
    """Open a journal that another process may have open too; nothing is written.

    Raises:
        JournalUnusable, JournalFailed: see `Campaign.open`.
    """
    _check_place(path)
    if not path.exists():
        raise JournalUnusable(f"{path}: there is no such journal", path=str(path))
    _check_file(path)
    with translated(path):
        # Not SQLite's own read-only mode, which leaves files behind where it found none.
        connection = _connect(path, "rw")
        connection.execute("PRAGMA query_only = ON")
        return connection, None


def open_to_write(path: Path, purpose: str | None) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    """Open a journal, or make it where there is none.

    Returns:
        The connection, and another one that keeps every other process out until it is closed.

    Raises:
        JournalInUse, JournalUnusable, JournalFailed: see `Campaign.open`.
    """
    _check_place(path)
    with translated(path):
        lock = _locked(path)
        try:
            _check_file(path)
            if not _size(path):
                _create(path, purpose or _PURPOSE)
            return _open_checked(path, purpose), lock
        except BaseException:
            lock.close()
            raise


def copy_journal(path: Path, to: Path) -> None:
    """Copy a journal as it is now, whoever writes to it, to a place where nothing is yet.

    Raises:
        JournalUnusable, JournalFailed: see `Campaign.open`.
    """
    with translated(path), closing(open_to_read(path, None)[0]) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target)


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
    # It will hold a phone book: for its owner's eyes. What SQLite puts beside it gets the same mode.
    new.touch(mode=0o600)
    with closing(sqlite3.connect(new, isolation_level=None)) as connection:
        connection.executescript(f"BEGIN; {SCHEMA} COMMIT;")
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


def _open_checked(path: Path, purpose: str | None) -> sqlite3.Connection:
    # Closed in order, it leaves no log behind.
    torn = _wal(path).exists()
    connection = _connect(path, "rw")
    try:
        if torn:
            _check_whole(path, connection)
        if purpose is not None:
            _check_purpose(path, connection, purpose)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_whole(path: Path, connection: sqlite3.Connection) -> None:
    found: str = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise JournalUnusable(f"{path}: is damaged ({found}); it was not touched", path=str(path))


def _check_purpose(path: Path, connection: sqlite3.Connection, purpose: str) -> None:
    held: str = connection.execute("SELECT text FROM purpose").fetchone()[0]
    if held != purpose:
        raise JournalUnusable(
            f"{path}: is the journal of a {held}, not of a {purpose}; give another one",
            path=str(path),
        )


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
    if application != APPLICATION:
        return "is a database of another program, not a journal of makeasync"
    return None if version == VERSION else f"is of a newer makeasync (version {version} of the format); update it"


@contextmanager
def translated(path: Path) -> Generator[None]:
    """Let no exception of sqlite3 out."""
    problem: str | None = None
    try:
        yield
    except JournalError:
        raise
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        problem = _PROBLEMS.get(code & 0xFF if code is not None else None, str(error))
    except OSError as error:
        problem = f"cannot be written ({error.strerror})"
    if problem is not None:
        raise JournalFailed(f"{path}: {problem}", path=str(path))
