"""torch: deterministic kernels, the precision of 32-bit products, threads, the instruction set.

Everything is set through the functions under ``torch._C`` that torch's own setters call. For deterministic kernels
that saves the compiler's import (1.6 s), whose field is set when the program imports it; for the precision it is the
only way to read a value that does not raise once two generations of the interface have been mixed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from samerun.basics.portable import is_x86
from samerun.state.environment import at_start
from samerun.state.switches.processor import has_more
from samerun.state.switches.switch import Asked, Flags, Variable

CUBLAS = "CUBLAS_WORKSPACE_CONFIG"
_FIRST_KERNEL = "before torch runs its first operation"
_CUDA = "before CUDA is first used"

# (backend, operation) of torch.backends.*.fp32_precision; the parents first, whose value the others inherit.
_PRECISIONS = (
    ("generic", "all"), ("cuda", "all"), ("cuda", "matmul"), ("cuda", "conv"), ("cuda", "rnn"),
    ("mkldnn", "all"), ("mkldnn", "matmul"), ("mkldnn", "conv"), ("mkldnn", "rnn"),
)  # fmt: skip
_LEAVES = tuple(place for place in _PRECISIONS if place[1] != "all")

# A report's name for a switch, and its getter and setter under torch._C without the first word.
_PLAIN = {
    "cudnn.deterministic": "cudnn_deterministic",
    "cudnn.benchmark": "cudnn_benchmark",
    "fill_uninitialized_memory": "deterministic_fill_uninitialized_memory",
    "mkldnn.deterministic": "mkldnn_deterministic",
}
_DEFAULTS = {"cudnn.deterministic": False, "cudnn.benchmark": False, "fill_uninitialized_memory": True}
_REDUCED = {
    "cuda.matmul.allow_fp16_accumulation": "cublas_allow_fp16_accumulation",
    "math_sdp.allow_fp16_bf16_reduction": "math_sdp_allow_fp16_bf16_reduction",
    "cpu.allow_fp16_reduced_precision_reduction": "cpu_allow_fp16_reduced_precision_reduction",
}
# Pairs in later releases: whether, and whether split over the inner dimension; one truth value in earlier ones.
_PAIRS = {
    "cuda.matmul.allow_fp16_reduced_precision_reduction": "cublas_allow_fp16_reduced_precision_reduction",
    "cuda.matmul.allow_bf16_reduced_precision_reduction": "cublas_allow_bf16_reduced_precision_reduction",
}
_OLD = {"float32_matmul_precision": "float32_matmul_precision", "cudnn.allow_tf32": "cudnn_allow_tf32"}
_OLD_READ = {**_OLD, "cuda.matmul.allow_tf32": "cublas_allow_tf32"}  # the last follows from the first
_EXACT = {"float32_matmul_precision": "highest", "cudnn.allow_tf32": False}


class Torch:
    """torch's own switches."""

    name = "torch"
    module = "torch"

    def variables(self, asked: Asked) -> tuple[Variable, ...]:
        """Return what cuBLAS reads at every level, and what fixes the instruction set for ``portable``."""
        if not asked.any:
            return ()
        cublas = Variable(CUBLAS, ":4096:8", _CUDA, _cuda_used, keep=(":16:8",))
        if not asked.portable:
            return (cublas,)
        ring = Variable("NCCL_ALGO", os.environ.get("NCCL_ALGO") or "Ring", "before NCCL's first group", _nccl_used)
        tf32 = Variable("NVIDIA_TF32_OVERRIDE", "0", _CUDA, _cuda_used)
        return (cublas, tf32, ring, *(_instruction_sets() if is_x86() else ()))

    def capture(self, asked: Asked) -> Flags:
        """Return the switches as they are."""
        native = _native()
        flags: dict[str, Any] = {"deterministic": _deterministic(native), **_read(native, _PLAIN)}
        if asked.all:
            flags["threads"] = native.get_num_threads()
            flags["reduced"] = _read(native, {**_REDUCED, **_PAIRS})
            flags["old"] = _read(native, _OLD)
            flags["precision"] = _own_precisions(native)
        return flags

    def ask(self, asked: Asked) -> None:
        """Ask for deterministic kernels; for ``portable`` fix precision and threads."""
        native = _native()
        native._set_deterministic_algorithms(asked.any, warn_only=asked.level == "warn")
        _write(native, _PLAIN, {**_DEFAULTS, "cudnn.deterministic": asked.any, "mkldnn.deterministic": asked.any})
        if asked.portable:
            native.set_num_threads(asked.threads)
            _write(native, _REDUCED, dict.fromkeys(_REDUCED, False))
            for name in _PAIRS:
                _set_pair(native, _PAIRS[name], (False, False))
            _be_exact(native)

    def restore(self, flags: Flags) -> None:
        """Give the switches back."""
        native = _native()
        mode, warn_only = flags["deterministic"]
        native._set_deterministic_algorithms(mode, warn_only=warn_only)
        _write(native, _PLAIN, flags)
        if "threads" in flags:
            native.set_num_threads(flags["threads"])
            _write(native, _REDUCED, flags["reduced"])
            for name, value in flags["reduced"].items():
                if name in _PAIRS:
                    _set_pair(native, _PAIRS[name], value)
            _write(native, _OLD, flags["old"])
            for place, value in flags["precision"].items():
                native._set_fp32_precision_setter(*place, value)

    def effective(self) -> Flags:
        """Return every switch; a value that torch refuses to read because two interfaces were mixed is ``mixed``."""
        torch, native = sys.modules["torch"], _native()
        mode, warn_only = _deterministic(native)
        return {
            "deterministic_algorithms": mode,
            "warn_only": warn_only,
            **_read(native, _PLAIN),
            "cudnn.enabled": native._get_cudnn_enabled(),
            **_precisions(native),
            **dict.fromkeys(_OLD_READ, "mixed"),
            **_read(native, {**_OLD_READ, **_REDUCED, **_PAIRS}),
            **_attention(torch),
            "default_dtype": str(torch.get_default_dtype()),
            "num_threads": native.get_num_threads(),
            "num_interop_threads": native.get_num_interop_threads(),
            "cpu_capability": native._get_cpu_capability(),
            "cuda.initialised": _cuda_used(),
        }


