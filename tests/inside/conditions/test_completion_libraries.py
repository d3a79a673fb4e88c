"""joblib and torch hand over in order when it is held; forests add up in one order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.inside.conditions.racing import line_of, noted, outcomes, site, under

JOBLIB = """
from joblib import Parallel, delayed
def work(number):
    pause()
    return number
told = Parallel(n_jobs=3, prefer="threads", return_as="generator_unordered")(delayed(work)(i) for i in range(8))
print(list(told))
"""
LOKY = """
from joblib import Parallel, delayed
def work(number):
    time.sleep(0.3 if number == 0 else 0)
    return number
print(list(Parallel(n_jobs=2, return_as="generator_unordered")(delayed(work)(i) for i in range(4))))
"""
LOADER = """
import warnings
warnings.simplefilter("ignore")
from torch.utils.data import DataLoader
class Slow:
    def __len__(self):
        return 8
    def __getitem__(self, index):
        time.sleep(0.3 if index == 0 else 0)
        return index
loader = DataLoader(Slow(), batch_size=1, num_workers=2, in_order=False)
print([int(batch[0]) for batch in loader])
"""
FOREST = """
import hashlib, numpy as np
from sklearn.ensemble import RandomForestRegressor
generator = np.random.default_rng(0)
x = generator.normal(size=(500, 8))
forest = RandomForestRegressor(40, random_state=0, n_jobs=2, max_depth=6).fit(x, x[:, 0])
print(hashlib.sha1(b"".join(forest.predict(x).tobytes() for _ in range(6))).hexdigest())
"""


@pytest.fixture(autouse=True)
def libraries() -> None:
    pytest.importorskip("joblib")


def test_joblib_hands_over_in_order_when_it_is_held(observe: Any) -> None:
    assert len(outcomes(observe, JOBLIB)) > 1
    assert outcomes(observe, JOBLIB, "ordered", times=2) == {f"{list(range(8))}\n"}


def test_loky_too(observe: Any) -> None:
    assert json.loads(under(observe, LOKY))[0] != 0
    assert under(observe, LOKY, "ordered") == "[0, 1, 2, 3]\n"


def test_a_loader_out_of_order_is_in_order_when_it_is_held(observe: Any) -> None:
    pytest.importorskip("torch")
    assert json.loads(under(observe, LOADER)) != list(range(8))
    line = line_of(LOADER, "loader =")
    assert json.loads(under(observe, LOADER, f"ordered@{site(line)}")) == list(range(8))
    assert noted(observe, LOADER)[0] == line


def test_a_forest_adds_up_in_one_order_when_it_is_held(observe: Any) -> None:
    pytest.importorskip("sklearn")
    assert len(outcomes(observe, FOREST, times=2)) == 2
    assert len(outcomes(observe, FOREST, "ordered", times=2)) == 1
