"""What is held still or varied inside a program's processes, one module a kind, each loaded only if it is asked for."""

from __future__ import annotations
