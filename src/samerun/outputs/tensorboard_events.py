"""TensorBoard event files: scalars step by step, and pictures, histograms, texts and settings by what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from samerun.outputs.array_tally import ArrayTally
from samerun.outputs.arrays import compare_arrays, plain
from samerun.outputs.comparing import Comparing
from samerun.outputs.event_files import EventFile, Point, read_events, read_scalars
from samerun.outputs.hparams import read_hparams
from samerun.outputs.late import Late
from samerun.outputs.moments import is_moment
from samerun.outputs.object_trees import compare_raw
from samerun.outputs.reading import compare_content, gather_parts, only_in
from samerun.outputs.showing import clean, count
from samerun.outputs.values import compare_values
from samerun.outputs.volatile import why_volatile
from samerun.record.difference import Difference

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # the table of types is read by commands that compare no array

__all__ = ["compare", "kind", "read_scalars", "recognises"]

kind = "tensorboard"


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """An event file has ``tfevents`` in its name, or starts with the version that its writer puts first."""
    return "tfevents" in path.name or b"brain.Event:" in head[:64]


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two files tag by tag; when a value was written does not count.

    Of a file that ends in the middle of a record, what is whole is compared.
    """
    return compare_content(kind, a, b, read_events, lambda one, two: _compare(one, two, comparing))


def _compare(a: EventFile, b: EventFile, comparing: Comparing) -> Difference:
    children = list(_tags(a, b, comparing))
    children += [*_wall_times(a, b, comparing), *_ends(a, b)]
    return gather_parts(kind, children, "tag")


def _tags(a: EventFile, b: EventFile, comparing: Comparing) -> Iterator[Difference]:
    for tag in dict.fromkeys([*a.points, *b.points]):
        label = clean(tag)
        if tag not in a.points or tag not in b.points:
            yield only_in(label, "first" if tag in a.points else "second")
        else:
            yield _compare_series(label, tag, a.points[tag], b.points[tag], comparing)


def _compare_series(label: str, tag: str, a: list[Point], b: list[Point], comparing: Comparing) -> Difference:
    """Compare the values of one tag, pairing them by step."""
    steps = [each.step for each in a], [each.step for each in b]
    if steps[0] != steps[1]:
        return _other_steps(label, *steps)
    if all(isinstance(each.value, float) for each in (*a, *b)):
        return _compare_scalars(label, tag, a, b, comparing)
    pairs = zip(a, b, strict=True)
    return gather_parts(label, [_compare_points(label, one, two, comparing) for one, two in pairs], "step")


def _other_steps(label: str, a: list[int], b: list[int]) -> Difference:
    place = next((place for place, (one, two) in enumerate(zip(a, b, strict=False)) if one != two), min(len(a), len(b)))
    first = a[place] if place < len(a) else b[place]
    detail = f"other steps, from step {first} on: {count(len(a), 'value')} -> {count(len(b), 'value')}"
    return Difference(label, "different", detail)


def _compare_scalars(label: str, tag: str, a: list[Point], b: list[Point], comparing: Comparing) -> Difference:
    tally = ArrayTally("", comparing.rtol, comparing.atol)
    tally.add(0, *_narrowed(*(np.array([each.value for each in side], dtype=np.float64) for side in (a, b))))
    found = tally.difference(label, lambda place: f"step {a[place].step}")
    if found.verdict in ("identical", "equivalent"):
        return found
    names = tuple(tag.split("/"))
    unequal = [(x.value, y.value) for x, y in zip(a, b, strict=True) if x.value != y.value]
    reasons = [why_volatile(names, x, y, comparing) for x, y in unequal]
    if reasons and all(reasons):
        return Difference(label, "equivalent", found.detail, volatile=reasons[0])
    return found


def _narrowed(*sides: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    """Return floats as float32 where all of them are such, as most writers make them: ulps are then counted so."""
    with np.errstate(over="ignore"):
        narrow = [side.astype(np.float32) for side in sides]
    exact = all(np.array_equal(side, one, equal_nan=True) for side, one in zip(sides, narrow, strict=True))
    return narrow if exact else list(sides)


def _compare_points(label: str, a: Point, b: Point, comparing: Comparing) -> Difference:
    """Compare two values of one step that are no numbers."""
    below = f"{label}, step {a.step}"
    if a.plugin == b.plugin == "hparams":
        return compare_values(label, read_hparams(a.value), read_hparams(b.value), comparing)
    if isinstance(a.value, bytes) and isinstance(b.value, bytes):
        return compare_raw(below, a.value, b.value)
    if isinstance(a.value, str | float | list) or isinstance(b.value, str | float | list):
        return compare_values(below, _plain(a.value), _plain(b.value), comparing)
    if isinstance(a.value, bytes) or isinstance(b.value, bytes):
        return Difference(below, "different", "another kind of value")
    return compare_arrays(below, plain(a.value), plain(b.value), comparing)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | float | list | bytes) else value.tolist()


def _wall_times(a: EventFile, b: EventFile, comparing: Comparing) -> Iterator[Difference]:
    """Yield one difference for when the values were written: it does not count where that was within the runs."""
    times = [[each.wall_time for series in side.points.values() for each in series] for side in (a, b)]
    if times[0] == times[1] or not all(times):
        return
    detail = "the moments at which values were written"
    sides = zip(times, (comparing.a, comparing.b), strict=True)
    if all(is_moment(pick(written), window) for written, window in sides for pick in (min, max)):
        yield Difference("wall_time", "equivalent", detail, volatile="moments within the run")
    else:
        yield Difference("wall_time", "different", f"{detail} differ, and lie outside of the runs")


def _ends(a: EventFile, b: EventFile) -> Iterator[Difference]:
    """Yield what is to be said of files that end in the middle of a record."""
    cut = [name for name, side in (("first", a), ("second", b)) if side.is_cut]
    if cut:
        verdict = "equivalent" if len(cut) == 2 else "different"
        which = "both files end" if len(cut) == 2 else f"the {cut[0]} file ends"
        yield Difference("(end)", verdict, f"{which} in the middle of a record")  # type: ignore[arg-type]
