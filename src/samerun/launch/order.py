"""What is to be launched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from samerun.basics.redaction import Redactor
from samerun.factors.factor import Plan
from samerun.launch.ground import Ground
from samerun.launch.keeping import KeepInputs
from samerun.launch.tree import Tree, TreeReader
from samerun.record.missing import NotCaptured
from samerun.store.layout import RunFolder, StoreLayout


@dataclass
class Launch:
    """One launch, prepared.

    Args:
        name: the experiment's name.
        plan: the factors to be given.
        ground: where the program runs.
        tree: the folder before the start; its reader looks again afterwards.
        found: the user's variables.
        layout: the store.
        redactor: keeps secrets away from the disk.
        tags: words to find the run by.
        parent: the run that this one replays.
        keep_inputs: which inputs are kept.
        quiet: whether the program's text stays away from the user's terminal.
        through: wraps the command and the run folder's path in whatever it is started through (a mount namespace).
        notes: what is known not to be captured before the start.
        timeout_s: after how many seconds the program is killed; None never.
        version: samerun's own version.
    """

    name: str
    plan: Plan
    ground: Ground
    tree: Tree
    reader: TreeReader
    found: dict[str, str]
    layout: StoreLayout
    redactor: Redactor
    tags: tuple[str, ...] = ()
    parent: str | None = None
    keep_inputs: KeepInputs = "small"
    quiet: bool = False
    through: Callable[[list[str], RunFolder], list[str]] = lambda command, folder: command
    notes: list[NotCaptured] = field(default_factory=list)
    timeout_s: float | None = None
    version: str = ""
