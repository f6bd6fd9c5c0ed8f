"""The tables of a journal in SQLite, every statement, and how a row becomes a value and back. The only room with SQL.

Nothing is executed here: `sqlite` does that.
"""

import json
from datetime import UTC, datetime
from typing import Any

from makeasync.campaign.costs import size_of
from makeasync.campaign.journal import Addition, Change, Entry, RunRecord, Sum
from makeasync.campaign.states import Following, State
from makeasync.protocol.answers import Kind, Tracking
from makeasync.protocol.codec import read_tracking
from makeasync.protocol.requests import Request, read_request

__all__ = [
    "ADD",
    "APPLICATION",
    "BEGIN_RUN",
    "DIFFERENT",
    "END_RUN",
    "ENTRIES",
    "FIND",
    "FOLLOWABLE",
    "RUNS",
    "SCHEMA",
    "SUMS",
    "VERSION",
    "WRITE",
    "entries_of",
    "instant_of",
    "microseconds",
    "new_row",
    "row_of",
    "run_of",
    "sum_of",
]

# "make", at its place in the header of every journal: what tells one from another program's database.
APPLICATION = 0x6D616B65
VERSION = 1

# Instants are microseconds since the epoch.
_MICRO = 1_000_000

SCHEMA = f"""
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
CREATE TABLE purpose (text TEXT NOT NULL);
CREATE TABLE run (
    number INTEGER PRIMARY KEY,
    begun_at INTEGER NOT NULL,
    credits INTEGER,
    ended_at INTEGER,
    ended_by TEXT
);
CREATE TABLE message (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    query TEXT NOT NULL,
    size INTEGER NOT NULL,
    label TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT '{State.PENDING.value}',
    run INTEGER REFERENCES run,
    sending_at INTEGER,
    settled_at INTEGER,
    code INTEGER,
    phase TEXT,
    reason TEXT,
    cost INTEGER,
    credits INTEGER,
    id TEXT,
    scheduled INTEGER NOT NULL DEFAULT 0,
    following TEXT NOT NULL DEFAULT '{Following.AWAITED.value}',
    followed_at INTEGER,
    tracking TEXT
);
CREATE INDEX message_by_state ON message (state, number);
"""


def _place(place: int) -> str:
    """Name an element of the array that stands for one row."""
    return f"json_extract(value, '$[{place}]')"


ADD = f"""
INSERT INTO message (key, kind, query, size, label, added_at)
SELECT {", ".join(map(_place, range(5)))}, :at FROM json_each(:rows) WHERE true
ON CONFLICT (key) DO NOTHING
"""
DIFFERENT = f"""
SELECT count(*) FROM json_each(:rows) JOIN message ON message.key = {_place(0)}
WHERE message.kind <> {_place(1)} OR message.query <> {_place(2)}
"""
# In the order of the columns in `row_of`.
_CHANGED = (
    "state", "run", "sending_at", "settled_at", "code", "phase", "reason", "cost", "credits", "id", "scheduled",
    "following", "followed_at", "tracking",
)  # fmt: skip
WRITE = f"""
UPDATE message SET {", ".join(f"{name} = {_place(place)}" for place, name in enumerate(_CHANGED, 3))}
FROM json_each(:rows)
WHERE message.number = {_place(0)} AND message.state = {_place(1)} AND message.following = {_place(2)}
"""
_COLUMNS = f"number, key, kind, json(query), label, added_at, {', '.join(_CHANGED)}"


def _all_in_one(condition: str) -> str:
    """Select messages as one array of arrays: read row by row, each would have to win Python's lock back."""
    return f"""
SELECT json_group_array(json_array({_COLUMNS}))
FROM (SELECT * FROM message WHERE {condition} ORDER BY number LIMIT :limit)
"""


ENTRIES = _all_in_one("state IN (SELECT value FROM json_each(:chosen)) AND number > :after")
FOLLOWABLE = _all_in_one(
    f"state = '{State.ACCEPTED.value}' AND id IS NOT NULL AND number > :after "
    f"AND following IN ('{Following.AWAITED.value}', '{Following.AVAILABLE.value}')"
)
FIND = _all_in_one("key IN (SELECT value FROM json_each(:chosen)) AND number > :after")
SUMS = """
SELECT kind, size, state, following, count(*), coalesce(sum(cost), 0), max(cost), count(*) - count(cost)
FROM message GROUP BY 1, 2, 3, 4
"""
RUNS = "SELECT number, begun_at, credits, ended_at, ended_by FROM run ORDER BY number"
BEGIN_RUN = "INSERT INTO run (begun_at, credits) VALUES (?, ?)"
END_RUN = "UPDATE run SET ended_at = ?, ended_by = ? WHERE number = ?"


def new_row(addition: Addition) -> list[object]:
    """Give what `ADD` wants of a message."""
    request = addition.request
    return [addition.key, request.kind, _query(request), size_of(request), addition.label]


def _query(request: Request) -> str:
    return json.dumps(request.query, ensure_ascii=False, separators=(",", ":"))


def row_of(change: Change) -> list[object]:
    """Give what `WRITE` wants of a change."""
    after = change.after
    return [
        after.number,
        change.before.state,
        change.before.following,
        after.state,
        after.run,
        _kept(after.sending_at),
        _kept(after.settled_at),
        after.code,
        after.phase,
        after.reason,
        after.cost,
        after.credits,
        after.id,
        after.scheduled,
        after.following,
        _kept(after.followed_at),
        None if after.tracking is None else json.dumps([after.tracking.kind, after.tracking.raw]),
    ]


def entries_of(rows: str) -> list[Entry]:
    """Read what `ENTRIES`, `FOLLOWABLE` or `FIND` gives."""
    return sorted(map(_entry_of, json.loads(rows)), key=lambda entry: entry.number)


def _entry_of(row: list[Any]) -> Entry:
    (number, key, kind, query, label, added_at, state, run, sending_at, settled_at, *facts) = row
    code, phase, reason, cost, credits_left, id_, scheduled, following, followed_at, tracking = facts
    return Entry(
        number=number,
        key=key,
        request=read_request(Kind(kind), query),
        label=label,
        state=State(state),
        run=run,
        added_at=instant_of(added_at),
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


def sum_of(row: tuple[Any, ...]) -> Sum:
    """Read a row of `SUMS`."""
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


def run_of(row: tuple[Any, ...]) -> RunRecord:
    """Read a row of `RUNS`."""
    number, begun_at, credits_left, ended_at, ended_by = row
    return RunRecord(
        number=number,
        begun_at=instant_of(begun_at),
        credits=credits_left,
        ended_at=_instant(ended_at),
        ended_by=ended_by,
    )


def microseconds(instant: datetime) -> int:
    """Write an instant as it is kept: whole, so that no way of writing a number rounds it."""
    return round(instant.timestamp() * _MICRO)


def instant_of(kept: int) -> datetime:
    """Read an instant as it is kept."""
    return datetime.fromtimestamp(kept / _MICRO, UTC)


def _kept(instant: datetime | None) -> int | None:
    return None if instant is None else microseconds(instant)


def _instant(kept: int | None) -> datetime | None:
    return None if kept is None else instant_of(kept)
