"""What ``Checkpoints`` hands out: what was restored, and what there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Restored:
    """What ``Checkpoints.load`` did.

    Attributes:
        path: the file or folder that was read.
        name: what the checkpoint is called, with the hash of its configuration: ``epoch_005-3fa2c1d0``.
        epoch: the epoch given to ``save``, or None.
        step: the step given to ``save``, or None.
        metrics: the metrics given to ``save``.
        config: the configuration given to ``save``, as plain values.
        restored: the parts that now are as they were.
        not_restored: what was asked for or belongs to every checkpoint and is not as it was, each with the reason.
        unused: the parts in the checkpoint that nobody asked for.
        values: the plain values that were saved (numbers, text, lists, tensors that are no part's state).
        config_differences: what differs between the configuration of then and the one given to ``load``.
    """

    path: Path
    name: str
    epoch: int | None
    step: int | None
    metrics: Mapping[str, Any]
    config: Any
    restored: tuple[str, ...]
    not_restored: Mapping[str, str]
    unused: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    config_differences: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.name} from {self.path}: restored {', '.join(self.restored) or 'nothing'}."]
        lines += [f"Not restored: {name}: {why}." for name, why in self.not_restored.items()]
        if self.unused:
            lines.append(f"Also in it, not asked for: {', '.join(self.unused)}.")
        if self.config_differences:
            lines.append(f"Saved under another configuration: {'; '.join(self.config_differences)}.")
        return "\n".join(lines)


@dataclass(frozen=True)
class Listed:
    """One checkpoint of a folder, by what its last bytes say; its content is not checked.

    Attributes:
        path: the file or folder.
        name: as in ``Restored``; without a hash where the file could not be read.
        epoch: the epoch it was saved at, or None.
        step: the step it was saved at, or None.
        metrics: the metrics it was saved with.
        problem: why it cannot be read; empty for one that looks whole.
    """

    path: Path
    name: str
    epoch: int | None = None
    step: int | None = None
    metrics: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""
