from __future__ import annotations

import copy
import math
import os
import random
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune

from samerun.errors import BadInput, BadOption, BadSeed
from samerun.state.initialising import initialise
from samerun.state.schemes import Scheme

Tensors = dict[str, torch.Tensor]


def parts() -> dict[str, Callable[[], nn.Module]]:
    """One of everything that torch offers and people build from."""
    return {
        "linear": lambda: nn.Linear(6, 5),
        "conv": lambda: nn.Conv2d(4, 6, 3, groups=2),
        "deconv": lambda: nn.ConvTranspose2d(4, 6, 3),
        "embedding": lambda: nn.Embedding(9, 4, padding_idx=2),
        "bag": lambda: nn.EmbeddingBag(9, 4),
        "lstm": lambda: nn.LSTM(4, 3, 2, bidirectional=True, proj_size=2),
        "gru": lambda: nn.GRU(4, 3),
        "cell": lambda: nn.GRUCell(4, 3),
        "attention": lambda: nn.MultiheadAttention(4, 2, add_bias_kv=True),
        "attention2": lambda: nn.MultiheadAttention(4, 2, kdim=3, vdim=5),
        "batch": lambda: nn.BatchNorm1d(4),
        "layer": lambda: nn.LayerNorm(4),
        "group": lambda: nn.GroupNorm(2, 4),
        "bilinear": lambda: nn.Bilinear(2, 3, 4),
        "prelu": lambda: nn.PReLU(3),
        "adaptive": lambda: nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 10], div_value=2.0),
        "encoder": lambda: nn.TransformerEncoder(
            nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 2, enable_nested_tensor=False
        ),
        "weightnorm": lambda: parametrizations.weight_norm(nn.Linear(4, 3)),
        "spectral": lambda: parametrizations.spectral_norm(nn.Linear(4, 3)),
        "complex": lambda: nn.Linear(3, 2, dtype=torch.complex64),
        "precise": lambda: nn.Linear(3, 2, dtype=torch.float64),
    }


def build(names: list[str], seed: int) -> nn.ModuleDict:
    torch.manual_seed(seed)
    made = parts()
    return nn.ModuleDict({name: made[name]() for name in names})


def values(model: nn.Module) -> Tensors:
    return {name: value.clone() for name, value in model.state_dict().items()}


def assert_same(a: Tensors, b: Tensors) -> None:
    assert [name for name in a if not torch.equal(a[name], b[name])] == []


# ---------------------------------------------------------------------- the same start


def test_order_of_construction_and_other_layers_change_nothing() -> None:
    names = list(parts())
    whole = build(names, 1)
    initialise(whole, 0)
    turned = build(names[::-1], 2)
    initialise(turned, 0)
    assert_same(values(whole), values(turned))
    for half in (names[::2], names[1::3]):
        some = build(half, 3)
        initialise(some, 0)
        assert_same(values(some), values(whole))


def test_without_it_a_layer_more_shifts_all_behind_it() -> None:
    torch.manual_seed(0)
    first = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    torch.manual_seed(0)
    second = nn.Sequential(nn.Linear(2, 2), nn.Linear(1, 1), nn.Linear(2, 2))
    assert not torch.equal(first[1].weight, second[2].weight)


def test_a_second_call_and_a_trained_model_start_again_at_the_same_place() -> None:
    model = build(list(parts()), 1)
    initialise(model, 5)
    start = values(model)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1.0)
    model["batch"].running_mean.fill_(3.0)
    initialise(model, 5)
    assert_same(start, values(model))


def test_another_seed_and_another_name_start_elsewhere() -> None:
    model = nn.ModuleDict({"a": nn.Linear(4, 4), "b": nn.Linear(4, 4)})
    initialise(model, 0)
    first = values(model)
    initialise(model, 2**32)  # the low 32 bits alone are 0
    assert not torch.equal(first["a.weight"], model["a"].weight)
    assert not torch.equal(first["a.weight"], first["b.weight"])


def test_no_global_generator_is_drawn_from() -> None:
    model, flat = build(list(parts()), 1), nn.Linear(3, 3)
    before = (torch.get_rng_state(), random.getstate(), np.random.get_state()[1].copy())  # type: ignore[index,union-attr]
    for scheme in ("default", "orthogonal", ("sparse", {"sparsity": 0.5}), "trunc_normal"):
        initialise(model if scheme in ("default", "trunc_normal") else flat, 0, scheme=scheme)  # type: ignore[arg-type]
    assert torch.equal(torch.get_rng_state(), before[0])
    assert random.getstate() == before[1]
    assert (np.random.get_state()[1] == before[2]).all()  # type: ignore[index]


