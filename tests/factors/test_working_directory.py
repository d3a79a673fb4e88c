"""The working directory, below the project's folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from samerun.factors.factor import Plan, Scene
from samerun.factors.working_directory import WorkingDirectory
from samerun.record.values import Change


def test_both_folders_are_read_and_given_again(scene: Callable[..., Scene], plan: Callable[..., Plan]) -> None:
    values = WorkingDirectory().read(scene(tree=Path("/p"), cwd=Path("/p/a/b")))
    assert values == {"tree": "/p", "below": "a/b"}
    present = plan()
    WorkingDirectory().give(present, values)
    assert present.cwd == "/p/a/b"


def test_a_folder_above_the_tree_is_read_too(scene: Callable[..., Scene], plan: Callable[..., Plan]) -> None:
    values, present = WorkingDirectory().read(scene(tree=Path("/p/t"), cwd=Path("/p"))), plan()
    assert isinstance(values, dict)
    WorkingDirectory().give(present, values)
    assert present.cwd == "/p"


def test_another_folder_is_one_change() -> None:
    a, b = {"tree": "/p", "below": "."}, {"tree": "/p/x", "below": ".."}
    assert WorkingDirectory().differences(a, b) == []
    changes = WorkingDirectory().differences(a, {"tree": "/p", "below": "y"})
    assert [(change.subject, change.a, change.b) for change in changes] == [("working directory", "/p", "/p/y")]
    assert "__file__" in WorkingDirectory().advice(Change("working-directory", "x"))


def test_it_is_varied_to_another_path_of_the_whole_project() -> None:
    values = {"tree": "/a", "below": "b"}
    assert list(WorkingDirectory().variations(values)) == [{**values, "elsewhere": True}]
