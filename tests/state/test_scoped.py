from __future__ import annotations

import asyncio
import functools
import os
import random
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import numpy as np
import pytest
import torch

from samerun.errors import BadOption, BadSeed
from samerun.state import layers, stream
from samerun.state import seeded as public
from samerun.state.current import Current, current, put_back
from samerun.state.generators import capture, restore
from samerun.state.layers import Layer
from samerun.state.scoped import seeded
from samerun.state.seeds import seed_everything


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    states, before = capture(), put_back(Current())
    monkeypatch.setattr(layers, "layers", [Layer()])
    yield
    put_back(before)
    restore(states)


def drawn() -> tuple[float, float, float, float, float]:
    normal = random.gauss(0, 1), float(np.random.randn())
    return random.random(), float(np.random.rand()), float(torch.randn(1)), *normal


def test_a_block_draws_by_its_seed_and_leaves_no_trace() -> None:
    seed_everything(9)
    of_nine = drawn()
    state = capture()
    ahead = drawn()
    restore(state)
    with seeded(9):
        assert drawn() == of_nine
    assert drawn() == ahead


def fail(error: type[BaseException] | BaseException) -> None:
    drawn()
    raise error


def test_an_unseeded_program_goes_on_too() -> None:
    state = capture()
    ahead = drawn()
    restore(state)
    with seeded(9):
        drawn()
    assert drawn() == ahead


def test_everything_is_given_back_by_whatever_the_block_ends() -> None:
    before = capture()
    for error in (ValueError, KeyboardInterrupt, SystemExit, GeneratorExit):
        with pytest.raises(error), seeded(9):
            fail(error)
        assert capture() == before
    for _ in range(2):
        with seeded(9):
            drawn()
            break
    assert capture() == before


def test_blocks_are_nested_also_of_one_object() -> None:
    block = seeded(3)
    before = capture()
    with block:
        first = drawn()
        second_state = capture()
        with seeded(4):
            assert drawn() != first
            with block:
                assert drawn() == first
        assert capture() == second_state
    assert capture() == before


def test_what_the_process_works_under_goes_back_too() -> None:
    seed_everything(1, rank=3)
    with seeded(2):
        assert current() == Current(seed=2)
        inner = stream("a").random()
        seed_everything(5)
        assert current() == Current(seed=5)
    assert current() == Current(seed=1, rank=3)
    assert inner == stream("a", seed=2).random()


def test_seeding_inside_a_block_is_over_at_its_end() -> None:
    before = capture()
    with seeded(2):
        seed_everything(3)
        np.random.seed(4)
        torch.manual_seed(5)
        random.seed(6)
    assert capture() == before


def test_ranks_begin_elsewhere() -> None:
    starts = set()
    for rank in (None, 0, 1):
        with seeded(2, rank=rank):
            starts.add(drawn())
    assert len(starts) == 3


def test_switches_are_given_back() -> None:
    before = torch.are_deterministic_algorithms_enabled()
    with pytest.raises(ValueError, match="on purpose"), seeded(2, deterministic="warn"):
        fail(ValueError("on purpose"))
    assert torch.are_deterministic_algorithms_enabled() == before
    with seeded(2):
        seed_everything(3, deterministic="warn")
        seed_everything(3, deterministic="off")
        seed_everything(3, deterministic="warn")
        assert torch.are_deterministic_algorithms_enabled()
    assert torch.are_deterministic_algorithms_enabled() == before
    with seeded(2, deterministic="warn"):
        assert torch.are_deterministic_algorithms_enabled()
    assert torch.are_deterministic_algorithms_enabled() == before


def test_a_block_that_cannot_begin_changes_nothing() -> None:
    before = capture()
    for wrong in (-1, 1.0, "1", None, True):
        with pytest.raises(BadSeed):
            seeded(wrong)  # type: ignore[arg-type]
    with pytest.raises(BadSeed):
        seeded(1, rank=-1)
    with pytest.raises(BadOption), seeded(1, deterministic="very"):
        pass
    assert capture() == before
    assert len(layers.layers) == 1
    with seeded(1):  # the turn was given back
        pass


