"""The types of tensors and arrays that a checkpoint may hold, and what torch's file format calls them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

STORAGES: dict[torch.dtype, str] = {
    torch.float64: "DoubleStorage",
    torch.float32: "FloatStorage",
    torch.float16: "HalfStorage",
    torch.bfloat16: "BFloat16Storage",
    torch.int64: "LongStorage",
    torch.int32: "IntStorage",
    torch.int16: "ShortStorage",
    torch.int8: "CharStorage",
    torch.uint8: "ByteStorage",
    torch.bool: "BoolStorage",
    torch.complex128: "ComplexDoubleStorage",
    torch.complex64: "ComplexFloatStorage",
}
"""Types with a storage class of their own."""

_LATER = (
    *("uint16", "uint32", "uint64", "complex32"),
    *("float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu"),
)

LATER: dict[str, torch.dtype] = {name: getattr(torch, name) for name in _LATER if hasattr(torch, name)}
"""Types that came later, by name; torch writes them over an untyped storage."""

OF_STORAGE: dict[str, torch.dtype] = {name: dtype for dtype, name in STORAGES.items()}
"""The type that each storage class holds."""

ARRAYS = "biufcmMSU"
"""The kinds of numpy's types that come back as they were."""


def is_kept(dtype: torch.dtype) -> bool:
    """Say whether tensors of a type can be written and read back."""
    return dtype in STORAGES or name_of(dtype) in LATER


def is_kept_array(dtype: np.dtype[Any]) -> bool:
    """Say whether arrays of a type can be written and read back.

    Records, raw bytes and the types that others register (``ml_dtypes``: JAX's bfloat16) name themselves by their size
    alone, so that nobody could tell later what they were.
    """
    return dtype.kind in ARRAYS and dtype.type.__module__ == "numpy"


def name_of(dtype: torch.dtype) -> str:
    """Return the name of a type without ``torch.``."""
    return str(dtype).removeprefix("torch.")
