"""Page: the routes of the inbox, and what its templates are given.

Here lives the HTTP of the page. Everything is asked of this server: the policy it sends along has a browser see to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args
from urllib.parse import parse_qsl

from anyio import to_thread
from attrs import frozen
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Route

from makeasync.sandbox.network.answers import Answer
from makeasync.sandbox.network.faults import UNLEARNT, Does
from makeasync.sandbox.network.magic import MAGIC, damaged, magic_of
from makeasync.sandbox.network.operations import KIND_OF, On
from makeasync.sandbox.network.recordings import RECORDINGS_PATH
from makeasync.sandbox.web.guard import is_foreign, origin_of, read_body
from makeasync.sandbox.web.inbox.actions import ACTIONS
from makeasync.sandbox.web.inbox.events import events_of
from makeasync.sandbox.web.inbox.labels import LANGUAGES, Language, labels_in
from makeasync.sandbox.web.inbox.view import (
    INBOX_PATH,
    Asked,
    Page,
    State,
    Step,
    Tab,
    date_text,
    gist_of,
    has_failed,
    message_matches,
    page_of,
    request_matches,
    span_of,
    state_of,
    steps_of,
    time_text,
)
from makeasync.sandbox.web.presence import ENDING

if TYPE_CHECKING:
    from makeasync.sandbox.network.records import Message, ReceivedRequest
    from makeasync.sandbox.sandbox import Sandbox

__all__ = ["inbox_routes"]

_HERE = Path(__file__).parent
_STATIC = {file.name: file for file in (_HERE / "static").iterdir()}
_COOKIE = "makeasync_sandbox_language"
_A_YEAR = 365 * 86_400
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_TABLES: Mapping[str, object] = {
    "home": INBOX_PATH,
    "static": f"{INBOX_PATH}static/",
    "magic": MAGIC,
    "does": get_args(Does),
    "kinds": get_args(On),
    "kind_of": KIND_OF,
    "has_failed": has_failed,
    "gist": gist_of,
    # Answers that no client gets as they are shown.
    "unlearnt": UNLEARNT,
    # How far the clock is moved with one click, in seconds.
    "moves": (10, 60, 300, 7_200, 2_678_400),
}
# Of the requests about one message, trackings mostly, no more are shown.
_MOST_EXCHANGES = 20


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    cast("dict[str, object]", environment.globals).update(_TABLES)
    return environment


def _language(request: Request) -> Language:
    wanted = request.query_params.get("lang") or request.cookies.get(_COOKIE)
    return wanted if wanted in LANGUAGES else "fr"


_Search = Callable[[Tab, str, int], tuple[str, ...]]
"""Gives the numbers of the requests, or the ids of the messages, that are found; the last argument is the version."""


def _search_in(sandbox: Sandbox) -> _Search:
    # A page is drawn again every second, because time goes on: it does not search again for that. What is kept are
    # numbers and ids: records would outlive their being forgotten.
    @lru_cache(maxsize=2)
    def search(tab: Tab, q: str, _version: int) -> tuple[str, ...]:
        if tab == "requests":
            return tuple(str(each.number) for each in filter(request_matches(q), sandbox.requests))
        return tuple(each.id for each in filter(message_matches(q), sandbox.messages()))

    return search


@frozen
class _Look:
    """What a template reads of the sandbox, at one moment."""

    sandbox: Sandbox
    search: _Search
    asked: Asked
    language: Language
    url: str
    now: float

    def count(self) -> int:
        """How many messages there are."""
        return len(self.sandbox.messages())

    def messages(self) -> Page[Message]:
        """The messages that are searched, a page of them."""
        if not self.asked.q:
            return page_of(self.sandbox.messages(), self.asked.page)
        return page_of(self._found(), self.asked.page).looked_up(self.sandbox.message)

    def requests(self) -> Page[ReceivedRequest]:
        """The requests that are searched, a page of them."""
        if not self.asked.q:
            return page_of(self.sandbox.requests, self.asked.page)
        return page_of(self._found(), self.asked.page).looked_up(self._numbered().get)

    def _numbered(self) -> Mapping[str, ReceivedRequest]:
        return {str(each.number): each for each in self.sandbox.requests}

    def _found(self) -> tuple[str, ...]:
        return self.search(self.asked.tab, self.asked.q, self.sandbox.version)

    def message(self) -> Message | None:
        """The message that is open."""
        return self.sandbox.message(self.asked.open)

    def request(self) -> ReceivedRequest | None:
        """The request that is open."""
        return self._numbered().get(self.asked.open)

    def tracking(self, message: Message) -> Mapping[str, str]:
        """What its tracking shows."""
        return self.sandbox.tracking_of(message, origin=self.url.rstrip("/"))

    def damaged(self, message: Message, tracking: Mapping[str, str]) -> str | None:
        """The document of its tracking, where its number damages it."""
        damage = magic_of(message.pairs).damage
        return damage and damaged(Answer(tuple(tracking.items())).xml(), damage).decode()

    def moved(self) -> tuple[int, str]:
        """How far the clock has been moved from the world's, and in which unit."""
        return span_of(self.sandbox.clock.ahead)

    def state(self, message: Message) -> State:
        """How far a message is."""
        return state_of(message, self.sandbox.timeline_of(message), self.now)

    def steps(self, message: Message) -> tuple[Step, ...]:
        """Its timeline."""
        return steps_of(message, self.sandbox.timeline_of(message), self.now)

    def recording(self, tracking: Mapping[str, str]) -> str | None:
        """Where on this server its recording lies, once there is one."""
        link = tracking.get("record_link")
        return link and RECORDINGS_PATH + link.rpartition("/")[2]

    def exchanges(self, message: Message) -> tuple[ReceivedRequest, ...]:
        """The last requests about it, the newest first."""
        about = (each for each in reversed(self.sandbox.requests) if each.id == message.id)
        return tuple(islice(about, _MOST_EXCHANGES))

    def date(self, moment: float) -> str:
        """Date and time."""
        return date_text(moment, self.language)

    def time(self, moment: float) -> str:
        """The time; with its date where that is not today's."""
        return time_text(moment, self.now, self.language)


