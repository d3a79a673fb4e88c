"""What a lock cannot hold is said, and nothing else."""

from __future__ import annotations

from samerun.data.manifest import Entry, manifest_of
from samerun.data.noticing import notes

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
        "a/abs, a/up, top lead out of what is locked: only the text of such a link is locked, not what it leads to",
        "gone lead to nothing that is locked",
    ]


def test_names_that_are_one_elsewhere() -> None:
    names = ["A/x", "a/x", "b", "e\u0301", "é", "ß", "ss"]
    (sentence,) = notes(manifest_of([Entry(name, size=1, blake3=A) for name in names]))
    assert sentence.startswith("A/x, a/x, ")
    assert " and 3 more differ only in case" in sentence


def test_what_was_named_or_left_out() -> None:
    found = notes(manifest_of([Entry("p", "special", special="pipe")]), [".git"])
    assert found == ["p can be named but not read", ".git left out (a repository's or samerun's own)"]