_PROGRAM = """
import hashlib, sys, torch
from torch import nn
from samerun.state.initialising import initialise
torch.set_num_threads(int(sys.argv[1]))
half = nn.Linear(64, 64, dtype=torch.bfloat16)
model = nn.ModuleList([nn.Linear(300, 200), nn.Embedding(90, 40), nn.LSTM(40, 40), half])
for scheme in ("default", "normal", "trunc_normal", "kaiming_normal", "orthogonal"):
    initialise(model, 3, scheme=scheme)
    for value in model.state_dict().values():
        print(hashlib.sha256(value.contiguous().view(torch.uint8).numpy().tobytes()).hexdigest())
"""


def test_threads_and_instruction_set_change_nothing() -> None:
    found = []
    for threads, capability in (("1", "default"), ("2", "avx2")):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "ATEN_CPU_CAPABILITY": capability}
        command = [sys.executable, "-c", _PROGRAM, threads]
        found.append(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
    assert found[0] == found[1]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_a_gpu_starts_where_the_processor_does() -> None:
    names = [name for name in parts() if name != "spectral"]
    here, there = build(names, 1), build(names, 2).cuda()
    for scheme in ("default", "kaiming_normal"):
        initialise(here, 0, scheme=scheme)
        initialise(there, 0, scheme=scheme)
        assert_same(values(here), {name: value.cpu() for name, value in values(there).items()})


# ---------------------------------------------------------------------- torch's own defaults


BIG: dict[str, Callable[[], nn.Module]] = {
    "linear": lambda: nn.Linear(150, 120),
    "conv": lambda: nn.Conv2d(24, 40, 5, groups=2),
    "deconv": lambda: nn.ConvTranspose2d(30, 40, 4, groups=2),
    "embedding": lambda: nn.Embedding(200, 60, padding_idx=0),
    "lstm": lambda: nn.LSTM(60, 50),
    "attention": lambda: nn.MultiheadAttention(64, 4, add_bias_kv=True),
    "transformer": lambda: nn.Transformer(48, 4, 1, 1, 64, batch_first=True),
    "bilinear": lambda: nn.Bilinear(20, 25, 30),
    "complex": lambda: nn.Linear(120, 90, dtype=torch.complex64),
}


@pytest.mark.parametrize("name", BIG)
def test_the_default_has_the_distribution_that_the_module_gives_itself(name: str) -> None:
    torch.manual_seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = BIG[name]()
    theirs = values(model)
    initialise(model, 0)
    for key, ours in values(model).items():
        a, b = (torch.view_as_real(each) if each.is_complex() else each for each in (ours, theirs[key]))
        if a.numel() < 3000:
            assert (a.std() == 0) == (b.std() == 0), key
        else:
            assert a.std().item() == pytest.approx(b.std().item(), rel=0.05), key
            assert a.abs().max().item() == pytest.approx(b.abs().max().item(), rel=0.02 if a.abs().max() < 1 else 0.3)


def test_a_linear_layers_bounds() -> None:
    model = nn.Linear(400, 300)
    initialise(model, 0)
    for value in (model.weight, model.bias):
        assert 0.95 / 20 < value.abs().max().item() <= 1 / 20


def test_norms_start_at_one_and_zero_with_fresh_statistics() -> None:
    model = nn.ModuleDict({"b": nn.BatchNorm1d(3), "l": nn.LayerNorm(3), "g": nn.GroupNorm(1, 3)})
    with torch.no_grad():
        for value in model.state_dict().values():
            value.fill_(7)
    for scheme in ("default", "kaiming_normal", "normal"):
        initialise(model, 0, scheme=scheme)
        for each in model.values():
            assert (each.weight == 1).all()
            assert (each.bias == 0).all()
        assert (model["b"].running_mean, model["b"].running_var) == (pytest.approx(0), pytest.approx(1))
        assert model["b"].num_batches_tracked == 0


def test_padding_stays_zero() -> None:
    for scheme in ("default", "normal", "xavier_uniform"):
        model = nn.Embedding(6, 3, padding_idx=4)
        initialise(model, 0, scheme=scheme)
        assert (model.weight[4] == 0).all()
        assert (model.weight[:4] != 0).all()


# ---------------------------------------------------------------------- schemes


def test_a_scheme_for_all_goes_to_weights_and_biases_are_zero() -> None:
    model = nn.Sequential(nn.Linear(50, 40), nn.LayerNorm(40), nn.PReLU(), nn.Conv1d(40, 30, 3))
    report = initialise(model, 0, scheme="xavier_uniform")
    bound = math.sqrt(6 / (50 + 40))
    assert 0.97 * bound < model[0].weight.abs().max().item() <= bound
    assert (model[0].bias == 0).all()
    assert (model[1].weight == 1).all()
    assert model[2].weight.item() == 0.25
    assert report["3.weight"].scheme == "xavier_uniform"
    assert report["0.bias"].scheme == "zeros"
    assert report["2.weight"].scheme == "PReLU.reset_parameters"


def test_patterns_set_what_they_name_and_leave_the_rest_to_the_default() -> None:
    model = nn.ModuleDict({"body": nn.Linear(4, 4), "head": nn.Linear(4, 4)})
    initialise(model, 0)
    body = model["body"].weight.clone()
    report = initialise(model, 0, scheme={"head.*": ("normal", {"std": 0.02})})
    assert torch.equal(model["body"].weight, body)
    assert (model["head"].bias == 0).all()
    assert report["head.weight"].scheme == "normal(std=0.02)"
    initialise(model, 0, scheme={"*.bias": ("constant", {"val": 0.1}), "body.weight": "eye", "*": "zeros"})
    assert (model["head"].bias == 0.1).all()
    assert torch.equal(model["body"].weight, torch.eye(4))
    assert (model["head"].weight == 0).all()


def test_the_pattern_with_most_letters_counts_whatever_their_order() -> None:
    model = nn.ModuleDict({"head": nn.Linear(3, 3)})
    for scheme in ({"head.*": "ones", "*": "zeros"}, {"*": "zeros", "head.*": "ones"}):
        initialise(model, 0, scheme=scheme)
        assert (model["head"].weight == 1).all()
    initialise(model, 0, scheme={"head.*": "ones", "*.bias": ("constant", {"val": 0.1})})
    assert (model["head"].bias == 0.1).all()
    with pytest.raises(BadOption, match=r"'head\.w\*' and '\*\.weigh\*' mean 'head\.weight' equally"):
        initialise(model, 0, scheme={"head.w*": "ones", "*.weigh*": "zeros"})
    initialise(model, 0, scheme={"head.w*": "ones", "*.weigh*": "ones"})


def test_keep_leaves_a_weight_as_it_is() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    before = values(model)
    initialise(model, 0, scheme={"0.*": "keep"})
    assert torch.equal(model[0].weight, before["0.weight"])
    assert torch.equal(model[0].bias, before["0.bias"])
    assert not torch.equal(model[1].weight, before["1.weight"])


def test_each_gate_and_each_projection_is_a_matrix_of_its_own() -> None:
    model = nn.ModuleDict({"lstm": nn.LSTM(6, 6), "attention": nn.MultiheadAttention(6, 2)})
    initialise(model, 0, scheme="orthogonal")
    for weight, count in ((model["lstm"].weight_hh_l0, 4), (model["attention"].in_proj_weight, 3)):
        blocks = weight.detach().chunk(count)
        for block in blocks:
            torch.testing.assert_close(block @ block.T, torch.eye(6))
        assert not torch.equal(blocks[0], blocks[1])
    initialise(model, 0, scheme="xavier_uniform")
    assert model["attention"].in_proj_weight.abs().max() > math.sqrt(6 / (18 + 6))  # the bound of three as one


def test_the_forget_bias() -> None:
    model = nn.Sequential(nn.LSTM(3, 4), nn.LSTMCell(3, 4), nn.GRU(3, 4))
    for scheme in ("default", "orthogonal"):
        initialise(model, 0, scheme=scheme, forget_bias=1.0)
        assert (model[0].bias_ih_l0[4:8] + model[0].bias_hh_l0[4:8] == 1).all()
        assert (model[1].bias_ih[4:8] + model[1].bias_hh[4:8] == 1).all()


def test_a_function_that_sets_a_module_gets_named_numbers_too() -> None:
    def set_module(module: nn.Module) -> None:
        if isinstance(module, nn.Linear):
            nn.init.trunc_normal_(module.weight, std=0.02)
            nn.init.zeros_(module.bias)

    one = nn.ModuleDict({"a": nn.Linear(8, 8), "b": nn.Linear(8, 8)})
    two = nn.ModuleDict({"b": nn.Linear(8, 8), "c": nn.Linear(3, 3), "a": nn.Linear(8, 8)})
    report = initialise(one, 0, scheme=set_module)
    initialise(two, 0, scheme=set_module)
    assert torch.equal(one["a"].weight, two["a"].weight)
    assert torch.equal(one["b"].weight, two["b"].weight)
    assert (one["a"].bias == 0).all()
    assert one["a"].weight.std().item() == pytest.approx(0.02, rel=0.2)
    assert report["a.weight"].scheme == "set_module(Linear)"


class Careful(nn.Module):
    """A module with its own way to set itself and its children."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(4, 4)
        self.scale = nn.Parameter(torch.randn(4, 2))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        self.inner.reset_parameters()
        nn.init.orthogonal_(self.scale)
        nn.init.constant_(self.inner.bias, 0.5)


def test_a_modules_own_way_is_followed_by_name() -> None:
    def made(extra: bool) -> nn.Sequential:
        model = nn.Sequential(Careful())
        if extra:
            model[0].extra = nn.Linear(2, 2)
        return model

    one, two, plain = made(False), made(True), nn.Sequential(nn.ModuleDict({"inner": nn.Linear(4, 4)}))
    report = initialise(one, 0)
    initialise(two, 0)
    initialise(plain, 0)
    assert_same(values(one), values(two))
    torch.testing.assert_close(one[0].scale.T @ one[0].scale, torch.eye(2))
    assert (one[0].inner.bias == 0.5).all()
    assert torch.equal(one[0].inner.weight, plain[0]["inner"].weight)
    assert report["0.scale"].scheme == "Careful.reset_parameters"


def test_a_parameter_that_no_module_can_set_is_assumed_and_said() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.token = nn.Parameter(torch.randn(1, 1, 16))
            self.place = nn.Parameter(torch.zeros(1, 3, 16))

    model = Net()
    with pytest.warns(UserWarning, match="'token': its module cannot set it") as caught:
        report = initialise(model, 0)
    assert caught[0].filename == __file__
    assert report["token"].scheme.startswith("kaiming_uniform")
    assert report["place"].scheme == "keep"
    token = model.token.clone()
    with pytest.warns(UserWarning, match="'token'"):
        initialise(again := Net(), 0)
    assert torch.equal(again.token, token)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        initialise(model, 0, scheme={"token": ("normal", {"std": 0.02})})


# ---------------------------------------------------------------------- models as they come


def tied(order: str) -> nn.ModuleDict:
    made = {"decoder": nn.Linear(4, 9, bias=False), "encoder": nn.Embedding(9, 4)}
    model = nn.ModuleDict({name: made[name] for name in (made if order == "forth" else reversed(made))})
    model["decoder"].weight = model["encoder"].weight
    return model


def test_a_shared_weight_is_set_once_by_its_first_name() -> None:
    found = []
    for order in ("forth", "back"):
        model = tied(order)
        report = initialise(model, 0)
        assert model["decoder"].weight is model["encoder"].weight
        found.append(model["decoder"].weight)
    assert torch.equal(*found)
    alone = nn.ModuleDict({"decoder": nn.Linear(4, 9, bias=False)})
    initialise(alone, 0)
    assert torch.equal(alone["decoder"].weight, found[0])
    assert report["encoder.weight"].name == "decoder.weight"
    assert "decoder.weight  Linear.reset_parameters  [9, 4]  (also encoder.weight)" in str(report)


def test_weight_normalisation_and_parametrisations_start_where_the_plain_layer_does() -> None:
    plain = nn.ModuleDict({"fc": nn.Linear(4, 3), "cut": nn.Linear(4, 3)})
    normed = nn.ModuleDict({"fc": parametrizations.weight_norm(nn.Linear(4, 3)), "cut": nn.Linear(4, 3)})
    prune.identity(normed["cut"], "weight")
    for scheme in ("default", "orthogonal", {"fc.weight": "xavier_normal"}):
        initialise(plain, 0, scheme=scheme)  # type: ignore[arg-type]
        initialise(normed, 0, scheme=scheme)  # type: ignore[arg-type]
        torch.testing.assert_close(normed["fc"].weight, plain["fc"].weight)
        assert torch.equal(normed["cut"].weight_orig, plain["cut"].weight)


def test_precision_rounds_the_same_start() -> None:
    whole = nn.Linear(8, 8)
    initialise(whole, 0)
    for dtype in (torch.bfloat16, torch.float16):
        less = nn.Linear(8, 8, dtype=dtype)
        initialise(less, 0)
        torch.testing.assert_close(less.weight.float(), whole.weight, rtol=1e-2, atol=1e-5)


def test_frozen_stays_frozen_and_is_set_all_the_same() -> None:
    one, two = nn.Linear(3, 3), nn.Linear(3, 3).requires_grad_(False)
    initialise(one, 0)
    initialise(two, 0)
    assert torch.equal(one.weight, two.weight)
    assert not two.weight.requires_grad
    assert one.weight.requires_grad
    assert one.weight.is_leaf


def test_the_memory_format_stays_and_changes_nothing() -> None:
    one, two = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
    for scheme in ("default", "orthogonal"):
        initialise(one, 0, scheme=scheme)
        initialise(two, 0, scheme=scheme)
        assert torch.equal(one.weight, two.weight)
    assert two.weight.is_contiguous(memory_format=torch.channels_last)


def test_the_parameters_stay_the_ones_that_an_optimizer_holds() -> None:
    model = build(["linear", "lstm", "weightnorm"], 0)
    before = {name: (id(value), value.data_ptr()) for name, value in model.named_parameters() if "param" not in name}
    initialise(model, 0)
    after = {name: (id(value), value.data_ptr()) for name, value in model.named_parameters() if "param" not in name}
    assert after == before
    assert all(value.grad is None for value in model.parameters())


def test_a_model_from_the_meta_device_once_it_has_memory() -> None:
    with torch.device("meta"):
        model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    with pytest.raises(BadInput, match="meta"):
        initialise(model, 0)
    model.to_empty(device="cpu")
    initialise(model, 0)
    plain = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    initialise(plain, 0)
    assert_same(values(model), values(plain))


def test_wrappers_are_looked_through() -> None:
    plain = nn.Sequential(nn.Linear(3, 3))
    wrapped = nn.DataParallel(nn.Sequential(nn.Linear(3, 3)))
    initialise(plain, 0)
    initialise(wrapped, 0)
    assert torch.equal(plain[0].weight, wrapped.module[0].weight)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch's own, of torch.jit
        compiled = torch.compile(copy.deepcopy(plain))
    assert initialise(compiled, 0).weights[1].name == "0.weight"


def test_buffers_that_nothing_resets_are_named() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        spectral = nn.utils.spectral_norm(nn.Linear(3, 3))
    for each in (spectral, parametrizations.spectral_norm(nn.Linear(3, 3)), nn.BatchNorm1d(3)):
        assert initialise(each, 0).buffers_left == ()
    model = nn.Module()
    model.register_buffer("angles", torch.ones(3))
    report = initialise(nn.ModuleDict({"rope": model, "bn": nn.BatchNorm1d(2)}), 0)
    assert report.buffers_left == ("rope.angles",)
    assert "left as it was: buffer rope.angles" in str(report)
    with pytest.raises(KeyError):
        report["rope.angles"]


# ---------------------------------------------------------------------- what means nothing


@pytest.mark.parametrize("seed", [-1, 2**64, 1.0, "1", None, True])
def test_a_seed_that_is_none(seed: Any) -> None:
    model = nn.Linear(2, 2)
    before = values(model)
    with pytest.raises(BadSeed):
        initialise(model, seed)
    assert_same(before, values(model))


@pytest.mark.parametrize(
    ("scheme", "sentence"),
    [
        ("xavier", "There is no scheme 'xavier'"),
        ({"haed.*": "zeros"}, "The pattern 'haed.*' matches no weight. The weights are called: 0.bias, 0.weight"),
        ({"0.bias": "xavier_normal"}, "xavier_normal needs two dimensions; '0.bias' has the shape [3]"),
        (Scheme("dirac"), "dirac cannot be used for '0.weight': Only tensors with 3, 4, or 5 dimensions"),
        ({"0.*": "kaiming"}, "There is no scheme 'kaiming'"),
    ],
)
def test_schemes_that_mean_nothing(scheme: Any, sentence: str) -> None:
    with pytest.raises(BadOption) as caught:
        initialise(nn.Sequential(nn.Linear(3, 3)), 0, scheme=scheme)
    assert sentence in str(caught.value)


def test_it_has_its_public_name_however_it_is_imported() -> None:
    program = "from samerun.state import initialise, schemes; assert callable(initialise)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_only_models_are_initialised() -> None:
    with pytest.raises(BadInput, match="dict is no torch module"):
        initialise({}, 0)  # type: ignore[arg-type]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch's own, of torch.jit
        scripted = torch.jit.script(nn.Linear(2, 2))
    with pytest.raises(BadInput, match=r"compiled by torch\.jit\. Initialise it first"):
        initialise(scripted, 0)
