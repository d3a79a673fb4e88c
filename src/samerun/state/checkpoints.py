"""Checkpoints that are whole or not there, checked to the last byte, and restored entirely or not at all.

    checkpoints = Checkpoints("checkpoints", keep_last=3, keep_best="val/loss")
    checkpoints.load(model=model, optimizer=optimizer)
    ...
    checkpoints.save(epoch=epoch, metrics={"val/loss": loss}, model=model, optimizer=optimizer)

What may be lost: a killed process loses nothing that ``save`` returned from; only ``durable=True`` survives a power
cut.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from samerun.errors import BadOption, DamagedCheckpoint
from samerun.state.checkpoint.checkpoint_file import read_file, write_encoded
from samerun.state.checkpoint.config import config_hash, plain_config
from samerun.state.checkpoint.content import META, Meta, Rank, collect, gather
from samerun.state.checkpoint.encoding import encode
from samerun.state.checkpoint.finding import Finder
from samerun.state.checkpoint.folder import Folder, Rule
from samerun.state.checkpoint.metrics import plain_metrics, warn_if_missing
from samerun.state.checkpoint.naming import Name, name_for, whole
from samerun.state.checkpoint.parts import Part, part_for
from samerun.state.checkpoint.ranks import Meeting, rank_and_size
from samerun.state.checkpoint.restored import Listed, Restored
from samerun.state.checkpoint.restoring import Restoration
from samerun.state.checkpoint.sharded import ShardedFolder, read_sharded, save_sharded
from samerun.state.checkpoint.snapshots import Background, Buffers

__all__ = ["Checkpoints", "Listed", "Restored"]


class Checkpoints:
    """A folder of checkpoints: ``epoch_005.pt`` and its like, ``best.pt`` and ``last.pt``.

    Args:
        folder: where they lie; made with the first one.
        keep_last: how many numbered ones stay, the newest; None keeps all. ``best.pt`` stays besides.
        keep_best: the metric by which the best one is known; None keeps no best.
        mode: ``min`` if a smaller metric is better, ``max`` if a larger one is.
        every: how many steps (epochs, where no step is given) lie between saves that are really written.
        asynchronous: whether ``save`` returns after a copy in memory, and a thread writes.
        durable: whether each checkpoint survives a power cut (fsync).

    Raises:
        BadOption: an argument means nothing.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        keep_last: int | None = 3,
        keep_best: str | None = None,
        mode: str = "min",
        every: int = 1,
        asynchronous: bool = False,
        durable: bool = False,
    ) -> None:
        if mode not in ("min", "max"):
            raise BadOption(f"mode={mode!r} is neither 'min' nor 'max'.", "Give 'min' if a smaller metric is better.")
        self._every = _at_least_one(every, "every")
        keep = None if keep_last is None else _at_least_one(keep_last, "keep_last")
        self.folder = Path(folder)
        rule = Rule(keep, keep_best, mode)
        self._folder = Folder(self.folder, rule, durable=durable)
        self._sharded = ShardedFolder(self.folder, rule, durable=durable)
        self._finder = Finder(self.folder, self._folder, self._sharded)
        self._background = Background() if asynchronous else None
        self._buffers = Buffers()
        self._bucket: int | None = None

    def save(
        self,
        *,
        epoch: int | None = None,
        step: int | None = None,
        metrics: Mapping[str, Any] | None = None,
        config: Any = None,
        mid_epoch: bool | None = None,
        force: bool = False,
        generators: bool = True,
        **parts: Any,
    ) -> Path | None:
        """Save everything given by keyword, and the state of every random generator.

        In a distributed training every rank calls it, with the same arguments; rank 0 writes one file with the
        generators of all ranks, and of all ranks what differs between them (models and optimizers: rank 0's).

        Args:
            epoch: the epoch; part of the name.
            step: the step.
            metrics: numbers by name.
            config: the program's configuration; its hash is part of the name that is kept inside.
            mid_epoch: whether the epoch goes on, so that the step is part of the name; by default it is where
                ``every`` is more than 1. A later save of the same name takes the place of the earlier one.
            force: whether to save although it is not due by ``every``.
            generators: whether the states of random generators are saved.
            **parts: models, optimizers and whatever has ``state_dict`` and ``load_state_dict``, alone or in a list or
                dict; or plain values.

        Returns:
            The file; None if it was not due.

        Raises:
            CannotSave: it could not be written, or a part holds something that is no plain value; the checkpoints
                before are as they were. With ``asynchronous=True`` also what went wrong with the one before.
        """
        name = self._name(epoch, step, mid_epoch)
        numbers = plain_metrics(metrics)
        _refuse_names(parts, (META, "which"))
        if not self._is_due(name, whole(step, "step")) and not force:
            return None
        self.wait()
        warn_if_missing(self._folder.rule.keep_best, numbers, stacklevel=3)
        plain = plain_config(config)
        title = str(name) if config is None else f"{name}-{config_hash(plain)}"
        given = [part_for(part, thing) for part, thing in parts.items()]
        meta = Meta(
            title,
            whole(epoch, "epoch"),
            whole(step, "step"),
            numbers,
            plain,
            {part.name: part.kind for part in given},
            {part.name: part.class_name for part in given},
            [],
        )
        return self._save(name, meta, given, generators)

    def _save(self, name: Name, meta: Meta, parts: Sequence[Part], with_generators: bool) -> Path:
        meeting = Meeting()
        try:
            states, drawn = collect(parts, with_generators=with_generators, rank=meeting.rank)
            own = {part.name: states[part.name] for part in parts if part.per_rank} if meeting.size > 1 else {}
            ranks = gather(meeting, Rank(drawn, own))
            meta = meta._replace(ranks=ranks)
            if self._is_sharded(parts):
                save_sharded(self._sharded, name, meta, states, parts, meeting)
            elif meeting.rank == 0:
                self._write(name, meta, states)
        except BaseException as error:
            if meeting.rank == 0:
                meeting.conclude(error)
            raise
        meeting.conclude()
        return (self._sharded if self._is_sharded(parts) else self._folder).place(name)

    def _is_sharded(self, parts: Sequence[Part]) -> bool:
        """Say whether the checkpoint is a folder."""
        sharded = any(part.is_sharded for part in parts)
        if sharded and self._background is not None:
            raise BadOption(
                "asynchronous=True cannot save a sharded model: its ranks have to meet.", "Leave it out here."
            )
        return sharded

    def _write(self, name: Name, meta: Meta, states: dict[str, Any]) -> None:
        """Write a checkpoint, or copy it and let the thread write it."""
        pickle, storages = encode({**states, META: meta.as_tree()})
        if self._background is not None:
            storages = self._buffers.copy(storages)

        def write(path: Path) -> object:
            return write_encoded(path, meta.facts(), pickle, storages, durable=self._folder.durable)

        def publish() -> object:
            return self._folder.publish(name, meta.metrics, write)

        if self._background is None:
            publish()
        else:
            self._background.start(publish)

    def _name(self, epoch: int | None, step: int | None, mid_epoch: bool | None) -> Name:
        within = mid_epoch if mid_epoch is not None else self._every > 1 and epoch is not None and step is not None
        return name_for(whole(epoch, "epoch"), whole(step, "step"), bool(within))

    def _is_due(self, name: Name, step: int | None) -> bool:
        """Say whether ``every`` steps have passed; multiples of it count, so a resumed training saves at the same."""
        position = step if step is not None else name.epoch or 0
        bucket = position // self._every
        due = position % self._every == 0 if self._bucket is None else bucket != self._bucket
        self._bucket = bucket
        return due or self._every == 1

    def load(
        self,
        which: str | int | os.PathLike[str] = "last",
        *,
        config: Any = None,
        generators: bool = True,
        **parts: Any,
    ) -> Restored | None:
        """Check a checkpoint, then put everything given by keyword back into its state; the generators last.

        Args:
            which: ``last``, ``best``, a name (``epoch_005``), the number of an epoch, or a file.
            config: the present configuration; the answer says what differs from the saved one.
            generators: whether random generators get their states back.
            **parts: as given to ``save``. Lists, deques, dicts, sets, tensors and arrays are set in place.

        Returns:
            What was restored and what was not, with the reason; None if the folder holds no checkpoint yet.

        Raises:
            DamagedCheckpoint: the file is not as it was written, or is none of samerun's; says which one is whole.
            CannotRestore: it does not fit, with the names and shapes that differ; everything is as before the call.
            BadOption: there is none of that name.
        """
        _refuse_names(parts, (META, "epoch", "step"))
        self.wait()
        path = self._finder.find(which)
        if path is None:
            return None
        try:
            tree = read_sharded(path, parts) if path.is_dir() else read_file(path).tree
            restoration = Restoration(path, tree, parts, *rank_and_size())
        except DamagedCheckpoint as error:
            raise self._finder.with_a_way_out(error, path) from error
        except OSError as error:
            raise DamagedCheckpoint(f"{path} cannot be read: {error.strerror}.", "Nothing was restored.") from error
        return restoration.run(config=config, with_generators=generators)

    def list(self) -> list[Listed]:
        """Return the numbered checkpoints, newest last; only the last bytes of each are read.

        Files of such names that samerun did not write are left out.
        """
        return self._finder.list()

    def wait(self) -> None:
        """Wait until what ``save`` began is written (``asynchronous=True``).

        Raises:
            CannotSave: it could not be written.
        """
        if self._background is not None:
            self._background.wait()

    def close(self) -> None:
        """Wait for what is being written; the object can be used again afterwards."""
        self.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _at_least_one(value: object, what: str) -> int:
    number = whole(value, what)
    if not number:
        raise BadOption(f"{what}={value!r} is no whole number of 1 or more.", f"Give {what}=1 or more.")
    return number


def _refuse_names(parts: Mapping[str, Any], taken: Sequence[str]) -> None:
    """Refuse parts by names that mean something else: to samerun, to ``save``, or to ``load``."""
    for name in taken:
        if name in parts:
            raise BadOption(f"A part cannot be called {name!r}: {_TAKEN[name]}", "Give it another name.", part=name)


_TAKEN = {
    META: "samerun keeps its own facts there.",
    "which": "load(which=...) says which checkpoint is meant.",
    "epoch": "load(5) or load('epoch_005') says which checkpoint is meant, and restored.epoch what it was saved with.",
    "step": "load('step_000120') says which checkpoint is meant, and restored.step what it was saved with.",
}
