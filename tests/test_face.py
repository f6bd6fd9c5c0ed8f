from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import makeasync


def test_the_list_of_names_is_the_list_of_imports() -> None:
    tree = ast.parse(Path(inspect.getfile(makeasync)).read_text(encoding="utf-8"))
    imported = [alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    assert sorted(imported) == sorted(makeasync.__all__)


@pytest.mark.parametrize("name", sorted(makeasync.__all__))
def test_every_public_class_and_function_says_what_it_is(name: str) -> None:
    public = getattr(makeasync, name)
    if inspect.isclass(public) or inspect.isfunction(public):
        assert inspect.getdoc(public)
