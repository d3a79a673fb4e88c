"""The root: what it is, that it sees everything, and that it depends on nothing else."""

from __future__ import annotations

import random

import msgspec
import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as some

from samerun.data.manifest import Entry, Manifest, folder_hash, manifest_of

A, B = "a" * 64, "b" * 64
SOME = (
    Entry("a.csv", size=3, blake3=A),
    Entry("a/b", size=4, blake3=B),
    Entry("a/c/d", size=4, blake3=B),
    Entry("empty", "folder"),
    Entry("link", "link", target="a/b"),
    Entry("pipe", "special", special="pipe"),
)


def own_root(tree: dict[bytes, object]) -> str:
    """The specification once more, from a nested tree instead of a list of paths."""
    text = b"samerun.data-tree/1\0"
    for name, what in sorted(tree.items()):
        if isinstance(what, dict):
            text += b"d\0" + own_root(what).encode() + b"\0" + name + b"\0"
        else:
            assert isinstance(what, bytes)
            text += what + name + b"\0"
    return blake3(text).hexdigest()


def test_the_root_is_as_specified() -> None:
    file = b"f4\0" + B.encode() + b"\0"
    tree: dict[bytes, object] = {
        b"a.csv": b"f3\0" + A.encode() + b"\0",
        b"a": {b"b": file, b"c": {b"d": file}},
        b"empty": {},
        b"link": b"l\0a/b\0",
        b"pipe": b"s\0pipe\0",
    }
    assert manifest_of(SOME).root == own_root(tree)
    assert manifest_of([]).root == own_root({}) == blake3(b"samerun.data-tree/1\0").hexdigest()


def test_order_does_not_matter_and_bytes_decide_it() -> None:
    entries = [*SOME, Entry("\udcff", size=1, blake3=A), Entry("é", size=1, blake3=A), Entry("\U0001f600", "folder")]
    for seed in range(5):
        random.Random(seed).shuffle(entries)
        made = manifest_of(entries)
        assert made.root == manifest_of(reversed(entries)).root
        paths = [entry.path for entry in made.entries]
        assert paths == sorted(paths, key=lambda path: path.encode("utf-8", "surrogateescape"))


CHANGES = [
    {"path": "a.csw"},
    {"size": 4},
    {"blake3": B},
    {"kind": "link", "blake3": "", "size": 0, "target": A},
]


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_an_entry_changes_the_root(change: dict[str, str]) -> None:
    changed = manifest_of([msgspec.structs.replace(SOME[0], **change), *SOME[1:]])
    assert changed.root != manifest_of(SOME).root


def test_what_is_missing_or_elsewhere_changes_the_root() -> None:
    roots = {manifest_of(SOME).root}
    for at in range(len(SOME)):
        roots.add(manifest_of([*SOME[:at], *SOME[at + 1 :]]).root)
    roots.add(manifest_of([*SOME, Entry("z/y", "folder")]).root)
    roots.add(manifest_of([*SOME, Entry("z", "folder")]).root)
    assert len(roots) == len(SOME) + 3


def test_a_folder_has_the_same_hash_wherever_it_lies() -> None:
    inner = [Entry("x", size=1, blake3=A), Entry("y/z", size=1, blake3=B)]
    one = [msgspec.structs.replace(entry, path=f"one/{entry.path}") for entry in inner]
    other = [msgspec.structs.replace(entry, path=f"two/{entry.path}") for entry in inner]
    assert folder_hash(manifest_of(one).entries) != folder_hash(manifest_of(other).entries)
    top = manifest_of(inner).root
    assert manifest_of(one).root == blake3(b"samerun.data-tree/1\0d\0" + top.encode() + b"\0one\0").hexdigest()


def test_counts() -> None:
    made = manifest_of(SOME)
    assert made.counts() == {"files": 3, "links": 1, "folders": 1, "special": 1, "bytes": 11}
    assert (made.files, made.bytes) == (3, 11)
    assert Manifest(()).counts()["files"] == 0


names = some.text(alphabet="ab.\n é", min_size=1, max_size=3).filter(lambda name: name.strip(".") != "")
trees = some.recursive(
    some.integers(0, 3), lambda below: some.dictionaries(names, below, max_size=4), max_leaves=12
).filter(lambda tree: isinstance(tree, dict))


def flat(tree: dict[str, object], prefix: str = "") -> list[Entry]:
    found: list[Entry] = []
    for name, what in tree.items():
        path = prefix + name
        if isinstance(what, int):
            found.append(Entry(path, size=what, blake3=str(what) * 64))
        else:
            assert isinstance(what, dict)
            found += flat(what, f"{path}/") or [Entry(path, "folder")]
    return found


def nested(tree: dict[str, object]) -> dict[bytes, object]:
    return {
        name.encode(): nested(what) if isinstance(what, dict) else b"f%d\0%b\0" % (what, (str(what) * 64).encode())  # type: ignore[str-bytes-safe, operator]
        for name, what in tree.items()
    }


@settings(deadline=None, max_examples=60)
@given(trees)
def test_any_tree_has_the_specified_root(tree: dict[str, object]) -> None:
    assert manifest_of(flat(tree)).root == own_root(nested(tree))
