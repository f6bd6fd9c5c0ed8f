"""`makeasync campaign …`: a file of people, one message, and what became of each.

What is asked for and in which order things are done; how it looks stands in `campaign_talk`, what Ctrl-C does in
`interruption`.
"""

import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import anyio
from anyio import to_thread
from attrs import frozen
from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.prompt import Confirm

from makeasync.campaign.messages import Message, Prepared, prepare
from makeasync.campaign.recipients import Recipients, read_recipients
from makeasync.campaign.run import Ask, Question
from makeasync.campaign.runner import Campaign
from makeasync.campaign.sqlite_file import copy_journal
from makeasync.campaign.states import State
from makeasync.campaign.suppression import suppress as suppress_in
from makeasync.campaign.template import Template
from makeasync.cli.account import Options
from makeasync.cli.campaign_talk import (
    Result,
    Status,
    show_added,
    show_estimate,
    show_prepared,
    show_recipients,
    show_resumption,
    summary,
    to_be_sent,
)
from makeasync.cli.interruption import Interruption
from makeasync.cli.session import Service, service_for
from makeasync.cli.steering import Steering
from makeasync.cli.talk import UsageProblem, put, reporting, talk
from makeasync.client.client import AsyncClient
from makeasync.client.outcomes import Tracked
from makeasync.protocol.requests import Request

__all__ = ["campaign"]

campaign = App(name="campaign", help="Many messages at once, from a CSV file.", help_format="plaintext")
_DEFAULTS = Options()
_STEERING = Steering()
_CAMPAIGN, _REHEARSAL = "campaign", "rehearsal in the sandbox"

Journal = Annotated[Path, Parameter(help="The journal of the campaign.")]
AsJson = Annotated[bool, Parameter(name="--json", negative=(), help="Write JSON to standard output.")]


@campaign.command
async def run(
    file: Annotated[Path, Parameter(help="A CSV file whose first line names its columns.")],
    *,
    from_: Annotated[str, Parameter(name="--from", help="The sender that everybody sees, international.")],
    msg: Annotated[
        str | None, Parameter(help="The text; {Column} stands for a recipient's field of that name.")
    ] = None,
    txt: Annotated[str | None, Parameter(help="Instead of a text: its code in the service's catalogue.")] = None,
    phone_column: Annotated[
        str | None, Parameter(help="The column of the numbers, when its name does not tell.")
    ] = None,
    region: Annotated[str, Parameter(help="The country whose national numbers are meant.")] = "FR",
    journal: Annotated[
        Path | None, Parameter(help="Where to note what became of each; beside FILE unless you say otherwise.")
    ] = None,
    rate: Annotated[float, Parameter(validator=Number(gt=0), help="Requests a second, at most.")] = 10.0,
    concurrency: Annotated[int, Parameter(validator=Number(gte=1), help="Requests under way at once, at most.")] = 10,
    track: Annotated[
        bool, Parameter(negative=(), help="Follow every message to its end (10 seconds at least).")
    ] = False,
    until: Annotated[
        Literal["available", "finished"], Parameter(help="With --track: to its end, or until there is a tracking.")
    ] = "finished",
    transliterate: Annotated[
        bool, Parameter(negative=(), help="Replace characters that a message may not hold, and show which.")
    ] = False,
    dry_run: Annotated[
        bool, Parameter(negative=(), help="Show what would go to whom and what it would cost; send nothing.")
    ] = False,
    yes: Annotated[bool, Parameter(negative=(), help="Do not ask before sending.")] = False,
    steering: Steering = _STEERING,
    options: Options = _DEFAULTS,
) -> int:
    """Send one message to everybody in a file, each number once. Run again, it goes on where it stopped."""
    with reporting(as_json=options.json) as report:
        recipients = read_recipients(file, phone_column=phone_column, region=region)
        show_recipients(recipients)
        template = None if msg is None else Template(msg)
        prepared = prepare(recipients, Message(from_=from_, msg=template, txt=txt, transliterate=transliterate))
        show_prepared(prepared)
        _refuse_problems(prepared)
        job = _Job(
            recipients=recipients,
            prepared=prepared,
            journal=journal or _beside(file, sandbox=options.sandbox),
            steering=steering,
            never=steering.never(region),
            rate=rate,
            concurrency=concurrency,
            until=until if track else None,
            sure=yes or options.sandbox,
            options=options,
        )
        report.status = await (job.rehearse() if dry_run else job.carry_out())
    return report.status


