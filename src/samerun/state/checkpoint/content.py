"""What a checkpoint holds: the states of the parts by their names, and under ``samerun`` all that is about it.

``torch.load(path, weights_only=True)["model"]`` is the state of the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import torch

from samerun.errors import DamagedCheckpoint
from samerun.state import generators
from samerun.state.checkpoint.container import damaged
from samerun.state.checkpoint.decoding import decode
from samerun.state.checkpoint.encoding import encode
from samerun.state.checkpoint.parts import Part
from samerun.state.checkpoint.ranks import Meeting

META = "samerun"
"""The name that no part may have."""

SCHEMA = "samerun.checkpoint/1"


class Rank(NamedTuple):
    """What belongs to one rank: its generators, and the parts that are not as on rank 0."""

    generators: dict[str, Any]
    parts: dict[str, Any]


class Meta(NamedTuple):
    """What a checkpoint says of itself."""

    name: str
    epoch: int | None
    step: int | None
    metrics: dict[str, Any]
    config: Any
    kinds: dict[str, str]
    classes: dict[str, str]
    ranks: list[Rank]

    def as_tree(self) -> dict[str, Any]:
        """Return it as plain values."""
        ranks = [rank._asdict() for rank in self.ranks]
        return {"schema": SCHEMA, **self._asdict(), "ranks": ranks}

    def facts(self) -> dict[str, Any]:
        """Return what a listing shows."""
        return {"name": self.name, "epoch": self.epoch, "step": self.step, "metrics": self.metrics}

    @staticmethod
    def read(tree: Any, path: Path) -> Meta:
        """Return what a tree says of itself.

        Raises:
            DamagedCheckpoint: it says nothing, or was written by a later samerun.
        """
        found = tree.get(META) if isinstance(tree, Mapping) else None
        if not isinstance(found, dict) or found.get("schema") != SCHEMA:
            schema = found.get("schema") if isinstance(found, dict) else None
            if isinstance(schema, str) and schema.startswith("samerun.checkpoint/"):
                raise DamagedCheckpoint(
                    f"{path} was written by a later samerun ({schema[:40]}).", "Install that one to load it."
                )
            raise damaged(path, "it does not say what it holds")
        try:
            ranks = [Rank(dict(each["generators"]), dict(each["parts"])) for each in found["ranks"]]
            meta = Meta(**{field: found[field] for field in Meta._fields[:-1]}, ranks=ranks)
        except (KeyError, TypeError, ValueError) as error:
            raise damaged(path, f"what it says of itself is not whole: {error}") from error
        kinds = (str, int | None, int | None, dict, object, dict, dict)
        if not ranks or not all(isinstance(value, kind) for value, kind in zip(meta, kinds, strict=False)):
            raise damaged(path, "what it says of itself is of the wrong kind")
        return meta


def collect(parts: Sequence[Part], *, with_generators: bool, rank: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the states of the parts, and of the generators as they were before the parts were asked.

    Args:
        parts: what was given.
        with_generators: whether generators are saved.
        rank: models and optimizers are left out on other ranks than 0, where they are the same (unless sharded).
    """
    before = generators.capture()
    sharded = any(part.is_sharded for part in parts)
    states = {part.name: part.state() for part in parts if rank == 0 or part.per_rank or sharded}
    if generators.capture() != before:  # some loaders draw when they are asked for their state
        generators.restore(before)
    return states, before if with_generators else {}


def pack(tree: Any) -> bytes:
    """Return a tree, tensors included, as bytes for another rank."""
    pickle, storages = encode(tree)
    return msgspec.msgpack.encode([pickle, *(each.cpu().view(torch.uint8).numpy().tobytes() for each in storages)])


def unpack(data: bytes) -> Any:
    """Return the tree of ``pack``."""
    pickle, *storages = msgspec.msgpack.decode(data, type=list[bytes])
    return decode(pickle, [_storage(each) for each in storages])


def gather(meeting: Meeting, own: Rank) -> list[Rank]:
    """Return on rank 0 what is kept of each rank; an empty list on the others.

    Args:
        meeting: of all ranks.
        own: this rank's generators and parts; of the parts those are kept that are not as on rank 0.
    """
    if meeting.size == 1:
        return [Rank(own.generators, {})]
    contents = [Rank(**unpack(payload)) for payload in meeting.gather(pack(own._asdict()))]
    first = {name: pack(state) for name, state in own.parts.items()}
    return [
        Rank(drawn, {name: state for name, state in parts.items() if pack(state) != first.get(name)})
        for drawn, parts in contents
    ]


def _storage(data: bytes) -> torch.Tensor:
    return torch.frombuffer(bytearray(data), dtype=torch.uint8) if data else torch.empty(0, dtype=torch.uint8)
