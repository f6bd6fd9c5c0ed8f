"""The make service, imitated: it takes the requests, checks them, debits credits and tracks, and sends to nobody.

Here stands the list of public names, nothing else. The rooms behind it: `network` (every decision), `clock`, `sandbox`
(what users hold: the network with a lock and a clock), `web` (how it is asked, and watched).
Nothing in here may use the client's own code: a mistake made on both sides would not show.
"""

from __future__ import annotations

from makeasync.errors import MissingExtra

try:
    from makeasync.sandbox.clock import SandboxClock
    from makeasync.sandbox.network.faults import ArmedFault, Fault
    from makeasync.sandbox.network.magic import MAGIC, Magic
    from makeasync.sandbox.network.records import Message, ReceivedRequest
    from makeasync.sandbox.sandbox import Sandbox
    from makeasync.sandbox.web.server import serve
except ModuleNotFoundError as error:
    # Only what the extra installs: any other missing module is a fault of ours, and must be seen as such.
    if (error.name or "").partition(".")[0] not in {"jinja2", "starlette", "uvicorn"}:
        raise
    raise MissingExtra("sandbox", purpose="the sandbox") from None

__all__ = ["MAGIC", "ArmedFault", "Fault", "Magic", "Message", "ReceivedRequest", "Sandbox", "SandboxClock", "serve"]
