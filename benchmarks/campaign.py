"""What does it cost to lose nobody? A campaign through its journal, against sending without one.

    python -m benchmarks.campaign [MESSAGES]

The messages come from a generator and go to an in-process transport that answers at once, so what is measured is ours:
the journal on the disk and the client. Memory is what the process grows by over a client that is idle.
"""

import os
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from types import MappingProxyType

import anyio

from benchmarks.server import BODY
from makeasync import Answer, AsyncClient, Campaign, Progress, Ring, Target

CONNECTIONS = 200
_BALANCE = b"<response><result>success</result><credits>1000000000</credits></response>"


class AtOnce:
    """Answers at once."""

    async def fetch(self, target: Target, timeout: float, progress: Progress) -> Answer:  # noqa: ARG002 - the port's
        """Answer."""
        progress.reach("send")
        return Answer(200, MappingProxyType({}), _BALANCE if target.path == "apicredits.php" else BODY)

    async def aclose(self) -> None:
        """Close nothing."""


def requests(messages: int) -> Generator[Ring]:
    """Make the messages, one at a time."""
    for number in range(messages):
        yield Ring(from_="33639980000", to=str(33600000000 + number))


def megabytes() -> float:
    """Give what the process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def without_journal(messages: int) -> float:
    """Send with `send_all`, and give messages a second."""
    async with AsyncClient("john", "secret", rate=None, max_connections=CONNECTIONS, transport=AtOnce()) as client:
        begun = time.perf_counter()
        async with client.send_all(requests(messages), concurrency=CONNECTIONS) as outcomes:
            async for _ in outcomes:
                pass
    return messages / (time.perf_counter() - begun)


async def with_journal(messages: int, path: Path) -> tuple[float, float]:
    """Send with a campaign, and give messages a second and the megabytes by which the process has grown."""
    async with AsyncClient("john", "secret", rate=None, max_connections=CONNECTIONS, transport=AtOnce()) as client:
        idle = most = megabytes()
        begun = time.perf_counter()
        async with Campaign.open(path) as campaign:
            await campaign.add(requests(messages))
            async with campaign.run(client) as outcomes:
                sent = 0
                async for _ in outcomes:
                    sent += 1
                    most = max(most, megabytes()) if sent % 1000 == 0 else most
        return messages / (time.perf_counter() - begun), most - idle


async def again(path: Path) -> float:
    """Run the finished campaign again, and give the seconds it takes."""
    async with AsyncClient("john", "secret", rate=None, transport=AtOnce()) as client:
        begun = time.perf_counter()
        async with Campaign.open(path) as campaign, campaign.run(client) as outcomes:
            async for _ in outcomes:
                raise AssertionError("it was finished")
        return time.perf_counter() - begun


def main(messages: int = 100_000) -> None:
    """Print messages a second, how they compare, the memory, and how long a finished campaign takes."""
    for backend in ("asyncio", "trio"):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "journal"
            rate, grown = anyio.run(with_journal, messages, path, backend=backend)
            seconds = anyio.run(again, path, backend=backend)
        plain = anyio.run(without_journal, messages // 5, backend=backend)
        print(f"{backend:>8}  send_all, no journal   {plain:6.0f}/s   1.00")
        print(f"{'':>8}  a campaign, added too  {rate:6.0f}/s   {rate / plain:.2f}   memory +{grown:.1f} MB")
        print(f"{'':>8}  the same, run again    {seconds:6.3f} s")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
