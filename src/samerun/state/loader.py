"""One call that makes a torch ``DataLoader`` right: across workers, ranks, epochs, and a resumed run.

Everything random is a function of what it is for: the order of (seed, epoch), the numbers of a sample of (seed, epoch,
sample). So nothing is kept that could be lost, and where a pass stands is two numbers.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch.utils.data import DataLoader, IterableDataset

from samerun.errors import BadOption, CannotRestore
from samerun.state.derive import derive_seed
from samerun.state.loading.course import Place
from samerun.state.loading.dealing import Sharding
from samerun.state.loading.fetching import unwrapped
from samerun.state.loading.index_batches import OwnBatches
from samerun.state.loading.iteration import LoaderIterator
from samerun.state.loading.parts import ForWorkers, Parts
from samerun.state.loading.positions import differences, whole
from samerun.state.loading.ranks import rank_and_world
from samerun.state.loading.reseeding import Reseed
from samerun.state.sampler import seed_or_current

SCHEMA = "samerun.loader/1"


def make_loader(dataset: Any, *, batch_size: int | None = 1, shuffle: bool | None = None, **options: Any) -> Loader:
    """Return a ``DataLoader`` whose order and augmentations depend on the seed alone.

    Args:
        dataset: a dataset with indices, or an ``IterableDataset``.
        batch_size: samples a batch; None fetches one index at a time and does not collate.
        shuffle: another order each epoch; by default yes, unless a sampler is given or there are no indices.
        options: what ``Loader`` takes: ``seed``, ``rank``, ``world_size``, ``reseed``, ``sharded_by``, and everything
            that ``DataLoader`` takes but ``generator``.

    Returns:
        A real ``DataLoader`` with ``set_epoch``, ``state_dict`` and ``load_state_dict``.

    Raises:
        BadSeed: there is no seed, or it is none.
        BadOption: options that do not go together, or that would make the order depend on who is fastest.
    """
    if shuffle is None:
        given = options.get("sampler") is not None or options.get("batch_sampler") is not None
        shuffle = not (given or isinstance(dataset, IterableDataset))
    return Loader(dataset, batch_size, shuffle, **options)


class Loader(DataLoader[Any]):  # type: ignore[misc]  # torch is optional: no types
    """A ``DataLoader`` whose order and augmentations depend on the seed alone; see ``make_loader``.

    Each pass is the next epoch, from its first batch on, unless ``set_epoch`` said which. Nothing is drawn from the
    training's generators, and what the dataset draws in this process is given back.

    Args:
        dataset: a dataset with indices, or an ``IterableDataset``.
        batch_size: samples a batch; None fetches one index at a time and does not collate.
        shuffle: another order each epoch.
        sampler: an order of one's own: indices. What it draws is drawn from generators made for (seed, epoch, rank).
        batch_sampler: likewise, batches of indices.
        num_workers: processes that fetch; the batches do not depend on it.
        collate_fn: makes a batch of samples.
        drop_last: leave an incomplete last batch out, and what does not go evenly among the ranks.
        worker_init_fn: called in each worker at its start.
        generator: refused; it is here because torch has it here.
        seed: the seed of the run; None is the one that ``seed_everything`` has set.
        rank: this process; None asks torch.distributed, then the variable RANK, then takes 0.
        world_size: how many processes there are; None asks likewise.
        reseed: set the generators of python, numpy, torch and those that the dataset keeps before each ``"sample"``
            (about 20 microseconds), before each ``"batch"`` (numbers then depend on the batch's size), or ``"off"``.
        sharded_by: who shares an ``IterableDataset`` out among several readers: the ``"loader"``, or the ``"dataset"``.
        options: everything else that ``DataLoader`` takes.

    Raises:
        BadSeed: there is no seed, or it is none.
        BadOption: options that do not go together, or that would make the order depend on who is fastest.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int | None = 1,
        shuffle: bool | None = False,
        sampler: Iterable[Any] | None = None,
        batch_sampler: Iterable[Any] | None = None,
        num_workers: int = 0,
        collate_fn: Callable[[Any], Any] | None = None,
        drop_last: bool = False,
        worker_init_fn: Callable[[int], object] | None = None,
        generator: torch.Generator | None = None,
        *,
        seed: int | None = None,
        rank: int | None = None,
        world_size: int | None = None,
        reseed: Reseed = "sample",
        sharded_by: Sharding | None = None,
        **options: Any,
    ) -> None:
        if generator is not None and not isinstance(generator, ForWorkers):
            raise BadOption("A generator is given, and nothing would be drawn from it.", "Give seed= instead.")
        dataset, collate_fn, worker_init_fn = map(unwrapped, (dataset, collate_fn, worker_init_fn))
        self.rank, self.world_size = rank_and_world(rank, world_size)
        self.seed, self.shuffle, self.reseed, self.sharded_by = seed_or_current(seed), bool(shuffle), reseed, sharded_by
        self._parts = Parts(
            *(dataset, batch_size, self.shuffle, sampler, batch_sampler, num_workers, collate_fn, drop_last),
            *(worker_init_fn, self.seed, self.rank, self.world_size, reseed, sharded_by, options),
        )
        super().__init__(**self._parts.for_torch())
        self._show_what_was_given()
        self._warn_of_nothing()

    def _show_what_was_given(self) -> None:
        """Let the attributes say what the user gave; torch sets them to what it was given instead of that."""
        parts = self._parts
        if parts.batches is not None:
            size = parts.batch_size if parts.batch_sampler is None else None
            shown = {"sampler": parts.order, "batch_size": size, "drop_last": parts.drop_last}
            for name, value in shown.items() if self.batch_sampler is not None else ():
                object.__setattr__(self, name, value)  # DataLoader refuses to have them set

    def _warn_of_nothing(self) -> None:
        """A loader that hands out nothing looks like a training that went well."""
        samples = 0 if self._parts.iterable else _length(self._parts.dataset)
        if samples and self._parts.drop_last and isinstance(self._parts.batches, OwnBatches) and not len(self):
            warnings.warn(f"drop_last=True leaves no batch at all of {samples} samples.", stacklevel=4)

    @property
    def epoch(self) -> int:
        """The pass underway, or the next one."""
        return self._parts.course.place.epoch

    def set_epoch(self, epoch: int) -> None:
        """Say which pass over the data the next one is; without it each pass is the next.

        Raises:
            BadOption: the epoch is no whole number from 0.
        """
        self._parts.course.set_epoch(epoch)

    def __iter__(self) -> LoaderIterator:
        parts = self._parts
        own = isinstance(parts.batches, OwnBatches)
        return LoaderIterator(
            parts.course,
            self._torch_iterator,
            discard=self._discarded,
            giving_back=parts.reseeder.giving_back if self.num_workers == 0 else None,
            samples=self._samples_a_batch if own else 0,
            most=parts.order.total if own else 0,  # type: ignore[union-attr]
        )

    @property
    def _samples_a_batch(self) -> int:
        return (self._parts.batch_size or 1) * self.world_size

    def _torch_iterator(self, place: Place) -> Any:
        """Return torch's own iterator, begun at a place."""
        parts = self._parts
        derived = derive_seed(self.seed, rank=self.rank, epoch=place.epoch, purpose="workers", bits=63)
        self.generator.manual_seed(derived)
        if parts.dealing is not None:
            parts.dealing.begin(place.epoch, place.batches)
        if parts.batches is not None:
            parts.batches.bound = place
        try:
            with _on_the_processor():
                return super().__iter__()
        finally:
            if parts.batches is not None:
                parts.batches.bound = None

    def _discarded(self, place: Place) -> int:
        """Return how many batches must be fetched in vain: a dataset that shards itself cannot be begun halfway."""
        return place.batches if self._discards else 0

    @property
    def _discards(self) -> bool:
        dealing = self._parts.dealing
        return dealing is not None and dealing.by == "dataset"

    def state_dict(self) -> dict[str, Any]:
        """Return where the pass stands, as plain values that fit into JSON.

        Counted are the batches handed out: taken in the body of the loop over them, the state says that the batch at
        hand is done. After the loop it says that the next epoch is to begin.
        """
        place = self._parts.course.place
        where = {"epoch": place.epoch, "batches": place.batches, "samples": place.samples}
        return {"schema": SCHEMA, **where, **self._circumstances()}

    def load_state_dict(self, state: Mapping[str, Any], *, allow: Collection[str] = ()) -> None:
        """Go on from a state: the next pass begins behind the batches that were handed out.

        Nothing of what is skipped is fetched. The number of workers may have changed.

        Args:
            state: what ``state_dict`` returned.
            allow: names of what may differ nevertheless. ``"batch_size"``, ``"world_size"`` and ``"drop_last"`` for
                samerun's own order: it is gone on with behind the last sample that any rank used, none twice.
                ``"reseed"`` always.

        Raises:
            CannotRestore: it is no such state, or something else differs; with each name and both values.
            BadOption: ``allow`` names what can never differ.
        """
        own = isinstance(self._parts.batches, OwnBatches)
        possible = {"reseed", *(("batch_size", "world_size", "drop_last") if own else ())}
        never = sorted(set(allow) - possible)
        if never:
            said = ", ".join(sorted(possible))
            raise BadOption(f"{', '.join(never)} cannot differ.", f"What can is {said}; else begin with set_epoch.")
        differing = differences(state, SCHEMA, self._circumstances(), allow=allow)
        epoch, batches, samples = (whole(state.get(name), name) for name in ("epoch", "batches", "samples"))
        if own and set(differing) - {"reseed"}:
            batches = samples // self._samples_a_batch
        self._check_within(batches, samples)
        self._parts.course.restore(Place(epoch, batches, samples))

    def _check_within(self, batches: int, samples: int) -> None:
        order = self._parts.order
        if isinstance(self._parts.batches, OwnBatches) and samples > order.total:  # type: ignore[union-attr]
            raise CannotRestore(
                f"The state stands at sample {samples}, batch {batches}, of an order that is {len(self.dataset)} long.",
                "Take another state.",
            )

    def _circumstances(self) -> dict[str, Any]:
        """Return what a position means nothing without."""
        parts = self._parts
        own = isinstance(parts.batches, OwnBatches)
        return {
            "order": "samerun" if own else "given" if parts.given else "iterable",
            "seed": self.seed,
            "length": None if parts.iterable else _length(parts.dataset),
            "batch_size": parts.batch_size if parts.batch_sampler is None else None,
            "world_size": self.world_size,
            "shuffle": self.shuffle,
            "drop_last": parts.drop_last,
            "reseed": self.reseed,
            "sharded_by": None if parts.dealing is None else parts.dealing.by,
            "num_workers": self.num_workers if self._discards else None,
        }


def _on_the_processor() -> AbstractContextManager[Any]:
    """Return what makes torch draw its seed for the workers where the generator is, whatever the default device.

    Where that is so anyway it is nothing: a forked worker would keep it, and pay for it with each operation.
    """
    return nullcontext() if torch.empty(0).device.type == "cpu" else torch.device("cpu")


def _length(dataset: Any) -> int | None:
    try:
        return len(dataset)
    except TypeError:
        return None
