"""What is read when a process ends: how libraries were really set, the search path if it changed, and the time.

Only libraries that the program imported itself are asked, and only what they answer without doing anything.
"""

from __future__ import annotations

import atexit
import sys
import time

from . import events

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping

_started: list[tuple[str, ...]] = []


def install(environment: Mapping[str, str]) -> None:
    """Register for the end; what is registered first is called last, after all that the program registers."""
    _started[:] = [tuple(sys.path)]
    atexit.register(_end)


def _end() -> None:
    try:
        if tuple(sys.path) != _started[0]:
            events.emit("syspath", *sys.path)
        for name, question in _QUESTIONS:
            _ask(name, question)
        events.emit("exit", events.now())
    except Exception as error:  # the edge to the user's program
        events.fault("end of the process", error)


def _ask(name: str, question: Callable[[Any], dict[str, object]]) -> None:
    module = sys.modules.get(name)
    if module is None:
        return
    try:
        for key, value in question(module).items():
            events.emit("effective", key, value)
    except Exception as error:  # a library of another version answers otherwise
        events.fault("asking " + name, error)


def _os(module: Any) -> dict[str, object]:
    answers: dict[str, object] = {"tz.name": "/".join(time.tzname)}
    if hasattr(module, "sched_getaffinity"):
        answers["cpu.allowed"] = len(module.sched_getaffinity(0))
    return answers


def _locale(module: Any) -> dict[str, object]:
    return {"locale.all": module.setlocale(module.LC_ALL, None)}


def _torch(module: Any) -> dict[str, object]:
    native = module._C
    names = {
        "torch.threads": "get_num_threads",
        "torch.interop_threads": "get_num_interop_threads",
        "torch.deterministic_algorithms": "_get_deterministic_algorithms",
        "torch.deterministic_warn_only": "_get_deterministic_algorithms_warn_only",
        "torch.cudnn_benchmark": "_get_cudnn_benchmark",
        "torch.cudnn_deterministic": "_get_cudnn_deterministic",
        "torch.cudnn_tf32": "_get_cudnn_allow_tf32",
        "torch.matmul_precision": "_get_float32_matmul_precision",
        "torch.cpu_capability": "_get_cpu_capability",
    }
    answers: dict[str, object] = {key: getattr(native, name)() for key, name in names.items() if hasattr(native, name)}
    reduced = _reduced(getattr(native, "_get_fp32_precision_getter", None))
    if reduced:
        answers["torch.mkldnn_precision"] = reduced
    answers["torch.version"] = module.__version__
    answers["torch.cuda_build"] = module.version.cuda
    answers["torch.default_dtype"] = module.get_default_dtype()
    return answers


def _reduced(precision: Any) -> str:
    """Return which products of 32 bits the processor may calculate with fewer."""
    found = {name: precision("mkldnn", name) for name in ("matmul", "conv", "rnn")} if precision else {}
    return ", ".join("%s %s" % each for each in found.items() if each[1] not in ("none", "ieee"))


def _torch_cuda(module: Any) -> dict[str, object]:
    if not module.is_initialized():  # asking for a device would start the driver
        return {}
    count = module.device_count()
    return {"cuda.devices": ", ".join(module.get_device_name(number) for number in range(count))}


def _threadpools(module: Any) -> dict[str, object]:
    found: dict[str, set[str]] = {}
    for pool in module.threadpool_info():
        for name, asked in (("threads", "num_threads"), ("version", "version"), ("architecture", "architecture")):
            if pool.get(asked) or name != "architecture":
                found.setdefault("%s.%s" % (pool.get("prefix"), name), set()).add(str(pool.get(asked)))
    # numpy and scipy each bring an OpenBLAS, in an order that changes from run to run.
    return {key: ", ".join(sorted(values)) for key, values in found.items()}


def _numba(module: Any) -> dict[str, object]:
    return {"numba.threads": module.get_num_threads()}


def _polars(module: Any) -> dict[str, object]:
    return {"polars.threads": module.thread_pool_size()}


def _pyarrow(module: Any) -> dict[str, object]:
    return {"pyarrow.threads": module.cpu_count(), "pyarrow.io_threads": module.io_thread_count()}


_QUESTIONS: tuple[tuple[str, Callable[[Any], dict[str, object]]], ...] = (
    ("os", _os),
    ("_locale", _locale),
    ("torch", _torch),
    ("torch.cuda", _torch_cuda),
    ("threadpoolctl", _threadpools),
    ("numba", _numba),
    ("polars", _polars),
    ("pyarrow", _pyarrow),
)
