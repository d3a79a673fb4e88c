"""Code: which files count, and when a change is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from samerun.factors.code import Code, is_code
from samerun.factors.factor import Plan, Scene
from samerun.record.files import FileFact


def fact(digest: str | None, **facts: Any) -> dict[str, Any]:
    return {"size": 1, "hash": digest, "read": True, **facts}


@pytest.mark.parametrize("path", ["a.py", "A.PY", "x/run.sh", "Makefile", "x/Dockerfile", "m.ipynb", "k.cu", "l.so"])
def test_code_by_name(path: str) -> None:
    assert is_code(path)


@pytest.mark.parametrize("path", ["a.csv", "py", ".py", "a.py.bak", "model.pt", "c.yaml", "data.R2", "x.py/a.csv"])
def test_everything_else_is_not(path: str) -> None:
    assert not is_code(path)


def test_a_file_that_was_read_and_differs_is_a_change() -> None:
    changes = Code().differences({"a.py": fact("1")}, {"a.py": fact("2")})
    assert [(change.subject, change.a, change.b, change.where) for change in changes] == [("a.py", "1", "2", "a.py")]


def test_a_file_that_neither_run_read_is_no_change() -> None:
    assert Code().differences({"a.py": fact("1", read=False)}, {"a.py": fact("2", read=False)}) == []


def test_one_reader_is_enough() -> None:
    assert Code().differences({"a.py": fact("1", read=False)}, {"a.py": fact("2")}) != []


def test_comments_alone_are_no_change() -> None:
    same, other = {"a.py": fact("1", syntax="s")}, {"a.py": fact("2", syntax="s")}
    assert Code().differences(same, other) == []
    assert Code().differences(same, {"a.py": fact("2", syntax="t")}) != []
    assert Code().differences({"a.py": fact("1")}, {"a.py": fact("2")}) != []


def test_a_new_and_a_gone_file_are_changes() -> None:
    changes = Code().differences({"a.py": fact("1")}, {"b.py": fact("1")})
    assert [(change.subject, change.a, change.b) for change in changes] == [("a.py", "1", None), ("b.py", None, "1")]


def test_data_is_none_of_its_business() -> None:
    assert Code().differences({"a.csv": fact("1")}, {"a.csv": fact("2")}) == []


def test_reading_keeps_the_folder_and_outside_sources_only(scene: Callable[..., Scene]) -> None:
    facts = {
        "a.csv": FileFact(1, "ignored"),
        "/lib/x.py": FileFact(1, "outside", read=True),
        "/data/x.csv": FileFact(1, "outside", read=True),
    }
    values = Code().read(scene(files=facts))
    assert isinstance(values, dict)
    assert set(values) == {"a.csv", "/lib/x.py"}


def test_what_was_read_can_be_given(scene: Callable[..., Scene], plan: Callable[..., Plan]) -> None:
    facts = {"a.py": FileFact(3, "changed", "h", mode=0o755, mtime_ns=5, link="b.py", kept=True)}
    values, given = Code().read(scene(files=facts)), plan()
    assert isinstance(values, dict)
    Code().give(given, values)
    assert given.files == facts
