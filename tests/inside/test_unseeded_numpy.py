"""Unseeded numpy, and what draws from it, repeats with the run's entropy; seeded it is as without samerun."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("numpy")

OTHER = {"SAMERUN_ENTROPY": "77" * 32}

UNSEEDED = """
import numpy as np
print(np.random.rand(), np.random.default_rng().random(), np.random.RandomState().rand())
kinds = (np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64)
print(*[np.random.Generator(kind()).random() for kind in kinds])
print(np.random.SeedSequence().entropy, np.random.default_rng(np.random.SeedSequence().spawn(2)[1]).random())
np.random.seed()
print(np.random.rand())
"""

SEEDED = """
import numpy as np
np.random.seed(4)
print(np.random.rand(3), np.random.randn(3), np.random.permutation(9))
print(np.random.default_rng(4).random(3), np.random.RandomState(4).rand())
print(np.random.default_rng(np.random.SeedSequence(1)).random())
state = np.random.get_state()
np.random.rand()
np.random.set_state(state)
print(np.random.rand())
"""

SKLEARN = """
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
{seed}
X, y = load_iris(return_X_y=True)
a, b, c, d = train_test_split(X, y)
print(b.sum(), RandomForestClassifier(5, n_jobs=2).fit(a, c).feature_importances_)
print(RandomForestClassifier(5).fit(a, c).predict_proba(b).sum(0))
"""


def test_unseeded_draws_repeat_with_the_same_entropy_and_only_with_it(observe: Any) -> None:
    observe(UNSEEDED)
    first = observe.output
    observe(UNSEEDED)
    assert observe.output == first
    observe(UNSEEDED, env=OTHER)
    assert not set(observe.output.split()) & set(first.split())
    assert len(set(first.split())) == len(first.split()) == 10


def test_a_seeded_program_is_not_changed(observe: Any) -> None:
    observe(SEEDED)
    recorded = observe.output
    observe(SEEDED, bare=True)
    assert observe.output == recorded


def test_the_import_draws_in_nobodys_name(observe: Any) -> None:
    spool = observe("import numpy.random\nnumpy.random.default_rng()\n")
    records = [event.record for event in spool.events if type(event.record).__name__ == "Entropy"]
    drawn = [(record.line, record.importing, record.bits) for record in records if record.source == "numpy"]
    assert drawn == [(1, True, 128), (2, False, 128)]


def test_fork_children_inherit_the_hidden_generator_as_ever(observe: Any) -> None:
    script = """
import os
import numpy.random as random
for _ in range(2):
    if os.fork() == 0:
        print(random.rand(), flush=True)
        os._exit(0)
    os.wait()
"""
    observe(script)
    one, other = observe.output.split()
    assert one == other


def test_scikit_learn_without_random_state_repeats(observe: Any) -> None:
    pytest.importorskip("sklearn")
    script = SKLEARN.format(seed="")
    observe(script)
    first = observe.output
    observe(script)
    assert observe.output == first
    observe(script, env=OTHER)
    assert observe.output != first


def test_scikit_learn_with_a_seed_is_not_changed(observe: Any) -> None:
    pytest.importorskip("sklearn")
    script = SKLEARN.format(seed="import numpy; numpy.random.seed(0)")
    observe(script)
    recorded = observe.output
    observe(script, bare=True)
    assert observe.output == recorded


@pytest.mark.parametrize(
    "first", ["np.random.seed(1)", "np.random.rand()", "np.random.set_state(np.random.get_state())"]
)
def test_once_seeded_or_reported_the_lock_is_numpys(observe: Any, first: str) -> None:
    script = """
import numpy as np
from numpy.random import seed
lock = np.random.mtrand._rand._bit_generator.lock
{first}
print(*(type(method).__name__ for method in (lock.__enter__, lock.__exit__, type(lock).__enter__)))
print(*("StandIn" in type(f).__name__ for m in (np.random, np.random.mtrand) for f in (m.seed, m.set_state)))
seed(3)
print(np.random.rand() == np.random.RandomState(3).rand(), type(np.random.default_rng().bit_generator.lock).__module__)
"""
    observe(script.format(first=first))
    builtin = "builtin_function_or_method"
    assert observe.output == f"{builtin} {builtin} {builtin}\nFalse False False False\nTrue _thread\n"


def test_threads_that_draw_at_once_lose_nothing(observe: Any) -> None:
    script = """
import threading
import numpy as np
def draw():
    for _ in range(200):
        found.append(np.random.randint(2**31, size=3).tobytes())
found = []
threads = [threading.Thread(target=draw) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(set(found)))
"""
    observe(script)
    assert observe.output == "800\n"
