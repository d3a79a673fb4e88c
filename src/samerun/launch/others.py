"""Other runs of the same store that go on at the same time: what they write in the project's folder is theirs.

The kernel tells which files changed, not by whom. What this run's own processes reported is its own in any case; of the
rest, what another run reported or left is that other run's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from samerun.basics.redaction import Redactor
from samerun.errors import SamerunError
from samerun.launch.observe import observe
from samerun.launch.spool import read_spool
from samerun.record.run import Run
from samerun.store import folder as run_folder
from samerun.store.layout import RunFolder, StoreLayout


class Others:
    """The runs beside this one, looked for only when they are asked for: there may be ten thousand runs in the store.

    Args:
        layout: the store.
        own: the folder of this run.
        started_ns: when its program started.
    """

    def __init__(self, layout: StoreLayout, own: RunFolder, started_ns: int) -> None:
        self._layout = layout
        self._own = own
        self._started_ns = started_ns

    @property
    def went_on(self) -> bool:
        """Whether any other run went on at the same time."""
        return bool(self._runs)

    def reported(self, path: str) -> bool:
        """Say whether a process of another run, which still goes on, reported that it wrote the file at this path."""
        return path in self._reported

    def left(self, path: str) -> bool:
        """Say whether another run, which has ended, left the file at this absolute path, as far as it could tell."""
        return path in self._left

    @cached_property
    def _runs(self) -> list[tuple[RunFolder, Run]]:
        return list(self._beside())

    @cached_property
    def _reported(self) -> frozenset[str]:
        spools = (read_spool(folder.spool) for folder, run in self._runs if _is_in_place(run))
        return frozenset(path for spool in spools for path in observe(spool, Redactor()).written)

    @cached_property
    def _left(self) -> frozenset[str]:
        runs = [run for _, run in self._runs if _is_in_place(run)]
        return frozenset(os.path.join(run.place.tree, output.path) for run in runs for output in run.outputs)

    def _beside(self) -> Iterator[tuple[RunFolder, Run]]:
        for path in self._layout.run_paths():
            folder = RunFolder(Path(path))
            if path == str(self._own.path) or not self._can_be_beside(folder):
                continue
            with suppress(SamerunError, OSError):
                run = run_folder.load(folder, whole=False)
                if run.status == "running" or (run.started + (run.seconds or 0.0)) * 1e9 >= self._started_ns:
                    yield folder, run

    def _can_be_beside(self, folder: RunFolder) -> bool:
        """Say by its files alone whether a run can have gone on so late: it reports still, or was sealed since."""
        if folder.spool.is_dir():
            return True
        with suppress(OSError):
            return folder.record.stat().st_mtime_ns >= self._started_ns
        return False


def _is_in_place(run: Run) -> bool:
    """Say whether a run writes where its programs see it: a replay does so in a workspace."""
    return run.place.workspace is None
