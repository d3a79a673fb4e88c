"""The folder that an earlier run left behind: does the next run see it?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from samerun.basics.files import resolve_inside
from samerun.compare.pairing import pair_outputs
from samerun.explain.checking.advising import advise
from samerun.explain.checking.sources import reading
from samerun.explain.judging import Kept
from samerun.explain.search import find_all
from samerun.record.cause import Cause
from samerun.record.files import FileFact
from samerun.record.output import Output
from samerun.record.values import Values
from samerun.store.objects import Objects

KIND = "leftover-state"


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

    Args:
        second: the run in the folder.
        first: the run that left the folder.
    """
    pairs = pair_outputs(first.run.outputs, second.run.outputs)
    lying = [one for one, other in pairs if one is not None and other is None]
    return Kept(structs.replace(second.run, outputs=[*second.run.outputs, *lying]), second.folder)
