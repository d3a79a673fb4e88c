"""What a program handed over to be kept, as outputs of its run."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

from samerun.basics import files
from samerun.basics.hashing import hash_file
from samerun.launch.logged import ARTIFACTS
from samerun.outputs import recognise
from samerun.outputs.comparing import HEAD_BYTES
from samerun.record.output import Output
from samerun.store.layout import RunFolder


def artifact_outputs(folder: RunFolder) -> list[Output]:
    """Return the artifacts as outputs; their paths are those in the run folder."""
    top = folder.path / ARTIFACTS
    if not top.is_dir():
        return []
    below = ((f"{ARTIFACTS}/{relative}", facts) for relative, facts in files.files_below(top))
    return [_output(folder.path / name, name, facts) for name, facts in below if stat.S_ISREG(facts.st_mode)]


def _output(path: Path, name: str, facts: os.stat_result) -> Output:
    with open(path, "rb") as file:
        kind = recognise(PurePosixPath(name), file.read(HEAD_BYTES)).kind
    return Output(name, kind, facts.st_size, hash_file(path), name, 0o644)
