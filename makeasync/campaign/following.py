"""Following the accepted messages of a campaign: what a tracking shows is written down before anybody is given it."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

from attrs import frozen

from makeasync.campaign.journal import Change, Entry, Journal
from makeasync.campaign.scribe import Scribe
from makeasync.client.bulk import Bulk, End, Give
from makeasync.client.client import AsyncClient
from makeasync.client.crew import Crew
from makeasync.client.outcomes import Tracked, TrackingFailed
from makeasync.client.tracking import Until
from makeasync.errors import ClientClosed, JournalError, MakeError, TrackingUnavailable
from makeasync.protocol.answers import Receipt, Tracking

__all__ = ["Following", "is_kept"]

_PAGE = 500
# The API keeps logs for a month; of the longest, 31 days, it is still asked.
_KEPT = timedelta(days=31)


def is_kept(accepted_at: datetime, now: datetime) -> bool:
    """Say whether the service may still have the log of a message.

    Example:
        >>> is_kept(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))
        False
    """
    return now - accepted_at <= _KEPT


@frozen
class Following:
    """What it takes to follow a campaign."""

    journal: Journal
    scribe: Scribe[Change]
    client: AsyncClient
    until: Until

    def bulk(self, concurrency: int) -> Bulk[Entry, Tracked | TrackingFailed]:
        """Give the block to iterate over."""

        def begin(crew: Crew, entry: Entry, give: Give[Tracked | TrackingFailed]) -> None:
            crew.start(self._follow, entry, give)

        return Bulk(self._entries(), begin, at_once=concurrency)

    async def _entries(self) -> AsyncGenerator[Entry]:
        after = 0
        while page := await self.journal.followable(after=after, limit=_PAGE):
            for entry in page:
                yield entry
            after = page[-1].number

    async def _follow(self, entry: Entry, give: Give[Tracked | TrackingFailed]) -> None:
        receipt = _receipt_of(entry)
        try:
            tracking = await self._look(entry, receipt)
        except TrackingUnavailable as error:
            await self._note_gone(entry, error, give)
        except (ClientClosed, JournalError) as error:
            give(End(error))
        except MakeError as error:
            give(TrackingFailed(receipt.id, error))
        except Exception as error:  # noqa: BLE001 - raised in the user's loop, where it can be caught
            give(End(error))
        else:
            give(Tracked(receipt.id, tracking))

    async def _look(self, entry: Entry, receipt: Receipt[Tracking]) -> Tracking:
        if not is_kept(receipt.issued_at or entry.added_at, self._now()):
            raise TrackingUnavailable("its log was kept for a month, and that is over", id=receipt.id, code=110)
        tracking = await self.client.wait_tracking(receipt)
        entry = await self._note(entry, tracking)
        if self.until == "finished" and not tracking.finished:
            tracking = await self.client.wait_tracking(receipt, until="finished")
            await self._note(entry, tracking)
        return tracking

    async def _note(self, entry: Entry, tracking: Tracking | None) -> Entry:
        after = entry.followed(tracking, self._now())
        await self.scribe.commit(Change(entry, after))
        return after

    async def _note_gone(self, entry: Entry, error: TrackingUnavailable, give: Give[Tracked | TrackingFailed]) -> None:
        try:
            await self._note(entry, None)
        except (ClientClosed, JournalError) as failure:
            give(End(failure))
        else:
            give(TrackingFailed(error.id or "", error))

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.client.clock.time(), UTC)


def _receipt_of(entry: Entry) -> Receipt[Tracking]:
    return Receipt(
        kind=entry.request.kind,
        id=entry.id or "",
        cost=entry.cost,
        credits=entry.credits,
        code=entry.code,
        scheduled=entry.scheduled,
        issued_at=entry.settled_at,
    )
