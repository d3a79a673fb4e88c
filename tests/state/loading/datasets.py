"""Datasets that draw from everything a dataset can draw from, and what makes batches comparable."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset, IterableDataset, get_worker_info

Plain = list[list[Any]]


class Noisy(Dataset[tuple[int, float, float, float]]):
    """Each sample: its index, and a number from each of the global generators."""

    def __init__(self, length: int = 22) -> None:
        self.length = length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> tuple[int, float, float, float]:
        return index, random.random(), float(np.random.rand()), float(torch.rand((), dtype=torch.float64))


class Keeping(Noisy):
    """Each sample: its index, and a number from a generator that the dataset keeps."""

    def __init__(self, length: int = 22) -> None:
        super().__init__(length)
        self.rng = np.random.default_rng(0)

    def __getitem__(self, index: int) -> tuple[int, float]:  # type: ignore[override]
        return index, self.rng.random()


class Stream(IterableDataset[tuple[int, float]]):
    """Elements one after the other: a number of its own for each; all of them in each worker."""

    def __init__(self, length: int = 23) -> None:
        self.length = length

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[tuple[int, float]]:
        return ((number, random.random()) for number in range(self.length))


class ShardedStream(Stream):
    """The same, shared out among the workers by itself."""

    def __iter__(self) -> Iterator[tuple[int, float]]:
        worker = get_worker_info()
        mine, workers = (0, 1) if worker is None else (worker.id, worker.num_workers)
        return ((number, random.random()) for number in range(mine, self.length, workers))


def plain(batches: Iterable[Any]) -> Plain:
    """Return the batches as lists of columns."""
    return [[column.tolist() for column in batch] for batch in batches]


def indices(batches: Plain) -> list[int]:
    """Return the first column of all batches."""
    return [index for batch in batches for index in batch[0]]


def taken(batches: Iterator[Any], count: int) -> Plain:
    """Return the next batches of an iterator."""
    return plain(next(batches) for _ in range(count))
