"""The hidden generators' states: read without drawing, the same for the same seed, another after each draw."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from samerun.inside.tracing import generators
from samerun.inside.tracing.generators import changed, states

PYTHON, NUMPY, TORCH = (f"<generator {name}>" for name in ("random", "numpy", "torch"))


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    kept = random.getstate(), np.random.get_state()
    generators._met.clear()
    yield
    random.setstate(kept[0])
    np.random.set_state(kept[1])


def test_reading_draws_nothing() -> None:
    random.seed(1)
    np.random.seed(1)
    expected = random.random(), np.random.rand()
    random.seed(1)
    np.random.seed(1)
    assert states() == states()
    assert (random.random(), np.random.rand()) == expected


def test_a_draw_and_a_seed_change_their_own_generator_alone() -> None:
    random.seed(1)
    np.random.seed(1)
    before = states()
    assert changed(before) == []
    np.random.normal()
    assert [name for name, _, _ in changed(before)] == [NUMPY]
    np.random.seed(1)
    assert changed(before) == []
    random.gauss(0, 1)
    ((name, old, now),) = changed(before)
    assert (name, old) == (PYTHON, before[PYTHON])
    assert now == states()[PYTHON]


def test_the_second_of_two_gaussian_draws_counts_too() -> None:
    random.seed(1)
    random.gauss(0, 1)
    before = states()
    random.gauss(0, 1)  # kept from the first one: only that is used up
    assert [name for name, _, _ in changed(before)] == [PYTHON]


def test_torchs_generator_is_known_where_torch_is() -> None:
    torch = pytest.importorskip("torch")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        before = states()
        torch.rand(1)
        assert TORCH in [name for name, _, _ in changed(before)]


def test_numpys_is_first_seen_when_it_is_seeded_and_not_when_it_is_loaded() -> None:
    np.random.seed(4)
    elsewhere = {name: state for name, state in states().items() if name != NUMPY}
    generators._met.clear()
    assert changed(elsewhere) == [(NUMPY, 0, states()[NUMPY])]


def test_a_state_that_is_given_back_is_no_change() -> None:
    outside = states()
    kept = random.getstate()
    random.seed(5)
    inside = states()
    random.random()
    random.setstate(kept)
    assert changed(inside) == []
    random.random()
    assert [name for name, _, _ in changed(outside)] == [PYTHON]


def test_one_that_cannot_be_read_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["numpy.random.mtrand"], "_rand", object())
    assert NUMPY not in states()
    assert PYTHON in states()


SHOWN = "import sys; sys.path[:0] = [{source!r}]\nimport random; random.seed(5); random.gauss(0, 1)\n"
SHOWN += "import samerun.inside.tracing.generators as all; print(all.states())\n"


def test_other_processes_say_the_same() -> None:
    script = SHOWN.format(source=str(Path(generators.__file__).parents[3]))
    shown = {
        subprocess.run(
            [sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(shown) == 1
