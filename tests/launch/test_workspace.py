"""Workspaces: what a folder held, built again byte for byte."""

from __future__ import annotations

import os
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from samerun.basics.hashing import StatCache, hash_bytes
from samerun.basics.redaction import Redactor
from samerun.launch import workspace as workspace_module
from samerun.launch.tree import Tree, TreeReader
from samerun.launch.workspace import Workspace, WorkspaceBuilder
from samerun.record.files import FileFact
from samerun.store.objects import Objects

REDACTOR = Redactor(key=b"k" * 32)


def git(folder: Path, *arguments: str) -> str:
    options = ("-c", "user.name=A", "-c", "user.email=a@b")
    return subprocess.run(
        ["git", *options, "-C", folder, *arguments], check=True, capture_output=True, text=True
    ).stdout


class Place:
    """A project, a store and workspaces below one folder."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.project = top / "project"
        self.project.mkdir()
        self.objects = Objects(top / "objects")
        self.count = 0

    def read(self) -> Tree:
        return TreeReader(self.project, set(), self.objects, REDACTOR, StatCache(self.top / "cache")).read()

    def build(self, facts: dict[str, FileFact], *, can_show: bool = False) -> Workspace:
        self.count += 1
        builder = WorkspaceBuilder(self.objects, self.project, can_show, REDACTOR)
        return builder.build(self.top / f"ws{self.count}", facts)

    def keep(self, content: bytes, **facts: Any) -> FileFact:
        """Keep a content in the store and return the fact of a file with it."""
        return FileFact(len(content), hash=self.objects.add_bytes(content), kept=True, read=True, **facts)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def contents(folder: Path) -> dict[str, tuple[str, bytes, int]]:
    """Return everything in a folder: kind, content, and whether the user may execute it."""
    found: dict[str, tuple[str, bytes, int]] = {}
    for path, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if each != ".git"]
        for name in [*names, *folders]:
            full = os.path.join(path, name)
            relative = os.path.relpath(full, folder)
            if os.path.islink(full):
                found[relative] = ("link", os.fsencode(os.readlink(full)), 0)
            elif os.path.isdir(full):
                found[relative] = ("folder", b"", 0)
            else:
                found[relative] = ("file", Path(full).read_bytes(), os.stat(full).st_mode & 0o777)
    return found


PARTS = st.sampled_from(
    ["a", "b", "c d", "new\nline", "caf\udce9", "日本", "c:x", "-rf", ".hidden", "x.py", "~", "'\""]
)
NAMES = st.lists(PARTS, min_size=1, max_size=3).map("/".join)
FILES = st.tuples(st.just("file"), st.binary(max_size=50), st.sampled_from([0o644, 0o755, 0o600, 0o666]))
LINKS = st.tuples(st.just("link"), st.sampled_from([b"a", b"x.py", b"a/b", b"nowhere", b"."]), st.just(0))
FOLDERS = st.tuples(st.just("folder"), st.just(b""), st.just(0))
TREES = st.dictionaries(NAMES, FILES | LINKS | FOLDERS, max_size=8)


def make(folder: Path, tree: dict[str, tuple[str, bytes, int]]) -> None:
    """Make a folder of that description, as far as names do not contradict each other."""
    for name, (kind, content, mode) in tree.items():
        path = os.path.join(folder, name)
        try:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if any(
                os.path.islink(os.path.join(folder, *name.split("/")[:depth])) for depth in range(len(name.split("/")))
            ):
                continue
            if kind == "folder":
                os.mkdir(path)
            elif kind == "link":
                os.symlink(content, path)
            else:
                with open(path, "xb") as file:
                    file.write(content)
                os.chmod(path, mode)
        except OSError:  # a name below a file, or a loop of links
            continue


@settings(deadline=None, max_examples=50)
@given(TREES, st.booleans())
def test_what_was_read_is_built_again(tree: dict[str, tuple[str, bytes, int]], with_git: bool) -> None:
    with tempfile.TemporaryDirectory() as top:
        place = Place(Path(top))
        make(place.project, tree)
        if with_git:
            git(place.project, "init", "-q")
        before = contents(place.project)
        facts = place.read().files
        built = place.build(facts)
        assert contents(built.folder) == before
        assert contents(place.project) == before
        assert not built.lacking
        if with_git:  # every content is in the store: the user's folder is not needed
            for name in before:
                path = place.project / name
                if path.is_file() and not path.is_symlink():
                    path.write_bytes(b"changed since")
            again = contents(place.build(facts).folder)
            assert again == before


def test_times_and_modes_come_back(place: Place) -> None:
    file = place.project / "run.sh"
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    os.utime(file, ns=(10**18, 10**18 + 7))
    facts = place.read().files
    made = (place.build(facts).folder / "run.sh").stat()
    assert (made.st_mtime_ns, stat.S_IMODE(made.st_mode)) == (10**18 + 7, 0o755)


def test_writing_into_a_workspace_changes_neither_store_nor_project(place: Place) -> None:
    (place.project / "a.txt").write_text("mine")
    facts = {"kept.txt": place.keep(b"kept"), "a.txt": FileFact(4, hash=hash_bytes(b"mine"), read=True)}
    built = place.build(facts)
    for name in facts:
        (built.folder / name).write_text("changed")
    assert (place.project / "a.txt").read_text() == "mine"
    assert place.objects.read(facts["kept.txt"].hash or "") == b"kept"


def test_content_comes_from_git_where_it_was_committed(place: Place) -> None:
    git(place.project, "init", "-q")
    (place.project / "a.py").write_text("committed")
    git(place.project, "add", "-A")
    git(place.project, "commit", "-q", "-m", "x")
    facts = place.read().files
    (place.project / "a.py").write_text("changed!!")
    assert (place.build(facts).folder / "a.py").read_text() == "committed"


def test_a_file_nobody_kept_is_there_by_name_and_size(place: Place) -> None:
    built = place.build({"big.bin": FileFact(7, hash=None, why="nothing read it", mtime_ns=10**18)})
    assert (built.folder / "big.bin").stat().st_size == 7
    assert built.placeholders == {"big.bin"}
    assert built.lacking == {}


@pytest.mark.parametrize(
    "fact", [FileFact(3, hash=hash_bytes(b"old"), read=True), FileFact(3, why="it changed", read=True)]
)
def test_what_was_read_and_is_gone_is_lacking(place: Place, fact: FileFact) -> None:
    (place.project / "a.csv").write_bytes(b"new")
    assert set(place.build({"a.csv": fact}).lacking) == {"a.csv"}


def test_a_secret_is_taken_from_the_project_if_it_is_still_the_same(place: Place) -> None:
    (place.project / ".env").write_bytes(b"KEY=1")
    fact = FileFact(5, hash=REDACTOR.mark(hash_bytes(b"KEY=1")), secret=True, read=True)
    built = place.build({".env": fact})
    assert (built.folder / ".env").read_bytes() == b"KEY=1"
    (place.project / ".env").write_bytes(b"KEY=2")
    assert set(place.build({".env": fact}).lacking) == {".env"}


def test_a_committed_secret_is_taken_from_git(place: Place) -> None:
    git(place.project, "init", "-q")
    (place.project / ".env").write_bytes(b"KEY=1")
    git(place.project, "add", "-A")
    git(place.project, "commit", "-q", "-m", "x")
    fact = structs.replace(place.read().files[".env"], hash=REDACTOR.mark(hash_bytes(b"KEY=1")), secret=True, read=True)
    (place.project / ".env").write_bytes(b"KEY=2")
    assert (place.build({".env": fact}).folder / ".env").read_bytes() == b"KEY=1"


def test_a_secret_outside_is_compared_by_its_keyed_hash(place: Place) -> None:
    secret = place.top / ".netrc"
    secret.write_bytes(b"machine x")
    fact = FileFact(9, "outside", REDACTOR.mark(hash_bytes(b"machine x")), secret=True, read=True)
    assert place.build({str(secret): fact}, can_show=True).lacking == {}
    secret.write_bytes(b"machine y")
    assert set(place.build({str(secret): fact}, can_show=True).lacking) == {str(secret)}


def test_a_file_outside_that_changed_is_shown_from_the_store(place: Place) -> None:
    outside = place.top / "data.csv"
    outside.write_bytes(b"old")
    facts = {str(outside): structs.replace(place.keep(b"old"), state="outside")}
    assert place.build(facts, can_show=True).shown == {}
    outside.write_bytes(b"new")
    digest = hash_bytes(b"old")
    assert place.build(facts, can_show=True).shown == {str(outside): place.objects.path(digest)}
    assert "has changed" in place.build(facts, can_show=False).lacking[str(outside)]
    outside.unlink()
    assert "is gone" in place.build(facts, can_show=False).lacking[str(outside)]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("b", "b"),
        ("./b", "b"),
        ("sub/../b", "b"),
        ("{project}/b", "b"),
        ("{project}", "."),
        (".", "."),
        ("loop", "loop"),
    ],
)
def test_links_within_the_folder_are_made_again(place: Place, link: str, expected: str) -> None:
    facts = {"loop": FileFact(0, link=link.format(project=place.project)), "b": place.keep(b"x")}
    assert os.readlink(place.build(facts).folder / "loop") == expected


@pytest.mark.parametrize("link", ["../outside.txt", "{top}/outside.txt", "sub/../../outside.txt"])
def test_a_link_that_leads_out_becomes_a_copy(place: Place, link: str) -> None:
    outside = place.top / "outside.txt"
    outside.write_bytes(b"theirs")
    built = place.build({"l": FileFact(0, link=link.format(top=place.top))})
    assert not (built.folder / "l").is_symlink()
    (built.folder / "l").write_bytes(b"changed")
    assert outside.read_bytes() == b"theirs"


@pytest.mark.parametrize("can_show", [True, False])
def test_behind_a_link_that_leads_out_is_what_was_there(place: Place, can_show: bool) -> None:
    outside = place.top / "outside.csv"
    outside.write_bytes(b"new")
    facts = {"l.csv": FileFact(0, link=str(outside), read=True), str(outside): place.keep(b"old", state="outside")}
    built = place.build(facts, can_show=can_show)
    assert (built.folder / "l.csv").read_bytes() == b"old"


def test_behind_a_link_to_a_folder_outside(place: Place) -> None:
    (place.top / "data").mkdir()
    (place.top / "data" / "same.csv").write_bytes(b"same")
    (place.top / "data" / "other.csv").write_bytes(b"new")
    facts = {
        "data": FileFact(0, link="../data"),
        "data/same.csv": place.keep(b"same"),
        "data/other.csv": place.keep(b"old"),
    }
    (place.project / "data").symlink_to("../data")
    shown = place.build(facts, can_show=True)
    assert shown.shown == {"data": place.project / "../data", "data/other.csv": place.objects.path(hash_bytes(b"old"))}
    copied = place.build(facts, can_show=False)
    assert (copied.folder / "data" / "other.csv").read_bytes() == b"old"
    assert (copied.folder / "data" / "same.csv").read_bytes() == b"same"


def test_what_was_read_through_a_link_within_lies_behind_it(place: Place) -> None:
    facts = {
        "latest": FileFact(0, link="runs/7"),
        "latest/m.json": place.keep(b"{}"),
        "runs/7/m.json": FileFact(2, why="nothing read it"),
        "runs/current": FileFact(0, link="7"),
        "runs/current/n.json": place.keep(b"[]"),
    }
    built = place.build(facts)
    assert (built.folder / "runs" / "7" / "m.json").read_bytes() == b"{}"
    assert (built.folder / "runs" / "7" / "n.json").read_bytes() == b"[]"
    assert (built.folder / "latest" / "m.json").read_bytes() == b"{}"
    assert os.readlink(built.folder / "latest") == "runs/7"
    assert built.lacking == {}


@pytest.mark.parametrize("name", ["../x", "a/../../x", "..\\../../x", "", ".", "a\0b"])
@pytest.mark.parametrize("read", [True, False])
def test_a_record_never_leads_out_of_the_workspace(place: Place, name: str, read: bool) -> None:
    built = place.build({name: structs.replace(place.keep(b"x"), read=read)})
    assert list(place.top.glob("x*")) == []
    assert bool(built.lacking) == read


def test_a_folder_that_is_known_still_refuses_names_that_are_none(place: Place) -> None:
    """The first file makes the folder known; what follows must not get past the resolver because of that."""
    good = place.keep(b"good")
    workspace = place.build({"a/0": good, "a/..": good, "a/./1": good, "a/2\\x": good, "a/3/": FileFact(0)})
    assert sorted(workspace.lacking) == ["a/.."]
    found = sorted(str(path.relative_to(workspace.folder)) for path in workspace.folder.rglob("*"))
    assert found == ["a", "a/0", "a/1", "a/2\\x", "a/3"], "a backslash is a letter like others"


def test_a_file_that_is_named_twice_stands_there_once(place: Place) -> None:
    (place.project / "a").write_bytes(b"same")
    facts = place.read().files["a"]
    fact = structs.replace(facts, hash=hash_bytes(b"same"), read=True)
    workspace = place.build({"./a": fact, "a": fact})
    assert (workspace.folder / "a").read_bytes() == b"same"


def test_a_file_below_a_link_out_is_not_written_through_it(place: Place) -> None:
    (place.top / "theirs").mkdir()
    place.build({"l": FileFact(0, link="../theirs"), "l/x": place.keep(b"x")}, can_show=False)
    assert list((place.top / "theirs").iterdir()) == []


def test_a_big_file_is_shown_instead_of_copied(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace_module, "BIG_BYTES", 3)
    (place.project / "big.bin").write_bytes(b"12345")
    facts = {"big.bin": FileFact(5, hash=hash_bytes(b"12345"), read=True)}
    assert place.build(facts, can_show=True).shown == {"big.bin": place.project / "big.bin"}
    assert (place.build(facts, can_show=False).folder / "big.bin").read_bytes() == b"12345"
