"""The order of the samples: a function of the seed and the epoch, dealt out to the ranks.

The permutation is the one that sorts the raw words of a Philox generator keyed by the hash of (seed, epoch): these
words are fixed for ever, while what numpy's own ``permutation`` makes of them may change with its version (NEP 19).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sized
from typing import Any

import numpy as np
from numpy.random import Philox
from numpy.typing import NDArray
from torch.utils.data import DistributedSampler

from samerun.errors import BadOption, BadSeed, CannotRestore
from samerun.state.current import current
from samerun.state.derive import checked_seed, derive_seed
from samerun.state.loading.course import Course, Place
from samerun.state.loading.positions import differences, whole
from samerun.state.loading.ranks import rank_and_world

_SCHEMA = "samerun.sampler/1"


def permutation(length: int, *, seed: int, epoch: int) -> NDArray[np.int64]:
    """Return the order of an epoch.

    Args:
        length: how many there are.
        seed: the seed of the run.
        epoch: the pass over the data.

    Returns:
        The numbers 0 to ``length - 1``; about 20 milliseconds for a million.
    """
    key = derive_seed(seed, epoch=epoch, purpose="order", bits=128)
    words = Philox(key=key).random_raw(length)
    order = np.argsort(words)
    ranked = words[order]
    if np.any(ranked[1:] == ranked[:-1]):  # the fast sort puts equal words in any order
        order = np.argsort(words, kind="stable")
    return order


class EpochSampler(DistributedSampler[int]):  # type: ignore[misc]  # torch is optional: no types
    """The order of a dataset for a ``DataLoader`` of one's own: another one each epoch, the same in each run.

    It is a ``DistributedSampler`` so that frameworks which look for one let it be. Ranks take every ``world_size``-th
    index of the one order that all share. Without ``drop_last`` the order is made a multiple of ``world_size`` long by
    taking its first indices once more, with it the odd rest is left out: as ``DistributedSampler`` does.

    Args:
        dataset: what has a length.
        seed: the seed of the run; None is the one that ``seed_everything`` has set.
        shuffle: False gives the indices in order.
        drop_last: leave the odd rest out instead of repeating some.
        rank: this process; None asks torch.distributed, then the variable RANK, then takes 0.
        world_size: how many processes there are; None asks likewise.
        course: where the epochs are counted, if together with somebody else.

    Raises:
        BadSeed: there is no seed, or it is none.
        BadOption: the rank does not fit the world size, or the dataset has no length.
    """

    def __init__(
        self,
        dataset: Sized,
        *,
        seed: int | None = None,
        shuffle: bool = True,
        drop_last: bool = False,
        rank: int | None = None,
        world_size: int | None = None,
        course: Course | None = None,
    ) -> None:
        self.rank, self.num_replicas = rank_and_world(rank, world_size)
        self.dataset = dataset
        self.seed = seed_or_current(seed)
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.course = course or Course()
        self.length  # noqa: B018  # a dataset without a length is refused here and not in the first epoch

    @property
    def epoch(self) -> int:
        """The pass underway, or the next one."""
        return self.course.place.epoch

    @property
    def length(self) -> int:
        """How many samples the dataset has."""
        try:
            return len(self.dataset)
        except TypeError as error:
            raise BadOption(
                f"{type(self.dataset).__name__} has no length, so it has no order to shuffle.",
                "Give it __len__, pass a sampler of your own, or make it an IterableDataset.",
            ) from error

    @property
    def total(self) -> int:
        """How long the order of all ranks together is, repeated or left out samples counted."""
        whole_rounds, rest = divmod(self.length, self.num_replicas)
        return (whole_rounds + bool(rest and not self.drop_last)) * self.num_replicas

    def set_epoch(self, epoch: int) -> None:
        """Say which pass over the data the next one is; without it each is the next."""
        self.course.set_epoch(epoch)

    def indices(self, place: Place) -> NDArray[np.int64]:
        """Return what this rank takes of an epoch from a place on, in order."""
        count = self.length
        order = permutation(count, seed=self.seed, epoch=place.epoch) if self.shuffle else np.arange(count)
        rest = order[place.samples :]
        missing = -len(rest) % self.num_replicas
        if missing and self.drop_last:
            rest = rest[: len(rest) + missing - self.num_replicas]
        elif missing:
            rest = np.concatenate([rest, np.resize(order, missing)])
        return rest[self.rank :: self.num_replicas]

    def __iter__(self) -> Iterator[int]:
        turn, begun = self.course.begin()
        for done, index in enumerate(self.indices(begun).tolist(), 1):
            self.course.report(turn, Place(begun.epoch, 0, begun.samples + done * self.num_replicas))
            yield index
        self.course.report(turn, None)

    def __len__(self) -> int:
        return self.total // self.num_replicas

    def state_dict(self, *, done: int | None = None) -> dict[str, Any]:
        """Return where it stands, as plain values.

        Args:
            done: how many samples of this epoch this rank has been through. None takes how many were drawn: with
                workers those are more than the program has seen, since a ``DataLoader`` draws ahead.
        """
        place = self.course.place
        samples = place.samples if done is None else whole(done, "done") * self.num_replicas
        return {"schema": _SCHEMA, "epoch": place.epoch, "samples": min(samples, self.total), **self._facts()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state: the next iteration begins where it was taken.

        Raises:
            CannotRestore: it is no such state, or one of another seed, length, world size or order.
        """
        differences(state, _SCHEMA, self._facts(), allow=())
        place = Place(whole(state.get("epoch"), "epoch"), 0, whole(state.get("samples"), "samples"))
        if place.samples > self.total:
            raise CannotRestore(f"The state stands at sample {place.samples} of {self.total}.", "Take another state.")
        self.course.restore(place)

    def _facts(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "length": self.length,
            "world_size": self.num_replicas,
            "shuffle": self.shuffle,
            "drop_last": self.drop_last,
        }


def seed_or_current(seed: int | None) -> int:
    """Return the seed given, else the one that the process works under.

    Raises:
        BadSeed: there is neither, or it is no seed.
    """
    found = current().seed if seed is None else seed
    if found is None:
        raise BadSeed("No seed was given, and none was set.", "Pass seed=42, or call seed_everything(42) first.")
    return checked_seed(found)
