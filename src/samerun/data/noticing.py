"""What a person should know about locked data: links that lead out of it, names that some file systems take for one."""

from __future__ import annotations

import posixpath
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from samerun.data.lock_checks import folders_of
from samerun.data.manifest import Manifest, raw

_FEW = 3
_MOST_TURNS = 40  # as many as Linux follows


def notes(manifest: Manifest, left_out: Sequence[str] = (), paths: Sequence[str] = (".",)) -> list[str]:
    """Return a sentence for each thing that a lock of this data cannot hold or that may not survive a copy.

    Args:
        manifest: what is locked.
        left_out: what was left out.
        paths: the files and folders that were named, as they stand in the lock.
    """
    found = [
        *_of_links(manifest, paths),
        _sentence(
            "{} differ only in case or in their unicode form; some file systems take them for one", _clashes(manifest)
        ),
        _sentence(
            "{} can be named but not read", [entry.path for entry in manifest.entries if entry.kind == "special"]
        ),
        _sentence("{} left out (a repository's or samerun's own)", left_out),
    ]
    return [sentence for sentence in found if sentence]


def links_out(manifest: Manifest, paths: Sequence[str] = (".",)) -> list[str]:
    """Return the links that lead out of what is locked, by whatever links on the way: what is there is no part of it.

    Args:
        manifest: what is locked.
        paths: the files and folders that were named, as they stand in the lock.
    """
    return [path for path, end in _ends(manifest).items() if not _is_below(end, paths)]


def _of_links(manifest: Manifest, paths: Sequence[str]) -> Iterator[str]:
    out, ends = links_out(manifest, paths), _ends(manifest)
    if not ends:
        return
    there = {entry.path for entry in manifest.entries}
    there |= {".", *folders_of(there), *paths}
    yield _sentence(
        "{} leads out of what is locked: only the text of that link is locked, not what it leads to",
        out,
        "{} lead out of what is locked: only the text of such links is locked, not what they lead to",
    )
    nowhere = sorted({path for path, end in ends.items() if end not in there} - set(out), key=raw)
    yield _sentence("{} leads to nothing that is locked", nowhere, "{} lead to nothing that is locked")


def _ends(manifest: Manifest) -> dict[str, str]:
    """Return where each link leads by its text; what ``_climbs`` is outside of the folder that the paths start from."""
    links = {entry.path: entry.target for entry in manifest.entries if entry.kind == "link"}
    return {path: _end(path, links) for path in links}


def _end(path: str, links: Mapping[str, str]) -> str:
    """Follow a link, and the links on the way; those in a circle lead to themselves."""
    at, left, turns = posixpath.dirname(path), [posixpath.basename(path)], 0
    while left and not _climbs(at):
        at = posixpath.normpath(posixpath.join(at, left.pop()))
        target = links.get(at)
        if target is not None and turns < _MOST_TURNS:
            turns += 1
            left += target.strip("/").split("/")[::-1] + ["/"] * target.startswith("/")
            at = posixpath.dirname(at)
    return at


def _climbs(end: str) -> bool:
    return end == ".." or end.startswith(("/", "../"))


def _is_below(end: str, paths: Sequence[str]) -> bool:
    if "." in paths:
        return not _climbs(end)
    return any(end == path or end.startswith(f"{path}/") for path in paths)


def _clashes(manifest: Manifest) -> list[str]:
    """Return the paths that are the same as another one but for case and unicode form."""
    groups: dict[str, list[str]] = defaultdict(list)
    for entry in manifest.entries:
        path = entry.path
        groups[path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()].append(path)
    return [path for group in groups.values() if len(group) > 1 for path in group]


def _sentence(words: str, paths: Sequence[str], of_many: str = "") -> str:
    """Return a sentence about paths; ``of_many`` are its words where there are several."""
    if not paths:
        return ""
    more = f" and {len(paths) - _FEW:,} more" if len(paths) > _FEW else ""
    return (of_many if of_many and len(paths) > 1 else words).format(", ".join(paths[:_FEW]) + more)
