"""A line tracer of the user's own code, for finding the line at which two runs part. Nothing is here unless asked for.

At each line of the user's files it takes fingerprints of what the line reads, before it, and of what it has bound or
changed, after it, and writes them into the process's trace (``channel``). Code of libraries is not looked at. The
cost is bounded: what a line does is written in full for its first executions, then ever more seldom, by a count that is
the same in every run.
"""

from __future__ import annotations

from .following import install

__all__ = ["install"]
