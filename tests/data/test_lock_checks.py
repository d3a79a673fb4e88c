"""Looked at together or singly, the same entries are refused."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from samerun.data import lock_checks
from samerun.data.lock_checks import above, folders_of, is_inside, problems
from samerun.data.manifest import Entry

A = "a" * 64
GOOD = Entry("data/a", size=1, blake3=A)


@pytest.mark.parametrize("path", ["a", "a/b", ".a", "..a", "a..", "...", "a\n", " ", "a\\..\\b", "C:x", "-", "~"])
def test_inside(path: str) -> None:
    assert is_inside(path)


@pytest.mark.parametrize(
    "path", ["", ".", "..", "/", "/a", "a/", "a//b", "./a", "a/.", "../a", "a/../b", "a/..", "a\0b"]
)
def test_not_inside(path: str) -> None:
    assert not is_inside(path)


def test_folders() -> None:
    assert folders_of(["a/b/c", "a/d", "e"]) == {"a", "a/b"}
    assert above("a/b/c") == ["a/b", "a"]
    assert above("a") == []


BAD = [
    {"size": -1},
    {"size": 1 << 63},
    {"blake3": ""},
    {"blake3": "A" * 64},
    {"blake3": "a" * 63},
    {"blake3": "a" * 63 + "\n"},
    {"sha256": "a"},
    {"md5": "g" * 32},
    {"target": "x"},
    {"special": "pipe"},
    {"kind": "link"},
    {"kind": "folder"},
    {"kind": "link", "size": 0, "blake3": ""},
    {"kind": "link", "size": 0, "blake3": "", "target": "a\0"},
    {"kind": "link", "size": 0, "blake3": "", "target": "a", "special": "pipe"},
    {"kind": "folder", "size": 0, "blake3": "", "target": "a"},
    {"kind": "special", "size": 0, "blake3": ""},
    {"kind": "special", "size": 0, "blake3": "", "special": "door"},
    {"path": "data/../a"},
    {"path": "/a"},
    {"path": "b"},
]


@pytest.mark.parametrize("change", BAD, ids=str)
def test_an_entry_that_no_tree_has(change: dict[str, object]) -> None:
    found = list(problems(["data"], [msgspec.structs.replace(GOOD, **change)]))
    assert found


def test_entries_that_trees_have() -> None:
    entries = [
        GOOD,
        Entry("data/b", "link", target="/any/../where"),
        Entry("data/c", "folder"),
        Entry("data/d", "special", special="character device"),
        Entry("data/e", size=0, blake3=A, sha256=A, md5="0" * 32),
    ]
    assert list(problems(["data"], entries)) == []
    assert list(problems(["."], entries)) == []
    assert list(problems(["data/a", "data/b"], entries[:2])) == []


def test_the_line_is_named() -> None:
    entries = [Entry(f"data/{number}", size=1, blake3=A) for number in range(5)]
    entries[3] = Entry("data/3", size=-1, blake3=A)
    assert list(problems(["data"], entries)) == [("'data/3' has a size that no file has", 5)]
    twice = [entries[0], entries[0]]
    assert list(problems(["data"], twice)) == [("the path 'data/0' is there twice", 3)]


@settings(deadline=None, max_examples=200)
@given(
    some.lists(
        some.builds(
            Entry,
            path=some.text(alphabet="./a\0", max_size=5),
            size=some.sampled_from([0, 1, -1, 1 << 63]),
            blake3=some.sampled_from([A, A, A, "", "z" * 64]),
        ),
        max_size=3,
    )
)
def test_together_and_singly_agree(entries: list[Entry]) -> None:
    singly = any(lock_checks._problem(entry) for entry in entries)
    assert lock_checks._are_plain(entries) == (not singly)
