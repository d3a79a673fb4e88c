"""A sharded checkpoint as a folder: ``epoch_005/`` with ``checkpoint.pt`` and a file a rank.

It appears by renaming the whole folder, so it is there whole or not at all; ``best`` and ``last`` are links to one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from samerun.basics import files
from samerun.state import checkpoint
from samerun.state.checkpoint.checkpoint_file import is_ours, peek_file, read_file, write_file
from samerun.state.checkpoint.container import damaged
from samerun.state.checkpoint.content import META, Meta
from samerun.state.checkpoint.folder import Folder
from samerun.state.checkpoint.marks import SHARD, join, split
from samerun.state.checkpoint.naming import Name
from samerun.state.checkpoint.parts import Part, part_for
from samerun.state.checkpoint.ranks import Meeting

MAIN = "checkpoint.pt"
_SHARDS, _HASHES = "shards", "hashes"
_RANK = re.compile(r"rank_\d{5,}\.pt\Z", re.ASCII)


class ShardedFolder(Folder):
    """Checkpoints that are folders; ``best`` and ``last`` are symbolic links to one of them."""

    suffix = ""

    def is_ours(self, path: Path) -> bool:
        """Say whether samerun wrote it: by its main file."""
        return path.is_dir() and is_ours(path / MAIN)

    def _may_be_ours(self, path: Path) -> bool:
        """Say whether a folder without a main file has a rank's; any other is somebody else's."""
        return path.is_dir() and any(_RANK.match(name) for name in os.listdir(path))

    def peek(self, path: Path) -> dict[str, Any]:
        """Return the facts of its main file."""
        return peek_file(path / MAIN)

    def _link(self, target: Path, temporary: Path) -> None:
        os.symlink(target.name, temporary)

    def _remove(self, paths: list[Path]) -> None:
        best = os.path.realpath(self.place("best"))
        for path in paths:
            if os.path.realpath(path) != best or path.is_symlink():
                files.remove_tree(path)


def save_sharded(
    folder: ShardedFolder, name: Name, meta: Meta, states: dict[str, Any], parts: Sequence[Part], meeting: Meeting
) -> None:
    """Write a checkpoint of which every rank holds a piece; called on all ranks.

    Raises:
        CannotSave: the system refused, on some rank; what was there before is as it was.
    """
    shared = {part.name for part in parts if not part.per_rank}
    skeleton, tensors = split({name: state for name, state in states.items() if name in shared})
    whole = {name: state for name, state in states.items() if name not in shared}
    incoming = _incoming(folder, name, meeting)
    if incoming is None:
        return

    def write(path: Path) -> None:
        tree = {**skeleton, **whole, META: meta.as_tree(), _SHARDS: writer.plan, _HASHES: writer.hashes}
        write_file(incoming / MAIN, meta.facts(), tree, durable=folder.durable)
        folder.put(incoming, path)

    try:
        with folder.saving(folder.place(name)):
            writer = checkpoint.write_shards(tensors, incoming, meeting.rank, durable=folder.durable)
        if meeting.rank == 0:
            folder.publish(name, meta.metrics, write, keep=incoming)
    except BaseException:
        if meeting.rank == 0:
            with suppress(OSError):  # what went wrong before is what is told
                files.remove_tree(incoming)
        raise


def _incoming(folder: ShardedFolder, name: Name, meeting: Meeting) -> Path | None:
    """Make the folder that becomes the checkpoint, on rank 0; return it on all, None on the others if that failed."""
    incoming = files.temporary_name(folder.place(name))
    text = ""
    try:
        if meeting.rank == 0:
            with folder.saving(folder.place(name)):
                files.make_folder(incoming)
            text = incoming.name
    finally:
        text = meeting.broadcast(text)
    return folder.path / text if text else None


def read_sharded(path: Path, things: Mapping[str, Any]) -> Any:
    """Return the tree of a sharded checkpoint, with the parts that are asked for as they are sharded here.

    Args:
        path: its folder.
        things: what it is to be put into.

    Raises:
        DamagedCheckpoint: any file of it is not as it was written.
    """
    try:
        tree = dict(read_file(path / MAIN).tree)
        plan, hashes = tree.pop(_SHARDS), tree.pop(_HASHES)
        reader = checkpoint.Reader(path, plan, hashes)
        reader.check()
        targets = {
            key: target
            for name, thing in things.items()
            if name in tree
            for key, target in _targets(part_for(name, thing), tree[name], plan).items()
        }
    except (FileNotFoundError, KeyError, TypeError, ValueError) as error:
        raise damaged(path, f"it is not whole: {error}") from error
    checkpoint.read_shards(reader, targets, path)
    return join(tree, targets)


def _targets(part: Part, skeleton: Any, plan: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """Return empty tensors for the marks of a part, sharded as the part itself is."""
    models = _models(part)
    found = {}
    for place, key in _marks(skeleton, ()):
        facts = plan[key]
        model = models.get(place)
        alike = model is not None and tuple(model.shape) == tuple(facts["size"])
        shape, dtype = tuple(facts["size"]), facts["dtype"]
        found[key] = (
            torch.empty_like(model, dtype=dtype) if alike and model is not None else torch.empty(shape, dtype=dtype)
        )
    return found


def _marks(tree: Any, place: tuple[Any, ...]) -> list[tuple[tuple[Any, ...], str]]:
    if isinstance(tree, dict) and tree.keys() == {SHARD}:
        return [(place, tree[SHARD])]
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list | tuple) else ()
    return [mark for key, value in items for mark in _marks(value, (*place, key))]


class _Models(dict[tuple[Any, ...], torch.Tensor]):
    """Tensors by the place of a state; an optimizer's states are sharded as the parameter is."""

    def get(self, place: Any, default: Any = None) -> Any:
        return super().get(place) if place in self else super().get(place[:2], default)


def _models(part: Part) -> _Models:
    if part.kind == "module":
        return _Models(
            {(key,): value.detach() for key, value in part.state().items() if isinstance(value, torch.Tensor)}
        )
    if part.kind == "optimizer":
        parameters = [each.detach() for group in part.thing.param_groups for each in group["params"]]
        return _Models({("state", number): each for number, each in enumerate(parameters)})
    return _Models()
