from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from samerun.errors import BadOption
from samerun.state.named_draws import NamedDraws
from samerun.state.schemes import NEEDS_MATRIX, SCHEMES, Scheme, fans_of, scheme_from

MANY = (120, 90, 3, 3)


def drawn(name: str, shape: tuple[int, ...] = MANY, dtype: torch.dtype = torch.float32, **options: Any) -> torch.Tensor:
    tensor = torch.empty(shape, dtype=dtype)
    fans = fans_of(shape) if len(shape) > 1 else (0, 0)
    SCHEMES[name](tensor, NamedDraws(0, "w"), fans, **options)
    return tensor


def torchs(name: str, shape: tuple[int, ...] = MANY, **options: Any) -> torch.Tensor:
    return getattr(torch.nn.init, f"{name}_")(torch.empty(shape), generator=torch.Generator().manual_seed(1), **options)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("uniform", {"a": -2.0, "b": 3.0}),
        ("normal", {"mean": 1.0, "std": 0.5}),
        ("trunc_normal", {"std": 0.02}),
        ("trunc_normal", {"mean": 0.5, "std": 1.0, "a": 0.0, "b": 1.0}),
        ("trunc_normal", {"a": 1.5, "b": 4.0}),
        ("xavier_uniform", {}),
        ("xavier_uniform", {"gain": math.sqrt(2)}),
        ("xavier_normal", {"gain": 5 / 3}),
        ("kaiming_uniform", {}),
        ("kaiming_uniform", {"a": math.sqrt(5)}),
        ("kaiming_uniform", {"mode": "fan_out", "nonlinearity": "relu"}),
        ("kaiming_normal", {"mode": "fan_out", "nonlinearity": "tanh"}),
        ("kaiming_normal", {"nonlinearity": "selu"}),
    ],
    ids=str,
)
def test_the_distribution_is_that_of_torch(name: str, options: dict[str, Any]) -> None:
    ours, theirs = drawn(name, **options).double(), torchs(name, **options).double()
    spread = theirs.std().item()
    assert ours.mean().item() == pytest.approx(theirs.mean().item(), abs=0.02 * spread)
    assert ours.std().item() == pytest.approx(spread, rel=0.02)
    levels = torch.linspace(0.01, 0.99, 15, dtype=torch.float64)
    near = ours.flatten().quantile(levels) - theirs.flatten().quantile(levels)
    assert near.abs().max().item() < 0.05 * spread
    if name.endswith("uniform"):
        assert ours.max().item() == pytest.approx(theirs.max().item(), rel=1e-3)
        assert ours.min().item() == pytest.approx(theirs.min().item(), rel=1e-3)


def test_bounds_are_never_crossed() -> None:
    assert drawn("trunc_normal", std=5.0, a=-0.1, b=0.2).min() >= torch.tensor(-0.1)
    assert drawn("trunc_normal", std=5.0, a=-0.1, b=0.2).max() <= torch.tensor(0.2)
    bound = math.sqrt(6 / (90 * 9 + 120 * 9))
    assert drawn("xavier_uniform").abs().max().item() <= bound * (1 + 1e-7)


