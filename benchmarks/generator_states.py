"""What it costs to save and restore three generators' states, and to make a stream of its own for a sample.

Where the time goes (CPython 3.11, numpy 2.4): numpy copies its 624 words one by one, 24 µs to read and 26 µs to set;
python makes 625 objects of them, 7 µs, and packing these into bytes takes 4 µs more; torch copies 5 KB, 1 µs.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measuring import Figure, run

# The libraries' own calls and ours take turns in one process; the median is over the turns.
SCRIPT = """\
import random, statistics, time
import numpy as np, torch
from samerun.state import generators, stream
TURNS, CALLS = 60, 50


def bare_states():
    python, numpy, torch_ = random.getstate(), np.random.get_state(), torch.get_rng_state()
    random.setstate(python)
    np.random.set_state(numpy)
    torch.set_rng_state(torch_)


def states():
    generators.restore(generators.capture())


def bare_stream():
    np.random.default_rng(12345).random()


def one_stream():
    stream("augment", sample=12345, seed=42).random()


def microseconds(action):
    start = time.perf_counter()
    for _ in range(CALLS):
        action()
    return (time.perf_counter() - start) / CALLS * 1e6


actions = (bare_states, states, bare_stream, one_stream)
turns = [[microseconds(action) for action in actions] for _ in range(TURNS)][5:]
print(*(statistics.median(column) for column in zip(*turns)))
"""


def _medians(folder: Path) -> list[float]:
    script = folder / "generator_states_bench.py"
    script.write_text(SCRIPT)
    return [float(word) for word in run((sys.executable, str(script)), folder).output.split()]


def three_states(folder: Path) -> Figure:
    """Measure saving and restoring the states of python, numpy and torch together, in microseconds."""
    bare, measured, *_ = _medians(folder)
    note = "beside the libraries' own calls; every state is checked before the first is set"
    return Figure("three generator states saved and restored", "µs", bare, measured, measured, 200.0, "≤ 200 µs", note)


def one_stream(folder: Path) -> Figure:
    """Measure making a stream and drawing from it, beside ``numpy.random.default_rng``, in microseconds."""
    *_, bare, measured = _medians(folder)
    rule = "≤ 1 × default_rng"
    return Figure("a stream of its own for a sample", "µs", bare, measured, measured / bare, 1.0, rule)
