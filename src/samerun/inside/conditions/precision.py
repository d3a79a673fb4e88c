"""All bits of products of 32 bits, whatever the program allows: the calls that allow fewer set nothing.

Asked for the precision, torch tells the one that is in effect.
"""

from __future__ import annotations

from .. import imports, standins

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable

_SETTERS = (
    "_set_float32_matmul_precision", "_set_fp32_precision_setter", "_set_cublas_allow_tf32",
    "_set_onednn_allow_tf32", "_set_cublas_allow_bf16_reduced_precision_reduction",
    "_set_cublas_allow_fp16_reduced_precision_reduction", "_set_cpu_allow_fp16_reduced_precision_reduction",
)  # fmt: skip
"""What the public names of torch come down to; a release has some of them. cuDNN's own is bound before it can be
replaced; a variable sees to that one (``factors.precision``)."""


def install(mode: str) -> None:
    """Let the precision be as torch has it when it is imported.

    Args:
        mode: ``full``.
    """
    imports.when_imported("torch", _attach)


def _attach(torch: Any) -> None:
    for name in _SETTERS:
        if hasattr(torch._C, name):
            standins.replace(name, _ignore, torch._C)


def _ignore(original: Callable[..., Any], *args: Any) -> None:
    pass
