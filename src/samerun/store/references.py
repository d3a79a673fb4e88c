"""What RUN means: an id, a unique beginning of one or of its last six letters, a path, ``last``, ``last~N``."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from samerun.errors import UnknownRun
from samerun.store.index import list_runs
from samerun.store.layout import RunFolder, StoreLayout, is_run_id

_LAST = re.compile(r"last(?:~(\d{1,9}))?\Z")
_LIST = "`samerun ls` lists them."
_FIRST = "Record one with `samerun record -- python train.py`."


def find_run(layout: StoreLayout, text: str, cwd: Path) -> RunFolder:
    """Return the folder of the run that ``text`` names.

    Args:
        layout: the store.
        text: the reference.
        cwd: what a relative path starts from.

    Raises:
        UnknownRun: none or several answer to it; the sentence says which are near.
    """
    last = _LAST.match(text)
    if last:
        return _last(layout, text, int(last[1] or 0))
    by_path = _by_path(text, cwd)
    if by_path is not None:
        return by_path
    folders = list(layout.run_folders())
    if not folders:
        raise _empty(layout)
    found = _by_beginning(folders, text)
    if len(found) == 1:
        return found[0]
    raise _several(text, found) if found else _none(text, folders)


def _last(layout: StoreLayout, text: str, back: int) -> RunFolder:
    rows = list_runs(layout)
    if not rows:
        raise _empty(layout)
    if back >= len(rows):
        count = f"there are only {len(rows)} runs" if len(rows) > 1 else "there is only one run"
        raise UnknownRun(f"{text} does not exist: {count}, the oldest is last~{len(rows) - 1}.", _LIST, text=text)
    return RunFolder(Path(rows[back].folder))


def _by_path(text: str, cwd: Path) -> RunFolder | None:
    if not text or "\0" in text:
        return None
    path = cwd / text
    try:
        path.lstat()
    except (OSError, ValueError):  # too long for a name, among others
        return None
    if path.name == "run.json" and path.is_file():
        path = path.parent
    is_folder = path.is_dir() and ((path / "run.json").exists() or "/" in text)
    # One that has lost its record is still known by its name; any other folder is somebody's own.
    if is_folder and not (path / "run.json").exists() and not is_run_id(path.resolve().name):
        raise UnknownRun(f"{text} is a folder, but not one of a run: it has no run.json.", _LIST, text=text)
    return RunFolder(path.resolve()) if is_folder else None


def _by_beginning(folders: list[RunFolder], text: str) -> list[RunFolder]:
    wanted = text.lower()
    if not wanted:
        return []
    exact = [folder for folder in folders if folder.id == wanted]
    return exact or [each for each in folders if each.id.startswith(wanted) or each.id[-6:].startswith(wanted)]


def _empty(layout: StoreLayout) -> UnknownRun:
    return UnknownRun(f"There are no runs yet in {layout.root}.", _FIRST, store=str(layout.root))


def _several(text: str, found: list[RunFolder]) -> UnknownRun:
    ids = sorted(folder.id for folder in found)
    named = ", ".join(ids[:4]) + (f" and {len(ids) - 4} more" if len(ids) > 4 else "")
    return UnknownRun(f"{text!r} could be any of {len(ids)} runs: {named}.", "Give more of the id.", matches=ids)


def _none(text: str, folders: list[RunFolder]) -> UnknownRun:
    named = sorted((folder.id for folder in folders if folder.path.parent.name == text), reverse=True)
    if named:
        return UnknownRun(f"{text!r} is a name, and a run is meant.", f"Its newest run is {named[0]}.", matches=named)
    names = {name: folder.id for folder in folders for name in (folder.id, folder.id[-6:])}
    near = list(dict.fromkeys(names[name] for name in difflib.get_close_matches(text, names, n=3, cutoff=0.6)))
    step = f"Near to it: {', '.join(near)}." if near else _LIST
    return UnknownRun(f"No run answers to {text!r}.", step, matches=near)
