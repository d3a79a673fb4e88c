"""Locking data: write down what it is now, so that it can be known again."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from samerun.data.identity import Progress, look
from samerun.data.lock_file import Lock, is_lock, write_lock
from samerun.data.manifest import Entry, manifest_of
from samerun.data.places import forget_base, remember_base
from samerun.data.reading import reason
from samerun.data.remote_names import is_remote
from samerun.data.seen import Seen, Unread, refuse_unread
from samerun.errors import BadOption

PathLike = str | os.PathLike[str]


def lock(
    paths: PathLike | Sequence[PathLike],
    output: PathLike | None = None,
    *,
    root: PathLike | None = None,
    also: Sequence[str] = (),
    quick: bool = True,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Lock:
    """Return what files and folders hold now, and write it to a lock if one is named.

    The data is only read. Costs what reading it costs (see ``hash_tree``); what has not changed since it was last read
    is not read again.

    Args:
        paths: files and folders. One that lies in another is part of it.
        output: the file to write, whole or not at all; a lock that is there is replaced, anything else is not. The lock
            itself is never part of what is locked.
        root: the folder that the lock's paths start from. None takes the lock's own (without a lock: the current one)
            where all paths lie below it, else the nearest folder that they have in common.
        also: algorithms besides BLAKE3, for exchange with others: ``sha256``, ``md5``.
        quick: trust what is remembered of unchanged files.
        cache: the folder of what is remembered; None takes the user's own cache folder.
        progress: called with files and bytes done.

    Raises:
        MissingData: something is not there, cannot be read, or changes while it is read; no lock is written.
        BadOption: no path, an address, an unknown algorithm, a path outside of ``root``, or an output that is no lock.
        OSError: the lock cannot be written.
    """
    return make_lock(paths, output, root=root, also=also, quick=quick, cache=cache, progress=progress).lock


class Made(NamedTuple):
    """A lock that was made, the folder that its paths start from, and what was left out of it."""

    lock: Lock
    base: str
    left_out: list[str]


def make_lock(
    paths: PathLike | Sequence[PathLike],
    output: PathLike | None = None,
    *,
    root: PathLike | None = None,
    also: Sequence[str] = (),
    quick: bool = True,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Made:
    """Do what ``lock`` does, and return what is to be said about it besides."""
    given = [os.fspath(paths)] if isinstance(paths, str | os.PathLike) else [os.fspath(path) for path in paths]
    target = None if output is None else Path(output)
    if target is not None:
        _check_output(target)
    base = _base(given, target, root)
    named = [_relative(path, base) for path in given]
    below = outermost(named)
    _refuse_lost(base, named, below)
    seen = look_below(base, below, target, quick=quick, also=also, cache=cache, progress=progress)
    refuse_unread(", ".join(given), seen.unread)
    made = Lock(tuple(below), seen.manifest)
    if target is not None:
        write_lock(made, target)
        own = base == os.path.dirname(os.path.abspath(target))
        (forget_base if own else remember_base)(target, made.root, base, cache)
    return Made(made, base, seen.left_out)


def look_below(
    base: PathLike,
    below: Sequence[str],
    lock_file: Path | None,
    *,
    quick: bool,
    also: Sequence[str] = (),
    cache: Path | None = None,
    progress: Progress | None = None,
    may_be_gone: bool = False,
) -> Seen:
    """Look at several paths below one folder as at one tree.

    Args:
        base: the folder.
        below: paths from there, none in another; ``.`` is the folder itself.
        lock_file: a lock that is not looked at, wherever it lies.
        quick: trust what is remembered.
        also: algorithms besides BLAKE3.
        cache: the folder of what is remembered.
        progress: called with files and bytes done.
        may_be_gone: pass over paths at which there is nothing, instead of refusing them.
    """
    entries: list[Entry] = []
    unread: list[Unread] = []
    left_out: list[str] = []
    done = [0, 0]
    for path in below:
        full = os.path.join(base, path) if path != "." else os.fspath(base)
        if may_be_gone:
            why = _why_not(full)
            unread += [Unread(path, why, folder=True)] if why else []
            if why is not None:
                continue
        seen = look(
            full,
            quick=quick,
            also=also,
            cache=cache,
            skip=_inside(full, lock_file),
            at="" if path == "." else path,
            progress=_further(progress, done),
        )
        entries += seen.manifest.entries
        unread += seen.unread
        left_out += seen.left_out
        done = [done[0] + seen.manifest.files, done[1] + seen.manifest.bytes]
    return Seen(manifest_of(entries), unread, left_out)


def outermost(paths: Sequence[str]) -> list[str]:
    """Return the paths that lie in none of the others, each once, sorted as a lock wants them."""
    if "." in paths:
        return ["."]
    unique = set(paths)
    kept = [path for path in unique if not any(path.startswith(f"{other}/") for other in unique)]
    return sorted(kept, key=os.fsencode)


def _refuse_lost(base: str, named: Sequence[str], below: Sequence[str]) -> None:
    """Refuse a path that is said to lie in another one and by a link leads out of it: nobody would see it missing."""
    for path in set(named) - set(below):
        real = os.path.realpath(os.path.join(base, path))
        outer = [other for other in below if other == "." or path.startswith(f"{other}/")]
        tops = [os.path.realpath(os.path.join(base, other)) for other in outer]
        if not any(real == top or real.startswith(top.rstrip("/") + "/") for top in tops):
            sentence = f"{path} is led out of {outer[0]} by a link; one lock cannot hold both."
            raise BadOption(sentence, f"Lock it by itself: `samerun data lock {path} -o FILE`.")


def _why_not(path: str) -> str | None:
    """Return why nothing is to be read at a path: empty if there is no file or folder; None if there is one."""
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return "" if error.errno == errno.ELOOP else reason(error)
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else ""


def _further(progress: Progress | None, done: list[int]) -> Progress | None:
    if progress is None:
        return None
    return lambda files, count: progress(done[0] + files, done[1] + count)


def _check_output(path: Path) -> None:
    """Refuse to write a lock over anything that is not one: it could be the data."""
    if os.path.lexists(path) and not is_lock(path):
        raise BadOption(f"{path} is there and is no lock; it is left as it is.", "Give the lock another name with -o.")
    if not path.absolute().parent.is_dir():
        raise BadOption(f"There is no folder {path.absolute().parent}.", "Make it, or give another place with -o.")


def _base(given: Sequence[str], output: Path | None, root: PathLike | None) -> str:
    """Return the folder that the lock's paths start from."""
    if not given or "" in given:  # an empty path would be the current folder: a variable that is not set
        what = "An empty path names nothing." if given else "There is nothing to lock."
        raise BadOption(what, "Give one or more files or folders.")
    if any(is_remote(path) for path in given):
        raise BadOption("An address is no path of this machine.", "lock_remote takes addresses.")
    if root is not None:
        return os.path.abspath(root)
    own = os.path.dirname(os.path.abspath(output)) if output is not None else os.getcwd()
    full = [os.path.abspath(path) for path in given]
    if all(_climbs_not(os.path.relpath(path, own)) for path in full):
        return own
    return os.path.commonpath([os.path.dirname(path) for path in full])


def _relative(path: str, base: str) -> str:
    relative = os.path.relpath(os.path.abspath(path), base)
    if not _climbs_not(relative):
        raise BadOption(f"{path} does not lie below {base}.", "Give a --root that all paths lie below.")
    return relative


def _climbs_not(relative: str) -> bool:
    return relative != ".." and not relative.startswith("../")


def _inside(folder: str, lock_file: Path | None) -> frozenset[str]:
    """Return the path of a lock below a folder, if it lies there, whatever links lead to either."""
    if lock_file is None:
        return frozenset()
    place = os.path.join(os.path.realpath(lock_file.absolute().parent), lock_file.name)
    relative = os.path.relpath(place, os.path.realpath(folder))
    return frozenset((relative,)) if _climbs_not(relative) else frozenset()
