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
index = torch.randint(0, 50, (1_000_000,))
values = torch.randn(1_000_000)
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

SCRIPTS |= {
    "a comprehension over several lines": Script(
        """
rows = ["red", "green", "blue"]
table = {
    row: [
        hash(row) % 97,  # here
        len(row),
    ]
    for row in rows
}
open("out.txt", "w").write(str(table))
""",
        HASH,
    ),
    "a recursion": Script(
        """
import os


def depth(node):
    if not node:
        return int(os.environ["CHOICE"])  # here
    return max(depth(child) for child in node) + 1


tree = [[[], []], [[[]]]]
open("out.txt", "w").write(str(depth(tree)))
""",
        GIVEN,
    ),
    "workers of a loader": Script(
        """
import torch
from torch.utils.data import DataLoader, Dataset


class Rows(Dataset):
    def __init__(self):
        self.values = torch.arange(24.0)

    def __len__(self):
        return len(self.values)

    def __getitem__(self, index):
        value = self.values[index]
        noise = hash(("salt", "%d" % index)) % 7  # here
        return value + noise


def main():
    loader = DataLoader(Rows(), batch_size=4, num_workers=2)
    total = torch.zeros(())
    for batch in loader:
        total = total * 0.5 + batch.sum()
    with open("out.txt", "w") as file:
        file.write(repr(total.item()))


if __name__ == "__main__":
    main()
""",
        HASH,
        needs=("torch",),
    ),
    "the order of a sampler, seen through workers": Script(
        """
import os

import torch
from torch.utils.data import DataLoader, TensorDataset


def main():
    seed = torch.Generator().manual_seed(int(os.environ["CHOICE"]))  # here
    data = TensorDataset(torch.arange(24.0))
    loader = DataLoader(data, batch_size=4, num_workers=2, shuffle=True, generator=seed)
    total = torch.zeros(())
    for (batch,) in loader:
        total = total * 0.5 + batch.sum()
    open("out.txt", "w").write(repr(total.item()))


if __name__ == "__main__":
    main()
""",
        GIVEN,
        needs=("torch",),
    ),
    "a pool of processes": Script(
        """
import multiprocessing
import os


def work(number):
    factor = int(os.environ["CHOICE"])  # here
    return number * factor


def main():
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        done = pool.map(work, range(4))
    open("out.txt", "w").write(str(sum(done)))


if __name__ == "__main__":
    main()
""",
        GIVEN,
    ),
    "threads that finish as they like": Script(
        """
import os
import threading
import time

results = []


def work(number):
    time.sleep(0.02 * ((number * int(os.environ["CHOICE"])) % 5))
    results.append(number)  # here


threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
open("out.txt", "w").write(str(results))
""",
        ({"CHOICE": "1"}, {"CHOICE": "4"}),
    ),
    "results as they are completed": Script(
        """
import os
import time
from concurrent.futures import ThreadPoolExecutor, as_completed


def work(number):
    time.sleep(0.03 * (number if os.environ["CHOICE"] == "1" else 4 - number))
    return number * number


with ThreadPoolExecutor(4) as pool:
    waiting = [pool.submit(work, number) for number in range(4)]
    total = 0.0
    for future in as_completed(waiting):  # here
        total = total / 3 + future.result()
open("out.txt", "w").write(repr(total))
""",
        GIVEN,
    ),
    "a package started by its name": Script(
        "",
        HASH,
        others={
            "shop/__init__.py": "",
            "shop/__main__.py": """
from shop import prices

found = prices.table(["tea", "milk", "rice", "salt", "corn", "figs"])
open("out.txt", "w").write(str(found))
""",
            "shop/prices.py": """
def table(names):
    found = {}
    for name in set(names):  # here
        found[name] = len(found)
    return found
""",
        },
        arguments=("-m", "shop"),
    ),
    "a frame of pandas": Script(
        """
import os

import pandas as pd

frame = pd.DataFrame({"x": [3.0, 1.0, 2.0], "group": ["a", "b", "a"]})
frame["y"] = frame["x"] * 2
frame.loc[1, "y"] = float(os.environ["CHOICE"])  # here
means = frame.groupby("group")["y"].mean()
means.to_csv("out.txt")
""",
        GIVEN,
        needs=("pandas",),
    ),
    "labels of a set in scikit-learn": Script(
        """
import numpy as np
from sklearn.linear_model import SGDClassifier

rng = np.random.default_rng(0)
x = rng.normal(size=(60, 4))
y = np.array(["low", "mid", "high"])[rng.integers(0, 3, 60)]
columns = list({"a", "b", "c", "d"})  # here
order = [sorted(columns).index(name) for name in columns]
model = SGDClassifier(random_state=0, max_iter=5, tol=None).fit(x[:, order], y)
np.savetxt("out.txt", model.coef_)
""",
        HASH,
        needs=("sklearn",),
    ),
    "a seed shared by an instance": Script(
        """
import random


class Shuffler:
    __slots__ = ("rng",)

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def order(self, count):
        numbers = list(range(count))
        self.rng.shuffle(numbers)
        return numbers


shuffler = Shuffler(hash("corpus") % 1000)  # here
first = shuffler.order(5)
second = shuffler.order(5)
open("out.txt", "w").write(str(first + second))
""",
        HASH,
    ),
    "a set of objects": Script(
        """
class Item:
    def __init__(self, name, weight):
        self.name, self.weight = name, weight


items = {Item(f"n{number}", 0.1 * number) for number in range(12)}
total = 0.0
for item in items:  # here
    total = total * 0.9 + item.weight
open("out.txt", "w").write(repr(total))
""",
    ),
    "a property, a slot and an overloaded operator": Script(
        """
import os


class Money:
    __slots__ = ("cents",)

    def __init__(self, cents):
        self.cents = cents

    def __eq__(self, other):
        raise RuntimeError("compared")

    __hash__ = None

    def __add__(self, other):
        return Money(self.cents + other.cents)

    @property
    def euros(self):
        raise RuntimeError("asked")

    def __repr__(self):
        raise RuntimeError("shown")

    def __len__(self):
        raise RuntimeError("counted")


purse = Money(5)
found = Money(int(os.environ["CHOICE"]))  # here
purse = purse + found
open("out.txt", "w").write(str(purse.cents))
""",
        GIVEN,
    ),
    "a thing of a library's that differs by itself": Script(
        """
from random import _inst as drawing
from random import random

first = random()  # here
second = first * 2
drawing.seed(3)
open("out.txt", "w").write(repr(second + random()))
""",
    ),
    "a file that was not there": Script(
        """
import os

rate = 0.1
if os.path.exists(os.environ["CHOICE"]):  # here
    rate = 0.2
weights = [rate * step for step in range(4)]
open("out.txt", "w").write(str(weights))
""",
        ({"CHOICE": "train.py"}, {"CHOICE": "nothing.py"}),
    ),
    "a harmless difference before the one that counts": Script(
        """
import os
import time

pid = os.getpid()
log = open("log.txt", "w")
log.write(f"{pid} {time.time()}\\n")
tags = {"x", "y", "z"}
sizes = {tag: len(tag) for tag in tags}
words = ["tea", "milk", "rice", "salt"]
chosen = sorted(words, key=hash)[0]  # here
open("out.txt", "w").write(chosen)
log.close()
""",
        HASH,
    ),
    "a text printed and written": Script(
        """
import json
import sys

names = frozenset(["ann", "bob", "cid", "dan"])
json.dump({"names": list(names), "count": len(names)}, open("out.txt", "w"))  # here
print("done", file=sys.stderr)
""",
        HASH,
    ),
    "a seed that differs, far from what is drawn with it": Script(
        """
import random


def start(name):
    seed = hash(name) % 1000  # here
    random.seed(seed)


def walk(steps):
    return [random.random() for _ in range(steps)]


start("baseline")
count = len("baseline")
path = walk(count)
open("out.txt", "w").write(str(path))
""",
        HASH,
    ),
    "an order that counts beside a generator that was seeded with something else": Script(
        """
import numpy as np

np.random.seed(len("baseline"))
words = ["tea", "milk", "rice", "salt"]
noise = np.random.rand(4)
chosen = [word for word in set(words)]  # here
rest = np.random.permutation(4)
open("out.txt", "w").write(str(chosen) + str(rest))
""",
        HASH,
        needs=("numpy",),
    ),
}
