"""Changes of data as lines of a page and as a document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from samerun.data.changes import ORDER, Change
from samerun.data.manifest import Entry, Manifest
from samerun.report.difference_tree import tree_lines
from samerun.report.plain_words import Paint, clean, plural, size, unpainted

MOST = 20
"""How many changes of one sort are shown unless all are asked for."""

_WORDS = {
    "changed": "changed",
    "removed": "not there any more",
    "added": "new",
    "renamed": "renamed",
    "copied": "copied",
    "unread": "not read",
}


def change_lines(changes: Sequence[Change], everything: bool, paint: Paint = unpainted) -> list[str]:
    """Return the lines of all changes, sort by sort; long lists are cut with a count.

    Args:
        changes: in their order.
        everything: show whole lists and trees.
        paint: gives colours.
    """
    lines: list[str] = []
    for what in ORDER:
        ones = [change for change in changes if change.what == what]
        if not ones:
            continue
        lines += ["", paint(f"{_WORDS[what]} ({len(ones):,})", "strong")]
        for change in ones if everything else ones[:MOST]:
            lines += [f"  {line}" for line in _lines(change, everything, paint)]
        if len(ones) > MOST and not everything:
            lines.append(paint(f"  and {len(ones) - MOST:,} more; --all shows them", "dim"))
    return lines


def count_words(changes: Sequence[Change]) -> str:
    """Return ``1 changed, 2 new``."""
    counts = Counter(change.what for change in changes)
    return ", ".join(f"{counts[what]:,} {_WORDS[what]}" for what in ORDER if counts[what])


def status_of(changes: Sequence[Change]) -> int:
    """Return the exit status: 0 if nothing differs, 1 if something does, 2 if only what was not read is wrong."""
    if not changes:
        return 0
    return 2 if all(change.what == "unread" for change in changes) else 1


def verdict_words(changes: Sequence[Change], paint: Paint, of_what: str = "") -> str:
    """Return ``different from data.lock``, or that this is not known if all that is wrong is what was not read."""
    if status_of(changes) == 1:
        return paint("different", "bad") + (f" from {clean(of_what)}" if of_what else "")
    return paint("not known", "warn") + (f" whether it is {clean(of_what)}" if of_what else "")


def content_words(manifest: Manifest) -> str:
    """Return ``3 files, 1.2 MB`` with what else there is."""
    counts = manifest.counts()
    words = [plural(counts["files"], "file"), size(counts["bytes"])]
    others = (("links", "link", ""), ("folders", "empty folder", ""), ("special", "special file", ""))
    return ", ".join([*words, *(plural(counts[key], word, words_) for key, word, words_ in others if counts[key])])


def change_documents(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return changes as documents, every key present but ``difference``."""
    return [_document(change) for change in changes]


def summary(manifest: Manifest) -> dict[str, Any]:
    """Return a manifest's root and counts."""
    return {"root": manifest.root, **manifest.counts()}


def counts(changes: Sequence[Change]) -> dict[str, int]:
    """Return how many changes there are of each sort, every sort present."""
    found = Counter(change.what for change in changes)
    return {what: found[what] for what in ORDER}


def _document(change: Change) -> dict[str, Any]:
    document: dict[str, Any] = {
        "what": change.what,
        "path": change.path,
        "old_path": change.old_path or None,
        "detail": change.detail,
        "a": _entry(change.a),
        "b": _entry(change.b),
    }
    if change.difference is not None:
        document["difference"] = msgspec.to_builtins(change.difference)
    return document


def _entry(entry: Entry | None) -> dict[str, Any] | None:
    """Return an entry without its path: its kind and what makes its content."""
    if entry is None:
        return None
    fields = {name: value for name, value in msgspec.structs.asdict(entry).items() if value not in ("", 0)}
    fields.pop("path", None)
    return {**fields, "size": entry.size} if entry.kind == "file" else fields


def _lines(change: Change, everything: bool, paint: Paint) -> list[str]:
    path = clean(change.path)
    if change.what in ("renamed", "copied"):
        return [f"{clean(change.old_path)} -> {path}"]
    tree = change.difference
    said = clean(tree.detail) if tree is not None and tree.detail else ""
    detail = f"{clean(change.detail)}; {said}" if said else clean(change.detail)
    line = f"{path}: {detail}" if detail else path
    below = tree_lines(tree, everything, paint=paint) if tree is not None else []
    return [line, *(f"  {each}" for each in below)]
