"""A program that watches itself as closely as a program can, and writes down all it sees: tests/client/test_secrets.py.

Sentry with the locals of every frame, at the level of logs that it is told to make events of; all logs, all warnings,
asyncio's debug mode, pickles, tracebacks with locals, faulthandler, the process list. The password comes from a file;
whatever is told of it goes to standard output.
"""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import io
import logging
import pickle
import subprocess
import sys
import traceback
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

import sentry_sdk
from sentry_sdk.envelope import Envelope
from sentry_sdk.integrations.httpx import HttpxIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.transport import Transport

from makeasync import AsyncClient, Event, MakeError, Sms

SMS = Sms(from_="33639980000", to="33639980001", txt="123")


class Kept(Transport):
    """Writes down what would go to Sentry."""

    def capture_envelope(self, envelope: Envelope) -> None:
        buffer = io.BytesIO()
        envelope.serialize_into(buffer)
        print("SENTRY", buffer.getvalue().decode())


def tell(event: Event) -> None:
    print("EVENT", event, pickle.dumps(event))


def break_down(event: Event) -> None:
    """An observer with a fault, whose traceback runs through the client."""
    raise RuntimeError(f"broken by {type(event).__name__}")


def client_of(url: str, secret: str, **options: Any) -> AsyncClient:  # noqa: ANN401 - the client's
    """Read the password and give it away; no frame that is still there holds it."""
    return AsyncClient("canary@example.org", Path(secret).read_text("utf-8"), base_url=url, rate=None, **options)


async def misfortunes(url: str, secret: str) -> None:
    async with client_of(url, secret, on_event=tell, timeout=0.5) as client:
        print("REPR", client)
        for call in (client.send(SMS), client.get_credits(), client.get_tracking("abcdefghijkl12")):
            try:
                await call
            except MakeError as error:
                show(error)
        with suppress(TypeError):
            pickle.dumps(client)
        # Torn in the middle, by asyncio itself and by a time-out, with everything that is on the stack then.
        task = asyncio.ensure_future(client.deliver(SMS, Witness()))
        await asyncio.sleep(0.01)
        task.cancel()
        try:
            await task
        except (asyncio.CancelledError, MakeError) as error:
            show(error)
        try:
            async with asyncio.timeout(0.01):
                await client.send(SMS)
        except (TimeoutError, MakeError) as error:
            show(error)
    async with client_of(url, secret, on_event=break_down) as client:
        with suppress(MakeError):
            await client.send(SMS)
    with suppress(ValueError):
        client_of("http://makesms.example/", secret)


class Witness:
    async def leaving(self) -> None:
        faulthandler.dump_traceback(sys.stdout)

    def settled(self, outcome: object) -> None:
        print("SETTLED", outcome)
        faulthandler.dump_traceback(sys.stdout)


def show(error: BaseException) -> None:
    print("ERROR", repr(error), vars(error))
    with suppress(Exception):
        print("PICKLE", pickle.dumps(error))
    sentry_sdk.capture_exception(error)
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    print("TRACEBACK", "".join(told.format()))


def main(url: str, secret: str, level: str) -> None:
    faulthandler.enable(sys.stdout)
    warnings.simplefilter("always")
    logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, force=True)
    logging.captureWarnings(capture=True)
    sentry_sdk.init(
        dsn="https://key@sentry.example/1",
        transport=Kept,
        traces_sample_rate=1.0,
        attach_stacktrace=True,
        include_local_variables=True,
        send_default_pii=True,
        max_request_body_size="always",
        integrations=[HttpxIntegration(), LoggingIntegration(level=logging.DEBUG, event_level=getattr(logging, level))],
    )
    with sentry_sdk.start_transaction(name="canary"):
        asyncio.run(misfortunes(url, secret), debug=True)
    gc.collect()
    sentry_sdk.flush()
    print("PS", subprocess.run(["ps", "-eww", "-o", "args"], capture_output=True, text=True, check=True).stdout)  # noqa: S607
    print("DONE")


if __name__ == "__main__":
    main(*sys.argv[1:])
