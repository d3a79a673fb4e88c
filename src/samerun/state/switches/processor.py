"""What this machine's processor can do."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from samerun.basics import files
from samerun.basics.portable import is_x86


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
