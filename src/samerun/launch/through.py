"""The way into a mount namespace: what of a replay is mounted where."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from samerun.basics import files
from samerun.factors.factor import Plan
from samerun.launch import enter
from samerun.launch.ground import Ground
from samerun.launch.surroundings import told_in
from samerun.launch.tree import is_environment
from samerun.launch.workspace import Workspace
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.store.layout import RunFolder, StoreLayout


class Through:
    """Starts the command in a mount namespace in which the workspace lies over the original folder.

    Args:
        environments: folders that must stay visible, since the program lives in them.
        layout: the store.
        plan: what the launch is given.
        workspace: what lies over the original folder.
        ground: where the program runs.
        git_objects: the original's folder of objects, if there is one.
    """

    def __init__(
        self,
        environments: Iterable[str],
        layout: StoreLayout,
        plan: Plan,
        workspace: Workspace,
        ground: Ground,
        git_objects: Path | None,
    ) -> None:
        self._environments = tuple(environments)
        self._layout = layout
        self._plan = plan
        self._workspace = workspace
        self._ground = ground
        self._git_objects = git_objects

    def __call__(self, command: list[str], folder: RunFolder) -> list[str]:
        """Write what is to be mounted and return the command that does it."""
        home = self._workspace.folder.parent
        mounts = {"overlays": self._overlays(), "binds": self._binds(home, folder)}
        plan = {"cwd": self._plan.cwd, "setup": self._plan.setup, "told": told_in(folder), **mounts}
        path = home / "mounts.json"
        files.write_atomic(path, json.dumps(plan).encode())
        return [sys.executable, "-I", "-S", enter.__file__, str(path), "--", *command]

    def _overlays(self) -> list[dict[str, str]]:
        """Return the layers over folders outside; those over what links lead to are mounted with the workspace."""
        outside = self._ground.outside.items()
        return [{"target": target, **_room(upper)} for target, upper in outside if self._ground.name(target) == target]

    def _private(self, home: Path, path: str) -> dict[str, object]:
        """Return a mount of a folder of the user that takes writes into a private layer, or read-only without one."""
        layer = home / "layers" / str(len(os.listdir(files.make_folder(home / "layers"))))
        return {"source": path, "target": path, "read_only": True, **_room(files.make_folder(layer / "upper"))}

    def _binds(self, home: Path, folder: RunFolder) -> list[dict[str, object]]:
        """Return what is mounted, in order: the workspace first, then what must shine through it."""
        tree = str(self._ground.tree)
        binds: list[dict[str, object]] = [{"source": str(self._workspace.folder), "target": tree}, *self._linked(tree)]
        for path in self._shining(folder):
            below = os.path.relpath(path, tree)
            if below.startswith(".."):
                if self._is_overlaid(path):
                    binds.append({"source": path, "target": path})
                continue
            files.make_folder(self._workspace.folder / below)
            own = path == str(folder.path)
            binds.append({"source": path, "target": path} if own else self._private(home, path))
        if self._git_objects is not None:
            binds.append(
                {
                    "source": str(self._git_objects),
                    "target": str(self._ground.tree / ".git" / "objects"),
                    "read_only": True,
                }
            )
        for name, source in self._workspace.shown.items():
            if not source.is_dir():
                private = source.is_relative_to(home)
                binds.append({"source": str(source), "target": os.path.join(tree, name), "read_only": not private})
        return binds

    def _linked(self, tree: str) -> Iterable[dict[str, object]]:
        """Yield what links of the project lead to, each under the private layer that takes its writes."""
        for name, source in self._workspace.shown.items():
            target = os.path.join(tree, name)
            if source.is_dir():
                room = _room(self._ground.outside[target])
                yield {"source": str(source), "target": target, "read_only": True, **room}

    def _is_overlaid(self, path: str) -> bool:
        return any(path == top or path.startswith(top + "/") for top in self._ground.outside)

    def _shining(self, folder: RunFolder) -> Iterable[str]:
        """Return the folders that must be visible: the run's own, and every environment that the program lives in."""
        yield str(folder.path)
        yield from self._environments
        environments = str(self._layout.environments)
        if os.path.isdir(environments):
            yield environments
        program = self._plan.argv[0]
        if os.path.isabs(program) and is_environment(os.path.dirname(os.path.dirname(program))):
            yield os.path.dirname(os.path.dirname(program))


def _room(upper: Path) -> dict[str, str]:
    """Return the two folders that a layer needs."""
    return {"upper": str(upper), "work": str(files.make_folder(upper.parent / "work"))}


def environments_of(run: Run) -> list[str]:
    """Return the environments that a recorded program lived in and that are still there."""
    python = run.reading("python")
    paths = [] if isinstance(python, Missing) else [python.get("prefix"), python.get("base_prefix")]
    return [path for path in dict.fromkeys(paths) if isinstance(path, str) and os.path.isdir(path)]
