"""Where a program runs: the folder as the program sees it, and where that folder really lies."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Ground:
    """The project's folder of one launch.

    ``tree`` is the path that the program sees, ``real`` where its files lie (another place where a workspace is mounted
    over the tree); ``outside`` maps folders elsewhere, as the program sees them, to the private folders that take its
    writes.
    """

    tree: Path
    real: Path
    outside: dict[str, Path] = field(default_factory=dict)

    def name(self, path: str) -> str:
        """Return how a record names an absolute path: relative to the tree with ``/``, or as it is if outside."""
        below = _below(path, str(self.tree))
        return path if below is None else below

    def on_disk(self, name: str) -> Path:
        """Return where the file of a record's name lies now; writes to outside folders lie in their private ones."""
        path = os.path.join(self.tree, name)
        for folder, private in self.outside.items():
            below = _below(path, folder)
            if below is not None and (private / below).exists():
                return private / below
        return self.real / name  # which is the path itself if the name is absolute


def _below(path: str, folder: str) -> str | None:
    """Return the path relative to ``folder``, or None if it is not below it."""
    if path == folder:
        return "."
    prefix = folder if folder.endswith("/") else folder + "/"
    return path[len(prefix) :] if path.startswith(prefix) else None
