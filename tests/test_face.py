from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import makeasync

SOURCE = ast.parse(Path(makeasync.__file__).read_text(encoding="utf-8"))
# A union or a class with arguments: what documents it is the classes in it.
ALIASES = {"Event", "Outcome", "Request"}


def test_names_are_sorted_and_each_stands_once() -> None:
    assert makeasync.__all__ == sorted(set(makeasync.__all__))


def test_names_are_exactly_what_the_face_imports() -> None:
    imports = [node for node in SOURCE.body if isinstance(node, ast.ImportFrom)]
    assert {alias.asname or alias.name for node in imports for alias in node.names} == set(makeasync.__all__)


def test_face_is_imports_and_the_list_of_names_and_nothing_else() -> None:
    docstring, *others = SOURCE.body
    assert isinstance(docstring, ast.Expr)
    assert {type(node) for node in others} == {ast.ImportFrom, ast.Assign}
    assert sum(isinstance(node, ast.Assign) for node in others) == 1


@pytest.mark.parametrize("name", makeasync.__all__)
def test_name_exists_and_says_what_it_is(name: str) -> None:
    public = getattr(makeasync, name)
    if name in ALIASES:
        assert not inspect.isclass(public)
        return
    assert inspect.isclass(public) or inspect.isfunction(public)
    assert public.__name__ == name
    assert vars(public).get("__doc__") if inspect.isclass(public) else public.__doc__


@pytest.mark.parametrize("name", [name for name in makeasync.__all__ if inspect.isclass(getattr(makeasync, name))])
def test_public_methods_say_what_they_do(name: str) -> None:
    members: dict[str, object] = {**vars(getattr(makeasync, name))}
    public = [it for method, it in members.items() if not method.startswith("_")]
    assert [it for it in public if inspect.isroutine(it) or isinstance(it, property) if not inspect.getdoc(it)] == []


def test_star_import_gives_the_face() -> None:
    names: dict[str, object] = {}
    exec("from makeasync import *", names)  # noqa: S102 - the only way to see what it gives
    assert set(names) - {"__builtins__"} == set(makeasync.__all__)
