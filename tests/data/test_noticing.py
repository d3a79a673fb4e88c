"""What a lock cannot hold is said, and nothing else."""

from __future__ import annotations

from samerun.data.manifest import Entry, manifest_of
from samerun.data.noticing import links_out, notes

A = "a" * 64


def link(path: str, target: str) -> Entry:
    return Entry(path, "link", target=target)


def test_nothing_to_say() -> None:
    entries = [
        Entry("a/b", size=1, blake3=A),
        link("a/l", "b"),
        link("m", "a"),
        link("n", "."),
        link("a/o", "../a/./b"),
    ]
    assert notes(manifest_of(entries)) == []


def test_links_that_lead_out_or_nowhere() -> None:
    entries = [link("a/abs", "/etc"), link("a/up", "../.."), link("top", ".."), link("gone", "x"), link("self", "self")]
    assert notes(manifest_of(entries)) == [
        "a/abs, a/up, top lead out of what is locked: only the text of such links is locked, not what they lead to",
        "gone leads to nothing that is locked",
    ]
    assert notes(manifest_of([link("out", "/etc")])) == [
        "out leads out of what is locked: only the text of that link is locked, not what it leads to"
    ]
    assert notes(manifest_of([link("a", "x"), link("b", "y")])) == ["a, b lead to nothing that is locked"]


def test_links_that_lead_through_others() -> None:
    entries = [
        Entry("..data/x", size=1, blake3=A),
        link("now", "..data"),
        link("x", "now/x"),
        link("twice", "now/../now/x"),
        link("round", "trip"),
        link("trip", "round"),
        link("disk", "/mnt/disk/"),
        link("far", "disk/train"),
        link("back", "a/../../out/back"),
    ]
    assert links_out(manifest_of(entries)) == ["back", "disk", "far"]
    assert [note.partition(":")[0] for note in notes(manifest_of(entries))] == [
        "back, disk, far lead out of what is locked"
    ]


def test_what_was_named_says_what_is_outside() -> None:
    manifest = manifest_of([Entry("data/a", size=1, blake3=A), link("data/l", "../other"), link("data/m", "x")])
    assert links_out(manifest, ["data"]) == ["data/l"]
    assert links_out(manifest, ["data", "other"]) == []
    assert links_out(manifest) == []
    assert [note.partition(" ")[0] for note in notes(manifest, (), ["data"])] == ["data/l", "data/m"]


def test_names_that_are_one_elsewhere() -> None:
    names = ["A/x", "a/x", "b", "e\u0301", "é", "ß", "ss"]
    (sentence,) = notes(manifest_of([Entry(name, size=1, blake3=A) for name in names]))
    assert sentence.startswith("A/x, a/x, ")
    assert " and 3 more differ only in case" in sentence


def test_what_was_named_or_left_out() -> None:
    found = notes(manifest_of([Entry("p", "special", special="pipe")]), [".git"])
    assert found == ["p can be named but not read", ".git left out (a repository's or samerun's own)"]
