"""Absence as a value: what is not there, with the reason."""

from __future__ import annotations

from msgspec import Struct


class Missing(Struct, frozen=True):
    """Something that could not be known, and why; in JSON ``{"missing": why}``."""

    missing: str

    @property
    def why(self) -> str:
        """The reason, as half a sentence: ``the file was overwritten before it was hashed``."""
        return self.missing


class NotCaptured(Struct, frozen=True):
    """One thing that a recording could not see, and why (``not_captured`` of a run)."""

    what: str
    why: str
