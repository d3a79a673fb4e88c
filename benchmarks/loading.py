"""What setting the generators costs: samerun's loader beside the bare ``DataLoader``, in one process, in turn."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measuring import Figure, run

SCRIPT = """\
import random, statistics, sys, time
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset
from samerun.state import make_loader

SAMPLES, BATCH, ROUNDS = 4096, 64, 9

class Pictures(Dataset):
    def __init__(self):
        self.data = torch.rand(64, 3, 256, 256)
    def __len__(self):
        return SAMPLES // 8
    def __getitem__(self, index):
        picture = self.data[index % 64]
        x, y = random.randrange(32), random.randrange(32)
        picture = picture[:, y : y + 224, x : x + 224]
        if torch.rand(()) < 0.5:
            picture = picture.flip(2)
        picture = picture * float(np.random.uniform(0.8, 1.2)) + 0.02 * torch.randn(picture.shape)
        return picture.clamp(0, 1)

light = TensorDataset(torch.rand(SAMPLES, 16), torch.arange(SAMPLES))
pictures = Pictures()
def subjects(dataset, **options):
    bare = DataLoader(dataset, batch_size=BATCH, shuffle=True, **options)
    ours = [make_loader(dataset, batch_size=BATCH, seed=1, reseed=how, **options) for how in ("off", "batch", "sample")]
    return [bare, *ours]
def measured(dataset, **options):
    took = [[] for _ in range(4)]
    for turn in range(ROUNDS + 1):
        for loader, results in zip(subjects(dataset, **options), took):
            start = time.perf_counter()
            for batch in loader:
                pass
            if turn:
                results.append((time.perf_counter() - start) / len(dataset))
    return [1e6 * statistics.median(one) for one in took]
print(*measured(light if sys.argv[1] == "rows" else pictures))
"""


def rows(folder: Path) -> Figure:
    """Measure the microseconds a row of a tensor takes, for which nothing is drawn: the whole cost shows."""
    bare, off, batch, sample = _measured(folder, "rows")
    note = f"reseed off {off:.3g}, batch {batch:.3g}, sample {sample:.3g} µs"
    return Figure("loading a row, its generators set", "µs", bare, sample, sample - bare, 30.0, "≤ 30 µs more", note)


def pictures(folder: Path) -> Figure:
    """Measure the microseconds a picture of 224 × 224 takes with an augmentation by all three generators."""
    bare, off, batch, sample = _measured(folder, "pictures")
    note = f"reseed off {off:.0f}, batch {batch:.0f}, sample {sample:.0f} µs"
    return Figure("loading a picture, its generators set", "µs", bare, sample, sample / bare, 1.1, "≤ 1.1 ×", note)


def _measured(folder: Path, what: str) -> list[float]:
    """Return the medians: bare, and samerun's loader with reseed off, batch, sample."""
    script = folder / "loading_bench.py"
    script.write_text(SCRIPT)
    return [float(word) for word in run((sys.executable, str(script), what), folder).output.split()]
