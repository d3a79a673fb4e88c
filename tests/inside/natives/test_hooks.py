"""Wrapping: a function behaves as before, and its paths are told."""

from __future__ import annotations

import inspect
import os
import pickle
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from samerun.inside import events, files, places
from samerun.inside.natives import hooks
from samerun.inside.natives.hooks import APPEND, FOLDER, READ, TRUNCATE, Call, Hook
from samerun.launch import reported
from samerun.launch.spool import Spool, read_spool


class Watched:
    """A module of functions, and what was told of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.module: Any = types.SimpleNamespace(__name__="library")
        self.module.load = load
        self.module.Writer = Writer

    def attach(self, *given: Hook) -> None:
        hooks.attach(self.module, "library", given)

    def spool(self) -> Spool:
        return read_spool(self.folder)

    def reads(self) -> list[str]:
        return [Path(each.path).name for each in self.spool().of(reported.Read)]

    def writes(self) -> list[tuple[str, bool, str]]:
        return [(Path(each.path).name, each.existed, each.how) for each in self.spool().of(reported.Write)]


def load(path: Any, /, mode: str = "r", *, deep: bool = False) -> tuple[Any, str, bool]:
    """Load it."""
    return path, mode, deep


class Writer:
    """Writes."""

    def __init__(self, where: Any) -> None:
        self.where = where

    @classmethod
    def make(cls, where: Any) -> Writer:
        return cls(where)

    @staticmethod
    def check(where: Any) -> Any:
        return where


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    for module, name in ((events, "_channel"), (places, "_places")):
        monkeypatch.setattr(module, name, getattr(module, name))
    for module in (files, hooks):
        monkeypatch.setattr(module, "_told", set())
    (tmp_path / "spool").mkdir()
    (tmp_path / "tree").mkdir()
    events._channel = events._Channel()
    events.open_channel(str(tmp_path / "spool"), "main")
    places.install({"SAMERUN_TREE": str(tmp_path / "tree"), "SAMERUN_SPOOL": str(tmp_path / "spool")})
    monkeypatch.chdir(tmp_path / "tree")
    yield Watched(tmp_path / "spool")
    os.close(events._channel.descriptor)


def test_a_wrapped_function_is_what_it_was(watched: Watched) -> None:
    watched.attach(Hook("load", READ, 0, "path"))
    wrapped = watched.module.load
    assert wrapped is not load
    assert wrapped("x", "w", deep=True) == ("x", "w", True)
    assert (wrapped.__name__, wrapped.__qualname__, wrapped.__module__) == ("load", "load", __name__)
    assert wrapped.__doc__ == "Load it."
    assert inspect.signature(wrapped) == inspect.signature(load)
    assert inspect.getsource(wrapped) == inspect.getsource(load)
    with pytest.raises(TypeError, match="positional"):
        wrapped()


def test_a_wrapped_function_can_be_pickled_where_it_is_found(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.attach(Hook("load", READ, 0, "path"))
    monkeypatch.setitem(globals(), "load", watched.module.load)
    assert pickle.loads(pickle.dumps(watched.module.load)) is watched.module.load


def test_methods_of_every_kind(watched: Watched) -> None:
    class Mine(Writer):
        pass

    watched.module.Writer = Mine
    setattr(Mine, "make", vars(Writer)["make"])  # noqa: B010
    setattr(Mine, "check", vars(Writer)["check"])  # noqa: B010
    watched.attach(
        Hook("Writer.__init__", TRUNCATE, 1, "where"),
        Hook("Writer.make", READ, 1, "where"),
        Hook("Writer.check", READ, 0, "where"),
    )
    Path("a").write_text("1")
    assert type(Mine.make("a")) is Mine
    assert Mine.check(where="a") == "a"
    assert watched.reads() == ["a"]
    assert watched.writes() == [("a", True, "truncate")]
    assert [each.function for each in watched.spool().of(reported.Native)] == [
        *("Writer.make", "Writer.__init__", "Writer.check")
    ]


def test_a_class_that_is_closed_gets_a_stand_in(watched: Watched) -> None:
    watched.module.Closed = Writer
    watched.attach(Hook("Closed", APPEND, 0, "where"))
    made = watched.module.Closed("log")
    assert type(made) is Writer
    assert isinstance(made, watched.module.Closed)
    assert issubclass(Writer, watched.module.Closed)
    assert not isinstance(1, watched.module.Closed)

    sub: Any = type("Sub", (watched.module.Closed,), {})
    assert type(sub("x")) is sub
    assert watched.writes() == [("log", False, "append")]


def test_what_is_not_there_or_cannot_be_replaced_is_left(watched: Watched) -> None:
    watched.module.text = str
    watched.attach(Hook("absent", READ), Hook("Absent.method", READ), Hook("text.upper", READ))
    assert watched.module.text.upper("a") == "A"


def test_an_initialiser_that_was_not_there(watched: Watched) -> None:
    class Opened:
        def __new__(cls, path: str) -> Opened:
            return super().__new__(cls)

    watched.module.Opened = Opened
    watched.attach(Hook("Opened.__init__", READ, 1, "path", silent=True))
    Path("a").write_text("1")
    watched.module.Opened("a")
    assert watched.reads() == ["a"]


def test_paths_lists_folders_patterns_and_what_is_none(watched: Watched, tmp_path: Path) -> None:
    watched.attach(Hook("load", READ, 0, "path"))
    for name in ("a.csv", "b.csv", "parts/p=1/c.csv", "parts/_hidden/d.csv", "parts/.e", "[f]"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("1")
    paths: list[Any] = ["*.csv", "parts", ["a.csv", Path("b.csv")], "[f]", f"file://{tmp_path}/tree/a.csv"]
    others: list[Any] = [b"content", None, "http://example.org/x", "a,b\n1,2\n", "", 3, object()]
    for value in paths + others:
        watched.module.load(value)
    assert sorted(watched.reads()) == ["[f]", "a.csv", "b.csv", "c.csv"]
    assert watched.spool().of(reported.Absent) == []
    watched.module.load("gone.csv")
    assert [Path(each.path).name for each in watched.spool().of(reported.Absent)] == ["gone.csv"]


def test_a_folder_is_told_by_what_is_new_in_it(watched: Watched) -> None:
    def write(base: str) -> None:
        Path(base).mkdir(exist_ok=True)
        Path(base, "new").write_text("1")
        Path(base, "old").write_text("22")

    Path("base").mkdir()
    Path("base", "old").write_text("1")
    Path("base", "untouched").write_text("1")
    watched.module.write = write
    watched.attach(Hook("write", FOLDER, 0, "base"))
    watched.module.write("base")
    assert sorted(watched.writes()) == [("new", False, "truncate"), ("old", True, "update")]


def test_what_comes_after(watched: Watched) -> None:
    Path("part").write_text("1")
    watched.attach(Hook("load", lambda call: (), after=lambda result, call: [(result[0] + call.args[1], READ)]))
    watched.module.load("pa", "rt")
    assert watched.reads() == ["part"]


def test_a_fault_of_ours_stays_ours(watched: Watched) -> None:
    def broken(call: Call) -> Any:
        raise KeyError("ours")

    watched.attach(Hook("load", broken, after=lambda result, call: [(1 / 0, READ)]))
    assert watched.module.load("x") == ("x", "r", False)
    watched.module.save = load
    watched.attach(Hook("save", lambda call: (), after=lambda result, call: [(1 / 0, READ)]))
    watched.module.save("x")
    faults = watched.spool().of(reported.FaultSeen)
    assert [each.type for each in faults] == ["KeyError", "ZeroDivisionError"]


def test_the_guard_reaches_the_program(watched: Watched, tmp_path: Path) -> None:
    places.install({"SAMERUN_TREE": str(tmp_path / "tree"), "SAMERUN_GUARD": str(tmp_path / "original")})
    watched.attach(Hook("load", TRUNCATE, 0, "path"))
    with pytest.raises(PermissionError, match="a folder of its own"):
        watched.module.load(tmp_path / "original" / "x")


def test_warnings_are_laid_at_the_callers_door(watched: Watched) -> None:
    watched.module.load = lambda path: warnings.warn("old", stacklevel=2)
    watched.attach(Hook("load", READ, 0, "path"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        watched.module.load("x")
    assert caught[0].filename == __file__


def test_arguments_however_given() -> None:
    call = Call(("a",), {"b": 2})
    assert (call.value(0, "x"), call.value(1, "b"), call.value(1, "c"), call.value(5, "d", 7)) == ("a", 2, None, 7)