def test_before_a_function_each_call_is_a_block() -> None:
    @seeded(3)
    def draw(extra: float, *, more: float = 0) -> float:
        """Draw one."""
        return random.random() + extra + more

    before = capture()
    assert draw(0) == draw(0) == random.Random(3).random()
    assert draw(1, more=2) == random.Random(3).random() + 3
    assert capture() == before
    assert draw.__name__ == "draw"
    assert draw.__doc__ == "Draw one."


def test_a_function_may_call_itself_and_may_fail() -> None:
    @seeded(3)
    def draw(depth: int) -> list[float]:
        if depth > 3:
            raise ValueError("on purpose")
        return [random.random(), *(draw(depth - 1) if depth else [])]

    before = capture()
    assert draw(3) == [random.Random(3).random()] * 4
    with pytest.raises(ValueError, match="on purpose"):
        draw(4)
    assert capture() == before


def later() -> list[Any]:
    def generator() -> Iterator[int]:
        yield 1

    async def coroutine() -> None:
        pass

    async def both() -> AsyncIterator[int]:
        yield 1

    class Model:
        pass

    return [generator, coroutine, both, Model, functools.partial(generator)]


@pytest.mark.parametrize("function", later())
def test_what_runs_after_its_call_is_refused(function: Any) -> None:
    with pytest.raises(BadOption, match=r"`with seeded\(\.\.\.\):`"):
        seeded(3)(function)


def test_blocks_of_two_generators_end_in_any_order() -> None:
    def numbers(seed: int) -> Iterator[float]:
        with seeded(seed):
            for _ in range(3):
                yield random.random()

    before = capture()
    one, other = numbers(1), numbers(2)
    assert next(one) != next(other)
    one.close()
    other.close()
    assert capture() == before
    assert len(layers.layers) == 1


def test_a_coroutine_has_its_block_as_long_as_it_does_not_wait() -> None:
    async def draw() -> float:
        with seeded(3):
            return random.random()

    async def all_of_them() -> list[float]:
        return await asyncio.gather(*(draw() for _ in range(3)))

    assert asyncio.run(all_of_them()) == [random.Random(3).random()] * 3


def test_blocks_of_threads_take_turns() -> None:
    expected = {seed: [random.Random(seed).random() for _ in range(1)] for seed in range(8)}
    found: dict[int, list[float]] = {}
    before = capture()

    def work(seed: int) -> None:
        for _ in range(20):
            with seeded(seed):
                found.setdefault(seed, []).append(random.random())

    threads = [threading.Thread(target=work, args=(seed,)) for seed in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {seed: values * 20 for seed, values in expected.items()}
    assert capture() == before


@pytest.mark.filterwarnings("ignore:.*fork.*")
def test_a_child_forked_in_a_block_may_end_it() -> None:
    with seeded(3):
        child = os.fork()
        if not child:
            with seeded(4):
                pass
            os._exit(0 if np.random.rand() == np.random.RandomState(3).rand() else 1)
        assert os.waitpid(child, 0)[1] == 0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_goes_back_too() -> None:
    torch.rand(1, device="cuda")
    before = capture()
    with seeded(3):
        one = torch.rand(4, device="cuda")
    with seeded(3):
        assert torch.equal(torch.rand(4, device="cuda"), one)
    assert capture() == before


def test_a_seed_that_waits_for_cuda_goes_back_too() -> None:
    if torch.cuda.is_initialized():
        pytest.skip("CUDA has started in this process")
    torch.manual_seed(11)
    waiting = torch.cuda._lazy_seed_tracker.manual_seed_all_cb
    with seeded(3):
        assert torch.cuda._lazy_seed_tracker.manual_seed_all_cb is not waiting or not hasattr(
            torch._C, "_cuda_getDeviceCount"
        )
    if hasattr(torch._C, "_cuda_getDeviceCount"):
        assert torch.cuda._lazy_seed_tracker.manual_seed_all_cb is waiting


def test_it_is_the_public_one() -> None:
    assert public is seeded
