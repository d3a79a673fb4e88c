"""Unseeded torch repeats with the run's entropy, in workers and ranks too; seeded it is what it is without samerun."""

from __future__ import annotations

import socket
import sys
from typing import Any

import pytest

pytest.importorskip("torch")

OTHER = {"SAMERUN_ENTROPY": "77" * 32}

TRAINING = """
import random, sys
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset
{seed}
class Items(Dataset):
    def __len__(self):
        return 6
    def __getitem__(self, index):
        return index, torch.rand(()).item(), random.random(), np.random.rand(){own}
def train(method):
    print(torch.rand(2), torch.nn.Linear(2, 1).weight)
    loader = DataLoader(Items(), batch_size=2, shuffle=True, num_workers=2, multiprocessing_context=method)
    for batch in loader:
        print([part.tolist() for part in batch])
if __name__ == "__main__":
    train("fork")
    train("spawn")
{end}
"""

UNSEEDED = TRAINING.format(
    seed="",
    own=", np.random.default_rng().random()",
    end="    print(torch.seed(), torch.rand(1), torch.initial_seed())",
)
SEEDED = TRAINING.format(seed="random.seed(1); np.random.seed(1); torch.manual_seed(1)", own="", end="")

RANKS = """
import os, random
import numpy as np
import torch
import torch.distributed as dist
dist.init_process_group("gloo")
mine = torch.tensor([torch.rand(()).item(), random.random(), np.random.rand()], dtype=torch.float64)
every = [torch.zeros(3, dtype=torch.float64) for _ in range(2)]
dist.all_gather(every, mine)
if dist.get_rank() == 0:
    print([one.tolist() for one in every])
dist.destroy_process_group()
"""


def test_unseeded_training_repeats_with_the_same_entropy_and_only_with_it(observe: Any) -> None:
    spool = observe(UNSEEDED)
    first = observe.output
    assert {"main/f1", "main/f2", "main/SpawnProcess-3", "main/SpawnProcess-4"} <= set(spool.processes)
    observe(UNSEEDED)
    assert observe.output == first
    observe(UNSEEDED, env=OTHER)
    assert observe.output != first


def test_seeded_training_is_not_changed(observe: Any) -> None:
    observe(SEEDED)
    recorded = observe.output
    observe(SEEDED, bare=True)
    assert observe.output == recorded


def test_only_the_import_and_torch_seed_draw_and_nothing_is_initialised(observe: Any) -> None:
    answer = "torch.cuda.is_initialized(), 'torch._inductor' in sys.modules"
    script = f"import torch\ntorch.seed()\nimport sys\nprint({answer})"
    spool = observe(script)
    records = [event.record for event in spool.events if type(event.record).__name__ == "Entropy"]
    drawn = [(record.line, record.importing, record.bits) for record in records if record.source == "torch"]
    assert drawn == [(1, True, 64), (2, False, 64)]
    assert (observe.output, observe.errors) == ("False False\n", "")


def test_accelerators_are_seeded_when_they_are_first_used(observe: Any) -> None:
    script = """
import torch
class Generator:
    def manual_seed(self, number):
        print(number)
torch.cuda.default_generators = (Generator(), Generator())
for queued in filter(None, torch.cuda._lazy_seed_tracker.get_calls()):
    queued[0]()
"""
    observe(script)
    first = observe.output.split()
    assert len(set(first)) == 2
    observe(script)
    assert observe.output.split() == first


def test_ranks_of_torchrun_repeat_and_differ_from_each_other(observe: Any) -> None:
    (observe.tree / "ranks.py").write_text(RANKS, "utf-8")
    answers = []
    for _ in range(2):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        arguments = ["torch.distributed.run", "--nproc_per_node=2", "--master_port", port, "ranks.py"]
        spool = observe("-m", *arguments, python=sys.executable)
        answers.append(observe.output)
        assert {"main/s1@0", "main/s2@1"} <= set(spool.processes)
    assert answers[0] == answers[1]
    numbers = answers[0].replace("[", " ").replace("]", " ").replace(",", " ").split()
    assert len(set(numbers)) == len(numbers) == 6


def test_looking_who_draws_is_not_seen_by_anything_in_torch(observe: Any) -> None:
    pytest.importorskip("cloudpickle")
    script = """
import pickle, sys, cloudpickle, torch
from torch.nn import init
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch._subclasses.fake_tensor import FakeTensorMode
if sys.argv[1:]: torch.manual_seed(1)
class Functions(TorchFunctionMode):
    def __torch_function__(self, function, types, args=(), kwargs=None):
        seen.append(getattr(function, "__name__", ""))
        return function(*args, **(kwargs or {}))
class Operations(TorchDispatchMode):
    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        seen.append(str(function))
        return function(*args, **(kwargs or {}))
seen = []
with Functions(), Operations():
    torch.nn.init.zeros_(torch.empty(2))
    init.normal_(torch.empty(2), generator=torch.Generator())
with FakeTensorMode():
    torch.nn.Linear(2, 1)
with torch.device("meta"):
    print(torch.nn.Linear(2, 1).weight.device)
print(torch.vmap(lambda x: x + init.calculate_gain("relu"))(torch.ones(2)))
print(cloudpickle.loads(cloudpickle.dumps(lambda: init))() is init, isinstance(init, type(sys)), init)
kept = init.uniform_
init.uniform_ = print
print(init.uniform_, vars(init)["uniform_"] is print)
del init.uniform_
print(hasattr(init, "uniform_"))
init.uniform_ = kept
print(torch.jit.script(torch.nn.Linear(2, 1)).code, kept.__module__)
print(torch.compile(lambda x: init.ones_(x) + x, backend="eager")(torch.zeros(2)), type(init), *seen)
"""
    for seeded in ((), ("seeded",)):
        spool = observe(script, *seeded)
        recorded = observe.output
        observe(script, *seeded, bare=True)
        assert recorded == observe.output
        assert not [event for event in spool.events if type(event.record).__name__ == "FaultSeen"]
