"""Which rows of a table are new, gone or changed, told by a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from samerun.data.table_files import is_text_file
from samerun.data.table_hash import batches_of
from samerun.data.table_rows import row_digests
from samerun.data.table_sources import Source, open_table
from samerun.data.table_types import type_text
from samerun.errors import BadTable
from samerun.outputs.late import Late

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # commands that compare no table do not pay for it

_SIZE = 16
_INDEX = "__index_level_"


class RowChanges(msgspec.Struct, frozen=True):
    """What became of the rows of one table in another.

    ``added`` and ``removed`` count rows whose key is in one table only, ``changed`` those whose other values differ,
    ``same`` the rest. The rows are numbers from 0, cut to the limit: ``added_rows`` of the second table,
    ``removed_rows`` of the first, ``changed_rows`` of both. ``columns`` are those that were compared.
    """

    added: int
    removed: int
    changed: int
    same: int
    added_rows: tuple[int, ...]
    removed_rows: tuple[int, ...]
    changed_rows: tuple[tuple[int, int], ...]
    columns: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def __str__(self) -> str:
        head = f"{self.added:,} rows added, {self.removed:,} removed, {self.changed:,} changed, {self.same:,} the same"
        pairs = ", ".join(str(a) if a == b else f"{a} -> {b}" for a, b in self.changed_rows)
        return f"{head}; changed rows: {pairs}" if pairs else head


def changed_rows(a: Any, b: Any, key: str | list[str], *, schema: Any = None, limit: int = 10) -> RowChanges:
    """Compare the rows of two tables that have the same key; their order does not count.

    Args:
        a: the earlier table: what ``hash_table`` takes.
        b: the later one.
        key: the column, or columns, that tell which row is which; each row's is its own.
        schema: for CSV files, as for ``hash_table``.
        limit: how many rows of each sort are named.

    Returns:
        The findings: false in a condition if there are none, and readable as text. Compared are the columns that both
        have, with the same type; ``TableSummary.differences`` tells of the others.

    Raises:
        BadTable: a key is not there, comes twice, or has another type in the other table; or as ``hash_table``.

    Cost: reading, about two microseconds a row, and 32 bytes of memory for each row of both.
    """
    keys = [key] if isinstance(key, str) else list(key)
    sources = [open_table(table, schema if is_text_file(table) else None) for table in (a, b)]
    _compare_keys(keys, *sources)
    columns = _shared_columns(keys, *sources)
    (key_a, rest_a), (key_b, rest_b) = (_read(source, keys, columns) for source in sources)
    _, in_a, in_b = np.intersect1d(key_a, key_b, assume_unique=True, return_indices=True)
    differing = rest_a[in_a] != rest_b[in_b]
    pairs = sorted(zip(in_a[differing].tolist(), in_b[differing].tolist(), strict=True))
    added = np.flatnonzero(~np.isin(key_b, key_a))
    removed = np.flatnonzero(~np.isin(key_a, key_b))
    return RowChanges(
        added=len(added),
        removed=len(removed),
        changed=len(pairs),
        same=len(in_a) - len(pairs),
        added_rows=tuple(added[:limit].tolist()),
        removed_rows=tuple(removed[:limit].tolist()),
        changed_rows=tuple(pairs[:limit]),
        columns=tuple(columns),
    )


def _compare_keys(keys: list[str], a: Source, b: Source) -> None:
    for name in keys:
        for source in (a, b):
            if source.schema.names.count(name) != 1:
                raise BadTable(f"The key {name!r} is not one column of each table.", "Name columns that both have.")
        ours, theirs = (type_text(source.schema.field(name).type, name) for source in (a, b))
        if ours != theirs:
            raise BadTable(f"The key {name!r} is {ours} here and {theirs} there.", "Bring it to one type first.")


def _shared_columns(keys: list[str], a: Source, b: Source) -> list[str]:
    """Return the columns that both have with the same type; a frame's index without a name is none of them."""
    kinds = dict(zip(b.schema.names, b.schema.types, strict=True))
    shared = [name for name in a.schema.names if name in kinds and name not in keys and not name.startswith(_INDEX)]
    return [name for name in shared if type_text(a.schema.types[a.schema.names.index(name)]) == type_text(kinds[name])]


def _read(source: Source, keys: list[str], columns: list[str]) -> tuple[Any, Any]:
    """Return the digests of all keys, and those of all other values.

    Raises:
        BadTable: two rows have the same key.
    """
    names = source.schema.names
    found: tuple[list[bytes], list[bytes]] = ([], [])
    for batch in batches_of(source):
        for digests, chosen in zip(found, (keys, columns), strict=True):
            digests += row_digests([batch.column(names.index(name)) for name in chosen], batch.num_rows, _SIZE)
    key, rest = (np.frombuffer(b"".join(digests), np.dtype((np.void, _SIZE))) for digests in found)
    unique, counts = np.unique(key, return_counts=True)
    if len(unique) != len(key):
        twice = np.flatnonzero(key == unique[counts > 1][0])[:2].tolist()
        sentence = f"The key {', '.join(keys)} is the same in rows {twice[0]:,} and {twice[1]:,}."
        raise BadTable(sentence, "Name more columns, so that each row has a key of its own.", rows=twice)
    return key, rest
