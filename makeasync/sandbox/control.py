"""Control: the sandbox over HTTP, as JSON, for tests in any language.

Here lives what stands under `/_sandbox/api/`, where no path of the API can ever be. It decides nothing: each is one
call of the sandbox. A page of another site cannot call it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, TypeAlias, cast, get_args

import attrs
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from makeasync.sandbox.faults import Fault
from makeasync.sandbox.guard import is_foreign, read_body
from makeasync.sandbox.operations import Kind

if TYPE_CHECKING:
    from makeasync.sandbox.sandbox import Sandbox, What

__all__ = ["CONTROL_PATH", "control_routes"]

CONTROL_PATH = "/_sandbox/api/"
Work: TypeAlias = "Callable[[Sandbox, Request], Awaitable[object]]"
_MOST = 1_000


async def _body(request: Request) -> Mapping[str, object]:
    raw = await read_body(request)
    try:
        body: object = json.loads(raw or b"{}")
    except RecursionError:
        raise ValueError("the body is nested too deeply") from None
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - it is what a value holds, to who sent it
    return cast("dict[str, object]", body)


def _message_filter(request: Request) -> tuple[str | None, str | None, Kind | None]:
    asked = request.query_params
    kind = asked.get("kind")
    if kind not in {None, *get_args(Kind)}:
        msg = f"kind: {kind!r} is none of {', '.join(get_args(Kind))}"
        raise ValueError(msg)
    return asked.get("to"), asked.get("text"), cast("Kind | None", kind)


async def _messages(sandbox: Sandbox, request: Request) -> object:
    to, text, kind = _message_filter(request)
    asked = request.query_params
    if "wait" in asked:
        timeout = min(float(asked.get("timeout", "5")), 60.0)
        await sandbox.wait_for(int(asked["wait"]), timeout, to=to, text=text, kind=kind)
    limit = min(int(asked.get("limit", _MOST)), _MOST)
    found = sandbox.messages(to=to, text=text, kind=kind)
    shown = found[len(found) - limit :] if 0 < limit < len(found) else found[:_MOST]
    return {"count": len(found), "messages": [attrs.asdict(each) for each in shown]}


async def _latest(sandbox: Sandbox, request: Request) -> object:
    to, text, kind = _message_filter(request)
    return attrs.asdict(sandbox.latest(to=to, text=text, kind=kind))


async def _requests(sandbox: Sandbox, _request: Request) -> object:
    return {"count": len(sandbox.requests), "requests": [attrs.asdict(each) for each in sandbox.requests[-_MOST:]]}


async def _clock(sandbox: Sandbox, _request: Request) -> object:
    return {"now": sandbox.clock.now(), "frozen": sandbox.clock.is_frozen}


async def _set_clock(sandbox: Sandbox, request: Request) -> object:
    body = await _body(request)
    sandbox.clock.advance(_number(body.get("advance", 0)))
    if "frozen" in body:
        (sandbox.clock.freeze if body["frozen"] else sandbox.clock.resume)()
    sandbox.touch()
    return await _clock(sandbox, request)


async def _credits(sandbox: Sandbox, _request: Request) -> object:
    return {"credits": sandbox.credits}


async def _set_credits(sandbox: Sandbox, request: Request) -> object:
    sandbox.credits = int(_number((await _body(request)).get("credits")))
    return await _credits(sandbox, request)


async def _faults(sandbox: Sandbox, _request: Request) -> object:
    return {"faults": [attrs.asdict(each) for each in sandbox.faults]}


async def _add_fault(sandbox: Sandbox, request: Request) -> object:
    body = await _body(request)
    # What each may hold is checked by the fault itself.
    make = cast("Callable[..., Fault]", Fault)
    sandbox.add_fault(make(**body))
    return await _faults(sandbox, request)


async def _reset(sandbox: Sandbox, request: Request) -> object:
    what = (await _body(request)).get("what", [])
    if not isinstance(what, list):
        raise ValueError("what: must be a list")  # noqa: TRY004 - as above
    sandbox.reset(*cast("list[What]", what))
    return {}


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        msg = f"{value!r} is not a number"
        raise ValueError(msg)  # noqa: TRY004 - as above
    return value


_CALLS: tuple[tuple[str, str, Work], ...] = (
    ("messages", "GET", _messages),
    ("messages/latest", "GET", _latest),
    ("requests", "GET", _requests),
    ("clock", "GET", _clock),
    ("clock", "PUT", _set_clock),
    ("credits", "GET", _credits),
    ("credits", "PUT", _set_credits),
    ("faults", "GET", _faults),
    ("faults", "POST", _add_fault),
    ("reset", "POST", _reset),
)

_STATUS: tuple[tuple[type[Exception], int], ...] = ((LookupError, 404), (TimeoutError, 408))


def _answering(sandbox: Sandbox, work: Work) -> Callable[[Request], Awaitable[Response]]:
    @wraps(work)
    async def answer(request: Request) -> Response:
        if is_foreign(request):
            return JSONResponse({"error": "asked by a page of another site"}, 403)
        try:
            return JSONResponse(await work(sandbox, request))
        except (LookupError, TimeoutError, ValueError, TypeError, OverflowError) as error:
            status = next((status for kind, status in _STATUS if isinstance(error, kind)), 400)
            return JSONResponse({"error": str(error)}, status)

    return answer


def control_routes(sandbox: Sandbox) -> list[Route]:
    """What stands under `/_sandbox/api/`."""
    return [Route(CONTROL_PATH + path, _answering(sandbox, work), methods=[method]) for path, method, work in _CALLS]
