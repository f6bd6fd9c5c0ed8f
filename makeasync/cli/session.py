"""A client for one command: for the real service, or for an embedded sandbox on a loopback port."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from attrs import field, frozen

from makeasync.cli.account import Options
from makeasync.client.client import AsyncClient
from makeasync.client.events import Event
from makeasync.sandbox import Sandbox, serve

__all__ = ["Service", "service_for"]

_PLENTY = 10_000_000
# Nobody waits five minutes to see that a rehearsal ends.
_SOON = 2


@frozen(kw_only=True)
class Service:
    """Where the requests of a command go.

    Attributes:
        sandbox: the embedded sandbox, when that is where.
    """

    login: str = field(repr=False)
    password: str = field(repr=False)
    base_url: str
    sandbox: Sandbox | None = None

    def client(
        self, *, rate: float = 10, concurrency: int = 10, on_event: Callable[[Event], None] | None = None
    ) -> AsyncClient:
        """Make a client, to be opened."""
        return AsyncClient(
            self.login,
            self.password,
            base_url=self.base_url,
            rate=rate,
            max_connections=concurrency,
            on_event=on_event,
        )


@contextmanager
def service_for(options: Options) -> Generator[Service]:
    """Give the account's service, or run a sandbox for as long as the block lasts."""
    account = options.account
    if not options.sandbox:
        yield Service(login=account.known_login(), password=account.password(), base_url=account.base_url)
        return
    imitation = Sandbox(
        login="sandbox@localhost",
        password="sandbox",  # noqa: S106 - it guards nothing
        credits=_PLENTY,
        revealed_after=_SOON,
    )
    with serve(imitation) as url:
        yield Service(login="sandbox@localhost", password="sandbox", base_url=url, sandbox=imitation)  # noqa: S106
