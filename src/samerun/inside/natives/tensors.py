"""Tensors and arrays: torch, torchvision, safetensors, h5py, PyTables."""

from __future__ import annotations

import os
import sys

from .hooks import READ, TRUNCATE, UPDATE, Call, Hook

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Iterable

_H5_UPDATE, _H5_TRUNCATE, _H5_EXCLUSIVE = 1, 2, 4  # H5F_ACC_RDWR, H5F_ACC_TRUNC, H5F_ACC_EXCL


def _h5_open(call: Call) -> Iterable[tuple[Any, str]]:
    name = _h5_name(call)
    yield name, READ
    if (call.value(1, "flags", _H5_UPDATE) or 0) & _H5_UPDATE:
        yield name, UPDATE


def _h5_create(call: Call) -> Iterable[tuple[Any, str]]:
    name = _h5_name(call)
    if _is_in_memory(call.value(3, "fapl")):
        return
    exclusive = (call.value(1, "flags", _H5_TRUNCATE) or 0) & _H5_EXCLUSIVE
    if name and not (exclusive and os.path.exists(name)):
        yield name, TRUNCATE


def _is_in_memory(access: Any) -> bool:
    """Say whether a file's access properties keep it in memory and never write it."""
    drivers = sys.modules.get("h5py.h5fd")
    if access is None or drivers is None or access.get_driver() != drivers.CORE:
        return False
    return not access.get_fapl_core()[1]


def _h5_name(call: Call) -> str:
    """Return the file's name; empty for an open file object, which is named by its ``repr``."""
    name = os.fsdecode(call.value(0, "name", b""))
    return "" if name.endswith(">") else name


def _by_mode(position: int, default: str, first: int = 0, keyword: str = "filename") -> Any:
    """Return the paths function of an opener with a mode letter, as Python's ``open`` has it."""

    def pairs(call: Call) -> Iterable[tuple[Any, str]]:
        path, mode = call.value(first, keyword), str(call.value(position, "mode", default))
        if "w" not in mode:
            yield path, READ
        if mode != "r":
            yield path, TRUNCATE if "w" in mode else UPDATE

    return pairs


def _shared(call: Call) -> Iterable[tuple[Any, str]]:
    """``from_file(filename, shared)``: a shared mapping writes through to the file."""
    path = call.value(0, "filename")
    yield path, READ
    if call.value(1, "shared", False):
        yield path, UPDATE


HOOKS: dict[str, tuple[Hook, ...]] = {
    "torch._C": (
        Hook("PyTorchFileWriter.__init__", TRUNCATE, 1, "file_name"),
        Hook("PyTorchFileReader.__init__", READ, 1, "name"),
        Hook("ScriptModule.save", TRUNCATE, 1, "filename"),
        Hook("import_ir_module", READ, 1, "filename"),
        Hook("_load_for_lite_interpreter", READ, 0, "filename"),
    ),
    "torch.storage": (Hook("UntypedStorage.from_file", _shared),),
    "torch": (Hook("from_file", _shared),),
    "torchvision.io.image": (
        Hook("read_file", READ, 0, "path"),
        Hook("read_image", READ, 0, "path"),
        Hook("decode_image", READ, 0, "input"),
        Hook("write_file", TRUNCATE, 0, "filename"),
    ),
    "safetensors._safetensors_rust": (
        Hook("serialize_file", TRUNCATE, 1, "filename"),
        Hook("safe_open.__init__", READ, 1, "filename", silent=True),
    ),
    "h5py.h5f": (
        Hook("open", _h5_open),
        Hook("create", _h5_create),
        Hook("is_hdf5", READ, 0, "name"),
    ),
    "tables.file": (Hook("File.__init__", _by_mode(2, "r", 1)),),
}
