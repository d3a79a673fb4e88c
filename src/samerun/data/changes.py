"""What two manifests differ in: added, removed, changed, renamed, copied."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from samerun.data.lock_checks import folders_of
from samerun.data.manifest import Entry, Manifest, raw
from samerun.record.difference import Difference

What = Literal["added", "removed", "changed", "renamed", "copied", "unread"]

ORDER: tuple[What, ...] = ("changed", "removed", "added", "renamed", "copied", "unread")
"""From what matters most."""


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is not the same on both sides.

    ``path`` is where it is (for what was removed: was), ``old_path`` where the same content was before, if it was
    renamed or copied. ``a`` and ``b`` are both sides' entries. ``detail`` is a sentence; ``difference`` says what is
    different inside of a table or an array, where both files are at hand.
    """

    what: What
    path: str
    old_path: str = ""
    a: Entry | None = None
    b: Entry | None = None
    detail: str = ""
    difference: Difference | None = None


def compare_manifests(a: Manifest, b: Manifest) -> list[Change]:
    """Return what differs, by kind of change and path; costs about 1 µs an entry.

    A file that is gone while its content is under a new name was renamed; a new name of a content that is still under
    an old one is a copy. Empty files have no content by which they could be known again.
    """
    if a.entries == b.entries:
        return []
    ours, theirs = {entry.path: entry for entry in a.entries}, {entry.path: entry for entry in b.entries}
    removed = _without_filled([entry for entry in a.entries if entry.path not in theirs], theirs)
    added = _without_filled([entry for entry in b.entries if entry.path not in ours], ours)
    moved, removed, added = _moved(removed, added)
    changes = [*moved, *_added(added, a), *(Change("removed", entry.path, a=entry) for entry in removed)]
    for path, entry in ours.items():
        other = theirs.get(path)
        if other is not None and not is_same(entry, other):
            changes.append(Change("changed", path, a=entry, b=other, detail=said(entry, other)))
    return sorted(changes, key=lambda change: (ORDER.index(change.what), raw(change.path)))


def _without_filled(entries: list[Entry], others: Iterable[str]) -> list[Entry]:
    """Leave out empty folders that are there on the other side too, with something in them."""
    if not any(entry.kind == "folder" for entry in entries):
        return entries
    filled = folders_of(others)
    return [entry for entry in entries if entry.kind != "folder" or entry.path not in filled]


def is_same(a: Entry, b: Entry) -> bool:
    """Say whether two entries hold the same; hashes count that both have."""
    if a.content != b.content or a.size != b.size:
        return False
    return all(not one or not other or one == other for one, other in ((a.sha256, b.sha256), (a.md5, b.md5)))


def said(a: Entry, b: Entry) -> str:
    """Return in words how two entries differ."""
    if a.kind != b.kind:
        return f"was {_noun(a)}, is {_noun(b)}"
    if a.kind == "link":
        return f"led to {a.target}, leads to {b.target}"
    if a.kind == "special":
        return f"was a {a.special}, is a {b.special}"
    if a.size == b.size:
        return f"{_bytes(a)} as before, with other content"
    return f"{_bytes(a)} became {b.size:,}"


def _bytes(entry: Entry) -> str:
    return f"{entry.size:,} {'byte' if entry.size == 1 else 'bytes'}"


def _noun(entry: Entry) -> str:
    return {"file": "a file", "link": "a link", "folder": "an empty folder"}.get(entry.kind, f"a {entry.special}")


def _moved(removed: list[Entry], added: list[Entry]) -> tuple[list[Change], list[Entry], list[Entry]]:
    """Pair what went with what came, by content, the same last name first; return the pairs and what is left."""
    pairs: dict[str, Entry] = {}
    used: set[str] = set()
    for key in (_content_and_name, _content):
        waiting: dict[tuple[str, ...], deque[Entry]] = defaultdict(deque)
        for entry in removed:
            if _is_known_by_content(entry) and entry.path not in used:
                waiting[key(entry)].append(entry)
        for entry in added:
            if entry.path not in pairs and waiting.get(key(entry)):
                pairs[entry.path] = waiting[key(entry)].popleft()
                used.add(pairs[entry.path].path)
    changes = [
        Change("renamed", entry.path, pairs[entry.path].path, pairs[entry.path], entry)
        for entry in added
        if entry.path in pairs
    ]
    return changes, [one for one in removed if one.path not in used], [one for one in added if one.path not in pairs]


def _content_and_name(entry: Entry) -> tuple[str, ...]:
    return *entry.content, entry.path.rpartition("/")[2]


def _content(entry: Entry) -> tuple[str, ...]:
    return entry.content


def _added(added: Iterable[Entry], a: Manifest) -> Iterator[Change]:
    sources = {entry.content: entry for entry in reversed(a.entries) if _is_known_by_content(entry)} if added else {}
    for entry in added:
        source = sources.get(entry.content)
        if source is None:
            yield Change("added", entry.path, b=entry)
        else:
            yield Change("copied", entry.path, source.path, source, entry)


def _is_known_by_content(entry: Entry) -> bool:
    return entry.kind == "file" and entry.size > 0
