"""How much of what a run read is copied into the store: ``--keep-inputs``."""

from __future__ import annotations

from typing import Literal

KeepInputs = Literal["never", "small", "all"]

SMALL_FILE_BYTES = 100 << 20
SMALL_RUN_BYTES = 1 << 30
"""What ``small`` keeps: files up to 100 MB, up to 1 GB a run."""

NEVER, TOO_LARGE, TOO_MUCH = "inputs are not kept", "larger than 100 MB", "beyond 1 GB for the run"
"""Why a file is not kept."""


class Allowance:
    """What one run may still keep. A content that the store has already counts like any other.

    Otherwise it would hang on what earlier runs kept whether this one is whole.

    Args:
        policy: which inputs, and which files of the folder that git would show, are kept.
    """

    def __init__(self, policy: KeepInputs = "small") -> None:
        self.policy = policy
        self._left = SMALL_RUN_BYTES

    @property
    def keeps(self) -> bool:
        """Whether anything is kept at all."""
        return self.policy != "never"

    def why_not(self, size: int) -> str:
        """Return why a file of so many bytes is not kept; empty if it is."""
        if self.policy == "all":
            return ""
        if self.policy == "never":
            return NEVER
        if size > SMALL_FILE_BYTES:
            return TOO_LARGE
        return TOO_MUCH if size > self._left else ""

    def take(self, size: int) -> None:
        """Count a file of so many bytes as kept."""
        self._left -= size
