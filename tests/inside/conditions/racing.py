"""Programs whose threads, processes or coroutines race, run under a mode of the completion order."""

from __future__ import annotations

import sys
from typing import Any

from samerun.launch.reported import FaultSeen, Used

JITTER = """
import os, sys, time
def pause(longest=0.02):
    time.sleep(int.from_bytes(os.urandom(2), "big") / 65536 * longest)
"""
"""``pause()`` takes another time at each call, and draws from no generator of any library."""


def under(
    observe: Any,
    script: str,
    mode: str = "",
    *,
    kind: str = "completion-order",
    python: str = sys.executable,
    **env: str,
) -> str:
    """Run a script under a mode (none: as it is) and return what it printed; a fault of ours fails the test."""
    conditions = {"SAMERUN_CONDITIONS": f"{kind}={mode}"} if mode else {}
    spool = observe(JITTER + script, python=python, env={**conditions, **env}, timeout=60)
    assert spool.of(FaultSeen) == []
    return str(observe.output)


def outcomes(observe: Any, script: str, mode: str = "", times: int = 3, **options: Any) -> set[str]:
    """Return the different outputs of some runs."""
    return {under(observe, script, mode, **options) for _ in range(times)}


def noted(observe: Any, script: str, kind: str = "completion-order", **env: str) -> list[int]:
    """Return the lines of the script, without what goes before it, that a watch notes, in the order of their notes."""
    conditions = {"SAMERUN_CONDITIONS": f"{kind}=watch"}
    spool = observe(JITTER + script, env={**conditions, **env}, timeout=60)
    before = JITTER.count("\n")
    return list(dict.fromkeys(each.line - before for each in spool.of(Used) if each.kind == kind and each.line))


def line_of(script: str, text: str) -> int:
    """Return the line of a script that holds ``text``, counted without what goes before it."""
    return script[: script.index(text)].count("\n") + 1


def site(line: int) -> str:
    """Return the name of a line of a script, counted without what goes before it."""
    return f"script.py:{line + JITTER.count(chr(10))}"