def _page(sandbox: Sandbox, search: _Search, request: Request) -> Response:
    asked, language = Asked.of(request.query_params), _language(request)
    url = f"{origin_of(request.scope)}/"
    html = (
        _templates()
        .get_template("inbox.html")
        .render(
            asked=asked,
            look=_Look(sandbox, search, asked, language, url, sandbox.clock.now()),
            sandbox=sandbox,
            say=labels_in(language),
            language=language,
            other_language=next(each for each in LANGUAGES if each != language),
        )
    )
    response = HTMLResponse(html, headers=_HEADERS)
    if "lang" in request.query_params:
        response.set_cookie(_COOKIE, language, max_age=_A_YEAR, path=INBOX_PATH, samesite="lax", httponly=True)
    return response


async def _act(sandbox: Sandbox, request: Request) -> Response:
    action = ACTIONS.get(request.path_params["action"])
    if action is None:
        return PlainTextResponse("Not Found", 404)
    if is_foreign(request):
        return PlainTextResponse("asked by a page of another site", 403)
    asked = Asked.of(request.query_params)
    try:
        action.do(sandbox, dict(parse_qsl((await read_body(request)).decode())))
    except (ValueError, TypeError):
        return RedirectResponse(asked.link(problem=action.problem), 303)
    return RedirectResponse(asked.link(), 303)


def _events(sandbox: Sandbox, request: Request) -> Response:
    headers = {"Cache-Control": "no-store"}
    events = events_of(sandbox, request.scope.get(ENDING))
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


async def _static(request: Request) -> Response:
    # By a table, not by the file system: Starlette's own way broke on a NUL in a path for years.
    file = _STATIC.get(request.path_params["name"])
    return PlainTextResponse("Not Found", 404) if file is None else FileResponse(file)


def inbox_routes(sandbox: Sandbox) -> list[BaseRoute]:
    """What stands under `/_sandbox/` for people, and the way there from `/`."""
    search = _search_in(sandbox)

    async def page(request: Request) -> Response:
        if ENDING not in request.scope:
            return _page(sandbox, search, request)
        # Behind a socket in a thread, so that nobody who sends waits for those who watch; in process time may be
        # virtual, and would not wait for a thread.
        return await to_thread.run_sync(_page, sandbox, search, request)

    async def act(request: Request) -> Response:
        return await _act(sandbox, request)

    async def events(request: Request) -> Response:
        return _events(sandbox, request)

    async def lead(_request: Request) -> Response:
        return RedirectResponse(INBOX_PATH, 303)

    return [
        Route("/", lead),
        Route(INBOX_PATH.rstrip("/"), lead),
        Route(INBOX_PATH, page),
        Route(f"{INBOX_PATH}events", events),
        Route(f"{INBOX_PATH}do/{{action}}", act, methods=["POST"]),
        Route(f"{INBOX_PATH}static/{{name}}", _static),
    ]
