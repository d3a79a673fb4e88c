"""What ``.dvcignore`` files leave out of a tracked folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from samerun.errors import MissingExtra
from samerun.outputs.late import Late

pathspec: Any = Late("pathspec")  # an optional part

NAME = ".dvcignore"
_NEVER_TRACKED = frozenset((".git", ".hg", ".dvc"))


def without_ignored(root: Path, folder: str, paths: Iterable[str]) -> list[str]:
    """Return the paths that no ``.dvcignore`` leaves out.

    Args:
        root: the repository.
        folder: a tracked folder in it.
        paths: files in that folder, relative to it, with ``/``.

    Raises:
        MissingExtra: there are rules, and pathspec, which understands them, is not installed.
    """
    rules = _Rules(root)
    return [path for path in paths if not rules.leave_out(f"{folder}/{path}" if folder != "." else path)]


class _Rules:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._of_folder = cache(self._read)

    def leave_out(self, path: str) -> bool:
        """Say whether a path in the repository is left out: the rule of the nearest folder counts."""
        if not _NEVER_TRACKED.isdisjoint(path.split("/")[:-1]):
            return True
        for folder, rest in _levels(path):
            spec = self._of_folder(folder)
            found = spec.check_file(rest).include if spec is not None else None
            if found is not None:
                return bool(found)
        return False

    def _read(self, folder: str) -> Any:
        place = self._root / folder / NAME
        if not os.path.isfile(place):
            return None
        lines = place.read_text("utf-8", "replace").splitlines()
        rules = [line for line in lines if line.strip() and not line.startswith("#")]
        if not rules:
            return None
        try:
            return pathspec.GitIgnoreSpec.from_lines(rules)
        except ImportError as error:
            sentence = f"{place} has rules, and pathspec, which understands them, is not installed."
            raise MissingExtra(sentence, "pip install pathspec brings it.") from error


def _levels(path: str) -> Iterator[tuple[str, str]]:
    """Yield each folder above a path, the nearest first, with the rest of the path from there."""
    parts = path.split("/")
    for count in range(len(parts) - 1, -1, -1):
        yield "/".join(parts[:count]) or ".", "/".join(parts[count:])
