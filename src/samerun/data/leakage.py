"""The same content in two parts of a split: rows, texts, keys, arrays or files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

import msgspec

from samerun.data.leakage_items import Items, open_parts
from samerun.errors import BadSplit
from samerun.outputs.late import Late
from samerun.outputs.showing import count

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # commands that check no split do not pay for it


class SharedItem(msgspec.Struct, frozen=True):
    """One content that two parts hold: where it lies in each, as row numbers from 0 or as paths, and how it begins."""

    in_first: tuple[int | str, ...]
    in_second: tuple[int | str, ...]
    shown: str = ""


class Overlap(msgspec.Struct, frozen=True):
    """What two parts share.

    ``contents`` counts the different contents, ``in_first`` and ``in_second`` how many rows or files of each part have
    one of them; ``examples`` is cut to the limit.
    """

    first: str
    second: str
    contents: int
    in_first: int
    in_second: int
    examples: tuple[SharedItem, ...]


class Leakage(msgspec.Struct, frozen=True):
    """What a check found: true if any two parts share something.

    ``what`` is ``rows``, ``values``, ``arrays`` or ``files``; ``sizes`` how many of them each part has, ``repeated``
    how many in each part are there a second time in that same part; ``columns`` those of a table that were compared.
    """

    what: str
    sizes: dict[str, int]
    repeated: dict[str, int]
    overlaps: tuple[Overlap, ...]
    columns: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.overlaps)

    @property
    def found(self) -> bool:
        """Whether any two parts share something."""
        return bool(self.overlaps)

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        sizes = ", ".join(f"{name} {size:,}" for name, size in self.sizes.items())
        by = f" by {', '.join(self.columns)}" if self.columns else ""
        yield f"{'leakage' if self else 'no leakage'}: {self.what} compared{by} ({sizes})"
        for each in self.overlaps:
            one, two = f"{each.in_first:,} of {each.first}", f"{each.in_second:,} of {each.second}"
            yield f"  {each.first} and {each.second} share {count(each.contents, 'content')}: {one}, {two}"
            for item in each.examples:
                yield f"    {_places(item.in_first)} = {_places(item.in_second)}" + (item.shown and f": {item.shown}")
            if each.contents > len(each.examples):
                yield f"    and {each.contents - len(each.examples):,} more"


def _places(places: tuple[int | str, ...]) -> str:
    return ", ".join(map(str, places))


def check_leakage(
    parts: Mapping[str, Any],
    *,
    columns: str | list[str] | None = None,
    normalise_text: bool = False,
    files: bool | None = None,
    schema: Any = None,
    limit: int = 10,
) -> Leakage:
    """Look for the same content in two parts of a split.

    Args:
        parts: name -> part, all of one kind: tables (whatever ``hash_table`` takes, table files too); arrays, item by
            item along their first axis; lists or columns of keys, groups or texts; folders, or lists of paths, file by
            file.
        columns: of tables, the columns that count, such as those without the label, or that of the patient; None: all
            that every part has, but for an index without a name.
        normalise_text: whether texts that differ only in case, spaces, width or form of letters (NFKC) are the same.
        files: whether texts in lists are paths; None: they are if the first one names a file. ``Path`` objects always.
        schema: for CSV files, as for ``hash_table``.
        limit: how many shared contents of two parts, and how many places of each, are named.

    Returns:
        The findings: false in a condition where there is none, and readable as text. Rows in which every value is
        missing, missing keys, and empty files are not compared.

    Raises:
        BadSplit: parts of different kinds, or tables without a column in common or with one of unlike types.
        BadTable: as ``hash_table``.
        MissingData: a file is not there.

    Cost: reading, about a microsecond a row, and 24 bytes of memory for each row of all parts.
    """
    if not isinstance(parts, Mapping) or len(parts) < 2:
        raise BadSplit("A leak needs two parts at least.", 'Give {"train": ..., "test": ...}.')
    chosen = [columns] if isinstance(columns, str) else columns
    found = open_parts(parts, chosen, normalise_text, files, schema)
    overlaps = (_overlap(a, b, found.items[a], found.items[b], limit) for a, b in combinations(found.items, 2))
    return Leakage(
        found.what,
        {name: items.total for name, items in found.items.items()},
        {name: len(items.digests) - len(np.unique(items.digests)) for name, items in found.items.items()},
        tuple(each for each in overlaps if each.contents),
        tuple(found.columns),
    )


def _overlap(first: str, second: str, a: Items, b: Items, limit: int) -> Overlap:
    shared = np.intersect1d(a.digests, b.digests)
    in_a, in_b = np.isin(a.digests, shared), np.isin(b.digests, shared)
    ours, theirs = _by_content(a, in_a), _by_content(b, in_b)
    first_ones = sorted(ours, key=lambda digest: ours[digest][0])[:limit]
    examples = tuple(_example(a, b, ours[digest][:limit], theirs[digest][:limit]) for digest in first_ones)
    return Overlap(first, second, len(shared), int(in_a.sum()), int(in_b.sum()), examples)


def _by_content(items: Items, chosen: Any) -> dict[bytes, list[int]]:
    found: dict[bytes, list[int]] = {}
    for place in np.flatnonzero(chosen).tolist():
        found.setdefault(items.digests[place].tobytes(), []).append(place)
    return found


def _example(a: Items, b: Items, ours: list[int], theirs: list[int]) -> SharedItem:
    return SharedItem(tuple(map(a.name, ours)), tuple(map(b.name, theirs)), a.show(ours[0]))
