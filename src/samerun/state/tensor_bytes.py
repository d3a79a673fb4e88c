"""The bits of arrays and tensors, in logical order and as they are: pieces of text and of bytes for a digest."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

_SPARSE_PARTS = {
    "torch.sparse_coo": ("_indices", "_values"),
    "torch.sparse_csr": ("crow_indices", "col_indices", "values"),
    "torch.sparse_csc": ("ccol_indices", "row_indices", "values"),
    "torch.sparse_bsr": ("crow_indices", "col_indices", "values"),
    "torch.sparse_bsc": ("ccol_indices", "row_indices", "values"),
}


def array_pieces(array: np.ndarray[Any, Any]) -> Iterator[object]:
    """Yield type and shape as text and the elements' bits as bytes.

    Args:
        array: of any strides, without objects in it. Fields of a structure are read one by one, for the bytes
            between them may hold anything; a mask counts, and so does what it hides.
    """
    yield f"{array.dtype} {array.shape}"
    if isinstance(array, np.ma.MaskedArray):
        yield from array_pieces(np.ma.getmaskarray(array))
        yield from array_pieces(array.data)
    elif array.dtype.names:
        for name in array.dtype.names:
            yield from array_pieces(array[name])
    elif array.dtype.kind == "T":  # text of variable width: the array itself holds addresses
        yield from (str(item) for item in array.ravel().tolist())
    else:
        yield np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def tensor_pieces(tensor: Any) -> Iterator[object]:
    """Yield type and shape of a torch tensor as text and its bits as bytes.

    Args:
        tensor: on any device (one elsewhere is copied to main memory), of any layout: strided, sparse, quantised,
            nested, distributed (this rank's part). On the device ``meta`` it has no content.
    """
    tensor = tensor.detach()
    yield f"{tensor.dtype} {tuple(tensor.shape) if not tensor.is_nested else 'nested'} {tensor.layout}"
    if tensor.is_meta:
        yield "meta"
    elif hasattr(tensor, "to_local"):
        yield str(tensor.placements)
        yield from tensor_pieces(tensor.to_local())
    elif tensor.is_nested:
        for part in tensor.unbind():
            yield from tensor_pieces(part)
    elif str(tensor.layout) in _SPARSE_PARTS:
        for name in _SPARSE_PARTS[str(tensor.layout)]:
            yield from tensor_pieces(getattr(tensor, name)())
    elif tensor.is_quantized:
        yield from _quantised(tensor)
    else:
        yield bits_of(tensor)


def _quantised(tensor: Any) -> Iterator[object]:
    yield str(tensor.qscheme())
    if "per_tensor" in str(tensor.qscheme()):
        yield f"{float(tensor.q_scale()).hex()} {tensor.q_zero_point()}"
    else:
        yield str(tensor.q_per_channel_axis())
        yield from tensor_pieces(tensor.q_per_channel_scales())
        yield from tensor_pieces(tensor.q_per_channel_zero_points())
    yield from tensor_pieces(tensor.int_repr())


def bits_of(tensor: Any) -> np.ndarray[Any, Any]:
    """Return the bytes of a strided tensor in logical order, copied only if they lie elsewhere or in another order.

    Args:
        tensor: strided, dense, or of a library's own opaque layout (then made dense).

    Returns:
        One dimension of uint8.
    """
    torch = sys.modules["torch"]
    dense = tensor.to_dense() if str(tensor.layout) != "torch.strided" else tensor
    plain = dense.resolve_conj().resolve_neg().cpu().contiguous().reshape(-1)
    found: np.ndarray[Any, Any] = plain.view(torch.uint8).numpy()
    return found
