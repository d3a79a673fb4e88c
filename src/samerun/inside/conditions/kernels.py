"""Deterministic kernels and nothing else: torch fills fresh memory as well where they are asked for.

For a person that is a good thing. A question that asks what kernels do must not answer for memory that nobody wrote.
"""

from __future__ import annotations

from .. import imports

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any


def install(mode: str) -> None:
    """Leave memory as it is handed out, as soon as the program imports torch.

    Args:
        mode: ``held``.
    """
    imports.when_imported("torch", _attach)


def _attach(torch: Any) -> None:
    # Not torch.utils.deterministic, which is another name for the same.
    set_filling = getattr(torch._C, "_set_deterministic_fill_uninitialized_memory", None)
    if set_filling is not None:
        set_filling(False)
