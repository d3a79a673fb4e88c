"""torch's switches come back exactly as the program had them, by whichever interface it had set them."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.state.switches import torch as subject
from samerun.state.switches.switch import Asked, Level
from samerun.state.switches.torch import Inductor, Torch
from tests.state.fresh import fresh

C: Any = torch._C
NEW = hasattr(C, "_get_fp32_precision_getter")
PORTABLE = Asked("portable", 1)

ALL = st.sampled_from(["none", "ieee", "tf32"])
SETTINGS = st.one_of(
    st.tuples(st.just("float32_matmul_precision"), st.sampled_from(["highest", "high", "medium"])),
    st.tuples(st.sampled_from(["cudnn_allow_tf32", "cublas_allow_tf32"]), st.booleans()),
    st.tuples(st.sampled_from([("generic", "all"), ("cuda", "all"), ("mkldnn", "all")]), ALL),
    st.tuples(st.sampled_from([("cuda", "matmul"), ("cuda", "conv"), ("cuda", "rnn"), ("mkldnn", "matmul")]), ALL),
)


def begin_afresh() -> None:
    """Put torch's precision where it is after the import."""
    for place in subject._PRECISIONS:
        C._set_fp32_precision_setter(*place, "none")
    C._set_cudnn_allow_tf32(True)
    C._set_float32_matmul_precision("highest")
    for place in (("cuda", "matmul"), ("mkldnn", "matmul")):
        C._set_fp32_precision_setter(*place, "none")


@pytest.mark.skipif(not NEW, reason="this torch has one interface for the precision only")
@settings(deadline=None, max_examples=150)
@given(st.lists(SETTINGS, max_size=5), st.sampled_from(["portable", "strict", "warn", "off"]))
def test_whatever_a_program_has_set_comes_back(settings: list[tuple[Any, Any]], level: Level) -> None:
    begin_afresh()
    try:
        for name, value in settings:
            if isinstance(name, tuple):
                C._set_fp32_precision_setter(*name, value)
            else:
                getattr(C, f"_set_{name}")(value)
        before, asked = Torch().effective(), Asked(level)
        flags = Torch().capture(asked)
        assert Torch().effective() == before  # to look is not to touch
        Torch().ask(asked)
        Torch().restore(flags)
        assert Torch().effective() == before
    finally:
        begin_afresh()


@pytest.mark.skipif(not NEW, reason="this torch has one interface for the precision only")
@settings(deadline=None, max_examples=50)
@given(st.lists(SETTINGS, max_size=5))
def test_portable_is_exact_whatever_was_set_before(settings: list[tuple[Any, Any]]) -> None:
    begin_afresh()
    for name, value in settings:
        if isinstance(name, tuple):
            C._set_fp32_precision_setter(*name, value)
        else:
            getattr(C, f"_set_{name}")(value)
    flags = Torch().capture(PORTABLE)
    Torch().ask(PORTABLE)
    try:
        assert {C._get_fp32_precision_getter(*place) for place in subject._LEAVES} == {"ieee"}
        assert torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction is False
        assert torch.get_num_threads() == 1
    finally:
        Torch().restore(flags)
        begin_afresh()


def test_reduced_sums_and_threads_come_back() -> None:
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = (False, True)
    threads = torch.get_num_threads()
    before = Torch().effective()
    flags = Torch().capture(PORTABLE)
    Torch().ask(PORTABLE)
    assert Torch().effective() != before
    Torch().restore(flags)
    assert Torch().effective() == before
    assert torch.get_num_threads() == threads
    torch.backends.cuda.matmul.allow_fp16_reduced_precision_reduction = True


def test_an_older_torch_without_the_new_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    class Old:
        def __getattr__(self, name: str) -> Any:
            if "fp32_precision" in name or "fp16_accumulation" in name or name.endswith("bf16_reduction"):
                raise AttributeError(name)
            return getattr(C, name)

    monkeypatch.setattr(subject, "_native", Old)
    flags = Torch().capture(PORTABLE)
    assert flags["precision"] == {}
    Torch().ask(PORTABLE)
    assert torch.get_float32_matmul_precision() == "highest"
    assert not torch.backends.cudnn.allow_tf32
    Torch().restore(flags)
    assert torch.backends.cudnn.allow_tf32
    assert not any(name.startswith("fp32_precision") for name in Torch().effective())


def test_pairs_of_later_releases_and_truth_values_of_earlier_ones() -> None:
    class Earlier:
        value = True

        def _get_x(self) -> bool:
            return self.value

        def _set_x(self, value: bool) -> None:
            self.value = value

    earlier = Earlier()
    subject._set_pair(earlier, "x", (False, False))
    assert earlier.value is False
    subject._set_pair(earlier, "x", True)
    assert earlier.value is True
    subject._set_pair(earlier, "y", True)


def test_the_compiler_is_set_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    class Config:
        deterministic = False
        max_autotune = True

    monkeypatch.setitem(sys.modules, Inductor.module, Config)  # type: ignore[arg-type]
    flags = Inductor().capture(PORTABLE)
    Inductor().ask(PORTABLE)
    assert Inductor().effective() == {"deterministic": True, "max_autotune": True}
    Inductor().restore(flags)
    assert Config.deterministic is False
    del Config.deterministic
    Inductor().ask(PORTABLE)
    assert not hasattr(Config, "deterministic")
    assert Inductor().variables(PORTABLE) == ()


def test_the_variables_of_each_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NCCL_ALGO", raising=False)
    assert Torch().variables(Asked("off")) == ()
    assert [each.name for each in Torch().variables(Asked("strict"))] == ["CUBLAS_WORKSPACE_CONFIG"]
    monkeypatch.setattr(subject, "is_x86", lambda: False)
    portable = {each.name: each.value for each in Torch().variables(PORTABLE)}
    assert portable == {"CUBLAS_WORKSPACE_CONFIG": ":4096:8", "NVIDIA_TF32_OVERRIDE": "0", "NCCL_ALGO": "Ring"}
    monkeypatch.setenv("NCCL_ALGO", "Tree")
    assert {each.name: each.value for each in Torch().variables(PORTABLE)}["NCCL_ALGO"] == "Tree"


def test_a_group_of_nccl_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Groups:
        started = False

        def is_available(self) -> bool:
            return True

        def is_initialized(self) -> bool:
            return self.started

        def get_backend(self) -> str:
            return "cpu:gloo,cuda:nccl"

    monkeypatch.setitem(sys.modules, "torch.distributed", Groups())  # type: ignore[arg-type]
    assert not subject._nccl_used()
    Groups.started = True
    assert subject._nccl_used()
    monkeypatch.delitem(sys.modules, "torch.distributed")
    assert not subject._nccl_used()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
def test_cuda_that_runs_is_noticed_and_repeats() -> None:
    script = """
import torch
from samerun.state import deterministic
with deterministic("strict"):
    torch.manual_seed(0)
    a, index = torch.randn(10**5, device="cuda"), torch.randint(0, 50, (10**5,), device="cuda")
    print(len({torch.zeros(50, device="cuda").index_add_(0, index, a).cpu().numpy().tobytes() for _ in range(20)}))
"""
    assert fresh(script) == ["1"]
    late = (
        "import torch\ntorch.ones(1).cuda()\nfrom samerun.state import deterministic\n"
        "try:\n    deterministic('strict')\nexcept Exception as error:\n    print(error.facts['variable'])"
    )
    assert fresh(late) == ["CUBLAS_WORKSPACE_CONFIG"]
