"""The outputs of a run: which files it wrote, and their copies in the run folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from samerun.basics.hashing import StatKey, hash_bytes
from samerun.factors.caches import is_by_product
from samerun.factors.code import is_code
from samerun.launch.copies import put_copy
from samerun.launch.ground import Ground
from samerun.launch.keeping import Keeper
from samerun.launch.tree import Tree
from samerun.outputs import recognise
from samerun.outputs.comparing import HEAD_BYTES
from samerun.record.missing import Missing, NotCaptured
from samerun.record.output import Output
from samerun.store.layout import RunFolder
from samerun.store.objects import Objects

_CHECKPOINTS = (".pt", ".pth", ".ckpt", ".safetensors", ".keras", ".msgpack", ".orbax")


def _is_nobodys(name: str) -> bool:
    return False


class Results:
    """Gathers outputs after the program has ended.

    Args:
        ground: where the program ran.
        before: the folder before the start.
        folder: the run folder that gets the copies.
        objects: the store's contents.
        keeper: the way into the store.
    """

    def __init__(self, ground: Ground, before: Tree, folder: RunFolder, objects: Objects, keeper: Keeper) -> None:
        self._ground = ground
        self._before = before
        self._folder = folder
        self._objects = objects
        self._keeper = keeper
        self.not_captured: list[NotCaptured] = []

    def gather(
        self,
        written: Iterable[str],
        after: Tree,
        started_ns: int,
        edited: Callable[[str], bool] = is_code,
        theirs: Callable[[str], bool] = _is_nobodys,
    ) -> list[Output]:
        """Return every file that the run left.

        Args:
            written: absolute paths, as the program saw them, that were seen being written.
            after: the folder now (names and stat only).
            started_ns: when the program started.
            edited: says of a file that was there before and changed, nobody being seen, that a person edited it.
            theirs: says of a file that changed, nobody being seen, that another run wrote it.
        """
        seen = {self._ground.name(path) for path in written}
        names = seen | {name for name in self._changed(seen, after.keys, started_ns, edited) if not theirs(name)}
        outputs = (self._output(name) for name in sorted(names) if not is_by_product(name))
        return [output for output in outputs if output is not None]

    def _changed(
        self, seen: set[str], after: dict[str, StatKey], started_ns: int, edited: Callable[[str], bool]
    ) -> Iterable[str]:
        """Yield files of the folder that changed although nobody was seen writing them: native code, other programs."""
        for name, key in after.items():
            if key == self._before.keys.get(name) or name in seen or name.endswith("/"):
                continue
            if key.ctime_ns < started_ns:
                continue
            if name in self._before.keys and edited(name):
                self.not_captured.append(NotCaptured(name, "it was edited while the run went on, by something else"))
            else:
                yield name

    def _output(self, name: str) -> Output | None:
        path = self._ground.on_disk(name)
        try:
            facts = os.lstat(path)
        except OSError:
            return None
        if stat.S_ISLNK(facts.st_mode):
            target = os.fsencode(os.readlink(path))
            shown = target.decode("utf-8", "backslashreplace")
            return Output(name, "link", 0, hash_bytes(target), Missing("it is a link"), link=shown)
        if not stat.S_ISREG(facts.st_mode):
            return None
        return self._keep(name, path, facts)

    def _keep(self, name: str, path: Path, facts: os.stat_result) -> Output:
        kind, mode = self._kind(name, path), stat.S_IMODE(facts.st_mode)
        kept = self._keeper.keep(path)
        if isinstance(kept.hash, Missing) or not kept.kept:
            self.not_captured.append(NotCaptured(name, kept.why))
            return Output(name, kind, facts.st_size, kept.hash, Missing(kept.why), mode)
        try:
            return Output(name, kind, facts.st_size, kept.hash, self._copy(name, kind, kept.hash), mode)
        except OSError as error:
            why = f"it cannot be copied into the run folder: {error.strerror}"
            self.not_captured.append(NotCaptured(name, why))
            return Output(name, kind, facts.st_size, kept.hash, Missing(why), mode)

    def _kind(self, name: str, path: Path) -> str:
        try:
            with open(path, "rb") as file:
                return recognise(PurePosixPath(name), file.read(HEAD_BYTES)).kind
        except OSError:
            return "binary"

    def _copy(self, name: str, kind: str, digest: str) -> str:
        """Give the stored content its name in the run folder; return that name."""
        return put_copy(self._folder.path, place_of(name, kind), self._objects.path(digest))


def place_of(name: str, kind: str) -> str:
    """Return where an output's copy lies in the run folder."""
    relative = "outside" + name if os.path.isabs(name) else name
    if kind == "tensorboard":
        return f"logs/tensorboard/{relative}"
    top = "checkpoints" if PurePosixPath(name).suffix.lower() in _CHECKPOINTS else "results"
    return f"{top}/{relative.removeprefix(top + '/')}"
