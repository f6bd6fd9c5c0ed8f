"""Control: the sandbox over HTTP, as JSON, for tests in any language.

Here lives what stands under `/_sandbox/api/`, where no path of the API can ever be. It decides nothing: each is one
call of the sandbox, which checks what it is given. A page of another site cannot call it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, cast, get_args

import attrs
from attrs import frozen
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from makeasync.sandbox.network.faults import TOO_MANY, Fault
from makeasync.sandbox.network.operations import Kind
from makeasync.sandbox.network.settings import checked_text, checked_word
from makeasync.sandbox.web.guard import is_foreign, read_body
from makeasync.sandbox.web.presence import while_there

if TYPE_CHECKING:
    from makeasync.sandbox.network.records import Message
    from makeasync.sandbox.sandbox import Sandbox, What

__all__ = ["CONTROL_PATH", "control_routes"]

CONTROL_PATH = "/_sandbox/api/"
Given: TypeAlias = Mapping[str, object]
"""What a call is given: of a query texts, of a JSON object anything."""
Work: TypeAlias = "Callable[[Sandbox, Given], object]"
_MOST, _LONGEST_WAIT = 1_000, 60
_FILTER = ("to", "text", "kind")
_FAULT = tuple(field.name for field in attrs.fields(Fault))


@frozen
class _Call:
    """One call: method and path, the names that it takes, what it gives, and whether it waits for messages first."""

    method: str
    path: str
    names: Collection[str]
    work: Work
    waits: bool = False

    def __str__(self) -> str:
        return f"{self.method} {CONTROL_PATH}{self.path}"


def _index(_sandbox: Sandbox, _given: Given) -> object:
    return {"calls": [{"call": str(each), "takes": list(each.names)} for each in _CALLS]}


def _filter(given: Given) -> tuple[str | None, str | None, Kind | None]:
    to, text, kind = (cast("str | None", given.get(name)) for name in _FILTER)
    return to, text, cast("Kind | None", checked_word("kind", kind, get_args(Kind), optional=True))


def _messages(sandbox: Sandbox, given: Given) -> object:
    to, text, kind = _filter(given)
    limit = int(checked_text("limit", given.get("limit", _MOST), 1, _MOST, whole=True))
    found = sandbox.messages(to=to, text=text, kind=kind)
    return {"count": len(found), "messages": [_shown(each) for each in found[-limit:]]}


def _latest(sandbox: Sandbox, given: Given) -> object:
    to, text, kind = _filter(given)
    return _shown(sandbox.latest(to=to, text=text, kind=kind))


def _shown(message: Message) -> object:
    # The API's word; Python's own has an underscore.
    return {name.rstrip("_"): value for name, value in attrs.asdict(message).items()}


def _delete(sandbox: Sandbox, given: Given) -> object:
    id_ = str(given["id"])
    if not sandbox.forget(id_):
        raise LookupError(f"no message has the id {id_!r}")
    return {}


def _requests(sandbox: Sandbox, _given: Given) -> object:
    requests = sandbox.requests
    return {"count": len(requests), "requests": [attrs.asdict(each) for each in requests[-_MOST:]]}


def _clock(sandbox: Sandbox, _given: Given) -> object:
    return {"now": sandbox.clock.now(), "frozen": sandbox.clock.is_frozen}


def _set_clock(sandbox: Sandbox, given: Given) -> object:
    frozen = given.get("frozen")
    if not isinstance(frozen, bool | None):
        raise ValueError("frozen: say true or false")  # noqa: TRY004 - it is a value to who sent it, here and below
    sandbox.clock.advance(cast("float", given.get("advance", 0)))
    if frozen is not None:
        (sandbox.clock.freeze if frozen else sandbox.clock.resume)()
    sandbox.touch()
    return _clock(sandbox, given)


def _credits(sandbox: Sandbox, _given: Given) -> object:
    return {"credits": sandbox.credits}


def _set_credits(sandbox: Sandbox, given: Given) -> object:
    sandbox.credits = cast("int", given.get("credits"))
    return _credits(sandbox, given)


def _faults(sandbox: Sandbox, _given: Given) -> object:
    return {"faults": [{**attrs.asdict(each.fault), "hits": each.hits} for each in sandbox.armed]}


def _add_fault(sandbox: Sandbox, given: Given) -> object:
    sandbox.add_fault(_fault(given))
    return _faults(sandbox, given)


def _fault(given: object) -> Fault:
    if not isinstance(given, dict):
        raise ValueError("a fault is a JSON object")  # noqa: TRY004 - as above
    values = _known(cast("dict[str, object]", given), _FAULT)
    if "does" not in values:
        raise ValueError("does: say what the fault does")
    return cast("Callable[..., Fault]", Fault)(**values)


def _rate(sandbox: Sandbox, _given: Given) -> object:
    return {"rate": sandbox.rate, "over_rate": attrs.asdict(sandbox.over_rate)}


def _set_rate(sandbox: Sandbox, given: Given) -> object:
    if "rate" not in given:
        raise ValueError("rate: say how many a second; null for no limit")
    over_rate = given.get("over_rate")
    sandbox.limit(cast("int | None", given["rate"]), TOO_MANY if over_rate is None else _fault(over_rate))
    return _rate(sandbox, given)


def _reset(sandbox: Sandbox, given: Given) -> object:
    what = given.get("what", [])
    if not isinstance(what, list):
        raise ValueError("what: must be a list")  # noqa: TRY004 - as above
    sandbox.reset(*cast("list[What]", what))
    return {}


_CALLS = (
    _Call("GET", "", (), _index),
    _Call("GET", "messages", (*_FILTER, "limit"), _messages),
    _Call("GET", "messages/wait", (*_FILTER, "limit", "count", "timeout"), _messages, waits=True),
    _Call("GET", "messages/latest", _FILTER, _latest),
    _Call("DELETE", "messages/{id}", (), _delete),
    _Call("GET", "requests", (), _requests),
    _Call("GET", "clock", (), _clock),
    _Call("PUT", "clock", ("advance", "frozen"), _set_clock),
    _Call("GET", "credits", (), _credits),
    _Call("PUT", "credits", ("credits",), _set_credits),
    _Call("GET", "faults", (), _faults),
    _Call("POST", "faults", _FAULT, _add_fault),
    _Call("GET", "rate", (), _rate),
    _Call("PUT", "rate", ("rate", "over_rate"), _set_rate),
    _Call("POST", "reset", ("what",), _reset),
)


async def _given(request: Request, names: Collection[str]) -> Given:
    """What a call is given, nothing in it that the call does not know."""
    given = dict(request.query_params) if request.method == "GET" else await _body(request)
    return {**_known(given, names), **request.path_params}


async def _body(request: Request) -> Mapping[str, object]:
    raw = await read_body(request)
    try:
        body: object = json.loads(raw or b"{}")
    except RecursionError:
        raise ValueError("the body is nested too deeply") from None
    except ValueError as error:
        msg = f"the body is no JSON: {error}"
        raise ValueError(msg) from None
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - as above
    return cast("dict[str, object]", body)


def _known(given: Mapping[str, object], names: Collection[str]) -> Given:
    for name in given:
        # A name that is mistyped would silently ask for everything.
        checked_word("name", name, names)
    return given


class _Json(JSONResponse):
    """JSON in ASCII: what comes back of a request may hold what UTF-8 cannot write."""

    def render(self, content: object) -> bytes:
        return json.dumps(content, allow_nan=False).encode()


_STATUS: tuple[tuple[type[Exception], int], ...] = ((LookupError, 404), (TimeoutError, 408))


def _answering(sandbox: Sandbox, call: _Call) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        if is_foreign(request):
            return _Json({"error": "asked by a page of another site"}, 403)
        try:
            given = await _given(request, call.names)
            if call.waits and not await _have_come(sandbox, request, given):
                return _Json({"error": "the sandbox ends"}, 503)
            return _Json(call.work(sandbox, given))
        except (LookupError, TimeoutError, ValueError, TypeError) as error:
            status = next((status for kind, status in _STATUS if isinstance(error, kind)), 400)
            return _Json({"error": str(error)}, status)

    return answer


async def _have_come(sandbox: Sandbox, request: Request, given: Given) -> bool:
    """Wait for messages; not any longer, if the server ends.

    Raises:
        TimeoutError: if they do not come.
        ValueError: if what is waited for makes no sense.
    """
    to, text, kind = _filter(given)
    count = int(checked_text("count", given.get("count", 1), 1, whole=True))
    timeout = checked_text("timeout", given.get("timeout", 5), 0, _LONGEST_WAIT)
    wait = partial(sandbox.wait_for, count, timeout, to=to, text=text, kind=kind)
    return await while_there(request.scope, request.receive, wait)


def control_routes(sandbox: Sandbox) -> list[Route]:
    """What stands under `/_sandbox/api/`."""
    return [Route(CONTROL_PATH + each.path, _answering(sandbox, each), methods=[each.method]) for each in _CALLS]
