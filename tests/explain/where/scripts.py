"""Small programs in which two runs part, each with the line at which they do: it ends in ``# here``.

``A`` and ``B`` are variables of the two runs. Every script writes its result to ``out.txt``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

HASH = ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "7"})
THREADS = ({"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}, {"OMP_NUM_THREADS": "2", "MKL_NUM_THREADS": "2"})
FILLED = ({"MALLOC_PERTURB_": "85"}, {"MALLOC_PERTURB_": "170"})
GIVEN = ({"CHOICE": "1"}, {"CHOICE": "2"})
ITSELF: tuple[dict[str, str], dict[str, str]] = ({}, {})


@dataclass(frozen=True)
class Script:
    """A program: its files by name (``train.py`` is started), what the two runs are given, what it needs."""

    text: str
    given: tuple[dict[str, str], dict[str, str]] = ITSELF
    others: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ("train.py",)


SCRIPTS = {
    "a set walked by a loop": Script(
        """
words = "now is the time for all good men to come to the aid of the party".split()
index = {}
for word in set(words):  # here
    index[word] = len(index)
open("out.txt", "w").write(str(sorted(index.items())))
""",
        HASH,
    ),
    "a set made into a list in one call": Script(
        """
stop = {"a", "the", "of", "to"}
words = "now is the time for all good men to come to the aid of the party".split()
kept = [word for word in words if word not in stop]
names = list(set(kept))  # here
with open("out.txt", "w") as file:
    for name in names[:3]:
        file.write(name)
""",
        HASH,
    ),
    "a set only written": Script(
        """
names = ["ann", "bob", "cid", "dan"]
seen = len(set(names))
with open("out.txt", "w") as file:
    file.write(" ".join(set(names)))  # here
""",
        HASH,
    ),
    "hash of a string": Script(
        """
def bucket(text, count):
    return hash(text) % count  # here


rows = ["red", "green", "blue", "violet"]
counts = [0] * 16
for row in rows:
    counts[bucket(row, 16)] += 1
open("out.txt", "w").write(str(counts))
""",
        HASH,
    ),
    "the clock as a seed": Script(
        """
import random
import time

rng = random.Random(time.time_ns())  # here
values = [rng.random() for _ in range(5)]
total = sum(values)
open("out.txt", "w").write(repr(total))
""",
    ),
    "a timer that does not matter": Script(
        """
import time

started = time.time()
words = "now is the time for all good men to come to the aid of the party".split()
order = list(set(words))  # here
open("out.txt", "w").write(str(order))
print("took", time.time() - started)
""",
        HASH,
    ),
    "the address of an object": Script(
        """
class Node:
    def __init__(self, name):
        self.name = name


nodes = [Node(name) for name in "abcdefgh"]
nodes.sort(key=lambda node: id(node) * 2654435761 % 1009)  # here
open("out.txt", "w").write("".join(node.name for node in nodes))
""",
    ),
    "uninitialised memory": Script(
        """
import numpy as np

ready = np.zeros(5000)
buffer = np.empty(5000)  # here
buffer[::2] = 1.0
total = float(np.nan_to_num(buffer + ready, nan=3.0).sum())
open("out.txt", "w").write(repr(total))
""",
        FILLED,
        needs=("numpy",),
    ),
    "sums over threads": Script(
        """
import torch

torch.manual_seed(0)
x = torch.randn(1_000_003)
scale = 3.0
mean = (x * scale).sum()  # here
for step in range(3):
    scale = scale * 0.5 + float(mean)
open("out.txt", "w").write(repr(scale))
""",
        THREADS,
        needs=("torch",),
    ),
    "index_put at two threads": Script(
        """
import torch

torch.manual_seed(0)
torch.set_num_threads(2)
index = torch.randint(0, 50, (200_000,))
values = torch.randn(200_000)
table = torch.zeros(50)
table.index_put_((index,), values, accumulate=True)  # here
norm = table.norm()
open("out.txt", "w").write(repr(table.tolist()) + repr(norm.item()))
""",
        needs=("torch",),
    ),
    "the backward of an advanced index": Script(
        """
import torch

torch.manual_seed(0)
torch.set_num_threads(2)
table = torch.nn.Parameter(torch.randn(50, 4))
optimizer = torch.optim.SGD([table], lr=0.1)
index = torch.randint(0, 50, (100_000,))
weight = torch.randn(100_000, 4)
for step in range(2):
    optimizer.zero_grad()
    loss = (table[index] * weight).sum()
    loss.backward()  # here
    optimizer.step()
open("out.txt", "w").write(repr(table.detach().tolist()))
""",
        needs=("torch",),
    ),
    "an attribute of a class": Script(
        """
import os


class Model:
    def __init__(self):
        self.weight = 1.0
        self.history = []

    def fit(self, rows):
        for row in rows:
            self._step(row)
        return self

    def _step(self, row):
        self.weight += row * int(os.environ["CHOICE"])  # here
        self.history.append(self.weight)


model = Model().fit([1.0, 2.0])
open("out.txt", "w").write(repr(model.history))
""",
        GIVEN,
    ),
    "a condition": Script(
        """
import os


def load():
    if os.environ["CHOICE"] == "1":  # here
        rows = [1, 2, 3]
    else:
        rows = [3, 2, 1]
    return rows


data = load()
open("out.txt", "w").write(str(data[0]))
""",
        GIVEN,
    ),
    "a generator": Script(
        """
import os


def batches(count):
    for number in range(count):
        yield number * 2
    yield int(os.environ["CHOICE"])  # here


total = 0
for batch in batches(3):
    total += batch
open("out.txt", "w").write(str(total))
""",
        GIVEN,
    ),
    "a decorated function in another file": Script(
        """
from features import build

rows = build(["x", "y"])
open("out.txt", "w").write(str(rows))
""",
        GIVEN,
        others={
            "features.py": """
import functools
import os


def logged(function):
    @functools.wraps(function)
    def wrapper(*arguments, **options):
        result = function(*arguments, **options)
        return result

    return wrapper


@logged
def build(names):
    factor = int(os.environ["CHOICE"])  # here
    return [name * factor for name in names]
"""
        },
    ),
    "what is handed to a function": Script(
        """
import os


def train(rate, steps):
    weight = 0.0
    for _ in range(steps):
        weight += rate
    return weight


result = train(float(os.environ["CHOICE"]), steps=3)  # here
open("out.txt", "w").write(str(result))
""",
        GIVEN,
    ),
    "coroutines": Script(
        """
import asyncio
import os


async def fetch(name):
    await asyncio.sleep(0)
    return name + os.environ["CHOICE"]  # here


async def main():
    return await asyncio.gather(fetch("a"), fetch("b"))


found = asyncio.run(main())
open("out.txt", "w").write(str(found))
""",
        GIVEN,
    ),
    "an exception": Script(
        """
import os

try:
    value = [10, 20][int(os.environ["CHOICE"])]  # here
except IndexError:
    value = -1
result = value * 2
open("out.txt", "w").write(str(result))
""",
        GIVEN,
    ),
}
