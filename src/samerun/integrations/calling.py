"""Call one function in a process of its own and write what it returns: ``python calling.py ORDER.json``'s content.

The order is JSON: ``path`` (the import path of the tests), ``module`` and ``file``, ``function`` (its qualified name),
``args``, ``kwargs``. What is returned goes to ``returned.json`` in the present folder, numbers exactly; big arrays
beside it. Standard library only: it runs on its own, before the program's libraries.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

RETURNED = "returned.json"
ARRAYS = "returned"
SMALL = 1000
"""Arrays of more numbers than this are written to files of their own."""


def main(order: dict[str, Any]) -> None:
    """Carry out an order."""
    own = os.path.dirname(os.path.abspath(__file__))  # a script's folder: its modules are named like frameworks
    sys.path[:] = [*order["path"], *(entry for entry in sys.path if entry not in (*order["path"], own))]
    function: Any = load(order["module"], order["file"])
    for name in order["function"].split("."):
        function = getattr(function, name)
    if not callable(function):
        raise TypeError(f"{order['function']} of {order['file']} cannot be called.")
    returned = function(*order["args"], **order["kwargs"])
    if returned is not None:
        document = json.dumps(Plainer().plain(returned), indent=1)
        Path(RETURNED).write_text(document + "\n", encoding="utf-8")


def load(module: str, file: str) -> object:
    """Return a module by its name, or by its file where the name leads elsewhere (pytest's import modes)."""
    try:
        found = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        found = None
    if found is not None and found.origin and os.path.samefile(found.origin, file):
        return importlib.import_module(module)
    spec = importlib.util.spec_from_file_location(module, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} cannot be imported.")
    made = importlib.util.module_from_spec(spec)
    sys.modules[module] = made
    spec.loader.exec_module(made)
    return made


class Plainer:
    """Turns what was returned into JSON: by its content, never by its address."""

    def __init__(self) -> None:
        self._arrays = 0
        self._above: list[int] = []

    def plain(self, value: Any) -> Any:
        """Return one value as JSON; what has neither content nor state of its own becomes its type's name."""
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float):
            return value if value == value and abs(value) != float("inf") else str(value)
        if isinstance(value, (bytes, bytearray)):
            return bytes(value).hex()
        if id(value) in self._above:
            return "(the same as above)"
        self._above.append(id(value))
        try:
            return self._many(value)
        finally:
            self._above.pop()

    def _many(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {str(key): self.plain(each) for key, each in value.items()}
        if isinstance(value, (set, frozenset)):  # in no order of their own
            return sorted((self.plain(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
        if isinstance(value, (list, tuple)):
            return [self.plain(each) for each in value]
        array = _as_array(value)
        if array is not None:
            return self._array(array)
        if callable(getattr(value, "state_dict", None)):
            return self.plain(dict(value.state_dict()))
        if callable(getattr(value, "to_dict", None)):  # a frame of pandas or polars
            return self.plain(value.to_dict())
        state = getattr(value, "__dict__", None)
        name = f"{type(value).__module__}.{type(value).__qualname__}"
        return {name: self.plain({key: state[key] for key in sorted(state)})} if state else name

    def _array(self, array: Any) -> Any:
        if array.dtype.kind not in "biufcSU":
            return self.plain(array.tolist())
        if array.size <= SMALL and array.dtype.kind in "biufU":
            return self.plain(array.tolist())
        numpy: Any = sys.modules["numpy"]
        self._arrays += 1
        path = Path(ARRAYS) / f"{self._arrays}.npy"
        path.parent.mkdir(exist_ok=True)
        numpy.save(path, array)
        return str(path)


def _as_array(value: Any) -> Any:
    """Return the numpy array of an array, a number of numpy's, or a tensor; None for anything else."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return None
    if callable(getattr(value, "detach", None)):
        tensor = value.detach().cpu()
        value = (tensor.float() if "bfloat16" in str(tensor.dtype) else tensor).numpy()
    elif hasattr(value, "__jax_array__") or type(value).__module__.startswith("jax"):
        value = numpy.asarray(value)
    return numpy.asarray(value) if isinstance(value, (numpy.ndarray, numpy.generic)) else None


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