class Inductor:
    """torch's compiler: no choice of a kernel by measuring its speed."""

    name = "inductor"
    module = "torch._inductor.config"

    def variables(self, asked: Asked) -> tuple[Variable, ...]:
        """Return nothing."""
        return ()

    def capture(self, asked: Asked) -> Flags:
        """Return the switch as it is; nothing where this release has none."""
        config = sys.modules[self.module]
        return {"deterministic": config.deterministic} if hasattr(config, "deterministic") else {}

    def ask(self, asked: Asked) -> None:
        """Set the switch."""
        self.restore(dict.fromkeys(self.capture(asked), asked.any))

    def restore(self, flags: Flags) -> None:
        """Give the switch back."""
        for name, value in flags.items():
            setattr(sys.modules[self.module], name, value)

    def effective(self) -> Flags:
        """Return what decides about the numbers that compiled code yields."""
        names = (
            *("deterministic", "batch_invariant", "numerics", "fallback_random", "emulate_precision_casts"),
            *("max_autotune", "coordinate_descent_tuning", "split_reductions"),
        )
        config = sys.modules[self.module]
        return {name: getattr(config, name) for name in names if hasattr(config, name)}


def _native() -> Any:
    return sys.modules["torch"]._C


def _imported() -> bool:
    return hasattr(sys.modules.get("torch"), "_C")


def _cuda_used() -> bool:
    cuda = sys.modules.get("torch.cuda")
    return cuda is not None and bool(getattr(cuda, "is_initialized", bool)())


