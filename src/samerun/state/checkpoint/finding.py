"""Which checkpoint is meant: by name, by number, the last, the best; among files, and folders of sharded models.

A training may go on unsharded in the folder where it was sharded, or the other way round: both are looked through.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from samerun.errors import BadOption, DamagedCheckpoint
from samerun.state.checkpoint.checkpoint_file import read_file
from samerun.state.checkpoint.folder import Entry, Folder
from samerun.state.checkpoint.naming import Name, parse_name, whole
from samerun.state.checkpoint.restored import Listed
from samerun.state.checkpoint.sharded import ShardedFolder, read_sharded

Which = str | int | os.PathLike[str]
_ANEW = "To begin anew, name another folder or move it away."


class Finder:
    """Looks for the checkpoints of one folder.

    Args:
        path: the folder.
        files: those that are one file.
        folders: those that are a folder each.
    """

    def __init__(self, path: Path, files: Folder, folders: ShardedFolder) -> None:
        self._path = path
        self._files = files
        self._kinds: tuple[Folder, Folder] = (files, folders)

    def find(self, which: Which) -> Path | None:
        """Return the path of a checkpoint; None if the folder holds none yet.

        Args:
            which: ``last``, ``best``, a name, the number of an epoch, or a path.

        Raises:
            BadOption: there is none of that name.
            DamagedCheckpoint: there are only files that samerun did not write.
        """
        if isinstance(which, os.PathLike) or (isinstance(which, str) and os.sep in which):
            return Path(which)
        if not self.entries() and not self._named():
            self._refuse_foreign()
            return None
        if which in ("last", "last.pt"):
            named = self._named("last")
            return max(named, key=self._order) if named else self.entries()[-1].path if self.entries() else None
        if which in ("best", "best.pt"):
            if not self._named("best"):
                raise BadOption("There is no best checkpoint yet.", "Give keep_best= and that metric to save.")
            return self._files.better(self._named("best"), self._facts)
        return self._numbered(which)

    def _refuse_foreign(self) -> None:
        """Refuse a folder that holds only what somebody else saved: to begin anew beside it would lose it."""
        foreign = [entry.path for entry in self._files.entries()]
        if foreign:
            raise DamagedCheckpoint(
                f"{self._path} holds {foreign[-1].name} and no checkpoint that samerun wrote.",
                "To go on from it, read it with torch.load(path, weights_only=True), restore the parts and save them "
                "with Checkpoints in a folder of its own; to begin anew, name another folder or move it away.",
                path=str(foreign[-1]),
            )

    def _named(self, *texts: str) -> list[Path]:
        """Return what is there by the names ``last`` and ``best``, or one of them."""
        places = (kind.place(text) for text in texts or ("last", "best") for kind in self._kinds)
        return [place for place in places if os.path.lexists(place)]

    def _numbered(self, which: str | int) -> Path:
        """Return the checkpoint of a name or an epoch; the best or last one may be it under its other name."""
        wanted = parse_name(which) if isinstance(which, str) else Name(whole(which, "epoch"), None)
        for entry in self.entries():
            if entry.name == wanted:
                return entry.path
        for path in self._named("best") + self._named("last"):
            if wanted is not None and parse_name(str(self._facts(path).get("name"))) == wanted:
                return path
        there = [each.name for each in self.list()] + [path.stem for path in self._named()]
        raise BadOption(f"There is no checkpoint {which!r} in {self._path}.", f"There are: {', '.join(there)}.")

    def with_a_way_out(self, error: DamagedCheckpoint, path: Path) -> DamagedCheckpoint:
        """Return the error with the newest checkpoint that is whole, if there is one."""
        for candidate in [*(entry.path for entry in reversed(self.entries())), *self._named("best")]:
            try:
                if candidate == path or not candidate.exists():
                    continue
                read_sharded(candidate, {}) if candidate.is_dir() else read_file(candidate)
            except (DamagedCheckpoint, OSError):
                continue
            step = f"The newest whole one is {candidate.stem}: load it with load({candidate.stem!r}, ...)."
            return DamagedCheckpoint(error.sentence, f"{step} Nothing was restored.", **error.facts)
        if path.parent != self._path:
            return error
        return DamagedCheckpoint(error.sentence, f"{error.next_step} {_ANEW}", **error.facts)

    def entries(self) -> list[Entry]:
        """Return the numbered checkpoints without those of others, newest last; damaged ones stay."""
        return sorted((entry for kind in self._kinds for entry in kind.own_entries()), key=lambda one: one.name.order)

    def list(self) -> list[Listed]:
        """Return what the last bytes of each numbered checkpoint say, newest last."""
        return [_listed(entry, self._facts(entry.path)) for entry in self.entries()]

    def _facts(self, path: Path) -> dict[str, Any]:
        """Return what a checkpoint says of itself; why it cannot be read as ``problem``."""
        try:
            return self._kinds[path.is_dir() and not path.suffix].peek(path)
        except (DamagedCheckpoint, OSError) as error:
            return {"problem": str(error)}

    def _order(self, path: Path) -> tuple[float, float]:
        name = parse_name(str(self._facts(path).get("name")))
        return (-2, 0) if name is None else name.order


def _listed(entry: Entry, facts: dict[str, Any]) -> Listed:
    if "problem" in facts:
        return Listed(entry.path, str(entry.name), problem=facts["problem"])
    metrics = facts.get("metrics")
    known = metrics if isinstance(metrics, dict) else {}
    return Listed(entry.path, str(facts.get("name", entry.name)), facts.get("epoch"), facts.get("step"), known)
