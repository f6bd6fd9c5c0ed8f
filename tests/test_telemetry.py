"""Spans and metrics: right, and without a query, also with OpenTelemetry's own instrumentation of httpx switched on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from anyio.abc import ByteStream
from attrs import frozen
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from support.raw_server import RawServer, accept, http
from support.service import Service, sms

from makeasync import AsyncClient, MakeError, NotSent, OutcomeUnknown, VirtualClock
from makeasync.telemetry import OpenTelemetry

PASSWORD = "p&s%w+r d/é"
WRITTEN = (PASSWORD, "p%26s", "p&s%25w", "pwd=", "login=")


@frozen
class Kept:
    """What was exported."""

    tracers: TracerProvider
    meters: MeterProvider
    exported: InMemorySpanExporter
    reader: InMemoryMetricReader

    def telemetry(self) -> OpenTelemetry:
        return OpenTelemetry(tracer_provider=self.tracers, meter_provider=self.meters)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self.exported.get_finished_spans())

    def metrics(self) -> dict[str, list[tuple[dict[str, Any], Any]]]:
        found: list[dict[str, Any]] = []
        data = self.reader.get_metrics_data()
        for resource in json.loads(data.to_json())["resource_metrics"] if data else ():
            found += [metric for scope in resource["scope_metrics"] for metric in scope["metrics"]]
        return {
            metric["name"]: [
                (point["attributes"], point.get("value", point.get("count"))) for point in metric["data"]["data_points"]
            ]
            for metric in found
        }


@pytest.fixture
def kept() -> Iterator[Kept]:
    exported, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers, meters = TracerProvider(), MeterProvider([reader])
    tracers.add_span_processor(SimpleSpanProcessor(exported))
    yield Kept(tracers, meters, exported, reader)
    tracers.shutdown()
    meters.shutdown()


@pytest.fixture
def instrumented(kept: Kept) -> Iterator[None]:
    """OpenTelemetry's instrumentation of httpx, as an application switches it on for itself."""
    instrumentor = HTTPXClientInstrumentor()
    instrumentor.instrument(tracer_provider=kept.tracers, meter_provider=kept.meters)
    yield
    instrumentor.uninstrument()


def assert_clean(kept: Kept) -> None:
    for span in kept.spans:
        told = f"{span.name} {dict(span.attributes or {})} {span.events} {span.status.description} {span.to_json()}"
        for written in (*WRITTEN, "33600000001", "33639980000"):
            assert written not in told
    for written in WRITTEN:
        assert written not in str(kept.metrics())


@pytest.mark.usefixtures("instrumented")
async def test_one_span_an_exchange_under_the_caller_s_with_the_instrumentation_of_httpx_on(kept: Kept) -> None:
    async with (
        RawServer(accept) as server,
        AsyncClient("login", PASSWORD, base_url=server.url, rate=None, telemetry=kept.telemetry()) as client,
    ):
        with kept.tracers.get_tracer("app").start_as_current_span("checkout"):
            await client.send(sms(1))
        port = int(server.url.rstrip("/").rsplit(":", 1)[1])
    exchange, checkout = kept.spans
    assert exchange.name == "GET /apimakesms.php"
    assert dict(exchange.attributes or {}) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "server.address": "127.0.0.1",
        "server.port": port,
        "url.full": f"{server.url}apimakesms.php",
    }
    assert exchange.parent == checkout.get_span_context()
    assert_clean(kept)


@pytest.mark.usefixtures("instrumented")
async def test_without_telemetry_of_ours_the_instrumentation_of_httpx_sees_no_query(kept: Kept) -> None:
    async with RawServer(accept) as server, AsyncClient("login", PASSWORD, base_url=server.url) as client:
        await client.send(sms(1))
        assert "pwd=p%26s" in server.requests[0]
    assert [span.name for span in kept.spans] == ["GET"]
    assert_clean(kept)


@pytest.mark.usefixtures("instrumented")
async def test_what_fails_leaves_no_trace_of_the_password_either(kept: Kept) -> None:
    async def echo(server: RawServer, stream: ByteStream) -> bool:
        asked = server.requests[-1].split()[1]
        await stream.send(http(asked, f"302 {asked}", f"Location: {asked}\r\nX: {asked}\r\n"))
        return True

    telemetry = kept.telemetry()
    async with (
        RawServer(echo) as server,
        AsyncClient("login", PASSWORD, base_url=server.url, rate=None, telemetry=telemetry) as client,
    ):
        with pytest.raises(OutcomeUnknown):
            await client.send(sms(1))
    async with AsyncClient(
        "login", PASSWORD, base_url="http://127.0.0.1:1/", telemetry=telemetry, timeout=0.1
    ) as client:
        with pytest.raises(NotSent):
            await client.send(sms(1))
    answered, unconnected = kept.spans
    assert (answered.attributes or {})["http.response.status_code"] == 302
    assert (unconnected.attributes or {})["error.type"] == "NotSent"
    assert (unconnected.attributes or {})["make.phase"] == "connect"
    assert not unconnected.status.is_ok
    assert unconnected.events == ()
    assert_clean(kept)


async def test_metrics_say_what_became_of_requests_and_what_they_cost(kept: Kept) -> None:
    async with VirtualClock() as clock:
        service = Service(lambda to: {"33600000002": 103, "33600000003": "lost"}.get(to, "accept"), clock=clock)  # pyright: ignore[reportArgumentType]
        async with AsyncClient(
            "john", PASSWORD, rate=None, transport=service, clock=clock, telemetry=kept.telemetry()
        ) as client:
            for number in (1, 2, 3, 4):
                try:
                    await client.send(sms(number))
                except MakeError:
                    continue
            await client.wait_tracking("id33600000001")
    metrics = kept.metrics()
    assert {(point["make.kind"], point["make.outcome"]): count for point, count in metrics["make.requests"]} == {
        ("sms", "accepted"): 2,
        ("sms", "refused"): 1,
        ("sms", "unknown"): 1,
    }
    assert metrics["make.credits.spent"] == [({"make.kind": "sms"}, 10)]
    assert metrics["make.credits"] == [({}, service.credits)]
    assert metrics["make.polls"] == [({"make.result": "tracking"}, 1)]
    assert sum(count for _, count in metrics["http.client.request.duration"]) == 5


async def test_a_password_in_the_address_of_a_transport_of_one_s_own_is_not_told(kept: Kept) -> None:
    base_url = "https://user:planted@proxy.example:8443/make?key=planted"
    async with AsyncClient(
        "john", PASSWORD, transport=Service(), base_url=base_url, telemetry=kept.telemetry()
    ) as client:
        await client.send(sms(1))
    [span] = kept.spans
    assert (span.attributes or {})["url.full"] == "https://proxy.example:8443/make/apimakesms.php"


def test_httpx_is_still_as_it_was() -> None:
    assert httpx.AsyncHTTPTransport.handle_async_request.__module__.startswith("httpx")