@pytest.mark.parametrize(("name", "value"), [("zeros", 0.0), ("ones", 1.0)])
def test_constants(name: str, value: float) -> None:
    assert (drawn(name, (3, 2)) == value).all()
    assert (drawn("constant", (3,), val=value - 0.5) == value - 0.5).all()


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (8, 2, 3), (5, 5)])
@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128])
def test_orthogonal(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    matrix = drawn("orthogonal", shape, dtype, gain=3.0).reshape(shape[0], -1) / 3.0
    product = matrix @ matrix.mH if matrix.shape[0] <= matrix.shape[1] else matrix.mH @ matrix
    torch.testing.assert_close(product, torch.eye(len(product), dtype=dtype))


def test_every_orthogonal_matrix_is_as_likely() -> None:
    corners = []
    for seed in range(300):
        tensor = torch.empty(2, 2, dtype=torch.float64)
        SCHEMES["orthogonal"](tensor, NamedDraws(seed, "w"), (2, 2))
        corners.append(tensor[0, 0].item())
    assert abs(sum(corners) / 300) < 0.15  # a bare QR has its signs all alike
    assert 0.35 < sum(each > 0 for each in corners) / 300 < 0.65


def test_sparse_empties_as_much_of_each_column_as_torch() -> None:
    ours = drawn("sparse", (50, 20), sparsity=0.33, std=2.0)
    theirs = torch.nn.init.sparse_(torch.empty(50, 20), 0.33)
    assert (ours == 0).sum(0).tolist() == (theirs == 0).sum(0).tolist() == [17] * 20
    assert ours[ours != 0].std().item() == pytest.approx(2.0, rel=0.1)
    assert len({tuple(column.nonzero().flatten().tolist()) for column in ours.T}) > 15


def test_eye_and_dirac_are_those_of_torch() -> None:
    assert torch.equal(drawn("eye", (3, 5)), torch.nn.init.eye_(torch.empty(3, 5)))
    assert torch.equal(drawn("dirac", (6, 3, 3), groups=2), torch.nn.init.dirac_(torch.empty(6, 3, 3), 2))


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
@pytest.mark.parametrize("name", sorted(NEEDS_MATRIX - {"dirac", "sparse"}))
def test_nothing_to_draw_is_no_fault(name: str, shape: tuple[int, ...]) -> None:
    assert drawn(name, shape).shape == shape


def test_fans_are_those_of_torch() -> None:
    for shape in ((3, 4), (6, 2, 5), (4, 3, 3, 7), (2, 3, 4, 5, 6)):
        assert fans_of(shape) == torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))


@pytest.mark.parametrize(
    "given",
    ["normal", "normal_", Scheme("normal"), ("normal", {}), ["normal_", {}]],
    ids=str,
)
def test_the_ways_to_name_one(given: object) -> None:
    assert scheme_from(given) == Scheme("normal", {})


def test_a_scheme_reads_as_it_was_given() -> None:
    assert str(scheme_from(("kaiming_normal", {"mode": "fan_out"}))) == "kaiming_normal(mode=fan_out)"
    assert str(scheme_from("zeros")) == "zeros"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("xavier", "There is no scheme 'xavier'."),
        ("kaiming_norml", "Was 'kaiming_normal' meant?"),
        (3, "3 names no scheme."),
        (("normal", {"sd": 1}), "The scheme 'normal' has no option 'sd'. Its options: ['mean', 'std']."),
        ("constant", "The scheme 'constant' lacks 'val'."),
        (("kaiming_normal", {"mode": "in"}), "has no mode 'in'"),
        (("kaiming_normal", {"nonlinearity": "swish"}), "torch knows no gain for 'swish'"),
        (("normal", {"std": "1"}), "std of the scheme 'normal' is no number: '1'."),
        (("normal", {"std": math.nan}), "is no number: nan"),
        (("normal", {"std": -1.0}), "is negative"),
        (("zeros", {"fans": "module"}), "has no option 'fans'"),
        (("default", {"std": 1}), "has no option 'std'"),
    ],
)
def test_what_means_nothing_is_said_in_a_sentence(given: object, sentence: str) -> None:
    with pytest.raises(BadOption) as caught:
        scheme_from(given)
    assert sentence in str(caught.value)


def test_bounds_and_shapes_that_mean_nothing() -> None:
    with pytest.raises(BadOption, match="nothing between a=3.0 and b=1.0"):
        drawn("trunc_normal", a=3.0, b=1.0)
    with pytest.raises(BadOption, match="eye sets matrices"):
        drawn("eye", (2, 3, 4))
    with pytest.raises(BadOption, match="sparse sets matrices"):
        drawn("sparse", (2, 3), sparsity=1.5)
