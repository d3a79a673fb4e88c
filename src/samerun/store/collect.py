"""Removing runs, and what no run needs any more."""

from __future__ import annotations

import math
import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from samerun.basics import files
from samerun.errors import DamagedRun, NewerSchema, RunStillGoing, UnknownRun
from samerun.record.run import Run
from samerun.store import folder as folders
from samerun.store.layout import RunFolder, StoreLayout, is_run_id
from samerun.store.objects import Objects

_HASH = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_FORGOTTEN_SECONDS = 3600.0
_SLACK_SECONDS = 60.0


class Freed(Struct, frozen=True):
    """What was, or would be, freed; ``kept_because`` says why contents were left although nobody seems to need them."""

    objects: int = 0
    workspaces: int = 0
    environments: int = 0
    caches: int = 0
    bytes: int = 0
    kept_because: str = ""


class Removed(Struct, frozen=True):
    """The ids of the runs that were removed, and the bytes of their folders."""

    runs: tuple[str, ...]
    bytes: int


def remove(layout: StoreLayout, runs: list[RunFolder]) -> Removed:
    """Remove runs, all or none of them.

    Raises:
        UnknownRun: one of them is some other folder, which is not ours to remove.
        RunStillGoing: one of them has not ended.
    """
    for run_folder in runs:
        if not is_run_id(run_folder.id) and _load(run_folder) is None:
            raise UnknownRun(f"{run_folder.path} is not the folder of a run.", "Nothing was removed.")
        if _is_running(run_folder):
            raise RunStillGoing(f"The run {run_folder.id} has not ended.", "Wait for it, or stop it.", id=run_folder.id)
    # What was tried with a run goes with it: nobody can ask about it any more.
    trials = [layout.trials / run_folder.id for run_folder in set(runs) if is_run_id(run_folder.id)]
    size = sum(_size(path) for path in (*(run_folder.path for run_folder in set(runs)), *trials))
    for run_folder in dict.fromkeys(runs):
        _remove_folder(layout, run_folder.path)
    for path in trials:
        files.remove_tree(path)
    return Removed(tuple(dict.fromkeys(run_folder.id for run_folder in runs)), size)


def _is_running(run_folder: RunFolder) -> bool:
    run = _load(run_folder)
    return run is not None and run.status == "running" and not folders.is_sealed(run_folder)


def _load(run_folder: RunFolder) -> Run | None:
    try:
        return folders.load(run_folder, whole=False)
    except (DamagedRun, NewerSchema):
        return None


def _remove_folder(layout: StoreLayout, path: Path) -> None:
    """Take the folder away by one rename, so that nobody meets half of it; then remove it."""
    rubbish = layout.shared / f"removed-{os.urandom(8).hex()}"
    try:
        os.rename(path, rubbish)
    except OSError:  # another file system, or a run outside of the store
        rubbish = path
    files.remove_tree(rubbish)
    with suppress(OSError):  # other runs of that name
        os.rmdir(path.parent)


def collect(layout: StoreLayout, *, dry_run: bool = False) -> Freed:
    """Free the contents, workspaces and environments that no run refers to, and what killed runs were told.

    While a run goes on, nothing that came after its start is touched; while a run cannot be read, no content is.

    Args:
        layout: the store.
        dry_run: whether only to say what would be freed.
    """
    runs = [(run_folder, _load(run_folder)) for run_folder in layout.run_folders()]
    unreadable = [run_folder.id for run_folder, run in runs if run is None]
    tried = [_load(RunFolder(path.parent)) for path in layout.trials.glob("*/*/*/run.json")]
    known = (*(run for _, run in runs), *tried)
    going = [run.started for run in known if run is not None and run.status == "running"]
    said = b"\0".join(_records([run_folder for run_folder, _ in runs]))
    before = min(going) - _SLACK_SECONDS if going else math.inf
    objects = [] if unreadable else _unneeded(Objects(layout.objects), said, before)
    workspaces = [path for path in _below(layout.workspaces) if not going]
    environments = [path for path in _below(layout.environments) if path.name.encode() not in said]
    spools = [run_folder.spool for run_folder, run in runs if run is not None and run.status != "running"]
    spools = [path for path in spools if path.is_dir()]
    ids = {run_folder.id for run_folder, _ in runs}
    trials = [path for path in _below(layout.trials) if path.name not in ids]
    paths = [*_forgotten(layout), *spools, *trials, *objects, *workspaces, *environments]
    size = sum(_size(path) for path in paths)
    if not dry_run:
        for path in paths:
            files.remove_tree(path)
    why = f"the run {unreadable[0]} cannot be read, and may need contents" if unreadable else ""
    return Freed(len(objects), len(workspaces), len(environments), bytes=size, kept_because=why)


def _records(runs: list[RunFolder]) -> Iterator[bytes]:
    """Yield the bytes of everything in which a run may name a content: a hash in any of them counts, damaged or not."""
    for run_folder in runs:
        for folder in (run_folder.path, run_folder.code, run_folder.environment):
            for path in sorted(folder.glob("*.json")):
                with suppress(OSError):
                    yield files.read_bytes(path)


def _unneeded(objects: Objects, said: bytes, before: float) -> list[Path]:
    needed = {found.decode() for found in _HASH.findall(said)}
    paths = [objects.path(digest) for digest in objects.all() if digest not in needed]
    return [path for path in paths if _changed(path) < before]


def _changed(path: Path) -> float:
    try:
        return os.lstat(path).st_mtime
    except OSError:
        return math.inf


def _below(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _forgotten(layout: StoreLayout) -> Iterator[Path]:
    """Yield what killed writers and removers left more than an hour ago."""
    for folder in (layout.root, layout.shared, *_below(layout.objects)):
        for path in _below(folder) if folder.is_dir() else ():
            left = files.is_temporary(path.name) or (folder == layout.shared and path.name.startswith("removed-"))
            if left and _changed(path) < time.time() - _FORGOTTEN_SECONDS:
                yield path


def _size(path: Path) -> int:
    """Return the bytes of a file or of all files of a folder."""
    try:
        facts = os.lstat(path)
        if not stat.S_ISDIR(facts.st_mode):
            return facts.st_size
        return sum(found.st_size for _, found in files.files_below(path))
    except OSError:
        return 0