@campaign.command
async def status(journal: Journal, *, json: AsJson = False) -> int:
    """Show how far a campaign is, also while it runs."""
    with reporting(as_json=json) as report:
        async with Campaign.open(journal, read_only=True) as held:
            seen = await Status.of(held)
        put(seen.facts() if json else seen, as_json=json)
    return report.status


@campaign.command
async def resolve(
    journal: Journal,
    *numbers: Annotated[str, Parameter(help="Whom the messages are for, as `campaign status` shows them.")],
    as_: Annotated[
        Literal["accepted", "not-sent"],
        Parameter(name="--as", help="They were sent; or they were not, and the next run sends them."),
    ],
    all: Annotated[bool, Parameter(name="--all", negative=(), help="All that are unknown.")] = False,  # noqa: A002 - what people type
    json: AsJson = False,
) -> int:
    """Say what became of messages of which makeasync cannot know it. Look at the account first."""
    with reporting(as_json=json) as report:
        if bool(numbers) == all:
            raise UsageProblem("which ones? Give their numbers, or --all")
        async with Campaign.open(journal) as held:
            resolved = await held.resolve(*numbers, accepted=as_ == "accepted")
        what = "taken for sent" if as_ == "accepted" else "to be sent by the next run"
        put({"resolved": resolved} if json else f"{resolved} messages are {what}", as_json=json)
    return report.status


@campaign.command
async def reconcile(journal: Journal, *, options: Options = _DEFAULTS) -> int:
    """Say how many of the unknown messages were probably charged, by the balances. Free."""
    with reporting(as_json=options.json) as report, service_for(options) as service:
        async with service.client() as client, Campaign.open(journal, read_only=True) as held:
            put(await held.reconcile(client), as_json=options.json)
    return report.status


@campaign.command
def suppress(
    file: Annotated[Path, Parameter(help="The file of numbers never to be messaged; made where there is none.")],
    *numbers: Annotated[str, Parameter(help="The numbers to add.")],
    remark: Annotated[str, Parameter(help="Why, for whoever reads the file.")] = "",
    region: Annotated[str, Parameter(help="The country whose national numbers are meant.")] = "FR",
) -> int:
    """Add numbers to those that are never to be messaged (`campaign run --suppressed FILE`)."""
    with reporting(as_json=False) as report:
        added = suppress_in(file, numbers, remark=remark, region=region)
        put(f"{added} added, {len(set(numbers)) - added} were there already", as_json=False)
    return report.status


