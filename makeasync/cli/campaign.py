"""`makeasync campaign run`: a file of people, one message, and what became of each.

What is asked for and in which order things are done; how it looks stands in `campaign_talk`.
"""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.prompt import Confirm

from makeasync.campaign.messages import Addressed, Message, Prepared, prepare
from makeasync.campaign.recipients import read_recipients
from makeasync.campaign.template import Template
from makeasync.cli.account import Options
from makeasync.cli.campaign_talk import Result, show_interruption, show_prepared, show_recipients, summary
from makeasync.cli.session import Service, service_for
from makeasync.cli.talk import UsageProblem, put, reporting, talk
from makeasync.client.client import AsyncClient
from makeasync.client.outcomes import Refused
from makeasync.protocol.codes import result_code
from makeasync.protocol.requests import Request, Sms, SmsPlus

__all__ = ["campaign"]

campaign = App(name="campaign", help="Many messages at once, from a CSV file.", help_format="plaintext")
_DEFAULTS = Options()


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
    rate: Annotated[float, Parameter(validator=Number(gt=0), help="Requests a second, at most.")] = 10.0,
    concurrency: Annotated[int, Parameter(validator=Number(gte=1), help="Requests under way at once, at most.")] = 10,
    track: Annotated[bool, Parameter(negative=(), help="Wait for every tracking (10 seconds at least).")] = False,
    transliterate: Annotated[
        bool, Parameter(negative=(), help="Replace characters that a message may not hold, and show which.")
    ] = False,
    dry_run: Annotated[bool, Parameter(negative=(), help="Check and show everything, send nothing.")] = False,
    yes: Annotated[bool, Parameter(negative=(), help="Do not ask before sending.")] = False,
    options: Options = _DEFAULTS,
) -> int:
    """Send one message to everybody in a file, each number once."""
    with reporting(as_json=options.json) as report:
        recipients = read_recipients(file, phone_column=phone_column, region=region)
        show_recipients(recipients)
        template = None if msg is None else Template(msg)
        prepared = prepare(recipients, Message(from_=from_, msg=template, txt=txt, transliterate=transliterate))
        show_prepared(prepared, rate)
        _refuse_problems(prepared)
        result = Result(recipients, prepared)
        if not dry_run:
            _ask_first(prepared, sure=yes or options.sandbox)
            with service_for(options) as service:
                await _carry_out(service, result, rate=rate, concurrency=concurrency, track=track)
        put(result.facts() if options.json else summary(result), as_json=options.json)
        report.status = result.status
    return report.status


def _refuse_problems(prepared: Prepared) -> None:
    if prepared.problems:
        raise UsageProblem(
            f"{len(prepared.problems)} messages hold characters that the service refuses; nothing was sent. "
            "Change the text, or let --transliterate replace them"
        )
    if not prepared.messages:
        raise UsageProblem("there is nobody to send to")


def _ask_first(prepared: Prepared, *, sure: bool) -> None:
    if sure:
        return
    if not sys.stdin.isatty():
        raise UsageProblem("nobody is there to be asked before sending; say --yes, or look first with --dry-run")
    if not Confirm.ask(f"Send {len(prepared.messages)} messages to real people?", console=talk, default=False):
        raise UsageProblem("not confirmed; nothing was sent")


async def _carry_out(service: Service, result: Result, *, rate: float, concurrency: int, track: bool) -> None:
    with _progress() as progress, show_interruption(result):
        async with service.client(rate=rate, concurrency=concurrency, on_event=result.hear) as client:
            result.balance_before = (await client.get_credits()).credits
            await _send(client, result, progress, concurrency)
            if track:
                await _track(client, result, progress)
    result.sandbox = service.sandbox


async def _send(client: AsyncClient, result: Result, progress: Progress, concurrency: int) -> None:
    bar = progress.add_task("sending", total=len(result.prepared.messages))
    addressed: dict[Request, Addressed] = {message.request: message for message in result.prepared.messages}

    def until_the_end() -> Generator[Sms | SmsPlus]:
        for message in result.prepared.messages:
            if result.ended_by is not None:
                return
            yield message.request

    async with client.send_all(until_the_end(), concurrency=concurrency) as outcomes:
        async for outcome in outcomes:
            if outcome.request is not None:
                result.outcomes.append((addressed[outcome.request], outcome))
            if isinstance(outcome, Refused) and outcome.error.code is not None:
                refusal = result_code(outcome.error.code)
                result.ended_by = refusal if refusal.ends_campaign else result.ended_by
            progress.advance(bar)


async def _track(client: AsyncClient, result: Result, progress: Progress) -> None:
    bar = progress.add_task("tracking", total=len(result.receipts))
    async with client.track_all(result.receipts) as trackings:
        async for tracked in trackings:
            result.trackings.append(tracked)
            progress.advance(bar)


@contextmanager
def _progress() -> Generator[Progress]:
    columns = (TextColumn("{task.description:>9}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=talk) as progress:
        yield progress
