"""The folder that an earlier run left behind: does the next run see it?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from samerun.basics.files import resolve_inside
from samerun.explain.judging import Kept
from samerun.record.files import FileFact
from samerun.record.missing import Missing
from samerun.record.output import Output
from samerun.record.values import Values
from samerun.store.objects import Objects


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
        reading = kept.run.reading(kind)
        values: dict[str, Any] = {} if isinstance(reading, Missing) else dict(reading)
        for path, output in left.items():
            if kind == "code" or path in values:
                values[path] = _fact(kept, output, objects)
        given[kind] = values
    return given


def _fact(kept: Kept, output: Output, objects: Objects) -> Any:
    copy = resolve_inside(kept.folder.path, str(output.kept))
    digest = objects.add_bytes(Path(copy).read_bytes())
    fact = FileFact(output.size, "untracked", digest, mode=output.mode, kept=True, read=True)
    return msgspec.to_builtins(fact)


def with_what_lay_there(second: Kept, first: Kept) -> Kept:
    """Return a run in a left-behind folder with what it found there and did not write again among its outputs.

    It is judged by the final content of the files: one that it did not write again is not missing.

    Args:
        second: the run in the folder.
        first: the run that left the folder.
    """
    written = {each.path for each in second.run.outputs}
    lying = [_absolute(each, first) for each in first.run.outputs if each.path not in written]
    return Kept(structs.replace(second.run, outputs=[*second.run.outputs, *lying]), second.folder)


def _absolute(output: Output, owner: Kept) -> Output:
    """Return an output of another run as if it were this one's own: equal by its hash, never opened."""
    return output
