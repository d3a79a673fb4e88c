"""What this machine's processor can do, and the instruction set that ``portable`` pins.

On x86-64 that is AVX2 with FMA (the level x86-64-v3: Intel since 2013, AMD since 2015); elsewhere nothing is pinned,
because the libraries have no common set to choose.
"""

from __future__ import annotations

import platform
from functools import cache
from pathlib import Path

from samerun.basics import files

X86 = ("x86_64", "amd64", "AMD64")


def is_x86() -> bool:
    """Return whether this is an x86-64 processor."""
    return platform.machine() in X86


@cache
def features() -> frozenset[str]:
    """Return the processor's features as Linux names them; empty where they are not known."""
    try:
        text = files.read_bytes(Path("/proc/cpuinfo")).decode("ascii", "replace")
    except OSError:
        return frozenset()
    line = next((line for line in text.splitlines() if line.startswith(("flags", "Features"))), "")
    return frozenset(line.partition(":")[2].split())


def lacks_pinned() -> bool:
    """Return whether this is an x86-64 processor that is known not to have AVX2 and FMA."""
    known = features()
    return is_x86() and bool(known) and not {"avx2", "fma"} <= known


def has_more() -> bool:
    """Return whether the processor has, or may have, more than what is pinned: AVX-512 or AMX."""
    known = features()
    return not known or any(name.startswith(("avx512", "amx", "avx10")) for name in known)
