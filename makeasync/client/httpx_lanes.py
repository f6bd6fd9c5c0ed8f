"""The default transport: lanes over httpx. The only room that imports httpx.

A lane is one httpx transport with one connection. Idle lanes lie on a stack and the top one is taken, so that few
connections serve much; a lane whose exchange did not end cleanly is closed. No pool is shared, so none is poisoned by a
call that was abandoned.

Login and password enter here, at the last moment and below httpx: what httpx, and whoever traces it, sees is a URL
without a query.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias
from urllib.parse import quote_plus

import anyio
import httpx
from attrs import define

from makeasync.client.clock import Clock
from makeasync.client.credentials import Credentials
from makeasync.client.transport import Answer, Phase, Progress, Target, Transport
from makeasync.errors import NotSent, OutcomeUnknown
from makeasync.protocol.codec import LONGEST_ANSWER

__all__ = ["AnyTransport", "HttpxLanes", "Verify", "open_transport"]

AnyTransport: TypeAlias = Transport | httpx.AsyncBaseTransport
Verify: TypeAlias = bool | ssl.SSLContext

_HEADERS = MappingProxyType(
    # A compressed answer could be a bomb; the real ones are a few hundred bytes.
    {
        "User-Agent": "makeasync",
        "Accept": "application/xml, text/xml",
        "Accept-Encoding": "identity",
        # A proxy that answers from its memory would tell two messages with one receipt.
        "Cache-Control": "no-store, no-cache",
    }
)
_LONGEST_CLOSE = 1.0
# Servers close what is idle after 5 s (Apache) and later, perhaps just when a paid request goes out, and then nobody
# knows what became of it. httpx looks at a connection before it is used again, and takes none that is older than this.
_LONGEST_IDLE = 3.0

# What httpx's connection says of itself, and how far the request has come by then.
_PHASES: Mapping[str, Phase] = MappingProxyType(
    {
        "http11.send_request_headers.started": "send",
        "http11.receive_response_headers.started": "wait",
        "http11.receive_response_body.started": "read",
    }
)
_NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol)
# From an answer to what came behind it: httpx's stream, its pool's, its connection's, h11's state.
_WAY_TO_THE_BUFFER = ("stream", "_httpcore_stream", "_stream", "_connection", "_h11_state")
_FAILED: Mapping[Phase, str] = MappingProxyType(
    {
        "queue": "no connection was free",
        "connect": "no connection was made",
        "send": "the connection failed while the request was being sent",
        "wait": "no answer came",
        "read": "the answer broke off",
        "answer": "the answer is not usable",
    }
)
# In our words: httpx's own repeat what came, and a service may repeat what it was asked.
_IN_OUR_WORDS: Mapping[type[Exception], str] = MappingProxyType(
    {
        httpx.RemoteProtocolError: "the server hung up, or what it sent is not HTTP",
        httpx.ReadError: "the connection broke",
        httpx.WriteError: "the connection broke",
        httpx.ProxyError: "the proxy does not let it through",
    }
)


class _Unusable(Exception):
    """An answer that came and is not taken; the text says why."""


def open_transport(
    transport: AnyTransport | None,
    base_url: str,
    credentials: Credentials,
    *,
    clock: Clock,
    max_connections: int,
    verify: Verify = True,
    proxy: str | None = None,
) -> Transport:
    """Make the client's transport of what the user gave.

    Args:
        transport: our port, taken as it is; an httpx transport, put behind the port; or `None` for lanes.
        base_url: the service's address.
        credentials: login and password.
        clock: for the deadline.
        max_connections: requests at once.
        verify: check the server's certificate, or the SSLContext to do it with.
        proxy: the URL of a proxy.

    Raises:
        ValueError: the address is not https (or http on loopback), the proxy's is none, or there are to be no
            connections.
    """
    if max_connections < 1:
        raise ValueError(f"max_connections: {max_connections!r} is not allowed; give a whole number from 1")
    if transport is not None and not isinstance(transport, httpx.AsyncBaseTransport):
        return transport
    url = _checked(base_url, in_process=isinstance(transport, httpx.MockTransport | httpx.ASGITransport))
    if transport is not None:
        return HttpxLanes(url, credentials, clock, max_connections, lambda: _Shared(transport), closing=transport)
    if proxy is not None:
        _check_proxy(proxy, url)
    context: list[ssl.SSLContext] = []

    def open_lane() -> httpx.AsyncBaseTransport:
        if url.scheme == "https" and not context:
            # One for all lanes: each would hold a megabyte of certificates.
            context.append(verify if isinstance(verify, ssl.SSLContext) else _trust(verify=verify))
        return httpx.AsyncHTTPTransport(
            verify=context[0] if context else False,
            proxy=proxy,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_LONGEST_IDLE),
        )

    return HttpxLanes(url, credentials, clock, max_connections, open_lane)


def _checked(base_url: str, *, in_process: bool) -> httpx.URL:
    url = _url(base_url)
    if url.scheme not in {"https", "http"} or not url.host or url.query or url.userinfo:
        raise ValueError("base_url: not an address of the form https://host/ or https://host/path/")
    if url.scheme == "http" and not in_process and not _is_loopback(url.host):
        raise ValueError(
            f"base_url: http://{url.host}/ would carry the password in clear over a network; use https (plain http is "
            "for loopback only)"
        )
    return url if url.path.endswith("/") else url.copy_with(path=url.path + "/")


def _url(text: str) -> httpx.URL:
    """Read an address; an empty one for what is none."""
    try:
        url = httpx.URL(text)
        # Only this reads a name of another alphabet.
        return url if url.host else httpx.URL("")
    except (httpx.InvalidURL, TypeError, ValueError):
        return httpx.URL("")


def _check_proxy(proxy: str, base_url: httpx.URL) -> None:
    url = _url(proxy)
    if url.scheme not in {"http", "https", "socks5", "socks5h"} or not url.host:
        raise ValueError("proxy: not an address of the form http://host:port")
    if base_url.scheme == "http" and not _is_loopback(url.host):
        raise ValueError(f"proxy: {url.host} would read the password in clear; use a base_url with https")


def _trust(*, verify: bool) -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context(verify=verify)
    except OSError as error:
        reason = f"{type(error).__name__}: {error}"
    raise ValueError(f"verify: the certificates to trust cannot be read ({reason}); see SSL_CERT_FILE and SSL_CERT_DIR")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Shared(httpx.AsyncBaseTransport):
    """A transport of the user's, as a lane: closing the lane leaves it open for the next one."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self.inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self.inner.handle_async_request(request)


