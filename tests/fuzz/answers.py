"""Let atheris look for an answer that the codec gets wrong: `nox -s fuzz`. Its finds go to tests/samples/hostile."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parent.parent))

with atheris.instrument_imports(include=["makeasync.protocol"]):
    from support.oracle import examine

_EVERY = 1_000_000
_seen = 0


def examine_one(document: bytes) -> None:
    """Examine one, and say now and then how much memory it has taken."""
    global _seen  # noqa: PLW0603 - atheris calls a function
    _seen += 1
    examine(document)
    if _seen % _EVERY == 0:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{_seen:,} answers, peak memory {peak:.0f} MB", flush=True)  # noqa: T201 - its figures


if __name__ == "__main__":
    atheris.Setup(sys.argv, examine_one)
    atheris.Fuzz()
