"""Hidden generators of random numbers: one file a library, and the states of all of them together."""

from __future__ import annotations

from samerun.state.generators.generator import Generator, Plain
from samerun.state.generators.states import capture, restore
from samerun.state.generators.table import GENERATORS

__all__ = ["GENERATORS", "Generator", "Plain", "capture", "restore"]
