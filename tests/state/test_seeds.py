from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from samerun.errors import BadOption, BadSeed
from samerun.state import derive_seed, jax_key
from samerun.state import seed_everything as public
from samerun.state.current import Current, current, put_back
from samerun.state.generators import capture, restore
from samerun.state.layers import Layer
from samerun.state.seeds import ask, key_if_imported, seed_everything


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    states, before = capture(), put_back(Current())
    monkeypatch.setattr("samerun.state.layers.layers", [Layer()])
    yield
    put_back(before)
    restore(states)


def drawn() -> tuple[float, float, float]:
    return random.random(), float(np.random.rand()), float(torch.rand(1))


def run(code: str, **variables: str) -> str:
    environment = {**os.environ, **variables}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("seed", [0, 42, 2**32 - 1])
def test_a_seed_gives_what_everybody_knows(seed: int) -> None:
    seed_everything(seed)
    ours = drawn()
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    assert drawn() == ours


def test_two_calls_give_the_same_and_other_seeds_others() -> None:
    def of(seed: int) -> tuple[float, float, float]:
        seed_everything(seed)
        return drawn()

    seeds = [0, 1, 2**32, 2**33, 2**63, 2**64 - 1]
    assert [of(seed) for seed in seeds] == [of(seed) for seed in seeds]
    for library in range(3):
        assert len({of(seed)[library] for seed in seeds}) == len(seeds)


def test_every_rank_begins_alike_unless_it_gives_its_rank(monkeypatch: pytest.MonkeyPatch) -> None:
    starts = set()
    for rank in range(3):
        monkeypatch.setenv("RANK", str(rank))
        seed_everything(7)
        starts.add(drawn())
    assert len(starts) == 1
    for rank in range(3):
        seed_everything(7, rank=rank)
        starts.add(drawn())
    assert len(starts) == 4


def test_ranks_and_seeds_side_by_side_do_not_collide() -> None:
    starts = set()
    for seed in range(6):
        for rank in range(6):
            seed_everything(seed, rank=rank)
            starts.update(drawn())
    assert len(starts) == 108


def test_the_process_works_under_it_from_then_on() -> None:
    seed_everything(np.int64(7), rank=2)  # type: ignore[arg-type]
    assert current() == Current(seed=7, rank=2)
    seed_everything(8)
    assert current() == Current(seed=8)


@pytest.mark.parametrize("seed", [-1, 2**64, 1.0, "42", None, True, np.float32(1)])
def test_a_wrong_seed_changes_nothing(seed: Any) -> None:
    before = capture()
    with pytest.raises(BadSeed):
        seed_everything(seed)
    for wrong in (-1, 0.5, "0", True):
        with pytest.raises(BadSeed, match="rank"):
            seed_everything(1, rank=wrong)  # type: ignore[arg-type]
    assert capture() == before
    assert current() == Current()


def test_a_wrong_level_changes_nothing() -> None:
    before = capture()
    with pytest.raises(BadOption, match="level"):
        seed_everything(1, deterministic="very")
    assert capture() == before


def test_determinism_is_asked_for_and_given_back() -> None:
    assert ask(False) is None
    before = torch.are_deterministic_algorithms_enabled()
    switches = ask("warn")
    assert switches is not None
    assert torch.are_deterministic_algorithms_enabled()
    switches.undo()
    assert torch.are_deterministic_algorithms_enabled() == before


def test_deterministic_true_is_strict() -> None:
    printed = run(
        """
        import torch
        from samerun.state import seed_everything
        seed_everything(3, deterministic=True)
        print(torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled())
        """,
        PYTHONHASHSEED="0",
        CUBLAS_WORKSPACE_CONFIG=":4096:8",
    )
    assert printed.split() == ["True", "False"]


def test_a_key_is_returned_where_jax_is_imported() -> None:
    jax = pytest.importorskip("jax")
    key = seed_everything(2**40)
    assert np.array_equal(key, jax_key(2**40))  # type: ignore[arg-type]
    assert np.array_equal(key_if_imported(), jax_key())  # type: ignore[arg-type]
    assert np.array_equal(seed_everything(5), jax.random.PRNGKey(5))  # type: ignore[arg-type]
    other = seed_everything(5, rank=0)
    assert np.array_equal(other, jax_key(derive_seed(5, rank=0, purpose="samerun generator jax")))  # type: ignore[arg-type]


def test_libraries_are_seeded_when_they_come_and_none_is_imported() -> None:
    printed = run(
        """
        import sys
        from samerun.state import seed_everything
        assert seed_everything(2**40) is None
        print([name for name in ("numpy", "torch", "jax", "tensorflow") if name in sys.modules])
        import random, numpy as np, torch
        print(random.random(), np.random.rand(), float(torch.rand(1)))
        """
    )
    seed_everything(2**40)
    assert printed.splitlines() == ["[]", " ".join(map(str, drawn()))]


def test_a_recorded_program_is_seeded_the_same(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(
        "from samerun.state import seed_everything\n"
        "seed_everything(2**40)\n"
        "import random, sys, numpy as np, torch\n"
        "print(random.random(), np.random.rand(), float(torch.rand(1)))\n"
        "print(sum('inside' in type(one).__module__ for one in sys.meta_path))\n"
    )
    command = [Path(sys.executable).parent / "samerun", "record", "--", sys.executable, "train.py"]
    environment = {**os.environ, "SAMERUN_STORE": str(tmp_path / "store")}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    seed_everything(2**40)
    assert done.stdout.splitlines() == [" ".join(map(str, drawn())), "1"]


def test_it_is_the_public_one() -> None:
    assert public is seed_everything
