"""The folder that an earlier run left behind: does the next run see it?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from msgspec import structs

from samerun.basics.files import resolve_inside
from samerun.compare.pairing import pair_outputs
from samerun.compare.verdict import comparing
from samerun.explain.checking.advising import advise
from samerun.explain.checking.sources import reading
from samerun.explain.judging import Kept
from samerun.explain.search import find_all
from samerun.outputs import compare_files
from samerun.record.cause import Cause
from samerun.record.files import FileFact
from samerun.record.output import Output
from samerun.record.values import Values
from samerun.record.verdict import is_same
from samerun.store.objects import Objects

KIND = "leftover-state"

_LOG = ".log"


def left_by(kept: Kept) -> list[str]:
    """Return the files that a run left in its folder and of which there is a copy."""
    return [each.path for each in kept.run.outputs if isinstance(each.kept, str) and not each.path.startswith("/")]


def folder_after(kept: Kept, paths: Collection[str], objects: Objects) -> Mapping[str, Values]:
    """Return what a launch is given to start in the folder as a run left it.

    Args:
        kept: the run.
        paths: which of the files that it left are there.
        objects: where contents go.
    """
    given: dict[str, Values] = {}
    left = {each.path: each for each in kept.run.outputs if each.path in paths}
    for kind in ("code", "data"):
        values: dict[str, Any] = dict(reading(kept.run, kind))
        for path, output in left.items():
            if kind == "code" or path in values:
                values[path] = _fact(kept, output, objects)
        given[kind] = values
    return given


def _fact(kept: Kept, output: Output, objects: Objects) -> Any:
    copy = resolve_inside(kept.folder.path, str(output.kept))
    digest = objects.add_bytes(Path(copy).read_bytes())
    ended_ns = int((kept.run.started + (kept.run.seconds or 0.0)) * 1e9)
    fact = FileFact(output.size, "untracked", digest, mode=output.mode, mtime_ns=ended_ns, kept=True, read=True)
    return msgspec.to_builtins(fact)


def smallest(left: Sequence[int], disturbs: Callable[[frozenset[int]], bool]) -> list[int]:
    """Return the files that matter: the members of every smallest set that changes the result."""
    return sorted(frozenset().union(*find_all(left, disturbs)))


def causes(paths: Iterable[str], where: Callable[[str], str | None]) -> list[Cause]:
    """Return a cause for each file that an earlier run left and the next one sees.

    Args:
        paths: the files.
        where: returns the line that reads a file, or None.
    """
    found = []
    for path in paths:
        evidence = f"where an earlier run has left {path}, the result is another"
        found.append(Cause(KIND, path, where(path), evidence, advise(KIND, path, ())))
    return found


def with_what_lay_there(second: Kept, first: Kept) -> Kept:
    """Return a run in a left-behind folder with what it found there and did not write again among its outputs.

    It is judged by the final content of the files: one that it did not write again is not missing. One that it wrote
    under a name of its own (a folder named by the time) is paired with the first run's, which then need not be there.
    A log to which it added the same once more counts as the first run's: to grow is what a log is for.

    Args:
        second: the run in the folder.
        first: the run that left the folder.
    """
    pairs = pair_outputs(first.run.outputs, second.run.outputs)
    lying = [one for one, other in pairs if one is not None and other is None]
    grown = {two.path: one for one, two in pairs if one and two and _is_added_to((first, one), (second, two))}
    outputs = [grown.get(each.path, each) for each in second.run.outputs]
    return Kept(structs.replace(second.run, outputs=[*outputs, *lying]), second.folder)


def _is_added_to(a: tuple[Kept, Output], b: tuple[Kept, Output]) -> bool:
    """Say whether a log of the second run is that of the first one, and the same once more."""
    copies = [_copy(*each) for each in (a, b)]
    if not a[1].path.endswith(_LOG) or copies[0] is None or copies[1] is None or a[1].hash == b[1].hash:
        return False
    before, after = (copy.read_bytes() for copy in copies if copy is not None)
    if not before or not after.startswith(before):
        return False
    with TemporaryDirectory() as folder:
        added = Path(folder) / "added.log"
        added.write_bytes(after[len(before) :])
        return is_same(compare_files(a[1].path, copies[0], added, comparing(a[0].run, b[0].run)).verdict)


def _copy(kept: Kept, output: Output) -> Path | None:
    path = resolve_inside(kept.folder.path, output.kept) if isinstance(output.kept, str) else None
    return Path(path) if path is not None and Path(path).is_file() else None
