"""What every comparison is told: tolerances, the two runs' windows, and the project's own volatile names."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Protocol

from msgspec import Struct

from samerun.record.difference import Difference
from samerun.record.window import Window

HEAD_BYTES = 4096
"""How many first bytes of a file a type may look at to recognise it."""


class Comparing(Struct, frozen=True):
    """How two outputs are compared.

    ``rtol`` and ``atol`` widen ``within-tolerance`` (both 0: any differing number is a difference): ``a`` and ``b``
    agree within tolerance if ``|a - b| <= atol + rtol * max(|a|, |b|)``. ``a`` and ``b`` are the windows of the two
    runs. ``volatile_names`` are further field names that the project declares volatile (shell patterns); they need no
    matching value.
    """

    a: Window
    b: Window
    rtol: float = 0.0
    atol: float = 0.0
    volatile_names: tuple[str, ...] = ()


class OutputType(Protocol):
    """One type of file that runs leave."""

    kind: str
    """Its name in JSON, such as ``csv`` or ``torch-checkpoint``."""

    def recognises(self, path: PurePosixPath, head: bytes) -> bool:
        """Say whether a file of this name and these first ``HEAD_BYTES`` bytes is of this type."""
        ...

    def compare(self, a: Path, b: Path, comparing: Comparing) -> Difference:
        """Compare two existing files whose bytes differ.

        The label of the returned difference is the kind; its verdict is ``equivalent`` where the content is the same
        and only volatile fields or container bytes differ. A file that cannot be read as this type gives a byte
        comparison whose detail says why (never an exception); content that is parsed has a limit of size beyond which
        the comparison is by bytes too, and says so.
        """
        ...
