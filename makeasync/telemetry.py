"""OpenTelemetry: spans and metrics of what a client does. An edge; the extra `otel` brings what it needs.

A span is named after the API's path, and its URL has no query. The HTTP instrumentation of httpx is silenced for the
client's own exchanges: there would be two spans of each.
"""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

from makeasync.client.events import Event, Looked, Repeating, Settled
from makeasync.client.logs import facts_of
from makeasync.client.outcomes import Accepted
from makeasync.errors import MissingExtra, NotSent, OutcomeUnknown

try:
    from opentelemetry import metrics, trace
    from opentelemetry.instrumentation.utils import suppress_http_instrumentation
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider
except ImportError as error:  # pragma: no cover - the tests have it
    raise MissingExtra("otel", purpose="makeasync.telemetry") from error

__all__ = ["OpenTelemetry"]

_FAILED_STATUS = 400


class OpenTelemetry:
    """Spans and metrics of everything a client asks of the service.

    Spans: one for each HTTP exchange, child of the span in which the call was made, with the attributes of the HTTP
    conventions (`url.full` without its query) and `make.phase` where it failed. Metrics: `make.requests` (by
    `make.kind` and `make.outcome`), `make.repeats`, `make.polls`, `make.credits.spent`, `make.credits` (the last
    balance) and `http.client.request.duration`. No number, no text of a message and no secret is in any of them.

    Args:
        tracer_provider: where spans go; `None` for the global one.
        meter_provider: where metrics go; `None` for the global one.

    Raises:
        MissingExtra: the extra `otel` is not installed; raised by the import of this module.

    Example:
        async with AsyncClient("john@gmail.com", "marilyn", telemetry=OpenTelemetry()) as client:
            await client.sms(from_="33612345678", to="33687654321", txt="123")
    """

    def __init__(
        self, *, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
    ) -> None:
        self._tracer = trace.get_tracer("makeasync", tracer_provider=tracer_provider)
        meter = metrics.get_meter("makeasync", meter_provider=meter_provider)
        self._requests = meter.create_counter("make.requests", description="Paid requests, by what became of them.")
        self._repeats = meter.create_counter("make.repeats", description="Paid requests tried again: not taken before.")
        self._polls = meter.create_counter("make.polls", description="Looks at trackings, by what they brought.")
        self._spent = meter.create_counter("make.credits.spent", unit="{credit}", description="What receipts cost.")
        self._credits = meter.create_gauge("make.credits", unit="{credit}", description="The last balance seen.")
        self._duration = meter.create_histogram("http.client.request.duration", unit="s")

    @contextmanager
    def exchange(self, url: str) -> Generator[Callable[[int], None]]:
        """Make a span of one exchange; see `Telemetry`."""
        parts = urlsplit(url)
        shared = {"http.request.method": "GET", "server.address": parts.hostname or ""}
        result: dict[str, str | int] = {}

        def answered(status: int) -> None:
            result["http.response.status_code"] = status

        begun = time.perf_counter()
        with self._tracer.start_as_current_span(
            f"GET {parts.path}",
            kind=SpanKind.CLIENT,
            attributes={**shared, "url.full": url, **({"server.port": parts.port} if parts.port else {})},
            # An exception's event would hold its traceback; what it says is in the attributes.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                with suppress_http_instrumentation():
                    yield answered
            except BaseException as failure:
                result["error.type"] = type(failure).__name__
                if isinstance(failure, NotSent | OutcomeUnknown):
                    span.set_attribute("make.phase", failure.phase)
                raise
            finally:
                _close(span, result)
                self._duration.record(time.perf_counter() - begun, {**shared, **result})

    def happened(self, event: Event) -> None:
        """Count it."""
        name, facts = facts_of(event)
        match event:
            case Settled(outcome=outcome):
                kind = {"make.kind": str(facts.get("kind", ""))}
                self._requests.add(1, {**kind, "make.outcome": name})
                if isinstance(outcome, Accepted):
                    self._spent.add(outcome.receipt.cost or 0, kind)
                    if outcome.receipt.credits is not None:
                        self._credits.set(outcome.receipt.credits)
            case Repeating():
                self._repeats.add(1, {"make.kind": str(facts["kind"])})
            case Looked():
                self._polls.add(1, {"make.result": str(facts.get("error", "tracking"))})
            case _:
                return


def _close(span: Span, result: dict[str, str | int]) -> None:
    span.set_attributes(result)
    status = result.get("http.response.status_code", 0)
    if "error.type" in result or (isinstance(status, int) and status >= _FAILED_STATUS):
        span.set_status(Status(StatusCode.ERROR))
