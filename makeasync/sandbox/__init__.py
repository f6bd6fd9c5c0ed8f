"""The make service, imitated: it takes the requests, checks them, debits credits and tracks, and sends to nobody.

Here stands the list of public names, nothing else. The rooms behind it:
`settings` (what developers may set), `arguments` (the query, and what may stand in it), `operations` (the requests, as
a table), `catalogue` (texts), `magic` (numbers that decide what happens), `faults` (what goes wrong, and for whom),
`timelines` (when things happen), `answers` (XML), `mask` (in the password's place), `trackings` (what a tracking
shows), `recordings` (audio), `records` and `ledger` (what is remembered), `service` (every decision; `now` is passed
in), `clock`, `sandbox` (what users hold: lock and clock), `delivery` (how an answer goes out, or goes wrong),
`presence` (who is waited for), `guard` (who may steer), `control` (JSON over HTTP), `inbox` (the page for people),
`app` (Starlette), `server` (uvicorn).
Nothing in here may use the client's own code: a mistake made on both sides would not show.
"""

from __future__ import annotations

from makeasync.errors import MissingExtra

try:
    from makeasync.sandbox.clock import SandboxClock
    from makeasync.sandbox.faults import Fault
    from makeasync.sandbox.magic import MAGIC, Magic
    from makeasync.sandbox.records import Message, ReceivedRequest
    from makeasync.sandbox.sandbox import Sandbox
    from makeasync.sandbox.server import serve
except ModuleNotFoundError as error:
    # Only what the extra installs: any other missing module is a fault of ours, and must be seen as such.
    if (error.name or "").partition(".")[0] not in {"jinja2", "starlette", "uvicorn"}:
        raise
    raise MissingExtra("sandbox", purpose="the sandbox") from None

__all__ = ["MAGIC", "Fault", "Magic", "Message", "ReceivedRequest", "Sandbox", "SandboxClock", "serve"]
