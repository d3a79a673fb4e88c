"""One thread whatever a program asks for, and loaders with another number of workers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from samerun.inside.conditions.threads import VARIABLES, _with_other_workers
from samerun.launch.reported import Used
from tests.inside.conditions.racing import line_of, noted, outcomes, site, under

ONE = dict.fromkeys(sorted(VARIABLES), "1")

VARIABLE = """
import ctypes
os.environ["OMP_NUM_THREADS"] = "3"
os.environ["OTHER"] = "3"
os.putenv("MKL_NUM_THREADS", "3")
read = ctypes.CDLL(None).getenv
read.restype = ctypes.c_char_p
print(os.environ["OMP_NUM_THREADS"], read(b"OMP_NUM_THREADS"), read(b"MKL_NUM_THREADS"), read(b"OTHER"))
del os.environ["OMP_NUM_THREADS"]
print(os.environ.get("OMP_NUM_THREADS"), read(b"OMP_NUM_THREADS"))
"""
TORCH = """
os.environ["OMP_NUM_THREADS"] = "2"
import subprocess, torch
import threadpoolctl
torch.set_num_threads(2)
torch.set_num_interop_threads(2)
with threadpoolctl.threadpool_limits(2):
    counts = {each["num_threads"] for each in threadpoolctl.threadpool_info()}
    seeded = torch.Generator().manual_seed(0)
    index, values = torch.randint(0, 50, (200_000,), generator=seeded), torch.randn(200_000, generator=seeded)
    sums = {torch.zeros(50).index_put_((index,), values, accumulate=True).sum().item() for _ in range(10)}
child = "import os, torch, threadpoolctl; print({each['num_threads'] for each in threadpoolctl.threadpool_info()})"
told = subprocess.run([sys.executable, "-c", child], env=dict(os.environ), capture_output=True, text=True).stdout
print(torch.get_num_threads(), torch.get_num_interop_threads(), counts, len(sums) == 1, told.strip())
"""
JOBLIB = """
from joblib import Parallel, delayed
told = []
def work(number):
    pause()
    told.append(number)
    return os.getpid()
print(set(Parallel(n_jobs=3, prefer="threads")(delayed(work)(i) for i in range(6))) == {os.getpid()}, told)
"""
LOADER = """
import warnings
warnings.simplefilter("ignore")
from torch.utils.data import DataLoader, get_worker_info
class Items:
    def __len__(self):
        return 4
    def __getitem__(self, index):
        return -1 if get_worker_info() is None else 1
first = DataLoader(Items(), batch_size=2)
second = DataLoader(Items(), 2, False, None, None, 1, prefetch_factor=3, persistent_workers=True, timeout=60)
print([int(each.sum()) for each in first], [int(each.sum()) for each in second])
"""


def test_variables_stay_and_the_program_sees_what_it_has_set(observe: Any, python: str) -> None:
    held = under(observe, VARIABLE, "one", kind="thread-count", python=python, **ONE)
    assert held == "3 b'1' b'1' b'3'\nNone b'1'\n"


def test_a_child_whose_variables_were_set_begins_with_one_all_the_same(observe: Any) -> None:
    script = """
import subprocess
code = '''
import ctypes
read = ctypes.CDLL(None).getenv
read.restype = ctypes.c_char_p
print(read(b"OMP_NUM_THREADS"))
'''
subprocess.run([sys.executable, "-c", code], env={**os.environ, "OMP_NUM_THREADS": "5"})
"""
    assert under(observe, script, "one", kind="thread-count", **ONE) == "b'1'\n"
    assert under(observe, script, **ONE) == "b'5'\n"


def test_calls_that_set_it_set_nothing(observe: Any) -> None:
    pytest.importorskip("torch")
    assert under(observe, TORCH, "one", kind="thread-count", **ONE) == "2 2 {1} True {1}\n"


def test_joblib_does_the_work_itself(observe: Any) -> None:
    pytest.importorskip("joblib")
    assert len(outcomes(observe, JOBLIB)) > 1
    held = outcomes(observe, JOBLIB, "one", kind="thread-count", times=2, **ONE)
    assert held == {"True [0, 1, 2, 3, 4, 5]\n"}


def test_a_loader_gets_workers_or_loses_them(observe: Any) -> None:
    pytest.importorskip("torch")
    assert under(observe, LOADER) == "[-2, -2] [2, 2]\n"
    assert under(observe, LOADER, "workers", kind="thread-count") == "[2, 2] [-2, -2]\n"
    only = site(line_of(LOADER, "second ="))
    assert under(observe, LOADER, f"workers@{only}", kind="thread-count") == "[-2, -2] [-2, -2]\n"


def test_a_watch_notes_the_lines_that_make_a_loader(observe: Any) -> None:
    pytest.importorskip("torch")
    lines = [line_of(LOADER, "first ="), line_of(LOADER, "second =")]
    assert noted(observe, LOADER, "thread-count") == lines
    spool = observe("print(1)\n", env={"SAMERUN_CONDITIONS": "thread-count=watch"})
    assert spool.of(Used) == []


@pytest.mark.parametrize(
    ("args", "kwargs", "expected"),
    [
        ((1,), {}, ((1,), {"num_workers": 2})),
        ((1,), {"num_workers": 3, "timeout": 5, "shuffle": True}, ((1,), {"num_workers": 0, "shuffle": True})),
        ((1, 2, 3, 4, 5, 0, 7), {}, ((1, 2, 3, 4, 5, 2, 7), {})),
        ((1, 2, 3, 4, 5, 6), {"in_order": False}, ((1, 2, 3, 4, 5, 0), {})),
    ],
)
def test_other_workers_take_their_options_with_them(args: Any, kwargs: Any, expected: Any) -> None:
    assert json.dumps(_with_other_workers(args, kwargs)) == json.dumps(expected)
