"""The examples in the docstrings, run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from types import ModuleType

import pytest

import makeasync

MODULES = [
    module.name for module in pkgutil.walk_packages(makeasync.__path__, "makeasync.") if "__main__" not in module.name
]


@pytest.mark.parametrize("name", MODULES)
def test_its_examples_are_true(name: str) -> None:
    module: ModuleType = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder()
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(found) >= 20
