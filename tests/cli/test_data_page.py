"""Changes as lines and as documents."""

from __future__ import annotations

from samerun.cli.data_page import (
    change_documents,
    change_lines,
    content_words,
    count_words,
    counts,
    status_of,
    summary,
    verdict_words,
)
from samerun.data.changes import Change
from samerun.data.manifest import Entry, manifest_of
from samerun.record.difference import Difference
from samerun.report.plain_words import unpainted

FILE = Entry("a", size=3, blake3="a" * 64)
CHANGES = [
    Change(
        "changed", "t.csv", a=FILE, b=FILE, detail="other content", difference=Difference("csv", "different", "row 2")
    ),
    Change("added", "a\nb", b=FILE),
    Change("renamed", "new", "old", FILE, FILE),
    Change("unread", "shut", detail="no permission"),
]


def test_lines() -> None:
    assert change_lines(CHANGES, everything=False) == [
        "",
        "changed (1)",
        "  t.csv: other content; row 2",
        "",
        "new (1)",
        "  a\\nb",
        "",
        "renamed (1)",
        "  old -> new",
        "",
        "not read (1)",
        "  shut: no permission",
    ]
    assert count_words(CHANGES) == "1 changed, 1 new, 1 renamed, 1 not read"


def test_documents() -> None:
    first, second, third, fourth = change_documents(CHANGES)
    assert first["difference"] == {"label": "csv", "verdict": "different", "detail": "row 2"}
    assert second == {
        "what": "added",
        "path": "a\nb",
        "old_path": None,
        "detail": "",
        "a": None,
        "b": {"kind": "file", "size": 3, "blake3": "a" * 64},
    }
    assert third["old_path"] == "old"
    assert fourth["detail"] == "no permission"
    assert counts(CHANGES) == {"changed": 1, "removed": 0, "added": 1, "renamed": 1, "copied": 0, "unread": 1}


def test_an_empty_file_has_a_size_and_a_link_none() -> None:
    changes = [
        Change("added", "x", b=Entry("x", blake3="b" * 64)),
        Change("added", "l", b=Entry("l", "link", target="x")),
    ]
    entries = [document["b"] for document in change_documents(changes)]
    assert entries == [{"kind": "file", "blake3": "b" * 64, "size": 0}, {"kind": "link", "target": "x"}]


def test_content() -> None:
    manifest = manifest_of(
        [FILE, Entry("l", "link", target="a"), Entry("e", "folder"), Entry("p", "special", special="pipe")]
    )
    assert content_words(manifest) == "1 file, 3 bytes, 1 link, 1 empty folder, 1 special file"
    assert content_words(manifest_of([])) == "0 files, 0 bytes"
    assert summary(manifest) == {"root": manifest.root, "files": 1, "links": 1, "folders": 1, "special": 1, "bytes": 3}


def test_the_status_and_its_words() -> None:
    unread = [change for change in CHANGES if change.what == "unread"]
    assert [status_of(changes) for changes in ([], CHANGES, unread)] == [0, 1, 2]
    assert verdict_words(CHANGES, unpainted, "a\x1b.lock") == "different from a\\x1b.lock"
    assert verdict_words(unread, unpainted, "a.lock") == "not known whether it is a.lock"
    assert [verdict_words(changes, unpainted) for changes in (CHANGES, unread)] == ["different", "not known"]
