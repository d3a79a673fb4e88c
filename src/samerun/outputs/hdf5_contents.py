"""What HDF5 files hold: groups, datasets and attributes; links are named, never followed out of the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samerun.outputs.array_tally import ArrayTally
from samerun.outputs.arrays import NUMBERS, compare_arrays, plain
from samerun.outputs.comparing import Comparing
from samerun.outputs.late import Late
from samerun.outputs.reading import Unreadable, compare_content, gather_parts, only_in
from samerun.outputs.showing import clean
from samerun.outputs.values import Place, compare_scalars, compare_values
from samerun.record.difference import Difference, identical

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # the table of types is read by commands that compare no array

h5py: Any = Late("h5py")  # an optional part

kind = "hdf5"
MAX_DEPTH = 60
"""Levels of groups that are walked."""

MAX_PIECE = 1 << 26
"""How many bytes of a dataset are held in memory at once."""

MAX_OBJECTS = 1_000_000
"""How many texts or other values without a fixed size are read from one dataset."""

MAX_BYTES = 1 << 36
"""How large one dataset may be: it may be compressed, or never have been written."""


def compare_contents(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two files by path of group and dataset, in this process (a damaged file may end it)."""
    return compare_content(kind, a, b, _read, lambda one, two: _compare(one, two, comparing))


def _read(path: Path) -> Any:
    return h5py.File(path, "r", locking=False)


def _compare(a: Any, b: Any, comparing: Comparing) -> Difference:
    with a, b:
        return _Walk(comparing).groups(Place(kind), a, b)


class _Walk:
    """One comparison; groups that hold each other are entered once."""

    def __init__(self, comparing: Comparing) -> None:
        self._comparing = comparing
        self._seen: set[Any] = set()

    def groups(self, place: Place, a: Any, b: Any) -> Difference:
        pair = (h5py.h5o.get_info(a.id).addr, h5py.h5o.get_info(b.id).addr)
        if pair in self._seen:
            return identical(place.label)
        if place.depth > MAX_DEPTH:
            raise Unreadable(f"groups nested deeper than {MAX_DEPTH} levels")
        self._seen.add(pair)
        return gather_parts(place.label, [*self._attributes(place, a, b), *self._members(place, a, b)])

    def _members(self, place: Place, a: Any, b: Any) -> Iterator[Difference]:
        names = set(a), set(b)  # what the groups list: ``in`` would follow a link
        for name in sorted(names[0] | names[1]):
            below = place.key(clean(name))
            if name not in names[0] or name not in names[1]:
                yield only_in(below.label, "first" if name in names[0] else "second")
                continue
            one, two = a.get(name, getlink=True), b.get(name, getlink=True)
            if not isinstance(one, h5py.HardLink) or not isinstance(two, h5py.HardLink):
                yield _compare_links(below.label, one, two)
            else:
                yield self._objects(below, a[name], b[name])

    def _objects(self, place: Place, a: Any, b: Any) -> Difference:
        if isinstance(a, h5py.Group) and isinstance(b, h5py.Group):
            return self.groups(place, a, b)
        if isinstance(a, h5py.Dataset) and isinstance(b, h5py.Dataset):
            children = [self._datasets(place, a, b), *self._attributes(place, a, b)]
            return children[0] if len(children) == 1 else gather_parts(place.label, children)
        same = type(a) is type(b)
        return identical(place.label) if same else Difference(place.label, "different", "a group and a dataset")

    def _datasets(self, place: Place, a: Any, b: Any) -> Difference:
        for what in ("shape", "dtype"):
            one, two = clean(str(getattr(a, what))), clean(str(getattr(b, what)))
            if one != two:
                return Difference(place.label, "different", f"{what} {one} -> {two}", one, two)
        if a.shape is None:
            return identical(place.label)
        _check(a, place.label)
        _check(b, place.label)
        if a.dtype.kind in NUMBERS and a.shape and a.size:
            return self._numbers(place, a, b)
        return self._values(place, a[()], b[()])

    def _numbers(self, place: Place, a: Any, b: Any) -> Difference:
        """Compare a dataset of numbers, some rows at a time."""
        tally = ArrayTally(str(a.dtype), self._comparing.rtol, self._comparing.atol)
        width = a.size // a.shape[0]
        rows = max(1, MAX_PIECE // (width * a.dtype.itemsize))
        for start in range(0, a.shape[0], rows):
            one, two = (np.ascontiguousarray(side[start : start + rows]).reshape(-1) for side in (a, b))
            native = one.dtype.newbyteorder("=")
            tally.add(start * width, one.astype(native), two.astype(native))
        shape = a.shape
        return tally.difference(place.label, lambda at: str([int(each) for each in np.unravel_index(at, shape)]))

    def _attributes(self, place: Place, a: Any, b: Any) -> Iterator[Difference]:
        for name in sorted({*a.attrs, *b.attrs}):
            below = place.key(f"@{clean(name)}")
            if name not in a.attrs or name not in b.attrs:
                yield only_in(below.label, "first" if name in a.attrs else "second")
            else:
                named = Place(below.label, (*place.names, name))
                yield self._values(named, a.attrs[name], b.attrs[name])

    def _values(self, place: Place, a: Any, b: Any) -> Difference:
        """Compare two small values: texts, numbers, arrays of them."""
        one, two = _plain(a), _plain(b)
        if isinstance(one, np.ndarray) and isinstance(two, np.ndarray):
            return compare_arrays(place.label, plain(one), plain(two), self._comparing)
        if isinstance(one, list) or isinstance(two, list):
            return compare_values(place.label, one, two, self._comparing)
        return compare_scalars(place.label, place.names, one, two, self._comparing)


def _plain(value: Any) -> Any:
    """Return a value of an attribute or a dataset as Python's own, or as an array of numbers."""
    if isinstance(value, np.ndarray) and value.dtype.hasobject:
        return [_plain(each) for each in value.reshape(-1).tolist()]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, np.ndarray | str | int | float | complex | list | tuple):
        return value
    return str(value)


def _compare_links(label: str, a: Any, b: Any) -> Difference:
    """Compare what two links point at; neither is followed."""
    one, two = _target(a), _target(b)
    return identical(label) if one == two else Difference(label, "different", f"{one} -> {two}", one, two)


def _target(link: Any) -> str:
    if isinstance(link, h5py.HardLink):
        return "an object"
    file = f"{link.filename}:" if isinstance(link, h5py.ExternalLink) else ""
    return clean(f"a link to {file}{link.path}")


def _check(dataset: Any, label: str) -> None:
    """Refuse a dataset whose values lie in other files or would fill the memory."""
    if dataset.is_virtual or dataset.external:
        raise Unreadable(f"{label} takes its values from other files")
    if dataset.dtype.hasobject and dataset.size > MAX_OBJECTS:
        raise Unreadable(f"{label} has more than {MAX_OBJECTS:,} values without a fixed size")
    row = dataset.nbytes // dataset.shape[0] if dataset.shape and dataset.shape[0] else dataset.nbytes
    if dataset.nbytes > MAX_BYTES or row > 16 * MAX_PIECE:
        raise Unreadable(f"{label} has {dataset.nbytes:,} bytes")
