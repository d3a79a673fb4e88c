"""Where a run's project lies now: where it lay, or, if that folder is gone, where it was moved to with its store."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from samerun.basics.exact import path_of
from samerun.store.layout import RunFolder

_LOOKED_FOR = 100


def tree_now(tree: Path, where: RunFolder, names: Iterable[str]) -> Path:
    """Return the project's folder as it is now.

    Args:
        tree: the folder in which the run was recorded.
        where: the run's own folder now.
        names: files of the project by their name in the record; those outside are passed over.

    Returns:
        ``tree`` if it is there. Else the nearest folder around the run's that holds one of the first files; ``tree`` if
        none does. Nothing is said of their content.
    """
    if tree.is_dir():
        return tree
    known = list(islice((path_of(name) for name in names if not name.startswith("/")), _LOOKED_FOR))
    for folder in where.path.absolute().parents:
        if any((folder / name).is_file() for name in known):
            return folder
    return tree
