"""Rows of pandas and polars frames and series: their keys, and taking them in another order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from samerun.errors import BadOption
from samerun.state.loading.item_keys import key_bytes

Key = str | Sequence[str] | Callable[[Any], Any]


def frame_of(items: object) -> Frame | None:
    """Return the rows of what is a frame or a series; None for anything else. Neither library is imported for it."""
    for name, kind in (("pandas", PandasFrame), ("polars", PolarsFrame)):
        library: Any = sys.modules.get(name)
        known = [getattr(library, each, None) for each in ("DataFrame", "Series")]
        if isinstance(items, tuple(each for each in known if isinstance(each, type))):
            return kind(items)
    return None


class Frame:
    """The rows of a frame; a series is one of one column.

    Args:
        items: the frame or series.
    """

    def __init__(self, items: Any) -> None:
        self._items = items

    def columns(self) -> dict[str, list[Any]]:
        """Return the values of each column."""
        raise NotImplementedError

    def labels(self) -> list[Any]:
        """Return the index label of each row, if rows have one."""
        return []

    def take(self, order: list[int]) -> Any:
        """Return the rows in another order."""
        raise NotImplementedError

    def keys(self, key: Key | None) -> list[bytes]:
        """Return the key of each row.

        Args:
            key: the name of a column, or several; None takes all of them, by name.

        Raises:
            BadOption: there is no such column, or its values cannot be put in order.
        """
        if callable(key):
            raise BadOption("The key of a frame is a function.", "Name one or several columns.")
        names = [key] if isinstance(key, str) else sorted(self._columns) if key is None else list(key)
        missing = [name for name in names if name not in self._columns]
        if missing or (not names and len(self._items)):
            raise BadOption(f"There is no column {missing or names}.", f"There are {sorted(self._columns)}.")
        return [key_bytes(row) for row in zip(*(self._columns[name] for name in names), strict=True)]

    def identity(self, place: int) -> tuple[bytes, bytes]:
        """Return a row as a whole, and its label."""
        row = [self._columns[name][place] for name in sorted(self._columns)]
        return key_bytes(row), key_bytes(self._labels[place]) if self._labels else b""

    @cached_property
    def _columns(self) -> dict[str, list[Any]]:
        return self.columns()

    @cached_property
    def _labels(self) -> list[Any]:
        return self.labels()


class PandasFrame(Frame):
    """Rows of pandas."""

    def columns(self) -> dict[str, list[Any]]:
        """Return the values of each column; names that occur twice are refused."""
        if self._items.ndim == 1:
            return {"": self._items.tolist()}
        names = [str(name) for name in self._items.columns]
        if len(set(names)) < len(names):
            raise BadOption("Two columns have the same name.", "Rename one of them.")
        return {name: self._items.iloc[:, place].tolist() for place, name in enumerate(names)}

    def labels(self) -> list[Any]:
        """Return the index label of each row."""
        return list(self._items.index)

    def take(self, order: list[int]) -> Any:
        """Return the rows in another order, with their labels."""
        return self._items.iloc[order]


class PolarsFrame(Frame):
    """Rows of polars."""

    def columns(self) -> dict[str, list[Any]]:
        """Return the values of each column."""
        columns = self._items.get_columns() if hasattr(self._items, "get_columns") else [self._items]
        return {column.name: column.to_list() for column in columns}

    def take(self, order: list[int]) -> Any:
        """Return the rows in another order."""
        return self._items[order]
