"""Sharded states on the disk: each rank its own file, read back for any number of ranks.

``torch.distributed.checkpoint`` plans who writes and who reads what. Its own storage keeps the plan as a pickle, which
loading would execute; here the plan is plain values in ``checkpoint.pt``, the shards are files of the same format, and
every file's hash stands in ``checkpoint.pt``.
"""

from __future__ import annotations

import itertools
import math
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.distributed.checkpoint as dcp
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.metadata import (
    ChunkStorageMetadata,
    Metadata,
    TensorProperties,
    TensorStorageMetadata,
)
from torch.distributed.checkpoint.planner import LoadPlan, LoadPlanner, SavePlan, SavePlanner
from torch.distributed.checkpoint.storage import StorageReader, StorageWriter, WriteResult
from torch.futures import Future

from samerun.errors import CannotSave, DamagedCheckpoint
from samerun.state.checkpoint.checkpoint_file import read_file, write_file
from samerun.state.checkpoint.container import damaged


class Writer(StorageWriter):  # type: ignore[misc] # torch's types are not looked at
    """Writes the shards of this rank into one file.

    Args:
        folder: where; it is there on every rank.
        rank: this process's rank.
        durable: whether it is to survive a power cut.
    """

    def __init__(self, folder: Path, rank: int, *, durable: bool) -> None:
        self._path = folder / f"rank_{rank:05d}.pt"
        self._durable = durable
        self.plan: dict[str, Any] = {}
        self.hashes: dict[str, str] = {}

    def reset(self, checkpoint_id: Any = None) -> None:
        """Nothing is kept from one checkpoint to the next."""

    def set_up_storage_writer(self, is_coordinator: bool, *args: Any, **kwargs: Any) -> None:
        """Nothing need be made ready."""

    def prepare_local_plan(self, plan: SavePlan) -> SavePlan:
        """Take the plan as it is."""
        return plan

    def prepare_global_plan(self, plans: list[SavePlan]) -> list[SavePlan]:
        """Take the plans as they are."""
        return plans

    def write_data(self, plan: SavePlan, planner: SavePlanner) -> Future[list[WriteResult]]:
        """Write this rank's file; its hash goes to the coordinator with the results."""
        shards = {str(number): planner.resolve_data(item) for number, item in enumerate(plan.items)}
        digest = write_file(self._path, {}, shards, durable=self._durable)
        results = [
            WriteResult(item.index, 0, (self._path.name, digest, str(number))) for number, item in enumerate(plan.items)
        ]
        done: Future[list[WriteResult]] = Future()
        done.set_result(results)
        return done

    def finish(self, metadata: Metadata, results: list[list[WriteResult]]) -> None:
        """Keep, on the coordinator, where each piece of each tensor lies."""
        places = {}
        for result in (each for rank in results for each in rank):
            name, digest, key = result.storage_data
            self.hashes[name] = digest
            places[result.index.fqn, tuple(result.index.offset or ())] = (name, key)
        for name, facts in metadata.state_dict_metadata.items():
            chunks = [
                {"offset": tuple(c.offsets), "size": tuple(c.sizes), "place": places[name, tuple(c.offsets)]}
                for c in facts.chunks
            ]
            self.plan[name] = {"dtype": facts.properties.dtype, "size": tuple(facts.size), "chunks": chunks}

    @classmethod
    def validate_checkpoint_id(cls, checkpoint_id: str | os.PathLike[str]) -> bool:
        """Any folder will do."""
        return True


