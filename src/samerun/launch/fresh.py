"""A launch in a fresh copy of the project's folder: the command as it is, and the user's own folder untouched."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from samerun.basics import files
from samerun.launch.again import Again, can_mount
from samerun.launch.found import Request, prepare
from samerun.launch.git_folder import put_git
from samerun.launch.ground import Ground
from samerun.launch.other_path import move_paths
from samerun.launch.through import Through
from samerun.launch.tree import Tree, TreeReader, is_environment
from samerun.launch.workspace import BIG_BYTES, Workspace, WorkspaceBuilder, put_file
from samerun.record.files import FileFact
from samerun.store.layout import StoreLayout
from samerun.store.objects import Objects


def prepare_fresh(
    request: Request, cwd: Path, environment: Mapping[str, str], layout: StoreLayout, version: str
) -> Again:
    """Copy the project's folder and return the launch of a command in the copy, at the same absolute path.

    Where no mount namespaces work the copy has another path, which is said in the notes. Files over 100 MB are shown
    read-only where that is possible, instead of being copied. What the command writes outside of its folder it
    writes there, as ever.

    Args:
        request: the command and what is to be given.
        cwd: where the command would be started.
        environment: the user's variables.
        layout: the store; created if it is not there.
        version: samerun's own version.

    Raises:
        StoreTrouble: the project lies in the store.
        OSError: the store cannot be made, or the folder not be copied.
    """
    order = prepare(request, cwd, environment, layout, version)
    original, mounts = order.ground.tree, can_mount()
    home = files.make_folder(layout.workspaces / f"fresh-{os.urandom(4).hex()}")
    try:
        builder = FreshBuilder(Objects(layout.objects), original, mounts, order.redactor)
        workspace = builder.build(home / "tree", order.tree.files)
        tree, state = order.tree, order.tree.git
        order.tree = Tree(original, tree.files, dict(workspace.keys), state, tree.no_git, tree.not_captured)
        order.quiet = True
        order.reader = TreeReader(
            workspace.folder, {layout.root}, Objects(layout.objects), order.redactor, order.reader.cache
        )
        git_objects = put_git(workspace.folder, original, state) if state is not None else None
        if not mounts:
            order.ground = Ground(workspace.folder, workspace.folder)
            move_paths(order, original, workspace.folder)
            return Again(order, workspace, [f"the command ran in a copy at another path, {workspace.folder}"])
        order.ground = Ground(original, workspace.folder)
        shining = [*_environments(original), *_own_environment(order.plan.argv, environment)]
        order.through = Through(shining, layout, order.plan, workspace, order.ground, git_objects)
    except BaseException:
        files.remove_tree(home)
        raise
    return Again(order, workspace)


class FreshBuilder(WorkspaceBuilder):
    """Builds a workspace of copies of the folder as it is now."""

    def _put_content(self, workspace: Workspace, name: str, fact: FileFact, target: Path) -> None:
        source = self._original / name
        with suppress(FileNotFoundError):  # gone since the folder was read
            facts = source.stat()
            if not stat.S_ISREG(facts.st_mode):
                workspace.placeholders.add(name)
                target.touch()
            elif facts.st_size > BIG_BYTES and self._can_show:
                target.touch()
                workspace.shown[name] = source
            else:
                put_file(source, target, stat.S_IMODE(fact.mode) | 0o400)


def _environments(folder: Path) -> list[str]:
    """Return the environments that lie right below the project's folder: they are shown, not copied."""
    with suppress(OSError), os.scandir(folder) as entries:
        return [entry.path for entry in entries if entry.is_dir() and is_environment(entry.path)]
    return []


def _own_environment(argv: list[str], environment: Mapping[str, str]) -> list[str]:
    """Return the environment that the command itself comes from."""
    found = shutil.which(argv[0], path=environment.get("PATH")) if argv else None
    top = os.path.dirname(os.path.dirname(os.path.abspath(found))) if found else ""
    return [top] if top and is_environment(top) else []
