"""TensorFlow: deterministic operations, TF32, its threads, and oneDNN, which it switches on by the processor."""

from __future__ import annotations

import os
import sys
from typing import Any

from samerun.errors import SetTooLate
from samerun.state.switches.switch import Asked, Flags, Variable, location_of

ONEDNN = "TF_ENABLE_ONEDNN_OPTS"
_THREADS = "intra_op_parallelism_threads"


class TensorFlow:
    """TensorFlow's own switches. It knows no warning: what has no deterministic kernel is an error at every level."""

    name = "tensorflow"
    module = "tensorflow"

    def variables(self, asked: Asked) -> tuple[Variable, ...]:
        """Return the variable that decides about oneDNN."""
        if not asked.portable or location_of("tensorflow") is None:
            return ()
        return (Variable(ONEDNN, "0", "before tensorflow is imported", _imported, _onednn),)

    def capture(self, asked: Asked) -> Flags:
        """Return the switches as they are."""
        flags = {"deterministic": _internal().is_op_determinism_enabled()}
        if asked.all:
            flags["tf32"] = _tensorflow().config.experimental.tensor_float_32_execution_enabled()
            flags["threads"] = _threads()
        return flags

    def ask(self, asked: Asked) -> None:
        """Ask for deterministic operations; for ``portable`` without TF32 and with a fixed number of threads.

        Raises:
            SetTooLate: an operation has run, and with another number of threads.
        """
        if asked.portable and _threads() != asked.threads:
            _set_threads(asked.threads)
        if asked.portable:
            _tensorflow().config.experimental.enable_tensor_float_32_execution(False)
        _set_deterministic(asked.any)

    def restore(self, flags: Flags) -> None:
        """Give the switches back; the number of threads only where no operation has run since."""
        _set_deterministic(flags["deterministic"])
        if "tf32" in flags:
            _tensorflow().config.experimental.enable_tensor_float_32_execution(flags["tf32"])
        if flags.get("threads", _threads()) != _threads() and not _started():
            _tensorflow().config.threading.set_intra_op_parallelism_threads(flags["threads"])

    def effective(self) -> Flags:
        """Return the switches; 0 threads are as many as there are processors."""
        threading = _tensorflow().config.threading
        return {
            "op_determinism": _internal().is_op_determinism_enabled(),
            "tensor_float_32": _tensorflow().config.experimental.tensor_float_32_execution_enabled(),
            _THREADS: _threads(),
            "inter_op_parallelism_threads": threading.get_inter_op_parallelism_threads(),
            "onednn": _onednn() == "1",
        }


def _tensorflow() -> Any:
    return sys.modules["tensorflow"]


def _internal() -> Any:
    """Return the module in which determinism can be asked about and switched off, which the public one lacks."""
    return sys.modules["tensorflow.python.framework.config"]


def _imported() -> bool:
    return "tensorflow" in sys.modules


def _started() -> bool:
    """Return whether an operation has run: from then on the threads are what they are."""
    context: Any = sys.modules.get("tensorflow.python.eager.context")
    return bool(getattr(context.context() if context is not None else None, "_initialized", False))


def _threads() -> int:
    return int(_tensorflow().config.threading.get_intra_op_parallelism_threads())


def _set_threads(count: int) -> None:
    if _started():
        raise SetTooLate(
            f"TensorFlow's number of threads must be set to {count} before its first operation, and it is too late "
            f"for that; in effect is {_threads() or os.cpu_count()}.",
            "Start the program with `samerun record --portable -- python train.py`, or ask before the first operation.",
            variable=_THREADS,
            value=str(count),
            effective=str(_threads()),
        )
    _tensorflow().config.threading.set_intra_op_parallelism_threads(count)


def _set_deterministic(wanted: bool) -> None:
    if wanted != _internal().is_op_determinism_enabled():
        (_internal().enable_op_determinism if wanted else _internal().disable_op_determinism)()


def _onednn() -> str | None:
    """Return whether oneDNN is in use, as the variable says it; None where this release does not tell."""
    port: Any = sys.modules.get("tensorflow.python.util._pywrap_util_port")
    return str(int(port.IsMklEnabled())) if hasattr(port, "IsMklEnabled") else None
