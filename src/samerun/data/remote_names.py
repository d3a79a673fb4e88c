"""What an address and a lock of remote files look like: known without loading what speaks to servers."""

from __future__ import annotations

import os
import re

from samerun.basics import files

ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://")
START = b'{"schema":"samerun.data-remote-lock/'
"""How every lock of remote files of every version begins."""


def is_remote(path: str) -> bool:
    """Say whether something has the form of an address: ``scheme://…``."""
    return ADDRESS.match(path) is not None


def is_remote_lock(path: str | os.PathLike[str]) -> bool:
    """Say whether a file begins like a lock of remote files."""
    try:
        return files.read_regular(path, len(START)) == START
    except OSError:
        return False
