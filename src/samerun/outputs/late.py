"""Libraries that are imported when a comparison first needs them: reading the table of types must stay cheap."""

from __future__ import annotations

import importlib
from typing import Any

EXTRAS = {"h5py": "data", "PIL": "data", "pyarrow": "data"}
"""Which extra of samerun brings an optional library."""


class Late:
    """Stand in for a library until one of its names is asked for.

    Args:
        name: the module to import, such as ``numpy``.

    Raises:
        ImportError: on the first use, where the library is not installed.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(importlib.import_module(self._name), attribute)
        setattr(self, attribute, found)  # the next look-up costs nothing
        return found


def how_to_install(error: ImportError) -> str:
    """Return the sentence that says which part is missing and how to get it."""
    library = (error.name or str(error)).split(".")[0]
    extra = EXTRAS.get(library)
    wanted = f"samerun[{extra}]" if extra else library
    return f"{library} is not installed (pip install '{wanted}' compares what the file holds)"
