"""What a step of a program is, in plain values: its name, the hash of its source, its parameters.

Nothing here holds a memory address, a path or a moment, so that two runs of the same program describe it alike.
"""

from __future__ import annotations

import functools
import inspect
import math
import sys
import types
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from samerun.basics.hashing import hash_bytes, hash_file
from samerun.state.digests import digest

Plain = dict[str, Any]
_LIBRARIES = ("site-packages", "dist-packages")
_LONG = 50


def source_of(step: object) -> Plain:
    """Return what identifies the code of a function, a class or an object's class.

    Args:
        step: a function, a lambda, a partial, a method, a compiled function, or an object (its class is what counts).

    Returns:
        ``name`` (module and qualified name), ``hash`` (BLAKE3, or None where there is nothing to read) and ``of``:
        what was hashed. What the code itself calls is not followed.
    """
    if isinstance(step, functools.partial):
        return source_of(step.func)
    if isinstance(step, types.MethodType):
        return source_of(step.__func__)
    if isinstance(step, types.FunctionType):
        return _of_function(step)
    inner = getattr(step, "__wrapped__", None)
    if isinstance(inner, types.FunctionType) and not isinstance(step, type):
        return source_of(inner)  # a wrapper in C around a function, as numpy's are
    if isinstance(step, np.ufunc):
        return {"name": f"numpy.{step.__name__}", "hash": None, "of": f"nothing: compiled, numpy {np.__version__}"}
    if isinstance(step, types.BuiltinFunctionType):
        return {"name": _name(step), "hash": None, "of": f"nothing: compiled, {_release(step.__module__ or '')}"}
    return _of_class(step if isinstance(step, type) else type(step))


def parameters_of(step: object) -> Plain:
    """Return the settings of a step as plain values.

    Args:
        step: an estimator (``get_params``), a partial (its arguments), a function (its defaults and what it closes
            over), a method (the object's attributes), or another object (its attributes).
    """
    if isinstance(step, functools.partial):
        return {"arguments": plain(step.args), **{str(key): plain(value) for key, value in step.keywords.items()}}
    if isinstance(step, types.MethodType):
        return {"self": plain(step.__self__)}
    if isinstance(step, types.FunctionType):
        return _bound(step)
    if callable(getattr(step, "get_params", None)) and not isinstance(step, type):
        return {key: plain(value) for key, value in sorted(step.get_params(deep=False).items())}  # type: ignore[attr-defined]
    own = sorted(getattr(step, "__dict__", {}).items())
    return {key: plain(value) for key, value in own if not key.startswith("__")}


def plain(value: object) -> Any:
    """Return a value as JSON can hold it; what it cannot is named by its kind and the hash of its content."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple) and len(value) <= _LONG:
        return [plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return {"array": str(value.dtype), "shape": list(value.shape), "hash": digest(value)}
    return _described(value)


def _described(value: object) -> Plain:
    if isinstance(value, type | types.FunctionType | types.BuiltinFunctionType | types.MethodType | np.ufunc):
        found = source_of(value)
        return {"code": found["name"], "hash": found["hash"]}
    if callable(getattr(value, "get_params", None)) or isinstance(value, functools.partial):
        return {"type": source_of(value)["name"], "parameters": parameters_of(value)}
    return {"object": _name(type(value)), "hash": digest(value)}


def fingerprint(data: object) -> Plain:
    """Return what identifies a table, an array or a list: its kind, shape, types, names of columns, and its bytes.

    Args:
        data: a numpy array, a pandas or polars frame or column, a sparse matrix of scipy (the order in which its
            entries are kept does not count), a torch tensor, or a list.
    """
    shape = getattr(data, "shape", None)
    found: Plain = {"type": _name(type(data)), "shape": list(shape) if shape is not None else [_length(data)]}
    if hasattr(data, "dtypes") and hasattr(data, "columns"):
        found["dtype"] = [str(each) for each in data.dtypes]
        found["columns"] = [str(each) for each in data.columns]
    elif hasattr(data, "dtype"):
        found["dtype"] = str(data.dtype)
    return {**found, "hash": digest(_sorted_entries(data) if hasattr(data, "tocsr") else data)}


def _length(data: object) -> int | None:
    return len(data) if hasattr(data, "__len__") else None


def _sorted_entries(matrix: Any) -> list[object]:
    rows = matrix.tocsr(copy=True)
    rows.sum_duplicates()
    return ["sparse", list(rows.shape), rows.data, rows.indices.astype(np.int64), rows.indptr.astype(np.int64)]


def _of_function(function: types.FunctionType) -> Plain:
    code = function.__code__
    try:
        text = inspect.cleandoc(inspect.getsource(function))
    except (OSError, TypeError):
        what = [code.co_code.hex(), list(code.co_names), [repr(each) for each in _constants(code)]]
        return {"name": _name(function), "hash": digest(what), "of": f"bytecode of Python {_python()}"}
    if function.__name__ != "<lambda>":
        return {"name": _name(function), "hash": hash_bytes(text.encode()), "of": "source"}
    # Two lambdas may stand in one line: their names and constants tell them apart.
    what = [text, list(code.co_names), [repr(each) for each in _constants(code)]]
    return {"name": _name(function), "hash": digest(what), "of": "the lines in which the lambda stands"}


def _constants(code: types.CodeType) -> list[object]:
    return [each for each in code.co_consts if not isinstance(each, types.CodeType)]


def _bound(function: types.FunctionType) -> Plain:
    """Return what a function carries besides its code: defaults, and the variables that it closes over."""
    free = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    closed = {name: plain(_content(cell)) for name, cell in free}
    given = {"defaults": plain(function.__defaults__ or ()), "named_defaults": plain(function.__kwdefaults__ or {})}
    return {key: value for key, value in {**given, "closure": closed}.items() if value}


def _content(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        return "(not set yet)"


def _of_class(kind: type) -> Plain:
    """Hash a library's class by the file it is from, and one of the program's own by its text and its parents'."""
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if file is None:
        return {"name": _name(kind), "hash": None, "of": f"nothing: compiled, {_release(kind.__module__)}"}
    if any(part in _LIBRARIES for part in Path(file).parts):
        return {"name": _name(kind), "hash": hash_file(file), "of": f"its file in {_release(kind.__module__)}"}
    own = [each for each in kind.__mro__ if _is_own(each)]
    try:
        text = "\n".join(inspect.getsource(each) for each in own)
    except (OSError, TypeError):
        return {"name": _name(kind), "hash": None, "of": "nothing: no source at hand"}
    return {"name": _name(kind), "hash": hash_bytes(text.encode()), "of": "source"}


def _is_own(kind: type) -> bool:
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if file is None or kind.__module__.partition(".")[0] in sys.stdlib_module_names:
        return False
    return not any(part in _LIBRARIES for part in Path(file).parts)


@functools.cache
def _distributions() -> Mapping[str, list[str]]:
    return metadata.packages_distributions()


def _release(module: str) -> str:
    """Return the distribution that a module is from, and its version."""
    top = module.partition(".")[0]
    names = _distributions().get(top)
    return f"{names[0]} {metadata.version(names[0])}" if names else f"Python {_python()}"


def _python() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def _name(value: object) -> str:
    owner = value if hasattr(value, "__qualname__") else type(value)
    return f"{getattr(owner, '__module__', None) or 'builtins'}.{owner.__qualname__}"
