"""``deterministic``: set at once, given back exactly, refused whole where it is too late."""

from __future__ import annotations

import gc
import os
import random
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest
import torch

from samerun.basics.portable import ABOVE_AVX2, is_x86, pinned
from samerun.errors import BadOption, SetTooLate
from samerun.state import determinism, operations
from samerun.state.determinism import deterministic
from samerun.state.switches import torch as switches
from samerun.state.switches.switch import Asked
from tests.state.fresh import fresh

x86 = pytest.mark.skipif(not is_x86(), reason="instruction sets are pinned on x86-64 only")
# numpy comes with torch: here it is as portable wants it, so that the other switches can be tried.
EARLY = {"NPY_DISABLE_CPU_FEATURES": ABOVE_AVX2, "OPENBLAS_CORETYPE": "Haswell"}


def everything() -> dict[str, Any]:
    """Return all that a level may touch."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return {**switches.Torch().effective(), **switches.Torch().capture(Asked("off")), **variables}


@pytest.fixture(autouse=True)
def _given_back() -> Iterator[None]:
    before = everything()
    yield
    deterministic("off").undo()
    assert everything() == before


def flags() -> tuple[bool, bool, bool, bool]:
    native = torch._C
    mode = native._get_deterministic_algorithms(), native._get_deterministic_algorithms_warn_only()
    return (*mode, torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark)


@pytest.mark.parametrize(
    ("level", "wanted"),
    [
        ("off", (False, False, False, False)),
        ("warn", (True, True, True, False)),
        ("strict", (True, False, True, False)),
    ],
)
def test_a_level_is_in_force_inside_the_block_only(level: Any, wanted: tuple[bool, ...]) -> None:
    with deterministic(level) as held:
        assert flags() == wanted
        assert (held.level, determinism.current().level) == (level, level)
        assert ("CUBLAS_WORKSPACE_CONFIG" in os.environ) is (level != "off")
    assert flags() == (False, False, False, False)
    assert determinism.current().level == "off"


def test_as_a_function_it_stays_until_off() -> None:
    deterministic("strict")
    gc.collect()
    assert flags() == (True, False, True, False)
    deterministic("off")
    assert flags() == (False, False, False, False)
    assert "CUBLAS_WORKSPACE_CONFIG" not in os.environ


def fails_in_a_block() -> None:
    with deterministic("strict"):
        with deterministic("off"):
            assert not flags()[0]
        assert flags()[:2] == (True, False)
        raise KeyError


def test_blocks_nest_and_are_left_by_exceptions() -> None:
    with deterministic("warn"):
        with pytest.raises(KeyError):
            fails_in_a_block()
        assert flags()[:2] == (True, True)


def test_a_block_takes_back_what_was_asked_for_inside_it() -> None:
    with deterministic("warn"):
        inner = deterministic("strict")
        torch.backends.cudnn.benchmark = True
    assert flags() == (False, False, False, False)
    inner.undo()  # over already
    assert flags() == (False, False, False, False)
    assert "given back" in repr(inner)


def test_what_the_program_had_set_comes_back() -> None:
    torch.set_deterministic_debug_mode("warn")  # imports no compiler
    torch.backends.cudnn.benchmark = True
    try:
        with deterministic("strict"):
            assert flags() == (True, False, True, False)
        assert flags() == (True, True, False, True)
    finally:
        torch.set_deterministic_debug_mode("default")
        torch.backends.cudnn.benchmark = False


def test_a_users_own_workspace_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":16:8")
    with deterministic("strict"):
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":16:8"
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":0:0")
    with deterministic("strict"):
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":0:0"
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")


def test_many_calls_leave_nothing_behind() -> None:
    for level in ("warn", "strict") * 50:
        deterministic(level)  # type: ignore[arg-type]
    with deterministic("off"):
        assert len(determinism._standing.held) <= 2
    deterministic("off")


def test_blocks_of_two_threads_end_as_they_began() -> None:
    threads = [threading.Thread(target=lambda: [deterministic("warn").undo() for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert flags() == (False, False, False, False)
    assert not operations.is_watching()


@pytest.mark.parametrize("level", ["Strict", "", None, True, 1, "deterministic"])
def test_an_unknown_level_is_refused_with_the_four(level: Any) -> None:
    with pytest.raises(BadOption, match='"off", "warn", "strict" and "portable"'):
        deterministic(level)


@pytest.mark.parametrize("threads", [0, -1, 1.0, "1", True, None, 10**6])
def test_a_bad_number_of_threads_is_refused(threads: Any) -> None:
    with pytest.raises(BadOption, match="no number of threads"):
        deterministic("portable", threads=threads)


def test_a_processor_without_what_is_pinned_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(determinism, "lacks_pinned", lambda: True)
    with pytest.raises(BadOption, match="no AVX2"):
        deterministic("portable")
    deterministic("strict").undo()


def test_strict_makes_a_sum_repeat() -> None:
    generator = torch.Generator().manual_seed(0)
    places = torch.randint(0, 10, (20000,), generator=generator)
    values = torch.randn(20000, generator=generator)

    def total() -> bytes:
        return torch.zeros(10).index_put_((places,), values, accumulate=True).numpy().tobytes()

    with deterministic("strict"):
        assert len({total() for _ in range(20)}) == 1


LATER = """
import sys
from samerun.state import deterministic
block = deterministic({level!r})
assert not {{"torch", "numpy", "jax", "ctypes._layout"}} & set(sys.modules)
import torch
print(torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.deterministic, torch.get_num_threads())
print(torch.backends.cpu.get_cpu_capability(), torch._C._get_fp32_precision_getter("cuda", "conv"))
print("torch._inductor.config" in sys.modules)
import torch._inductor.config as compiler
print(compiler.deterministic)
block.undo()
print(torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.deterministic, compiler.deterministic)
import os
print(sorted(name for name in {names!r} if name in os.environ))
"""


@x86
def test_a_library_that_is_imported_later_is_set_then() -> None:
    names = list(pinned())
    lines = fresh(LATER.format(level="portable", names=names))
    assert lines == ["True True 1", "AVX2 ieee", "False", "True", "False False False", "[]"]


def test_what_arrives_in_an_inner_block_is_set_for_the_outer_one() -> None:
    script = """
