"""The environment as this process found it, and as it is now."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from samerun.basics import files


@cache
def at_start() -> dict[str, str] | None:
    """Return the variables with which this process was started (a forked one: with which its parent was).

    Returns:
        Name -> value, from the kernel (``/proc/self/environ``, proc(5)); None where it does not tell, or where a
        program has written over them (setproctitle does).
    """
    try:
        raw = files.read_bytes(Path("/proc/self/environ"))
    except OSError:
        return None
    pairs = [entry.partition(b"=") for entry in raw.split(b"\0") if entry]
    if any(not middle for _, middle, _ in pairs):
        return None
    return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}


def put(name: str, value: str | None) -> None:
    """Set a variable for this process's libraries and its children; None takes it away."""
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
