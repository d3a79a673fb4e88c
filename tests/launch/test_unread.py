"""Big files of the folder that nothing read are kept as inputs are."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun.basics.hashing import StatCache, hash_bytes
from samerun.basics.redaction import Redactor
from samerun.launch import allowance
from samerun.launch.allowance import Allowance, KeepInputs
from samerun.launch.ground import Ground
from samerun.launch.keeping import Keeper
from samerun.launch.tree import Tree, TreeReader
from samerun.launch.unread import Unread
from samerun.store.objects import Objects
from tests.lab import git


@pytest.fixture(autouse=True)
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("samerun.launch.tree", "samerun.launch.unread"):
        monkeypatch.setattr(f"{module}.MAX_CODE_BYTES", 10)
    monkeypatch.setattr(allowance, "SMALL_FILE_BYTES", 100)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q")
    (folder / ".gitignore").write_text("*.log\n")
    (folder / "committed.dat").write_bytes(b"c" * 50)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "all")
    for name, size in {"a.dat": 50, "b.dat": 101, "c.log": 50, "small.txt": 5}.items():
        (folder / name).write_bytes(b"x" * size)
    return folder


def taken(project: Path, policy: KeepInputs, read: set[str] | None = None, change: str = "") -> tuple[Tree, Objects]:
    objects, redactor, given = Objects(project.parent / "objects"), Redactor(key=b"k" * 32), Allowance(policy)
    cache = StatCache(project.parent / "cache")
    tree = TreeReader(project, set(), objects, redactor, cache, given).read()
    if change:
        (project / change).write_bytes(b"other")
    Unread(tree, Ground(project, project), Keeper(objects, redactor, given)).take_all(read or set())
    return tree, objects


def test_small_keeps_what_is_not_ignored_up_to_its_limits(project: Path) -> None:
    tree, objects = taken(project, "small")
    assert (tree.files["a.dat"].hash, tree.files["a.dat"].kept) == (hash_bytes(b"x" * 50), True)
    assert objects.read(hash_bytes(b"x" * 50)) == b"x" * 50
    assert (tree.files["b.dat"].hash, tree.files["b.dat"].why) == (None, "larger than 100 MB")
    assert [tree.files[name].kept for name in ("small.txt", "c.log", "committed.dat")] == [True, False, False]


def test_all_keeps_all_and_never_nothing_but_code(project: Path) -> None:
    (project / "new.py").write_text("x")
    tree, _ = taken(project, "all")
    assert [tree.files[name].kept for name in ("a.dat", "b.dat", "small.txt")] == [True, True, True]
    tree, objects = taken(project, "never")
    assert [tree.files[name].kept for name in ("a.dat", "b.dat", "small.txt", "new.py")] == [False, False, False, True]
    assert tree.files["small.txt"].hash == hash_bytes(b"x" * 5), "known, if not kept"
    assert tree.files["a.dat"].why == "inputs are not kept"


def test_what_was_read_is_no_business_of_its(project: Path) -> None:
    tree, _ = taken(project, "small", read={"a.dat"})
    assert tree.files["a.dat"].hash is None


def test_what_changed_meanwhile_is_unknown(project: Path) -> None:
    tree, _ = taken(project, "small", change="a.dat")
    assert (tree.files["a.dat"].hash, tree.files["a.dat"].kept) == (None, False)
    assert "changed" in tree.files["a.dat"].why
