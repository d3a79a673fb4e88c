"""How DVC calls its files, and where a repository begins: what is known without reading anything."""

from __future__ import annotations

import os
from pathlib import Path

LOCK_NAME = "dvc.lock"


def is_dvc_file(path: str | os.PathLike[str]) -> bool:
    """Say whether a path is called as DVC calls its files, and is a file."""
    name = os.path.basename(os.fspath(path))
    return (name == LOCK_NAME or (name.endswith(".dvc") and name != ".dvc")) and os.path.isfile(path)


def repository_of(place: Path) -> Path:
    """Return the nearest folder above a file that holds a ``.dvc`` folder; its own where there is none."""
    return next((above for above in place.parents if above.joinpath(".dvc").is_dir()), place.parent)
