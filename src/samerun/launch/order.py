"""What is to be launched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from samerun.basics.redaction import Redactor
from samerun.factors.factor import Plan
from samerun.launch.allowance import Allowance
from samerun.launch.ground import Ground
from samerun.launch.known_inputs import KnownInputs
from samerun.launch.tree import Tree, TreeReader
from samerun.record.missing import NotCaptured
from samerun.store.layout import RunFolder, StoreLayout

if TYPE_CHECKING:
    from samerun.launch.data_locks import LockedPath


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
        allowance: how much of what is read may be kept.
        known: hashes of inputs that need not be reckoned again.
        locks: data that was locked up front.
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
    allowance: Allowance = field(default_factory=Allowance)
    known: KnownInputs = field(default_factory=KnownInputs)
    locks: Sequence[LockedPath] = ()
    quiet: bool = False
    through: Callable[[list[str], RunFolder], list[str]] = lambda command, folder: command
    notes: list[NotCaptured] = field(default_factory=list)
    timeout_s: float | None = None
    version: str = ""
