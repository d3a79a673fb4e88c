"""Whether a record has seen what strace saw: files read and written, on each example."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from benchmarks import strace
from benchmarks.measuring import SAMERUN, plain_environment, run

EXAMPLES = Path(__file__).parent.parent / "examples"
PYTHON = ("python", "train.py")
COMMANDS: dict[str, tuple[str, ...]] = {
    "torch_image_classifier": (*PYTHON, "--epochs", "1"),
    "char_language_model": (*PYTHON, "--steps", "5"),
    "sklearn_pipeline": PYTHON,
    "sklearn_forest": PYTHON,
    "xgboost_tabular": (*PYTHON, "--rounds", "5"),
    "lightgbm_tabular": PYTHON,
    "ddp_gloo": ("torchrun", "--standalone", "--nproc-per-node", "2", "train.py"),
    "jax_regression": (*PYTHON, "--steps", "5"),
    "hydra_app": PYTHON,
    "notebook": ("papermill", "analysis.ipynb", "executed.ipynb"),
    "plain_python": (*PYTHON, "3"),
    "native_files": PYTHON,
}
# Files that were written are paired with the digits of their names blotted out: some names hold the time.
_DIGITS = str.maketrans("0123456789", "0" * 10)


@dataclass(frozen=True)
class Agreement:
    """What one side saw and the other did not; ``read`` and ``written`` are how many both saw."""

    example: str
    read: int
    written: int
    missing_read: tuple[str, ...]
    invented_read: tuple[str, ...]
    missing_written: tuple[str, ...]
    invented_written: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether both saw the same."""
        return not (self.missing_read or self.invented_read or self.missing_written or self.invented_written)


def agreement(example: str, scratch: Path) -> Agreement:
    """Record an example under strace, and hold the record against the log.

    strace stands between ``samerun record`` and the program: both see one and the same run, and what samerun
    itself opens is not in the log.

    Raises:
        FileNotFoundError: there is no strace here.
    """
    folder, log = scratch / example, scratch / f"{example}.strace"
    shutil.copytree(EXAMPLES / example, folder, ignore=shutil.ignore_patterns("__pycache__", "outputs"))
    environment = {**plain_environment(), "HOME": str(scratch), "SAMERUN_STORE": str(scratch / "store" / example)}
    if (folder / "make_data.py").exists():
        run(("python", "make_data.py"), folder, environment)
    before = files_below(folder)
    run((SAMERUN, "record", "--", *strace.command(log), *COMMANDS[example]), folder, environment)
    shown = json.loads(run((SAMERUN, "show", "last", "--json"), folder, environment).output)
    with log.open(encoding="utf-8", errors="surrogateescape") as lines:
        seen = strace.parse(lines, str(folder))
    return compare(example, seen, shown, folder, before)


def compare(example: str, seen: strace.Seen, shown: dict[str, Any], folder: Path, before: set[str]) -> Agreement:
    """Hold strace's files against a record's, below ``folder``; ``before`` is what stood there when the run began."""
    left = files_below(folder)
    really_read = {sourced(path) for path in inside(seen.read, folder)} & before
    really_written = inside(seen.written, folder) & left
    reported_read = relative(shown["factors"].get("data", {}), folder)
    code = relative(shown["factors"].get("code", {}), folder)
    reported_written = relative([output["path"] for output in shown["outputs"]], folder)
    missing, invented = both_ways(really_written, reported_written)
    return Agreement(
        example,
        len(really_read & (reported_read | code)),
        len(really_written) - len(missing),
        tuple(sorted(really_read - reported_read - code)),
        tuple(sorted(reported_read - really_read)),
        missing,
        invented,
    )


def both_ways(really: set[str], reported: set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what only the first side has and what only the second has, digits in names blotted out."""
    a, b = ({name.translate(_DIGITS): name for name in side} for side in (really, reported))
    return tuple(sorted(a[name] for name in a.keys() - b.keys())), tuple(
        sorted(b[name] for name in b.keys() - a.keys())
    )


def relative(paths: Any, folder: Path) -> set[str]:
    """Return those of a record's paths that lie in the project, relative to it."""
    absolute = {os.path.join(folder, path) for path in paths}
    return {sourced(path) for path in inside(absolute, folder)}


def inside(paths: Any, folder: Path) -> set[str]:
    """Return the paths below ``folder``, relative to it."""
    return {os.path.relpath(path, folder) for path in paths if path.startswith(f"{folder}{os.sep}")}


def sourced(path: str) -> str:
    """Return the source that a ``.pyc`` stands for, any other path as it is."""
    pure = PurePosixPath(path)
    if pure.parent.name != "__pycache__":
        return path
    return str(pure.parent.parent / f"{pure.name.partition('.')[0]}.py")


def files_below(folder: Path) -> set[str]:
    """Return all files below ``folder``, relative to it, but the compiler's cache."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(folder)) for path in found}
