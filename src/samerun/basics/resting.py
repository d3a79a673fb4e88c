"""Whether a file rests: only then does its stat stay the same exactly as long as its content does.

Two things hide a change. A file system's clock ticks every few milliseconds (whole seconds on some), so that two
changes within one tick leave one time. And a program that has the file mapped for writing changes it without the file
system noticing, until the pages were written out: up to half a minute.
"""

from __future__ import annotations

import os
import time

from samerun.basics.leases import give_back, take_lease

FINE_TICK_NS = 20_000_000
"""Longer than any tick of a clock that keeps nanoseconds (Linux: 1 to 10 ms)."""

COARSE_TICK_NS = 2_000_000_000
"""As long as the longest tick: FAT keeps every other second."""

WRITTEN_OUT_NS = 40_000_000_000
"""Longer than a changed page of a mapped file waits before it is written out (Linux: 30 + 5 s)."""


def tick_ns(facts: os.stat_result) -> int:
    """Return how long, in ns, the tick may be of the clock that the file's times come from."""
    return COARSE_TICK_NS if facts.st_ctime_ns % 1_000_000 == 0 else FINE_TICK_NS


def wait_for_tick(facts: os.stat_result) -> bool:
    """Wait, if the file was changed just now, until a further change would show in its times (20 ms, at most 2 s).

    Returns:
        False if its last change lies in the future, so that no waiting helps.
    """
    tick = tick_ns(facts)
    left = facts.st_ctime_ns + tick - time.time_ns()
    if left > tick:
        return False
    if left > 0:
        time.sleep(left / 1e9)
    return True


def is_open_for_writing(descriptor: int, facts: os.stat_result) -> bool:
    """Say whether anybody may be changing a file unseen: has it open, or mapped, for writing.

    Asked of the kernel by taking a read lease, which it grants only if there is no writer, and giving it back at once
    (3 µs). Where it grants none (another user's file, a file system without leases), a file that has not
    changed for longer than pages wait to be written out counts as not written to.

    Args:
        descriptor: the file, open for reading only.
        facts: its stat.
    """
    granted = take_lease(descriptor)
    if granted:
        give_back(descriptor)
    if granted is not None:
        return not granted
    return time.time_ns() - max(facts.st_mtime_ns, facts.st_ctime_ns) < WRITTEN_OUT_NS
