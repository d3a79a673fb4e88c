"""Private layers over the folders outside of the project that a replay may write to.

Nothing of the user's is changed through a layer, and what the recorded run left is as it was before that run: a program
goes on from a checkpoint if there is one, adds to a table, writes a header if the table is new. A file that the run
made is hidden, one that it changed holds what it held.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from samerun.basics import files
from samerun.factors.caches import is_by_product
from samerun.launch.workspace import Workspace
from samerun.record.files import FileFact
from samerun.record.run import Run
from samerun.store.objects import Objects


def make_layers(run: Run, workspace: Workspace, facts: Mapping[str, FileFact], objects: Objects) -> dict[str, Path]:
    """Make a layer for each outside folder that the run wrote to, and for each that a link of the project leads to.

    Args:
        run: the recorded run.
        workspace: its files; those that are to be shown in a layer are put into it instead.
        facts: the files before the run.
        objects: the store's contents.

    Returns:
        The folder as the program sees it -> the private folder that takes its writes (beside it is room for ``work``).
    """
    covered = covered_folders(run, workspace)
    home = apart_from([os.path.realpath(source) for source in covered.values()], workspace.folder.parent)
    layers = {
        target: _Layer(target, source, files.make_folder(home / f"samerun-{os.urandom(6).hex()}" / "upper"))
        for target, source in covered.items()
    }
    for path in (output.path for output in run.outputs):
        layer = _layer_of(layers, os.path.join(run.place.tree, path))
        if layer is not None:
            layer.put_before(os.path.join(run.place.tree, path), facts.get(path), objects)
    _put_shown(run, workspace, layers)
    return {target: layer.upper for target, layer in layers.items()}


def covered_folders(run: Run, workspace: Workspace) -> dict[str, Path]:
    """Return the folders that need a layer: as the program sees them -> where they really lie."""
    tops: dict[str, Path] = {}
    for parent in sorted({os.path.dirname(each.path) for each in run.outputs if os.path.isabs(each.path)}, key=len):
        existing = _existing(parent)
        if existing != "/" and not any(_is_below(existing, top) for top in tops):
            tops[existing] = Path(existing)
    links = {name: source for name, source in workspace.shown.items() if source.is_dir()}
    return {**tops, **{os.path.join(run.place.tree, name): source for name, source in links.items()}}


def can_be_covered(path: str) -> bool:
    """Say whether a layer can lie over the folder of a file: the root itself cannot be covered."""
    return _existing(os.path.dirname(path)) != "/"


def apart_from(covered: Iterable[str], home: Path) -> Path:
    """Return a folder for private layers: a layer may not lie below a folder that is covered (overlayfs)."""
    tops = list(covered)
    places = (home, Path("/var/tmp"), Path.home() / ".cache", Path("/dev/shm"))
    free = (place for place in places if not any(_is_below(os.path.realpath(place), top) for top in tops))
    return next((place for place in free if place == home or os.access(place, os.W_OK)), home)


class _Layer:
    """A private folder that lies over another one.

    Args:
        target: the covered folder as the program sees it.
        lower: where it really lies.
        upper: the private folder.
    """

    def __init__(self, target: str, lower: Path, upper: Path) -> None:
        self.target = target
        self.lower = lower
        self.upper = upper

    def put_before(self, path: str, fact: FileFact | None, objects: Objects) -> None:
        """Put a file as it was before the run, or have it not be there; one whose content was not kept stays."""
        below = os.path.relpath(path, self.target)
        if fact is None:
            if os.path.lexists(self.lower / below):
                self._hide(below)
        elif fact.hash is not None and not fact.secret and objects.has(fact.hash):
            self._make_parents(below)
            objects.place(fact.hash, self.upper / below, stat.S_IMODE(fact.mode) | 0o600)
            os.utime(self.upper / below, ns=(fact.mtime_ns, fact.mtime_ns))

    def put(self, path: str, source: Path) -> None:
        """Put a copy of a stored content."""
        below = os.path.relpath(path, self.target)
        self._make_parents(below)
        files.copy_file(source, self.upper / below, mode=0o644)

    def _hide(self, below: str) -> None:
        """Mark a file as removed: a device with the numbers 0 and 0, which everybody may make (overlayfs)."""
        self._make_parents(below)
        with suppress(OSError):  # before Linux 5.8, then it is seen as the run left it
            os.mknod(self.upper / below, stat.S_IFCHR, os.makedev(0, 0))

    def _make_parents(self, below: str) -> None:
        for parent in reversed(Path(below).parents[:-1]):
            with suppress(FileExistsError):
                (self.upper / parent).mkdir()
                with suppress(OSError):  # it is not there below, or not ours
                    os.chmod(self.upper / parent, stat.S_IMODE((self.lower / parent).stat().st_mode))


def _layer_of(layers: Mapping[str, _Layer], path: str) -> _Layer | None:
    return next((layer for target, layer in layers.items() if path != target and _is_below(path, target)), None)


def _put_shown(run: Run, workspace: Workspace, layers: Mapping[str, _Layer]) -> None:
    """Put what was to be shown into its layer, and where there is none let programs change their own settings."""
    for name, source in list(workspace.shown.items()):
        path = os.path.join(run.place.tree, name)
        layer = _layer_of(layers, path)
        if layer is not None and source.is_file():
            layer.put(path, source)
            del workspace.shown[name]
        elif os.path.isabs(name) and is_by_product(name) and source.is_file():
            own = files.make_folder(workspace.folder.parent / "settings") / str(len(workspace.shown))
            files.copy_file(source, own, mode=0o644)
            workspace.shown[name] = own


def _is_below(path: str, top: str) -> bool:
    return path == top or path.startswith(top.rstrip("/") + "/")


def _existing(folder: str) -> str:
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return folder
