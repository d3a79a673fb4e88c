"""What a person should know about locked data: links that lead out of it, names that some file systems take for one."""

from __future__ import annotations

import posixpath
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence

from samerun.data.lock_checks import folders_of
from samerun.data.manifest import Entry, Manifest

_FEW = 3


def notes(manifest: Manifest, left_out: Sequence[str] = ()) -> list[str]:
    """Return a sentence for each thing that a lock of this data cannot hold or that may not survive a copy.

    Args:
        manifest: what is locked.
        left_out: what was left out.
    """
    links = [entry for entry in manifest.entries if entry.kind == "link"]
    found = [
        *_of_links(manifest, links),
        _sentence(
            "{} differ only in case or in their unicode form; some file systems take them for one", _clashes(manifest)
        ),
        _sentence(
            "{} can be named but not read", [entry.path for entry in manifest.entries if entry.kind == "special"]
        ),
        _sentence("{} left out (a repository's or samerun's own)", left_out),
    ]
    return [sentence for sentence in found if sentence]


def _of_links(manifest: Manifest, links: Sequence[Entry]) -> Iterator[str]:
    if not links:
        return
    paths = {entry.path for entry in manifest.entries}
    there = paths | folders_of(paths)
    out, nowhere = [], []
    for link in links:
        end = posixpath.normpath(posixpath.join(posixpath.dirname(link.path), link.target))
        if end.startswith(("/", "../")) or end == "..":
            out.append(link.path)
        elif end not in there and end != ".":
            nowhere.append(link.path)
    yield _sentence("{} lead out of what is locked: only the text of such a link is locked, not what it leads to", out)
    yield _sentence("{} lead to nothing that is locked", nowhere)


def _clashes(manifest: Manifest) -> list[str]:
    """Return the paths that are the same as another one but for case and unicode form."""
    groups: dict[str, list[str]] = defaultdict(list)
    for entry in manifest.entries:
        path = entry.path
        groups[path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()].append(path)
    return [path for group in groups.values() if len(group) > 1 for path in group]


def _sentence(words: str, paths: Sequence[str]) -> str:
    if not paths:
        return ""
    more = f" and {len(paths) - _FEW:,} more" if len(paths) > _FEW else ""
    return words.format(", ".join(paths[:_FEW]) + more)
