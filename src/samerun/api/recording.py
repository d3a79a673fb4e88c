"""``record``: run a command as it is and keep the run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from samerun.api.stores import store_here, store_trouble
from samerun.launch.allowance import KeepInputs
from samerun.launch.found import Locking, Request, prepare
from samerun.launch.launcher import launch
from samerun.launch.not_kept import INPUTS, UNREAD
from samerun.record.run import Run
from samerun.version import VERSION


@dataclass(frozen=True)
class Recorded:
    """A recorded run: the record, its folder, and the child's return code as ``subprocess`` gives it.

    ``trouble`` is a sentence where the program ended but its record could not be completed.
    """

    run: Run
    folder: Path
    returncode: int
    trouble: str = ""

    @property
    def not_kept(self) -> list[str]:
        """What is known of by its hash or its name alone: one sentence each."""
        return [gap.why for gap in self.run.not_captured if gap.what in (INPUTS, UNREAD)]


def record(
    command: list[str],
    *,
    name: str | None = None,
    tags: Iterable[str] = (),
    seed: int | None = None,
    deterministic: bool = False,
    portable: bool = False,
    keep_inputs: KeepInputs = "small",
    data: Iterable[str] = (),
    locking: Locking | None = None,
) -> Recorded:
    """Run a command as it is and keep the run.

    Args:
        command: the argument vector.
        name: the experiment's name; the script's name if none is given.
        tags: words to find the run by.
        seed: seeds every library; without it nothing is ever reseeded.
        deterministic: asks libraries for deterministic kernels.
        portable: that, and pins the number of threads, the instruction set and the precision, so that two machines
            agree; the user's own variables for these are replaced.
        keep_inputs: which inputs, and which files of the folder that git does not ignore, are copied into the store:
            ``never`` (code alone), ``small`` (up to 100 MB a file, 1 GB a run), ``all``.
        data: files and folders that are locked before the start.
        locking: makes what is entered while data is locked and told files and bytes done.

    Returns:
        The run. Its program's own failure is not an error of this function: see ``returncode``.

    Raises:
        CannotStart: the command cannot be started.
        MissingData: data to be locked is not there, or cannot be identified.
        StoreTrouble: the store cannot be written before the start.
    """
    layout = store_here()
    request = Request(command, name, tuple(tags), seed, deterministic, portable, keep_inputs, tuple(data))
    try:
        order = prepare(request, Path.cwd(), os.environ, layout, VERSION, locking)
        done = launch(order)
    except OSError as error:
        raise store_trouble(layout, error) from error
    return Recorded(done.run, done.folder.path, done.ending.returncode, done.trouble)