@frozen(kw_only=True)
class _Job:
    """One `campaign run`."""

    recipients: Recipients
    prepared: Prepared
    journal: Path
    steering: Steering
    never: frozenset[str]
    rate: float
    concurrency: int
    until: Literal["available", "finished"] | None
    sure: bool
    options: Options

    async def rehearse(self) -> int:
        """Show what would go to whom; the journal stays as it is."""
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder) / "journal"
            if self.journal.exists():
                await to_thread.run_sync(copy_journal, self.journal.resolve(), scratch)
            async with Campaign.open(scratch) as held:
                await self._add(held)
                show_estimate(await held.estimate(rate=self.rate), self.rate)
                async for planned in to_be_sent(held, self.never):
                    put(planned, as_json=self.options.json)
        return 0

    async def carry_out(self) -> int:
        """Send, and follow."""
        purpose = _REHEARSAL if self.options.sandbox else _CAMPAIGN
        async with Campaign.open(self.journal, purpose=purpose) as held:
            await self._add(held)
            show_estimate(await held.estimate(rate=self.rate), self.rate)
            await self._ask_first(held)
            result = Result(self.recipients, held, self.journal)
            with service_for(self.options) as service:
                await self._send_and_follow(service, result)
            await result.look()
        put(result.facts() if self.options.json else summary(result), as_json=self.options.json)
        show_resumption(result)
        return result.status

    async def _add(self, held: Campaign) -> None:
        labels: dict[Request, str] = {each.request: f"line {each.recipient.line}" for each in self.prepared.messages}
        added = await held.add(labels, label=labels.__getitem__)
        show_added(added, self.journal)
        if added.different:
            raise UsageProblem(
                f"{self.journal} holds another message for {added.different} of them: it is the journal of another "
                "campaign, or the text was changed on the way. Nothing was sent. Give --journal NEW for a new "
                "campaign, or the text and the file as they were to go on with this one"
            )

    async def _ask_first(self, held: Campaign) -> None:
        rest = await held.estimate()
        if self.sure or not rest.messages:
            return
        if not sys.stdin.isatty():
            raise UsageProblem("nobody is there to be asked before sending; say --yes, or look first with --dry-run")
        if not Confirm.ask(f"Send {rest.messages} messages to real people?", console=talk, default=False):
            raise UsageProblem("not confirmed; nothing was sent")

    async def _send_and_follow(self, service: Service, result: Result) -> None:
        async with (
            service.client(rate=self.rate, concurrency=self.concurrency) as client,
            Interruption() as interruption,
        ):
            with _progress() as progress:
                await self._send(client, result, progress, interruption)
                if self.until is not None and not interruption.came:
                    await self._follow(client, result, progress, interruption)
        result.sandbox = service.sandbox

    async def _send(self, client: AsyncClient, result: Result, progress: Progress, interruption: Interruption) -> None:
        bar = progress.add_task("sending", total=(await result.campaign.estimate()).messages)
        steering = self.steering
        async with result.campaign.run(
            client,
            concurrency=self.concurrency,
            max_credits=steering.max_credits,
            caution=steering.caution(),
            canary=steering.canary,
            ask=None if self.sure or not sys.stdin.isatty() else _asker(progress),
            start_at=steering.begins_at(),
            expire_at=steering.ends_at(),
            quiet=steering.quiet(),
            suppressed=self.never,
        ) as outcomes:
            with interruption.by(outcomes.stop):
                async for _ in outcomes:
                    progress.advance(bar)
        result.ended = outcomes.ended

    async def _follow(
        self, client: AsyncClient, result: Result, progress: Progress, interruption: Interruption
    ) -> None:
        bar = progress.add_task("tracking", total=(await result.campaign.counts())[State.ACCEPTED])
        with anyio.CancelScope() as scope, interruption.by(scope.cancel):
            async with result.campaign.track(client, until=self.until or "finished") as trackings:
                async for tracked in trackings:
                    result.failed_trackings += not isinstance(tracked, Tracked)
                    progress.advance(bar)


def _beside(file: Path, *, sandbox: bool) -> Path:
    # What was only rehearsed must not pass for sent.
    return file.with_name(f"{file.name}.rehearsal.journal" if sandbox else f"{file.name}.journal")


def _refuse_problems(prepared: Prepared) -> None:
    if prepared.problems:
        raise UsageProblem(
            f"{len(prepared.problems)} messages hold characters that the service refuses; nothing was sent. "
            "Change the text, or let --transliterate replace them"
        )
    if not prepared.messages:
        raise UsageProblem("there is nobody to send to")


def _asker(progress: Progress) -> Ask:
    async def ask(question: Question) -> bool:
        progress.stop()
        try:
            return await to_thread.run_sync(
                lambda: Confirm.ask(f"{question.detail}. Go on?", console=talk, default=False), abandon_on_cancel=True
            )
        finally:
            progress.start()

    return ask


@contextmanager
def _progress() -> Generator[Progress]:
    columns = (TextColumn("{task.description:>9}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=talk) as progress:
        yield progress
