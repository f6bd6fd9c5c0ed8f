"""The sandbox: a service with a clock, a lock and an ASGI face.

Here lives what users hold in their hands. No decision is taken here, those are in `service`; and nothing but the
given clock says what time it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import RLock
from typing import TYPE_CHECKING

from makeasync.sandbox.app import build_app
from makeasync.sandbox.service import Service, Terms
from makeasync.sandbox.timelines import REVEALED_AFTER

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from makeasync.sandbox.records import Message, ReceivedRequest

__all__ = ["Sandbox"]


class Sandbox:
    """A make service of your own: it answers like the real one, sends to nobody and costs nothing.

    It may be used from any thread.

    Args:
        login: the account's login; the document's own example unless you say otherwise.
        password: the account's password.
        credits: what the account holds.
        clock: says what time it is, in seconds since the epoch; give your own, and ten seconds cost nothing.
            Do not start it at 0: the API writes 0 for what has not happened.
        seed: the same seed gives the same ids and the same fates to the same requests.
        log_delay: how many seconds an id must be old to be tracked.
        revealed_after: seconds from an sms+ to the SMS that announces the hoax; five minutes, as in the document.
        empty_sms_codes: answer an accepted sms or sms+ with an empty `result_code`, as the document's examples do;
            `False` for the codes of its table (28, 29, 38, 39).

    Example:
        ```python
        now = [1_380_207_823.0]
        sandbox = Sandbox(credits=100, clock=lambda: now[0])
        async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.app)) as http:
            ...
        now[0] += 10
        assert sandbox.messages[0].content == "Bonjour"
        ```
    """

    def __init__(
        self,
        *,
        login: str = "john@gmail.com",
        password: str = "marilyn",  # noqa: S107 - it is printed in the document
        credits: int = 10_000,  # noqa: A002 - the API's word
        clock: Callable[[], float] = time.time,
        seed: int = 0,
        log_delay: float = 10.0,
        revealed_after: int = REVEALED_AFTER,
        empty_sms_codes: bool = True,
    ) -> None:
        terms = Terms(
            login=login,
            password=password,
            seed=seed,
            log_delay=log_delay,
            revealed_after=revealed_after,
            empty_sms_codes=empty_sms_codes,
        )
        self._service = Service(terms, _checked(credits))
        self._clock = clock
        # Reentrant, as the clock is the user's and may look at the sandbox.
        self._lock = RLock()
        self._app = build_app(self._answer)

    def __repr__(self) -> str:
        return f"<Sandbox of {self._service.terms.login}, {self.credits} credits, {len(self.messages)} messages>"

    @property
    def app(self) -> Starlette:
        """The ASGI app: for `httpx.ASGITransport`, for `serve`, or for any server on this machine."""
        return self._app

    @property
    def credits(self) -> int:
        """The balance. Set it to top the account up, or to run it dry."""
        with self._lock:
            return self._service.credits_left

    @credits.setter  # noqa: A003 - the API's word, as above
    def credits(self, credits_left: int) -> None:
        with self._lock:
            self._service.credits_left = _checked(credits_left)

    @property
    def requests(self) -> tuple[ReceivedRequest, ...]:
        """Every request to one of the eight paths, in the order of arrival, refused ones too."""
        with self._lock:
            return tuple(self._service.requests)

    @property
    def messages(self) -> tuple[Message, ...]:
        """Every paid request that was accepted, in the order of arrival."""
        with self._lock:
            return tuple(self._service.messages.values())

    def _answer(self, path: str, query: bytes) -> bytes:
        with self._lock:
            return self._service.answer(path, query, self._clock()).xml()


def _checked(credits_left: int) -> int:
    if credits_left < 0:
        msg = f"an account cannot hold {credits_left} credits"
        raise ValueError(msg)
    return credits_left
