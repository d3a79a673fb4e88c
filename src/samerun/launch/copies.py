"""Copies in a run folder, under names that every system and every reader of the folder can hold."""

from __future__ import annotations

import re
from pathlib import Path

from samerun.basics import files

_UNFIT = re.compile(r"[\\\0-\x1f\x7f\ud800-\udfff]")


def put_copy(folder: Path, name: str, content: Path) -> str:
    """Give one of the store's contents a name below a run folder.

    Args:
        folder: the run folder.
        name: where the copy is to lie, with ``/``; letters that no path of a record may hold become ``_``.
        content: the stored content.

    Returns:
        The copy's real place: another one if that name is taken.

    Raises:
        UnsafePath: the name leads out of the folder.
        OSError: it cannot be written.
    """
    target = files.resolve_inside(folder, _UNFIT.sub("_", name))
    files.make_folder(target.parent)
    target = files.free_name(target)
    files.share(content, target)
    return target.relative_to(folder).as_posix()
