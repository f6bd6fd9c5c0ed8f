"""The event loops that tests run on: asyncio and trio, or those that MAKEASYNC_LOOPS names, with uvloop among them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

__all__ = ["LOOPS", "Loop"]

Loop: TypeAlias = tuple[str, dict[str, Any]]

_ALL: Mapping[str, Loop] = MappingProxyType(
    {"asyncio": ("asyncio", {}), "uvloop": ("asyncio", {"use_uvloop": True}), "trio": ("trio", {})}
)
LOOPS: Mapping[str, Loop] = MappingProxyType(
    {name: _ALL[name] for name in os.environ.get("MAKEASYNC_LOOPS", "asyncio,trio").split(",")}
)
