"""DVC's cache of a repository: where it is, what it has, and the lists of folders in it. It is only read."""

from __future__ import annotations

import configparser
import hashlib
import json
from pathlib import Path

from samerun.data.dvc_files import checked_list
from samerun.errors import BadLock

LARGEST_LIST = 1 << 30
"""Bytes of a folder's list that are still read."""


class DvcCache:
    """The cache of one repository.

    Args:
        root: the repository's folder.
    """

    def __init__(self, root: Path) -> None:
        self.folder = cache_folder(root)

    def place(self, digest: str) -> Path | None:
        """Return where the content with an MD5 (with ``.dir`` for a folder's list) lies; None if it is not there.

        DVC 3 keeps it below ``files/md5``, versions before it at the top.
        """
        ways = (Path("files", "md5", digest[:2], digest[2:]), Path(digest[:2], digest[2:]))
        return next((self.folder / way for way in ways if (self.folder / way).is_file()), None)

    def listing(self, digest: str) -> tuple[tuple[str, str], ...] | None:
        """Return the files of a folder with their hashes; None if the list is not in the cache.

        Args:
            digest: the folder's MD5, without ``.dir``.

        Raises:
            BadLock: it is there, and is not what its name says or holds what no folder can.
        """
        place = self.place(f"{digest}.dir")
        if place is None:
            return None
        try:
            return _checked(place, digest)
        except (OSError, ValueError, RecursionError) as error:
            sentence = f"The list of a folder in DVC's cache, {place}, cannot be trusted: {error}."
            raise BadLock(sentence, "`dvc fetch` brings it again once it is removed.", lock=str(place)) from error


def _checked(place: Path, digest: str) -> tuple[tuple[str, str], ...]:
    with place.open("rb") as file:
        data = file.read(LARGEST_LIST + 1)
    if len(data) > LARGEST_LIST:
        raise ValueError("it is larger than any list")
    if hashlib.md5(data, usedforsecurity=False).hexdigest() != digest:
        raise ValueError("its content is not that of its name")
    return checked_list(json.loads(data))


def cache_folder(root: Path) -> Path:
    """Return the folder that a repository's settings name as its cache, else ``.dvc/cache``."""
    settings = configparser.ConfigParser(interpolation=None, strict=False)
    for name in ("config", "config.local"):
        try:
            settings.read(root / ".dvc" / name, "utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue  # dvc itself will complain; the usual place is a good guess
    given = settings.get("cache", "dir", fallback="").strip("\"' ")
    return (root / ".dvc" / given) if given else root / ".dvc" / "cache"


def list_digest(files: dict[str, str]) -> str:
    """Return the MD5 (hex) that DVC gives a folder with these files.

    Args:
        files: paths in the folder with the MD5 of each.
    """
    entries = [{"md5": digest, "relpath": path} for path, digest in sorted(files.items())]
    return hashlib.md5(json.dumps(entries, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
