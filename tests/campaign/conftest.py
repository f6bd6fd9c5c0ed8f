from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from makeasync import VirtualClock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spring.journal"


@pytest.fixture
async def clock() -> AsyncIterator[VirtualClock]:
    async with VirtualClock() as clock:
        yield clock
