"""How well is a rate kept, in real time, measured where it counts: at the sandbox.

python -m benchmarks.pacing [RATE] [REQUESTS]
"""

import sys

import anyio

from makeasync import AsyncClient, Ring
from makeasync.sandbox import Sandbox, serve


def most_in_one_second(times: list[float]) -> int:
    """Give the most requests that any window of one second holds."""
    return max(sum(1 for later in times[index:] if later - begun <= 1.0) for index, begun in enumerate(times))


async def _send(url: str, rate: float, requests: int) -> None:
    request = Ring(from_="33612345678", to="33687654321")
    async with (
        AsyncClient("john@gmail.com", "marilyn", base_url=url, rate=rate) as client,
        client.send_all((request for _ in range(requests)), concurrency=40) as outcomes,
    ):
        async for _ in outcomes:
            pass


def main(rate: float = 50, requests: int = 500) -> None:
    """Print the rate that the sandbox saw, and the fullest second."""
    for backend in ("asyncio", "trio"):
        sandbox = Sandbox(login="john@gmail.com", password="marilyn", credits=10**6)
        with serve(sandbox) as url:
            anyio.run(_send, url, rate, requests, backend=backend)
        times = [request.at for request in sandbox.requests]
        seen = (len(times) - 1) / (times[-1] - times[0])
        print(f"{backend:>8}  asked {rate:g}/s, seen {seen:.2f}/s, fullest second {most_in_one_second(times)}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
