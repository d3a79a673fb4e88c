"""The items of each part as digests that can be held side by side: rows, values, arrays or files."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blake3 import blake3

from samerun.basics.files import files_below
from samerun.basics.hashing import hash_file
from samerun.data.split_keys import encode_key, is_missing, listed
from samerun.data.table_files import is_text_file
from samerun.data.table_hash import batches_of, naming
from samerun.data.table_rows import row_digests
from samerun.data.table_sources import Source, as_array, open_table
from samerun.data.table_types import is_text, plain_array, storage_type, type_text
from samerun.data.table_values import missing
from samerun.errors import BadSplit, MissingData
from samerun.outputs.late import Late

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
else:
    np = Late("numpy")  # commands that check no split do not pay for it

pa: Any = Late("pyarrow")  # an optional part
types: Any = Late("pyarrow.types")  # an optional part

_SIZE = 16
_SHOWN = 60


@dataclass(frozen=True)
class Items:
    """One part: a digest of 16 bytes for each item that is compared, and how items are called.

    ``places`` are the items' numbers in the part, or their paths; ``shown`` their values, where they are at hand;
    ``kinds`` the types that values or arrays have; ``shape`` that of each item, where all have one.
    """

    digests: npt.NDArray[Any]
    places: Any
    total: int
    shown: list[Any] = field(default_factory=list)
    kinds: frozenset[str] = frozenset()
    shape: tuple[int, ...] | None = None

    def name(self, index: int) -> int | str:
        """Return how the item is called: its number in the part, from 0, or its path."""
        place = self.places[index]
        return place if isinstance(place, str) else int(place)

    def show(self, index: int) -> str:
        """Return how the item begins; empty where that is not at hand."""
        if not self.shown:
            return ""
        text = repr(self.shown[index])
        return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


@dataclass(frozen=True)
class Parts:
    """All parts, and what their items are."""

    what: str
    items: dict[str, Items]
    columns: list[str] = field(default_factory=list)


def open_parts(
    parts: Mapping[str, Any], columns: list[str] | None, normalise: bool, files: bool | None, schema: Any
) -> Parts:
    """Read all parts; the arguments are those of ``check_leakage``.

    Raises:
        BadSplit: the parts are of different kinds.
    """
    kinds = {name: _kind(part, files) for name, part in parts.items() if not _is_empty(part)}
    if len(set(kinds.values())) > 1:
        said = ", ".join(f"{name}: {kind}" for name, kind in kinds.items())
        raise BadSplit(f"The parts are of different kinds ({said}).", "Give the same for each.")
    kind = next(iter(kinds.values()), "values")
    if columns is not None and kind != "rows":
        raise BadSplit(f"`columns=` is for tables; these are {kind}.", "Leave it out.")
    if kind == "rows":
        return _open_tables(parts, columns, normalise, schema)
    read: dict[str, Callable[[Any], Items]] = {
        "files": _read_files,
        "arrays": _read_array,
        "values": lambda part: _read_values(part, normalise),
    }
    items = {name: read[kind](part) for name, part in parts.items()}
    _compare_kinds(kind, items)
    return Parts(kind, items)


def _compare_kinds(what: str, items: Mapping[str, Items]) -> None:
    """Refuse parts that could never share anything, such as numbers here and the same numbers as text there."""
    kinds = {name: each.kinds for name, each in items.items() if each.kinds}
    for (first, ours), (second, theirs) in combinations(kinds.items(), 2):
        if ours.isdisjoint(theirs):
            said = f"{' and '.join(sorted(ours))} in {first}, {' and '.join(sorted(theirs))} in {second}"
            raise BadSplit(f"The {what} are {said}: none can be the same.", "Bring them to one type first.")
    shapes = {name: each.shape for name, each in items.items() if each.shape is not None and each.total}
    if len(set(shapes.values())) > 1:
        said = ", ".join(f"{shape} in {name}" for name, shape in shapes.items())
        raise BadSplit(f"The arrays' items have the shape {said}: none can be the same.", "Bring them to one shape.")


def _is_empty(part: Any) -> bool:
    return isinstance(part, list | tuple) and not part


def _kind(part: Any, files: bool | None) -> str:
    if isinstance(part, str | os.PathLike):
        return "files" if Path(part).is_dir() else "rows"
    if isinstance(part, np.ndarray):
        keys = part.ndim == 1 and part.dtype.kind in "iuUSOb"
        return "rows" if part.dtype.names else "values" if keys else "arrays"
    if isinstance(part, list | tuple):
        return _kind_of_list(part[0], files)
    if getattr(getattr(part, "dtype", None), "kind", "") == "f":
        return "arrays"
    if hasattr(part, "columns") or isinstance(part, pa.Table | pa.RecordBatch | pa.RecordBatchReader):
        return "rows"
    return "arrays" if getattr(part, "ndim", 1) > 1 else "values"


def _kind_of_list(first: Any, files: bool | None) -> str:
    if isinstance(first, os.PathLike):
        return "files"
    if isinstance(first, np.ndarray | float | np.floating) or getattr(first, "ndim", 0) > 0:
        return "arrays"
    named = isinstance(first, str) and len(first) < 4096 and "\0" not in first
    return "files" if named and (os.path.isfile(first) if files is None else files) else "values"


def _read_files(part: Any) -> Items:
    if isinstance(part, str | os.PathLike):
        paths = _files_in(Path(part))
    else:
        paths = [Path(path) for path in part]
    try:
        digests = [(os.fspath(path), hash_file(path)) for path in paths if path.stat().st_size]
    except OSError as error:
        raise MissingData(
            f"{error.filename} cannot be read: {error.strerror}.", "Is the list of files right?"
        ) from error
    joined = b"".join(bytes.fromhex(digest)[:_SIZE] for _, digest in digests)
    return Items(_digests(joined), [path for path, _ in digests], len(paths))


def _files_in(root: Path) -> list[Path]:
    """Return the files below a folder and those that links lead to; pipes and links to nothing have no content."""
    paths = [root / relative for relative, _ in files_below(root)]
    for path in paths:
        if path.is_dir():
            raise BadSplit(
                f"{path} is a link to a folder, and such links are not followed.",
                "Give the paths of the files as a list.",
                path=str(path),
            )
    return [path for path in paths if path.is_file()]


def _digests(joined: bytes) -> npt.NDArray[Any]:
    return np.frombuffer(joined, np.dtype((np.void, _SIZE)))


def _read_array(part: Any) -> Items:
    """Digest each item along the first axis; type and shape count."""
    items = [as_array(item) for item in part] if isinstance(part, list | tuple) else as_array(part)
    kinds = {item.dtype for item in items} if isinstance(items, list) else {items.dtype}
    if any(kind.hasobject for kind in kinds):
        raise BadSplit("An array of Python objects has no content of its own.", "Give numbers, or a list of keys.")
    joined = b"".join(_array_digest(item) for item in items)
    shape = None if isinstance(items, list) else items.shape[1:]
    return Items(_digests(joined), range(len(items)), len(items), kinds=frozenset(map(str, kinds)), shape=shape)


def _array_digest(item: Any) -> bytes:
    item = np.asarray(item)
    head = f"{item.dtype.newbyteorder('<').str} {item.shape}\n".encode()
    content = np.ascontiguousarray(item.astype(item.dtype.newbyteorder("<"), copy=False))
    return bytes(blake3(head + content.tobytes()).digest(_SIZE))


def _read_values(part: Any, normalise: bool) -> Items:
    values = listed(part, "values")
    rows = [row for row, value in enumerate(values) if not is_missing(value)]
    kept = [values[row] for row in rows]
    plain = map(normal_text, kept) if normalise else kept
    encoded = [encode_key(value, row, "value") for row, value in zip(rows, plain, strict=True)]
    joined = b"".join([blake3(each).digest(_SIZE) for each in encoded])
    kinds = frozenset(type(value).__name__.rstrip("_") for value in kept if not isinstance(value, np.generic))
    return Items(_digests(joined), rows, len(values), kept, kinds)


def normal_text(value: Any) -> Any:
    """Return a text without differences of case, spaces, width and form of letters (NFKC); others as they are."""
    if not isinstance(value, str):
        return value
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold()).split())


def _open_tables(parts: Mapping[str, Any], columns: list[str] | None, normalise: bool, schema: Any) -> Parts:
    sources = {name: open_table(part, schema if is_text_file(part) else None) for name, part in parts.items()}
    chosen = _shared_columns(sources, columns)
    kinds = [_common_type(column, sources) for column in chosen]
    items = {name: _read_table(source, chosen, kinds, normalise) for name, source in sources.items()}
    return Parts("rows", items, chosen)


def _shared_columns(sources: Mapping[str, Source], columns: list[str] | None) -> list[str]:
    names = [source.schema.names for source in sources.values()]
    shared = [name for name in dict.fromkeys(names[0]) if all(each.count(name) == 1 for each in names)]
    # Rows of a frame that was split keep their numbers as an index: it would tell apart what is the same.
    chosen = [name for name in shared if not name.startswith("__index_level_")] if columns is None else columns
    unknown = [name for name in chosen if name not in shared]
    if unknown or not chosen:
        what = (
            f"The column {unknown[0]!r} is not once in each part" if unknown else "The parts have no column in common"
        )
        raise BadSplit(f"{what}.", f"In common are: {', '.join(shared) or 'none'}.", columns=unknown)
    return chosen


def _common_type(column: str, sources: Mapping[str, Source]) -> Any:
    """Return the type as which a column is compared: where one part has whole numbers and another floats, float64."""
    kinds = {name: storage_type(source.schema.field(column).type) for name, source in sources.items()}
    texts = {name: type_text(kind, column) for name, kind in kinds.items()}
    present = [kind for kind in kinds.values() if not types.is_null(kind)]
    if len({texts[name] for name, kind in kinds.items() if not types.is_null(kind)}) < 2:
        return None
    if all(types.is_integer(kind) for kind in present):
        return pa.int64()
    if all(types.is_integer(kind) or types.is_floating(kind) for kind in present):
        return pa.float64()
    said = ", ".join(f"{text} in {name}" for name, text in texts.items())
    raise BadSplit(f"The column {column!r} is {said}: no value can be the same.", "Bring it to one type first.")


def _read_table(source: Source, columns: list[str], kinds: list[Any], normalise: bool) -> Items:
    """Digest each row that has a value at all."""
    places = [source.schema.names.index(column) for column in columns]
    joined: list[bytes] = []
    kept: list[Any] = []
    total = 0
    for batch in batches_of(source):
        arrays = []
        for column, place, kind in zip(columns, places, kinds, strict=True):
            with naming(column):
                arrays.append(_prepared(batch.column(place), kind, normalise))
        joined += row_digests(arrays, batch.num_rows, _SIZE)
        kept.append(_any_value(arrays, batch.num_rows))
        total += batch.num_rows
    rows = np.flatnonzero(np.concatenate(kept)) if kept else np.zeros(0, np.int64)
    return Items(_digests(b"".join(joined))[rows], rows, total)


def _any_value(arrays: Iterable[Any], height: int) -> Any:
    found = np.zeros(height, bool)
    for array in arrays:
        absent = missing(plain_array(array), type_text(array.type))
        found |= True if absent is None else ~absent
    return found


def _prepared(array: Any, kind: Any, normalise: bool) -> Any:
    """Return a column as it is compared."""
    text = is_text(storage_type(array.type))
    if normalise and text:
        return pa.array([normal_text(value) for value in array.to_pylist()], pa.large_string())
    return array if kind is None else plain_array(array).cast(kind)
