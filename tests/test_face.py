from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import makeasync

SOURCE = ast.parse(Path(makeasync.__file__).read_text(encoding="utf-8"))
# A union or a class with arguments: what documents it is the classes in it.
ALIASES = {"Event", "Outcome", "Request"}


def test_names_are_sorted_and_each_stands_once() -> None:
    assert makeasync.__all__ == sorted(set(makeasync.__all__))


def test_names_are_exactly_what_a_type_checker_sees_and_where_they_are_looked_for() -> None:
    seen = next(node for node in SOURCE.body if isinstance(node, ast.If))
    imports = [node for node in seen.body if isinstance(node, ast.ImportFrom)]
    rooms = {alias.name: node.module for node in imports for alias in node.names}
    table = next(
        node.value for node in SOURCE.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
    )
    assert rooms == {name: f"makeasync.{room}" for name, room in ast.literal_eval(table).items()}
    assert sorted(rooms) == makeasync.__all__


def test_no_room_is_opened_before_a_name_of_it_is_asked_for() -> None:
    program = "import sys; before = set(sys.modules); import makeasync; print(*sorted(set(sys.modules) - before))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    ours = [name for name in found.stdout.split() if name.partition(".")[0] not in sys.stdlib_module_names]
    assert ours == ["makeasync"]


def test_a_name_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(AttributeError, match="module 'makeasync' has no attribute 'nobody'"):
        getattr(makeasync, "nobody")  # noqa: B009 - a type checker knows that it is not there
    assert set(makeasync.__all__) <= set(dir(makeasync))


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
