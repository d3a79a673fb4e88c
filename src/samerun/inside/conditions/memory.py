"""Memory that was asked for and never written: filled with one byte everywhere, so that who reads it shows or repeats.

The C library fills what it hands out by itself, told so by a variable before the start. What is here reaches further:
``numpy.empty`` keeps small blocks for itself, accelerators have memory of their own, and the C library cannot tell one
line of the program from another. Out of reach: ``numpy.ndarray(shape)`` of less than a kilobyte.
"""

from __future__ import annotations

import os
import sys

from .. import frames, imports, standins
from . import asked

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Optional

KIND = "uninitialised-memory"

BYTES = {"zeroed": 0x00, "filled": 0x47}
"""What each mode fills memory with: 0x47 is neither a small number nor none, in every type of number."""

_NUMPY = ("empty", "empty_like")
_TORCH = ("empty", "empty_like", "empty_strided", "empty_permuted")
_BY_VALUE = "iufcmM"  # numpy's letters for numbers and moments

_mode = ""


def install(mode: str) -> None:
    """Fill from now on.

    Args:
        mode: ``zeroed``, ``filled``, or ``watch``.
    """
    global _mode
    _mode = mode
    imports.when_imported("numpy", _attach_numpy)
    if mode == asked.WATCH or asked.is_restricted(KIND) or os.path.exists("/dev/nvidiactl"):
        imports.when_imported("torch", _attach_torch)


def _attach_numpy(numpy: Any) -> None:
    def fill(array: Any) -> None:
        _fill_array(numpy, array)

    for name in _NUMPY:
        standins.replace(name, _filling(fill), numpy)


def _attach_torch(torch: Any) -> None:
    def fill(tensor: Any) -> None:
        _fill_tensor(torch, tensor)

    # What is compiled is traced through the stand-in, which must not look at frames then.
    compiling = getattr(getattr(torch, "compiler", None), "is_compiling", _never)
    for name in _TORCH:
        standins.replace(name, _filling(fill, compiling), torch)
    _tell_compiler(torch)
    original = torch.Tensor.new_empty

    def new_empty(self: Any, *args: Any, **kwargs: Any) -> Any:
        if compiling():
            return original(self, *args, **kwargs)
        return _handed_out(original(self, *args, **kwargs), fill, sys._getframe(1))

    torch.Tensor.new_empty = new_empty


def _tell_compiler(torch: Any) -> None:
    """Have TorchScript, which knows torch's functions by their identity, take the stand-ins for what they stand for."""
    register = getattr(sys.modules.get("torch.jit._builtins"), "_register_builtin", None)
    for name in _TORCH:
        if register is not None and hasattr(torch, name):
            register(getattr(torch, name), "aten::" + name)


def _never() -> bool:
    return False


def _filling(fill: Callable[[Any], None], compiling: Callable[[], bool] = _never) -> Callable[..., Any]:
    def allocate(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if compiling():
            return original(*args, **kwargs)
        return _handed_out(original(*args, **kwargs), fill, sys._getframe(2))

    return allocate


def _handed_out(made: Any, fill: Callable[[Any], None], frame: Optional[FrameType]) -> Any:
    """Return what was allocated, filled if that is asked for."""
    try:
        if _mode != asked.WATCH:
            if asked.applies(KIND, frame):
                fill(made)
        elif frame is not None and frames.is_user(frame):
            asked.note(KIND, frame)
    except Exception as error:  # the edge to the user's program
        standins.report(KIND, error)
    return made


def _fill_array(numpy: Any, array: Any) -> None:
    kind = array.dtype
    if not isinstance(array, numpy.ndarray) or kind.hasobject or not array.size:
        return
    if kind.kind in _BY_VALUE:
        array.fill(numpy.frombuffer(bytes([BYTES[_mode]]) * kind.itemsize, kind)[0])
    elif kind.kind == "b":
        array.fill(bool(BYTES[_mode]))
    elif kind.kind in "SU":
        array.fill(chr(BYTES[_mode]) * 4)


def _fill_tensor(torch: Any, tensor: Any) -> None:
    # Tensors that only stand for others while a program is compiled, and those without memory, are of other classes.
    if type(tensor) is not torch.Tensor or tensor.layout is not torch.strided or tensor.device.type == "meta":
        return
    if tensor.dtype is torch.bool:
        tensor.data.fill_(bool(BYTES[_mode]))
    elif tensor.numel():
        try:
            tensor.untyped_storage().fill_(BYTES[_mode])
        except NotImplementedError:  # one of a batch that is worked at as a whole (vmap): it has no memory of its own
            pass
