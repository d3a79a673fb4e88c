"""Every difference is said once, as what it is."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from samerun.data.changes import Change, compare_manifests, said
from samerun.data.manifest import Entry, manifest_of


def file(path: str, content: str = "a", size: int = 1) -> Entry:
    return Entry(path, size=size, blake3=content * 64)


def link(path: str, target: str) -> Entry:
    return Entry(path, "link", target=target)


def between(a: list[Entry], b: list[Entry]) -> list[tuple[str, ...]]:
    found = compare_manifests(manifest_of(a), manifest_of(b))
    return [(change.what, change.path, *([change.old_path] if change.old_path else [])) for change in found]


def test_the_same() -> None:
    assert between([file("a"), link("b", "c")], [link("b", "c"), file("a")]) == []


def test_each_sort() -> None:
    a = [file("changed", "a"), file("gone", "b"), file("old", "c"), file("kept", "d")]
    b = [file("changed", "e"), file("came", "f"), file("new", "c"), file("kept", "d"), file("twin", "d")]
    assert between(a, b) == [
        ("changed", "changed"),
        ("removed", "gone"),
        ("added", "came"),
        ("renamed", "new", "old"),
        ("copied", "twin", "kept"),
    ]


def test_a_content_that_is_gone_from_its_name_but_here_under_another_is_a_copy() -> None:
    assert between([file("a", "a")], [file("a", "b"), file("c", "a")]) == [("changed", "a"), ("copied", "c", "a")]


def test_a_moved_folder_is_renames_with_the_same_names() -> None:
    a = [file(f"old/{name}", "a") for name in "xyz"]
    b = [file(f"new/{name}", "a") for name in "zyx"]
    assert between(a, b) == [("renamed", f"new/{name}", f"old/{name}") for name in "xyz"]


def test_of_two_alike_one_is_renamed_and_one_is_gone() -> None:
    found = between([file("a", "a"), file("b", "a")], [file("c", "a")])
    assert sorted(what for what, *_ in found) == ["removed", "renamed"]


def test_empty_files_are_not_known_again() -> None:
    assert between([file("a", "0", 0)], [file("b", "0", 0)]) == [("removed", "a"), ("added", "b")]


def test_a_folder_that_is_filled_or_emptied_is_no_change_of_its_own() -> None:
    assert between([Entry("x", "folder")], [file("x/a")]) == [("added", "x/a")]
    assert between([file("x/a")], [Entry("x", "folder")]) == [("removed", "x/a")]
    assert between([Entry("x", "folder")], []) == [("removed", "x")]
    assert between([], [Entry("x", "folder"), file("xy")]) == [("added", "x"), ("added", "xy")]


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        (file("x"), file("x", "b"), "1 byte as before, with other content"),
        (file("x"), file("x", "b", 1200), "1 byte became 1,200"),
        (file("x"), link("x", "y"), "was a file, is a link"),
        (link("x", "y"), link("x", "z"), "led to y, leads to z"),
        (file("x"), Entry("x", "folder"), "was a file, is an empty folder"),
        (Entry("x", "special", special="pipe"), Entry("x", "special", special="socket"), "was a pipe, is a socket"),
        (file("x"), Entry("x", "special", special="pipe"), "was a file, is a pipe"),
    ],
)
def test_in_words(a: Entry, b: Entry, words: str) -> None:
    (change,) = compare_manifests(manifest_of([a]), manifest_of([b]))
    assert change == Change("changed", "x", a=a, b=b, detail=words)
    assert said(a, b) == words


def test_hashes_count_that_both_have() -> None:
    with_md5 = msgspec.structs.replace(file("a"), md5="1" * 32)
    other = msgspec.structs.replace(file("a"), md5="2" * 32)
    assert between([with_md5], [file("a")]) == []
    assert between([with_md5], [other]) == [("changed", "a")]


def test_many_alike_are_paired_in_no_time() -> None:
    a = [file(f"old/{number:06}", "a") for number in range(20_000)]
    b = [file(f"new/{number:06}", "a") for number in range(20_000)]
    start = time.perf_counter()
    assert len(compare_manifests(manifest_of(a), manifest_of(b))) == 20_000
    assert time.perf_counter() - start < 5


trees = some.dictionaries(some.sampled_from(["a", "b", "c/d", "c/e", "f"]), some.sampled_from("xyz"), max_size=5)


@settings(deadline=None, max_examples=100)
@given(trees, trees)
def test_the_changes_lead_from_one_to_the_other(a: dict[str, str], b: dict[str, str]) -> None:
    found = compare_manifests(*(manifest_of([file(path, what) for path, what in side.items()]) for side in (a, b)))
    made = dict(a)
    for change in found:
        if change.what in ("removed", "renamed"):
            del made[change.old_path or change.path]
    for change in found:
        if change.what != "removed":
            assert change.b is not None
            made[change.path] = change.b.blake3[0]
    assert made == b
    assert bool(found) == (a != b)
