"""The git folder of a workspace: programs ask git for their own version, and whether it was changed."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from samerun.basics import files
from samerun.basics.git import Git, open_git
from samerun.record.run import GitState

_SHA256_DIGITS = 64
_CONFIG = "[core]\n\trepositoryformatversion = {}\n\tfilemode = true\n\tbare = false\n{}"
_SHA1_FORMAT, _SHA256_FORMAT = (0, ""), (1, "[extensions]\n\tobjectFormat = sha256\n")


def put_git(folder: Path, original: Path, state: GitState) -> Path | None:
    """Give a workspace a git folder in which ``HEAD`` is the recorded commit, and the index what it holds.

    Nothing of the original's configuration or hooks is taken over, and its objects are only read.

    Args:
        folder: the workspace.
        original: the project's folder.
        state: the recorded commit and branch.

    Returns:
        The original's folder of objects, to be shown at ``.git/objects`` where the original is out of sight; None where
        there is none.
    """
    try:
        asked = open_git(original)
        objects = Path(asked.top, os.fsdecode(asked.ask("rev-parse", "--git-path", "objects")).removesuffix("\n"))
    except OSError:
        return None
    if not state.commit or not objects.is_dir():
        return None
    _make(folder, objects, state)
    with suppress(OSError):  # git has lost the commit
        Git(folder, asked.program).ask("read-tree", state.commit)
    return objects


def _make(folder: Path, objects: Path, state: GitState) -> None:
    files.remove_tree(folder / ".git")  # in a linked work tree it is a file that leads to the user's own git folder
    own = files.make_folder(folder / ".git")
    for name in ("objects", "objects/info", "refs", "refs/heads"):
        files.make_folder(own / name)
    files.write_atomic(own / "objects" / "info" / "alternates", os.fsencode(objects) + b"\n")
    branch = state.branch if _is_harmless(state.branch) else ""
    files.write_atomic(own / "HEAD", (f"ref: refs/heads/{branch}\n" if branch else f"{state.commit}\n").encode())
    if branch:
        files.make_folder((own / "refs" / "heads" / branch).parent)
        files.write_atomic(own / "refs" / "heads" / branch, f"{state.commit}\n".encode())
    kind = _SHA256_FORMAT if len(state.commit) == _SHA256_DIGITS else _SHA1_FORMAT
    files.write_atomic(own / "config", _CONFIG.format(*kind).encode())


def _is_harmless(branch: str) -> bool:
    """Say whether a branch can be given its name again: a detached HEAD has none, and a record may hold anything."""
    return branch not in ("", "HEAD") and ".." not in branch and not branch.startswith("/") and branch.isprintable()