class Reader(StorageReader):  # type: ignore[misc] # likewise
    """Reads what ``Writer`` wrote, as plain values only.

    Args:
        folder: the checkpoint.
        plan: ``Writer.plan``.
        hashes: ``Writer.hashes``.
    """

    def __init__(self, folder: Path, plan: Mapping[str, Any], hashes: Mapping[str, str]) -> None:
        self._folder = folder
        self._plan = plan
        self._hashes = hashes
        self._files: dict[str, Any] = {}

    def reset(self, checkpoint_id: Any = None) -> None:
        """Nothing is kept from one checkpoint to the next."""

    def read_metadata(self, *args: Any, **kwargs: Any) -> Metadata:
        """Return the plan as ``torch.distributed.checkpoint`` knows it."""
        return Metadata({name: _metadata(facts) for name, facts in self._plan.items()})

    def set_up_storage_reader(self, metadata: Metadata, is_coordinator: bool, *args: Any, **kwargs: Any) -> None:
        """Nothing need be made ready."""

    def prepare_local_plan(self, plan: LoadPlan) -> LoadPlan:
        """Take the plan as it is."""
        return plan

    def prepare_global_plan(self, plans: list[LoadPlan]) -> list[LoadPlan]:
        """Take the plans as they are."""
        return plans

    def read_data(self, plan: LoadPlan, planner: LoadPlanner) -> Future[None]:
        """Copy each piece that this rank needs to where it belongs."""
        for item in plan.items:
            saved = self._shard(item.storage_index.fqn, tuple(item.storage_index.offset or ()))
            for dimension, (start, length) in enumerate(zip(item.storage_offsets, item.lengths, strict=True)):
                saved = saved.narrow(dimension, start, length)
            target = planner.resolve_tensor(item).detach()
            target.copy_(saved)
            planner.commit_tensor(item, target)
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def _shard(self, name: str, offset: tuple[int, ...]) -> torch.Tensor:
        chunks = {tuple(chunk["offset"]): chunk for chunk in self._plan[name]["chunks"]}
        file, key = chunks[offset]["place"]
        found = self._file(file).get(key)
        if not isinstance(found, torch.Tensor) or tuple(found.shape) != tuple(chunks[offset]["size"]):
            raise damaged(self._folder, f"{file} does not hold what checkpoint.pt says of {name}")
        return found

    def _file(self, name: str) -> Any:
        if name not in self._files:
            if name not in self._hashes or "/" in name:
                raise damaged(self._folder, f"checkpoint.pt names a file {name[:40]!r} without a hash")
            try:
                loaded = read_file(self._folder / name)
            except FileNotFoundError as error:
                raise damaged(self._folder, f"{name} is missing") from error
            if loaded.hash != self._hashes[name]:
                raise damaged(self._folder, f"{name} is of another checkpoint")
            self._files[name] = loaded.tree
        return self._files[name]

    def check(self) -> None:
        """Check that the pieces make whole tensors; read and check every file.

        Raises:
            DamagedCheckpoint: a file is missing, damaged or of another checkpoint, or a piece is missing.
        """
        for name, facts in self._plan.items():
            if not _is_covered(facts):
                raise damaged(self._folder, f"the pieces of {name} do not make a whole")
        for name in self._hashes:
            self._file(name)

    @classmethod
    def validate_checkpoint_id(cls, checkpoint_id: str | os.PathLike[str]) -> bool:
        """Any folder will do."""
        return True


def _is_covered(facts: Mapping[str, Any]) -> bool:
    """Say whether the pieces of a tensor lie in it, beside one another, and fill it."""
    size = facts["size"]
    boxes = [[*zip(chunk["offset"], chunk["size"], strict=True)] for chunk in facts["chunks"]]
    inside = all(
        len(box) == len(size)
        and all(at >= 0 and 0 <= long <= end - at for (at, long), end in zip(box, size, strict=True))
        for box in boxes
    )
    filled = sum(math.prod(long for _, long in box) for box in boxes) == math.prod(size)
    return inside and filled and not any(_overlap(a, b) for a, b in itertools.combinations(boxes, 2))


def _overlap(a: Sequence[tuple[int, int]], b: Sequence[tuple[int, int]]) -> bool:
    sides = zip(a, b, strict=True)
    return all(max(x, y) < min(x + width, y + height) for (x, width), (y, height) in sides)


def _metadata(facts: Mapping[str, Any]) -> TensorStorageMetadata:
    chunks = [ChunkStorageMetadata(torch.Size(c["offset"]), torch.Size(c["size"])) for c in facts["chunks"]]
    return TensorStorageMetadata(TensorProperties(dtype=facts["dtype"]), torch.Size(facts["size"]), chunks)


def write_shards(tensors: Mapping[str, torch.Tensor], folder: Path, rank: int, *, durable: bool) -> Writer:
    """Let every rank write its own pieces; called on all of them.

    Returns:
        The writer; on rank 0 with the plan and the hashes.

    Raises:
        CannotSave: a rank could not write; on every rank.
    """
    writer = Writer(folder, rank, durable=durable)
    try:
        dcp.save(dict(tensors), storage_writer=writer)
    except CheckpointException as error:  # what went wrong on some rank; every rank gets it
        why = "; ".join(f"rank {rank}: {each[0]}" for rank, each in sorted(error.failures.items()))
        raise CannotSave(
            f"The pieces of {folder.name} could not be written: {why}.", "See what that rank says."
        ) from error
    return writer


def read_shards(reader: Reader, targets: Mapping[str, torch.Tensor], folder: Path) -> None:
    """Fill the targets, of any sharding, from the pieces; each rank for itself.

    Raises:
        DamagedCheckpoint: the pieces are not what the plan says.
    """
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "torch.distributed is disabled")  # each rank reads for itself, as meant
            dcp.load(dict(targets), storage_reader=reader, no_dist=True)
    except CheckpointException as error:
        causes = [each[0] for each in error.failures.values()]
        own = [each for each in causes if isinstance(each, DamagedCheckpoint)]
        raise (own[0] if own else damaged(folder, f"its pieces do not fit together: {causes}")) from error
    except (LookupError, TypeError, ValueError, RuntimeError, AttributeError, AssertionError) as error:
        raise damaged(folder, f"its pieces do not fit together: {error}") from error
