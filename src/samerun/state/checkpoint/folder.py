"""A folder of checkpoints: the numbered ones, ``best`` and ``last``; what stays, what goes, and in which order.

The numbered file comes first, ``best`` then, ``last`` moves last, and only then old ones go. Each step is one rename,
so a kill between any two leaves whole files. What samerun did not write is never touched.
"""

from __future__ import annotations

import math
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from samerun.basics import files
from samerun.basics.locks import locked
from samerun.errors import BadOption, CannotSave, DamagedCheckpoint
from samerun.state.checkpoint.checkpoint_file import MODE, is_ours, peek_file
from samerun.state.checkpoint.naming import Name, parse_name
from samerun.state.checkpoint.swapping import put_in_place, remove

SUFFIX = ".pt"
_LEFTOVER = re.compile(r"\.{1,2}(?:epoch_\d+|step_\d+|best|last)[0-9a-z_.]*\.[0-9a-f]{16}\.tmp\Z", re.ASCII)
_LOCK = ".lock"


class Entry(NamedTuple):
    """A numbered checkpoint that is there."""

    name: Name
    path: Path


class Rule(NamedTuple):
    """What is kept: how many of the newest (None: all), and by which metric the best one is known."""

    keep_last: int | None
    keep_best: str | None
    mode: str


