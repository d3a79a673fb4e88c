"""Every folder is seen once, nothing is followed, and what cannot be listed is said."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from samerun.data.walking import Listing, walk


def seen(top: Path, skip: frozenset[str] = frozenset()) -> dict[str, Listing]:
    found = list(walk(top, skip))
    assert len({listing.path for listing in found}) == len(found)
    return {listing.path: listing for listing in found}


def names(listing: Listing) -> list[str]:
    return sorted([*listing.names, *(name for name, _ in listing.others)])


def make(top: Path, *paths: str) -> Path:
    for path in paths:
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(path)
    return top


def test_every_folder_and_what_is_in_it(tmp_path: Path) -> None:
    (make(tmp_path, "b", "a", "x/c", "x/y/z/d") / "empty").mkdir()
    found = seen(tmp_path)
    assert set(found) == {"", "x", "x/y", "x/y/z", "empty"}
    assert (names(found[""]), found[""].folders) == (["a", "b"], ["empty", "x"])
    assert (names(found["x/y/z"]), names(found["empty"])) == (["d"], [])
    assert found["x"].facts[0].st_size == 3


def test_a_listings_folder_is_open_while_it_is_looked_at(tmp_path: Path) -> None:
    make(tmp_path, "x/y/c")
    for listing in walk(tmp_path):
        for name, facts in zip(listing.names, listing.facts, strict=True):
            assert os.stat(name, dir_fd=listing.descriptor).st_ino == facts.st_ino


def test_links_are_named_and_never_followed(tmp_path: Path) -> None:
    make(tmp_path, "data/a", "outside/secret")
    top = tmp_path / "data"
    for name, target in {"out": "../outside", "loop": ".", "up": "..", "gone": "nowhere", "self": "self"}.items():
        (top / name).symlink_to(target)
    found = seen(top)
    assert set(found) == {""}
    assert names(found[""]) == ["a", "gone", "loop", "out", "self", "up"]
    assert sum(stat.S_ISLNK(facts.st_mode) for _, facts in found[""].others) == 5


def test_the_top_may_be_a_link(tmp_path: Path) -> None:
    make(tmp_path, "data/a")
    (tmp_path / "link").symlink_to("data")
    assert names(seen(tmp_path / "link")[""]) == ["a"]


def test_repositories_and_stores_are_left_out(tmp_path: Path) -> None:
    make(tmp_path, ".git/config", "sub/.git", "runs/.samerun/objects/x", "runs/name/run.json", ".samerun/y", "a")
    found = seen(tmp_path)
    assert sorted(path for listing in found.values() for path in listing.left_out) == [
        ".git",
        ".samerun",
        "runs",
        "sub/.git",
    ]
    assert set(found) == {"", "sub", "runs"}
    assert (names(found[""]), names(found["runs"])) == (["a"], [])


def test_paths_may_be_passed_over(tmp_path: Path) -> None:
    make(tmp_path, "a", "x/a", "x/b", "y/c")
    found = seen(tmp_path, frozenset({"x/a", "y"}))
    assert set(found) == {"", "x"}
    assert (names(found[""]), names(found["x"])) == (["a"], ["b"])


def test_paths_longer_than_the_system_takes(tmp_path: Path) -> None:
    depth, name = 40, "n" * 200
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=folder)
        below = os.open(name, os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = below
    os.close(os.open("deep", os.O_CREAT | os.O_WRONLY, dir_fd=folder))
    os.close(folder)
    deepest = max(seen(tmp_path).values(), key=lambda listing: len(listing.path))
    assert len(deepest.path) == depth * 201 - 1
    assert names(deepest) == ["deep"]


def test_a_deep_tree_needs_few_open_files(tmp_path: Path) -> None:
    code = (
        "import os, resource, sys\nfrom samerun.data.walking import walk\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\nsys.setrecursionlimit(200)\n"
        "folder = os.open('.', os.O_RDONLY)\n"
        "for _ in range(1500):\n"
        "    os.mkdir('d', dir_fd=folder)\n    below = os.open('d', os.O_RDONLY, dir_fd=folder)\n"
        "    os.close(folder)\n    folder = below\n"
        "os.close(folder)\n"
        "print(sum(1 for listing in walk('.') if listing.error is None))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("1501\n", "")
    subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)  # too deep for pytest's own cleaning


def test_a_folder_that_vanishes_is_said(tmp_path: Path) -> None:
    make(tmp_path, "x/a")
    walking = walk(tmp_path)
    next(walking)
    os.rename(tmp_path / "x", tmp_path / "y")
    listing = next(walking)
    assert listing.path == "x"
    assert isinstance(listing.error, FileNotFoundError)


def test_a_folder_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    make(tmp_path, "data/x/a", "outside/secret")
    walking = walk(tmp_path / "data")
    next(walking)
    os.rename(tmp_path / "data/x", tmp_path / "data/y")
    (tmp_path / "data/x").symlink_to("../outside")
    listing = next(walking)
    assert (listing.path, names(listing)) == ("x", [])
    assert listing.error is not None


def test_no_top(tmp_path: Path) -> None:
    (listing,) = walk(tmp_path / "none")
    assert isinstance(listing.error, FileNotFoundError)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_without_permission_is_said(tmp_path: Path) -> None:
    make(tmp_path, "open/a", "shut/b")
    (tmp_path / "shut").chmod(0)
    code = (
        "import os, sys\nfrom samerun.data.walking import walk\nfolder = os.open('.', os.O_RDONLY)\nos.setuid(65534)\n"
        "os.fchdir(folder)\n"
        "print({listing.path: type(listing.error).__name__ for listing in walk('.')})"
    )
    tmp_path.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "{'': 'NoneType', 'open': 'NoneType', 'shut': 'PermissionError'}\n", done.stderr


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    make(tmp_path, "x/y/a")
    before = os.listdir("/proc/self/fd")
    list(walk(tmp_path))
    walking = walk(tmp_path)
    next(walking)
    walking.close()  # type: ignore[attr-defined]
    assert os.listdir("/proc/self/fd") == before