@define
class _Lane:
    """One connection, or what stands for it.

    Attributes:
        transport: httpx's, or the user's.
        reusable: its last exchange ended cleanly.
    """

    transport: httpx.AsyncBaseTransport
    reusable: bool = False

    @property
    def on_the_wire(self) -> bool:
        """It is httpx's, and nobody's who derives from it: it keeps the extensions that tell what leaves."""
        own = self.transport.inner if isinstance(self.transport, _Shared) else self.transport
        return type(own) is httpx.AsyncHTTPTransport


class HttpxLanes:
    """A transport of lanes. `open_transport` makes one."""

    def __init__(
        self,
        base_url: httpx.URL,
        credentials: Credentials,
        clock: Clock,
        max_connections: int,
        open_lane: Callable[[], httpx.AsyncBaseTransport],
        *,
        closing: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._base_url = base_url
        self._credentials = credentials
        self._clock = clock
        self._open = open_lane
        self._closing = closing
        self._room = anyio.Semaphore(max_connections)
        self._closed = False
        # The first lane takes what httpx loads and certificates take to read now, not out of the first request's time.
        self._idle = [_Lane(open_lane())]

    async def fetch(self, target: Target, timeout: float, progress: Progress) -> Answer:
        """Do one exchange; see `Transport`."""
        async with self._room:
            lane = self._idle.pop() if self._idle else _Lane(self._open())
            lane.reusable = False
            try:
                return await self._exchange(lane, target, timeout, progress)
            finally:
                if lane.reusable and not self._closed:
                    self._idle.append(lane)
                else:
                    await _close(lane.transport)

    async def aclose(self) -> None:
        """Close every idle lane; one that is in use is closed when it comes back."""
        self._closed = True
        idle, self._idle = self._idle, []
        for lane in idle:
            await _close(lane.transport)
        if self._closing is not None:
            await _close(self._closing)

    async def _exchange(
        self,
        lane: _Lane,
        target: Target,
        timeout: float,
        progress: Progress,
    ) -> Answer:
        reason = ""
        connected = True
        with self._clock.expire(timeout):
            try:
                return await self._converse(lane, target, progress)
            except NotSent as error:
                connected, reason = False, str(error)
            except _Unusable as error:
                reason = str(error)
            except _NO_CONNECTION as error:
                # Whoever's transport it is, it may have tried before.
                connected, reason = progress.left, _name(error, progress)
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
                reason = _name(error, progress)
            except BaseException as error:  # noqa: BLE001 - cancelled, interrupted, or a fault of httpx's
                # On its way up it has passed frames that hold the request as it was sent.
                raise error.with_traceback(None)  # noqa: B904 - it is the same one
        # Raised out here, where no exception of httpx hangs on to it.
        raise _failure(progress, reason or f"the deadline of {timeout:g} s has passed", connected=connected)

    async def _converse(self, lane: _Lane, target: Target, progress: Progress) -> Answer:
        progress.reach("connect")
        response = await lane.transport.handle_async_request(self._request(lane, target, progress))
        progress.reach("read")
        try:
            body = await _read(response)
            alone = _nothing_behind(response)
        finally:
            await response.aclose()
        lane.reusable = alone
        progress.reach("answer")
        return Answer(response.status_code, MappingProxyType(dict(response.headers)), body)

    def _request(self, lane: _Lane, target: Target, progress: Progress) -> httpx.Request:
        url = self._base_url.join(target.path)
        query = target.query + (self._credentials.query() if target.credentials else ())
        wire = "&".join(f"{name}={quote_plus(value)}" for name, value in query).encode("ascii")
        if lane.on_the_wire:
            return httpx.Request("GET", url, headers=_HEADERS, extensions={"trace": _Trace(progress, wire)})
        # A transport that is not httpx's own may not know the extensions; it gets the whole URL, and no
        # benefit of doubt.
        progress.reach("send")
        return httpx.Request("GET", url.copy_with(query=wire or None), headers=_HEADERS)


class _Secret(bytes):
    """Bytes that hold a password and do not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "b'***'"

    __str__ = __repr__


class _Trace:
    """Is told by httpx's connection how far it has come, and hands it the query at the last moment.

    Not by the extension `target`: httpx would put that into the CONNECT for a proxy too, in clear. What the connection
    tells here it logs afterwards, so what may repeat the request is taken out of it.
    """

    def __init__(self, progress: Progress, query: bytes) -> None:
        self._progress = progress
        self._query = _Secret(b"?" + query if query else b"")

    async def __call__(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith("receive_response_headers.complete"):
            # Of all that only the status repeats nobody.
            info["return_value"] = [it for it in info["return_value"] if isinstance(it, int)]
        if "exception" in info:
            info["exception"] = type(info["exception"])
        if event == "http2.send_request_headers.started":
            raise NotSent(
                "a transport with http2=True is not used: its libraries log the whole request", phase="connect"
            )
        phase = _PHASES.get(event)
        if phase is None or info["request"].method == b"CONNECT":
            return
        self._progress.reach(phase)
        if phase == "send":
            url = info["request"].url
            url.target = _Secret(url.target + self._query)


async def _read(response: httpx.Response) -> bytes:
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise _Unusable("a compressed answer, which was not asked for")
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise _Unusable("an answer that cannot be read asynchronously")
    body = bytearray()
    with anyio.CancelScope() as scope:
        async for chunk in response.stream:
            if scope.cancel_called:
                break
            body += chunk
            if len(body) > LONGEST_ANSWER:
                # Torn from within: httpx's generators, left in the middle, would lie about unclosed.
                scope.cancel()
    if scope.cancel_called:
        raise _Unusable(f"an answer of more than {LONGEST_ANSWER} bytes")
    return bytes(body)


def _nothing_behind(response: httpx.Response) -> bool:
    """Look whether more came than this one answer: the next request would be told what it never asked.

    httpx does not look, and has no public way to. Where this one is not found, no connection is used twice.
    """
    state: Any = response
    for name in _WAY_TO_THE_BUFFER:
        state = getattr(state, name, None)
    if state is None:
        return not response.extensions.get("network_stream")
    if state.trailing_data[0] or _more_in_tls(response):
        # So httpx closes the connection, a shared pool's too, instead of using it again.
        state.send_failed()
    return True


def _more_in_tls(response: httpx.Response) -> bool:
    """Look for a record that came in the same segment: it is neither in h11's buffer nor in the socket's."""
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream else None
    if tls is None:
        return False
    try:
        tls.read(1)
    except ssl.SSLWantReadError:
        return False
    except (OSError, ValueError):
        return True
    return True


async def _close(transport: httpx.AsyncBaseTransport) -> None:
    """Close, whatever the state it is in: quickly, even when cancelled, and without a word."""
    with anyio.move_on_after(_LONGEST_CLOSE, shield=True):
        try:
            await transport.aclose()
        except (httpx.HTTPError, OSError, RuntimeError):
            # What does not even close is gone already.
            return


def _name(error: Exception, progress: Progress) -> str:
    """Say what httpx found wrong. Before anything left its texts name hosts and system errors, and no more."""
    # A proxy's own words may repeat what it was told, and that is its password.
    hushed = progress.left or isinstance(error, httpx.ProxyError)
    said = _IN_OUR_WORDS.get(type(error), "") if hushed else str(error)
    return f"{type(error).__name__}: {said}".removesuffix(": ")


def _failure(progress: Progress, reason: str, *, connected: bool) -> NotSent | OutcomeUnknown:
    if not connected or not progress.left:
        phase: Phase = "connect"
        return NotSent(f"not sent: {_FAILED[phase]} ({reason}); nothing left, it is safe to send again", phase=phase)
    return OutcomeUnknown(f"{_FAILED[progress.phase]} ({reason})", phase=progress.phase)