def _nccl_used() -> bool:
    groups = sys.modules.get("torch.distributed")
    if groups is None or not groups.is_available() or not groups.is_initialized():
        return False
    return "nccl" in str(groups.get_backend())


def _instruction_sets() -> tuple[Variable, ...]:
    return (
        Variable("ATEN_CPU_CAPABILITY", "avx2", _FIRST_KERNEL, _imported, _capability, probing=True),
        Variable("ONEDNN_MAX_CPU_ISA", "AVX2", _FIRST_KERNEL, _imported, _onednn, probing=True),
    )


def _capability() -> str:
    """Return the instruction set of ATen's kernels; asking is a first use."""
    return str(_native()._get_cpu_capability())


def _onednn() -> str | None:
    """Return what is known of oneDNN's instruction set, which it does not tell.

    A processor without more than AVX2 leaves no choice. Elsewhere, if ATen has taken a variable that this process was
    not started with, no operation had run before that, and so none of oneDNN's.
    """
    taken = _capability() == "AVX2" and (at_start() or {}).get("ATEN_CPU_CAPABILITY") != "avx2"
    return "AVX2" if taken or not has_more() else None


def _deterministic(native: Any) -> tuple[bool, bool]:
    return native._get_deterministic_algorithms(), native._get_deterministic_algorithms_warn_only()


def _read(native: Any, names: Flags) -> dict[str, Any]:
    """Return what can be read: torch raises where the interfaces were mixed, older releases have fewer switches."""
    found: dict[str, Any] = {}
    for name, suffix in names.items():
        getter: Callable[[], Any] | None = getattr(native, f"_get_{suffix}", None)
        if getter is not None:
            with suppress(RuntimeError):
                found[name] = getter()
    return found


def _write(native: Any, names: Flags, values: Flags) -> None:
    for name, suffix in names.items():
        setter = getattr(native, f"_set_{suffix}", None)
        if setter is not None and name in values:
            setter(values[name])


def _set_pair(native: Any, suffix: str, value: Any) -> None:
    setter = getattr(native, f"_set_{suffix}", None)
    getter = getattr(native, f"_get_{suffix}", None)
    if setter is None or getter is None:
        return
    if isinstance(getter(), tuple):
        setter(*value)
    else:
        setter(value[0] if isinstance(value, tuple) else value)


def _precisions(native: Any) -> dict[str, str]:
    """Return the precision of every place, as it is inherited; nothing for releases before there were places."""
    getter = getattr(native, "_get_fp32_precision_getter", None)
    if getter is None:
        return {}
    return {f"fp32_precision.{backend}.{operation}": getter(backend, operation) for backend, operation in _PRECISIONS}


def _own_precisions(native: Any) -> dict[tuple[str, str], str]:
    """Return the own precision of each leaf, without what it would inherit: for a moment the parents have none."""
    getter = getattr(native, "_get_fp32_precision_getter", None)
    if getter is None:
        return {}
    parents = {}
    for place in (place for place in _PRECISIONS if place not in _LEAVES):
        parents[place] = getter(*place)
        native._set_fp32_precision_setter(*place, "none")
    own = {place: getter(*place) for place in _LEAVES}
    for place, value in parents.items():
        native._set_fp32_precision_setter(*place, value)
    return own


def _be_exact(native: Any) -> None:
    """Let 32-bit products be calculated with 32 bits, by the old interface as far as it still answers, then the new."""
    _write(native, {name: _OLD[name] for name in _read(native, _OLD)}, _EXACT)
    for place in _own_precisions(native):
        native._set_fp32_precision_setter(*place, "ieee")


def _attention(torch: Any) -> dict[str, bool]:
    """Return which kernels attention may choose from."""
    names = ("flash", "mem_efficient", "math", "cudnn")
    askers = {name: getattr(torch.backends.cuda, f"{name}_sdp_enabled", None) for name in names}
    return {f"sdpa.{name}": bool(asker()) for name, asker in askers.items() if asker is not None}
