from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import makeasync.pacing
import makeasync.protocol

MODULES = [
    module.name
    for package in (makeasync.protocol, makeasync.pacing)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
]


def examples_in(name: str) -> int:
    source = importlib.import_module(name).__file__
    assert source is not None
    return sum(line.lstrip().startswith(">>> ") for line in Path(source).read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_show(name: str) -> None:
    results = doctest.testmod(importlib.import_module(name))
    assert results.failed == 0
    assert results.attempted == examples_in(name)


def test_there_are_examples() -> None:
    assert {name.rpartition(".")[2] for name in MODULES if examples_in(name)} >= {
        *("alphabet", "bucket", "codes", "dates", "numbers", "requests", "schedule"),
    }