from samerun.state import deterministic
with deterministic("strict"):
    with deterministic("warn"):
        import torch
        print(torch.is_deterministic_algorithms_warn_only_enabled())
    print(torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled())
print(torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.deterministic)
"""
    assert fresh(script) == ["True", "True False", "False False"]


TOO_LATE = """
import os, sys
import torch
from samerun.errors import SetTooLate
from samerun.state import deterministic
{first}
before = dict(os.environ), torch.get_num_threads(), torch.get_float32_matmul_precision()
try:
    deterministic({level!r})
    print("set", torch.backends.cpu.get_cpu_capability(), torch.get_num_threads())
except SetTooLate as error:
    print(error.facts["variable"], error.facts["value"], error.facts["effective"])
    print(error)
    after = dict(os.environ), torch.get_num_threads(), torch.get_float32_matmul_precision()
    print(before == after, torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn.deterministic)
"""
UNTOUCHED = "True False False"


def too_late(first: str, level: str = "portable", **variables: str) -> list[str]:
    return fresh(TOO_LATE.format(first=first, level=level), **{**EARLY, **variables})


@x86
def test_imported_but_not_used_is_early_enough() -> None:
    assert too_late("", OMP_NUM_THREADS="2") == ["set AVX2 1"]


@x86
def test_the_first_operation_fixes_the_instruction_set() -> None:
    lines = too_late("torch.randn(9).exp()", ATEN_CPU_CAPABILITY="default")
    assert lines[0] == "ATEN_CPU_CAPABILITY avx2 DEFAULT"
    assert "before torch runs its first operation" in lines[1]
    assert "`samerun record --portable -- python train.py` or with `ATEN_CPU_CAPABILITY=avx2 python" in lines[1]
    assert lines[2] == UNTOUCHED


@x86
@pytest.mark.skipif(not torch.backends.mkl.is_available(), reason="this torch has no MKL")
def test_the_first_product_fixes_the_branch_of_mkl() -> None:
    lines = too_late("torch.ones(9, 9) @ torch.ones(9, 9)", ATEN_CPU_CAPABILITY="avx2", ONEDNN_MAX_CPU_ISA="AVX2")
    assert lines[0] == "MKL_CBWR COMPATIBLE OFF"
    assert lines[2] == UNTOUCHED


@x86
@pytest.mark.parametrize(("name", "wrong"), [("OPENBLAS_CORETYPE", "Nehalem"), ("NPY_DISABLE_CPU_FEATURES", "")])
def test_the_import_of_numpy_fixes_its_kernels(name: str, wrong: str) -> None:
    lines = too_late("", **{name: wrong})
    if lines == ["set AVX2 1"]:
        pytest.skip("this processor has nothing above AVX2")
    assert lines[0].startswith(f"{name} {pinned()[name]}")
    assert "before numpy is imported" in lines[1]
    assert lines[2] == UNTOUCHED


def test_a_hash_seed_set_by_the_program_itself_is_too_late() -> None:
    lines = too_late("os.environ['PYTHONHASHSEED'] = '42'", "strict")
    assert lines[0] == "PYTHONHASHSEED 42 random"
    assert "before the interpreter starts" in lines[1]
    assert "`PYTHONHASHSEED=42 samerun record --deterministic -- python train.py`" in lines[1]
    assert lines[2] == UNTOUCHED


def test_a_hash_seed_that_is_in_effect_is_none() -> None:
    first = "os.environ['PYTHONHASHSEED'] = '42'"
    assert too_late(first, "strict", PYTHONHASHSEED="42")[0].startswith("set")


def test_the_workspace_of_cublas_is_too_late_once_cuda_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    before = everything()
    with pytest.raises(SetTooLate, match="CUBLAS_WORKSPACE_CONFIG=:4096:8 must be set before CUDA is first used"):
        deterministic("strict")
    assert everything() == before
    with pytest.warns(UserWarning, match="CUBLAS_WORKSPACE_CONFIG") as warned:
        held = deterministic("warn")  # warns of that too, and sets the rest
    assert warned[0].filename == __file__
    assert flags()[:2] == (True, True)
    held.undo()


def test_a_library_that_fails_half_way_leaves_nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything()
    monkeypatch.setattr(switches.Inductor, "module", "sys")
    monkeypatch.setattr(switches.Inductor, "capture", lambda self, asked: {})
    monkeypatch.setattr(switches.Inductor, "ask", lambda self, asked: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        deterministic("strict")
    assert everything() == before
    assert determinism.current().level == "off"
    assert not operations.is_watching()


PORTABLE = """
{ask}
import hashlib
import numpy as np, torch
from sklearn.decomposition import PCA
torch.manual_seed(0)
numbers = np.random.default_rng(0).normal(size=(300, 200))
model = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.GELU(), torch.nn.Flatten(), torch.nn.Linear(2704, 9))
loss = model(torch.randn(32, 1, 28, 28)).softmax(-1).square().mean()
loss.backward()
results = [weight.grad.numpy() for weight in model.parameters()]
results += [numbers @ numbers.T, np.exp(numbers), np.linalg.svd(numbers)[1], PCA(3).fit_transform(numbers)]
print(*[hashlib.sha256(np.ascontiguousarray(result).tobytes()).hexdigest()[:12] for result in results])
"""
ASK = "from samerun.state import deterministic\ndeterministic('portable')"
MACHINES: tuple[dict[str, str], ...] = (
    {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
    {
        "OMP_NUM_THREADS": "1",
        "ATEN_CPU_CAPABILITY": "default",
        "OPENBLAS_CORETYPE": "Nehalem",
        "MKL_CBWR": "AVX",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL",
    },
)


@x86
def test_two_machines_agree_under_portable_and_only_under_it() -> None:
    if find_spec("sklearn") is None:
        pytest.skip("scikit-learn is not installed")
    first, second = (fresh(PORTABLE.format(ask=ASK), **machine) for machine in MACHINES)
    assert first == second
    first, second = (fresh(PORTABLE.format(ask=""), **machine) for machine in MACHINES)
    assert first != second


def test_random_orders_of_levels_end_where_they_began() -> None:
    draw = random.Random(7)
    before = everything()
    for _ in range(30):
        blocks = [deterministic(draw.choice(("off", "warn", "strict"))) for _ in range(draw.randint(1, 5))]
        draw.shuffle(blocks)
        for block in blocks:  # in any order: each ends all that came after it
            block.undo()
        assert everything() == before
