"""One checkpoint in one file: a tree of plain values and tensors, whole or not at all.

The file is one that ``torch.load(path, weights_only=True)`` opens, too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from samerun.basics import files
from samerun.errors import CannotSave
from samerun.state.checkpoint import container
from samerun.state.checkpoint.decoding import Unreadable, decode
from samerun.state.checkpoint.encoding import encode
from samerun.state.checkpoint.swapping import put_in_place, remove

MODE = 0o400
"""Read-only: ``last.pt`` may be the same file under another name, and nobody should write into both by accident."""


class Loaded(NamedTuple):
    """What a file held: the facts of its end, its tree, and the hash that it ends with."""

    facts: dict[str, Any]
    tree: Any
    hash: str


def write_file(path: Path, facts: dict[str, Any], tree: Any, *, durable: bool = False) -> str:
    """Write a checkpoint to ``path``, whole or not at all.

    Args:
        path: where; what is there is replaced.
        facts: what ``peek_file`` returns, plain JSON of at most 60,000 bytes.
        tree: plain values, tensors and arrays in one another.
        durable: whether it is to survive a power cut (fsync of file and folder).

    Returns:
        The hash that the file ends with. Cost: one write of the content, hashed meanwhile by a second thread.

    Raises:
        CannotSave: the tree holds something that is no plain value.
        OSError: as the system gave it; then ``path`` is as it was.
    """
    return write_encoded(path, facts, *encode(tree), durable=durable)


def write_encoded(
    path: Path, facts: dict[str, Any], pickle: bytes, storages: Sequence[torch.Tensor], *, durable: bool = False
) -> str:
    """Write what ``encode`` returned, as ``write_file`` does."""
    if len(json.dumps(facts)) > container.LARGEST_FACTS:
        raise CannotSave(f"The metrics of {path.stem} take more than 60,000 letters.", "Save long ones as a part.")
    incoming = files.temporary_name(path)
    try:
        with files.replacing(incoming, mode=MODE, durable=durable) as descriptor:
            digest = container.write(descriptor, facts, pickle, storages)
            if os.fstat(descriptor).st_size != os.lseek(descriptor, 0, os.SEEK_CUR):  # somebody cut it meanwhile
                raise CannotSave(f"{path} changed while it was written.", "Save again.")
        put_in_place(incoming, path)
    finally:
        remove([incoming])  # the file that was there before, or what a failure left
    if durable:
        files.sync_folder(path.parent)
    return digest


def read_file(path: Path) -> Loaded:
    """Read a checkpoint and check every byte of it; tensors lie on the CPU, each in memory of its own.

    Raises:
        DamagedCheckpoint: it is damaged, or of another kind.
        FileNotFoundError: it is not there.
    """
    contents = container.read(path)
    try:
        tree = decode(contents.pickle, contents.storages)
    except Unreadable as error:
        raise container.damaged(path, str(error)) from error
    return Loaded(contents.facts, tree, contents.hash)


def peek_file(path: Path) -> dict[str, Any]:
    """Return the facts of a checkpoint from its last bytes (some 50 microseconds); the rest is not checked.

    Raises:
        DamagedCheckpoint: it is no checkpoint of samerun, or its end is missing.
        FileNotFoundError: it is not there.
    """
    return container.peek(path)


is_ours = container.is_ours