class Folder:
    """The files of one ``Checkpoints``.

    Args:
        path: the folder; made with the first checkpoint.
        rule: what is kept.
        durable: whether each checkpoint is to survive a power cut.
    """

    suffix = SUFFIX

    def __init__(self, path: Path, rule: Rule, *, durable: bool) -> None:
        self.path = path
        self.rule = rule
        self.durable = durable
        self._made = False

    def entries(self) -> list[Entry]:
        """Return the numbered checkpoints, newest last, by their names alone."""
        try:
            names = os.listdir(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return []
        parsed = ((text, parse_name(text)) for text in names)
        found = [Entry(name, self.path / text) for text, name in parsed if name and text == f"{name}{self.suffix}"]
        return sorted(found, key=lambda entry: entry.name.order)

    def own_entries(self) -> list[Entry]:
        """Return those without what somebody else wrote, newest last; damaged ones stay. Each is opened for it."""
        return [entry for entry in self.entries() if self.is_ours(entry.path) or self._may_be_ours(entry.path)]

    def _may_be_ours(self, path: Path) -> bool:
        """Say whether what does not look like ours may be one that is damaged."""
        return not (path.is_file() and path.stat().st_size)

    def place(self, name: Name | str) -> Path:
        """Return where the checkpoint of this name is or would be; ``best`` and ``last`` are names too."""
        return self.path / f"{name}{self.suffix}"

    def is_ours(self, path: Path) -> bool:
        """Say whether samerun wrote what is there, whole or not."""
        return is_ours(path)

    def peek(self, path: Path) -> dict[str, Any]:
        """Return the facts of a checkpoint.

        Raises:
            DamagedCheckpoint: it is none.
        """
        return peek_file(path)

    def put(self, incoming: Path, path: Path) -> None:
        """Put what was written under another name in its place."""
        put_in_place(incoming, path)
        if os.path.lexists(incoming):
            self._remove([incoming])

    def publish(
        self, name: Name, metrics: dict[str, Any], write: Callable[[Path], object], keep: Path | None = None
    ) -> Path:
        """Put a checkpoint there and move ``best`` and ``last``.

        Args:
            name: what it is called.
            metrics: its metrics.
            write: writes the checkpoint to a path, whole or not at all.
            keep: what is being written already, and is no leftover.

        Raises:
            CannotSave: the system refused; what was there before is as it was.
        """
        path = self.place(name)
        with self.saving(path), locked(self.path / _LOCK):
            self._clear_leftovers(keep)
            self._refuse_foreign(path)
            write(path)
            if self._is_best(metrics):
                self._point("best", path)
            self._point("last", path)
            self._prune(name)
        return path

    @contextmanager
    def saving(self, path: Path) -> Iterator[None]:
        """Make the folder if it was never there, and turn what the system refuses into a sentence."""
        try:
            if not self._made:
                files.make_folder(self.path)
            self._made = True
            yield
        except OSError as error:
            why = error.strerror or str(error)
            step = "Free some space, or keep fewer." if error.errno in _NO_SPACE else "See that it can be written to."
            if self._made and not self.path.is_dir():
                why, step = "its folder is gone", "Give Checkpoints another folder, or make it again."
            raise CannotSave(
                f"The checkpoint {path} could not be saved: {why}. The ones before are as they were.",
                step,
                path=str(path),
                errno=error.errno,
            ) from error

    def _clear_leftovers(self, keep: Path | None) -> None:
        """Remove what killed saves left; the lock is held, so nobody is writing one of them."""
        for text in os.listdir(self.path):
            if _LEFTOVER.match(text) and self.path / text != keep:
                files.remove_tree(self.path / text)

    def _refuse_foreign(self, path: Path) -> None:
        """Never put a checkpoint over a file that samerun did not write."""
        for each in (path, self.place("best"), self.place("last")):
            if os.path.lexists(each) and not self.is_ours(each) and not _was_ours(each):
                raise BadOption(
                    f"{each} is there and was not written by samerun's Checkpoints; it is left as it is.",
                    "Move it away, or give Checkpoints a folder of its own.",
                    path=str(each),
                )

    def _is_best(self, metrics: dict[str, Any]) -> bool:
        """Say whether this one is better than the best so far; a NaN never is, nor is an equal one."""
        value = self._measure(metrics)
        if value is None:
            return False
        try:
            before = self._measure(self.peek(self.place("best")).get("metrics", {}))
        except (FileNotFoundError, DamagedCheckpoint):
            return True
        if before is None:
            return True
        return value < before if self.rule.mode == "min" else value > before

    def better(self, paths: Sequence[Path], facts: Callable[[Path], dict[str, Any]]) -> Path:
        """Return which of several is the best by the metric; the first where that cannot be said."""
        sign = 1 if self.rule.mode == "min" else -1
        values = [self._measure(facts(path).get("metrics")) for path in paths]
        return min(zip(paths, values, strict=True), key=lambda one: math.inf if one[1] is None else sign * one[1])[0]

    def _measure(self, metrics: Any) -> float | None:
        value = metrics.get(self.rule.keep_best) if isinstance(metrics, dict) else None
        number = isinstance(value, int | float) and not math.isnan(value)
        return value if number else None

    def _point(self, text: str, target: Path) -> None:
        """Give a checkpoint a second name: the same blocks where the system can, else a copy."""
        path = self.place(text)
        temporary = files.temporary_name(path)
        try:
            self._link(target, temporary)
            put_in_place(temporary, path)
        finally:
            remove([temporary])  # what was there before, or what a failure left
        if self.durable:
            files.sync_folder(self.path)

    def _link(self, target: Path, temporary: Path) -> None:
        files.link_or_copy(target, temporary)
        os.chmod(temporary, MODE)

    def _remove(self, paths: list[Path]) -> None:
        remove(paths)

    def _prune(self, newest: Name) -> None:
        """Remove the numbered ones beyond ``keep_last``, never the one just written."""
        keep = self.rule.keep_last
        if keep is None:
            return
        old = [entry for entry in self.entries() if entry.name != newest and self.is_ours(entry.path)]
        self._remove([entry.path for entry in old[: max(len(old) - (keep - 1), 0)]])


def _was_ours(path: Path) -> bool:
    """Say whether it is what a power cut may leave of ours: a file without content, and read-only as ours are."""
    found = os.lstat(path)
    return stat.S_ISREG(found.st_mode) and not found.st_size and stat.S_IMODE(found.st_mode) == MODE


_NO_SPACE = (27, 28, 122)  # EFBIG, ENOSPC, EDQUOT: the same numbers on every Linux
