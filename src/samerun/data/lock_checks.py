"""What a lock may not hold: paths that lead elsewhere, names that stand twice, entries that no tree can have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from samerun.data.manifest import Entry, order, raw

_NOT_INSIDE = re.compile(r"(?:\A|[/\0])\.{0,2}(?:[/\0]|\Z)")
_HEX = re.compile(r"[0-9a-f]*\Z")
_LONGEST = 400
_SPECIALS = ("pipe", "socket", "character device", "block device", "special file")


def problems(paths: Sequence[str], entries: Sequence[Entry]) -> Iterator[tuple[str, int]]:
    """Yield what is wrong with the content of a lock, as a sentence's end and its line (0: the whole).

    Args:
        paths: what was locked.
        entries: the entries, in the order in which they stand; the first stands in line 2.
    """
    yield from ((problem, 1) for problem in _problems_of_paths(paths))
    yield from _problems_of_order(entries)
    plain = _are_plain([entry for entry in entries if entry.kind == "file"])
    for line, entry in enumerate(entries, 2):
        if not plain or entry.kind != "file":
            problem = _problem(entry)
            if problem:
                yield problem, line
    yield from ((problem, 0) for problem in _problems_of_places(paths, entries))


def is_inside(path: str) -> bool:
    """Say whether a path is relative, climbs nowhere and names something: ``a/b``, not ``/a``, ``a//b``, ``../a``."""
    return "\0" not in path and _NOT_INSIDE.search(path) is None


def shortened(problem: str) -> str:
    """Return what is wrong with a lock without the middle of a name that is too long to be read."""
    return problem if len(problem) <= _LONGEST else f"{problem[: _LONGEST // 2]} ... {problem[-_LONGEST // 2 :]}"


def folders_of(paths: Iterable[str]) -> set[str]:
    """Return every folder that the paths lie in, without the top one."""
    folders: set[str] = set()
    for path in paths:
        above = path.rpartition("/")[0]
        while above and above not in folders:
            folders.add(above)
            above = above.rpartition("/")[0]
    return folders


def above(path: str) -> list[str]:
    """Return the folders that a path lies in, the nearest first, without the top one."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]


def _problems_of_paths(paths: Sequence[str]) -> Iterator[str]:
    if not paths:
        yield "it names no path"
    if list(paths) != sorted(set(paths), key=raw):
        yield "its paths are not sorted, or one is there twice"
    for path in paths:
        if path != "." and not is_inside(path):
            yield f"the path {path!r} is absolute, climbs, or names nothing"
        if any(each in paths for each in above(path)) or (path == "." and len(paths) > 1):
            yield f"the path {path!r} lies in another one, or holds it"


def _problems_of_order(entries: Sequence[Entry]) -> Iterator[tuple[str, int]]:
    places = [order(entry) for entry in entries]
    for line, (one, next_one) in enumerate(pairwise(places), 3):
        if one >= next_one:
            problem = "is there twice" if one == next_one else "stands in the wrong place"
            yield f"the path {entries[line - 2].path!r} {problem}", line


def _are_plain(entries: Sequence[Entry]) -> bool:
    """Say whether all entries are files without fault: looked at together, which is many times as fast as singly."""
    if not entries:
        return True
    text = "\0".join([entry.path for entry in entries])
    if text.count("\0") != len(entries) - 1 or _NOT_INSIDE.search(text):
        return False
    if any(entry.target or entry.special or entry.sha256 or entry.md5 for entry in entries):
        return False
    digests, sizes = [entry.blake3 for entry in entries], [entry.size for entry in entries]
    whole = set(map(len, digests)) == {64} and _HEX.match("".join(digests)) is not None
    return whole and min(sizes) >= 0 and max(sizes) < 1 << 63


def _problem(entry: Entry) -> str:
    """Return what is wrong with one entry by itself; empty if nothing is."""
    if not is_inside(entry.path):
        return f"the path {entry.path!r} is absolute, climbs, or names nothing"
    if entry.kind == "file":
        return _problem_of_file(entry)
    if entry.size or entry.blake3 or entry.sha256 or entry.md5:
        return f"{entry.path!r} is a {entry.kind} and has a file's content"
    wanted = {"link": bool(entry.target) and not entry.special, "folder": not (entry.target or entry.special)}
    if not wanted.get(entry.kind, entry.special in _SPECIALS and not entry.target) or "\0" in entry.target:
        return f"{entry.path!r} is not what a {entry.kind} is"
    return ""


def _problem_of_file(entry: Entry) -> str:
    if entry.target or entry.special:
        return f"{entry.path!r} is a file and something else"
    if not 0 <= entry.size < 1 << 63:
        return f"{entry.path!r} has a size that no file has"
    hashes = ((entry.blake3, 64), (entry.sha256, 64), (entry.md5, 32))
    if not entry.blake3 or any(text and (len(text) != length or not _HEX.match(text)) for text, length in hashes):
        return f"{entry.path!r} has a hash that is none"
    return ""


def _problems_of_places(paths: Sequence[str], entries: Sequence[Entry]) -> Iterator[str]:
    """Yield entries below one that is no folder, and those outside of what was locked."""
    folders = folders_of(entry.path for entry in entries)
    for entry in entries:
        if entry.path in folders:
            yield f"{entry.path!r} is named as a thing of its own and holds others"
    if tuple(paths) == (".",):
        return
    roots = set(paths)
    inside = {folder for folder in folders if folder in roots or not roots.isdisjoint(above(folder))}
    for entry in entries:
        if entry.path not in roots and entry.path.rpartition("/")[0] not in inside:
            yield f"{entry.path!r} lies outside of the locked paths"
