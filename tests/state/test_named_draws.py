from __future__ import annotations

import numpy as np
import pytest
import torch

from samerun.state.current import set_current
from samerun.state.named_draws import NamedDraws


def drawn(name: str = "fc.weight", seed: int = 0, count: int = 6, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    tensor = torch.empty(count, dtype=dtype)
    NamedDraws(seed, name).fill_uniform(tensor, -1.0, 1.0)
    return tensor


def test_a_name_and_a_seed_have_the_same_numbers_always() -> None:
    assert torch.equal(drawn(), drawn())
    assert not torch.equal(drawn("fc.weight"), drawn("fc.bias"))
    assert not torch.equal(drawn(seed=0), drawn(seed=2**32))


def test_the_first_numbers_do_not_depend_on_how_many_follow() -> None:
    assert torch.equal(drawn(count=6), drawn(count=200_000)[:6])
    tensor = torch.empty(70_000)
    NamedDraws(0, "x").fill_normal(tensor, 0.0, 1.0)
    few = torch.empty(15)  # torch's own randn(15) is no beginning of its randn(16)
    NamedDraws(0, "x").fill_normal(few, 0.0, 1.0)
    assert torch.equal(few, tensor[:15])


def test_the_bits_never_change() -> None:
    draws = NamedDraws(42, "layer.weight")
    assert [each.hex() for each in draws.uniform(3)] == GOLDEN_UNIFORM
    assert [each.hex() for each in draws.normal(2)] == GOLDEN_NORMAL


GOLDEN_UNIFORM = ["0x1.b521d5a028822p-2", "0x1.cc2bf2af71c08p-4", "0x1.c71f9dbc8a495p-1"]
GOLDEN_NORMAL = ["0x1.2b58ae414c393p-3", "-0x1.900bce2f97fe4p-1"]


def test_an_epoch_that_the_process_works_under_changes_nothing() -> None:
    before = drawn()
    set_current(epoch=7)
    try:
        assert torch.equal(drawn(), before)
    finally:
        set_current(epoch=None)


def test_uniform_numbers_lie_strictly_inside() -> None:
    numbers = NamedDraws(0, "x").uniform(100_000)
    assert 0.0 < numbers.min() < 1e-4
    assert 1.0 - 1e-4 < numbers.max() < 1.0
    assert numbers.mean() == pytest.approx(0.5, abs=0.005)


def test_normal_numbers_are_normal() -> None:
    numbers = NamedDraws(0, "x").normal(200_000)
    assert numbers.mean() == pytest.approx(0.0, abs=0.01)
    assert numbers.std() == pytest.approx(1.0, abs=0.01)
    assert (np.abs(numbers) > 1.959964).mean() == pytest.approx(0.05, abs=0.003)
    assert (numbers**4).mean() == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_less_precision_is_a_rounding_of_the_same_numbers(dtype: torch.dtype) -> None:
    assert torch.equal(drawn(dtype=dtype), drawn().to(dtype))


def test_strides_change_nothing() -> None:
    plain, turned = torch.empty(4, 3, 5, 5), torch.empty(4, 3, 5, 5).to(memory_format=torch.channels_last)
    transposed = torch.empty(5, 5, 3, 4).permute(3, 2, 0, 1)
    for tensor in (plain, turned, transposed):
        NamedDraws(0, "x").fill_normal(tensor, 1.0, 2.0)
    assert torch.equal(plain, turned)
    assert torch.equal(plain, transposed)


def test_a_complex_tensor_has_the_variance_that_torch_gives_it() -> None:
    tensor = torch.empty(50_000, dtype=torch.complex64)
    NamedDraws(0, "x").fill_normal(tensor, 2.0, 3.0)
    assert tensor.real.mean().item() == pytest.approx(2.0, abs=0.05)
    assert tensor.imag.mean().item() == pytest.approx(0.0, abs=0.05)
    assert tensor.real.var().item() == pytest.approx(4.5, rel=0.03)
    assert tensor.imag.var().item() == pytest.approx(4.5, rel=0.03)
    NamedDraws(0, "x").fill_uniform(tensor, -1.0, 1.0)
    assert tensor.imag.abs().max() <= 1.0
    assert tensor.real.abs().max() <= 1.0
    assert not torch.equal(tensor.real, tensor.imag)


def test_a_scalar_and_an_empty_tensor() -> None:
    scalar, empty = torch.empty(()), torch.empty(0, 3)
    NamedDraws(0, "x").fill_uniform(scalar, 0.0, 1.0)
    NamedDraws(0, "x").fill_uniform(empty, 0.0, 1.0)
    assert 0.0 < scalar.item() < 1.0


def test_by_a_quantile_function() -> None:
    tensor = torch.empty(1000, dtype=torch.float64)
    NamedDraws(0, "x").fill_by_quantile(tensor, lambda share: share * share)
    np.testing.assert_array_equal(tensor.numpy(), NamedDraws(0, "x").uniform(1000) ** 2)


def test_the_global_generators_are_left_alone() -> None:
    before, numpys = torch.get_rng_state(), np.random.get_state()[1].copy()  # type: ignore[index,union-attr]
    drawn()
    assert torch.equal(torch.get_rng_state(), before)
    assert (np.random.get_state()[1] == numpys).all()  # type: ignore[index]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_a_gpu_has_the_same_numbers() -> None:
    tensor = torch.empty(1000, device="cuda")
    NamedDraws(0, "fc.weight").fill_uniform(tensor, -1.0, 1.0)
    assert torch.equal(tensor.cpu(), drawn(count=1000, dtype=torch.float32))
