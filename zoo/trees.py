"""A case's program on disk, as it is or edited, and what one bare run of it gives."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from zoo import environments
from zoo.case import BadCase, Case, Edit, Step
from zoo.results import Result, meaning
from zoo.services import serving

MEANS = Path(__file__).parent / "means"

# Set by whoever calls, and each of them a condition of some case.
DROPPED = ("OMP_", "MKL_", "OPENBLAS_", "PYTHON", "SAMERUN_", "TZ", "LANG", "LC_", "ATEN_", "ONEDNN_", "NPY_")


@dataclass
class Way:
    """How a program is started: its words, its variables, the project's folder and where in it."""

    command: list[str]
    environment: dict[str, str]
    folder: Path
    cwd: Path
    options: list[str] = field(default_factory=list)
    prefix: list[str] = field(default_factory=list)


def build(case: Case, folder: Path, edits: Iterable[Edit] = (), steps: Iterable[Step] = ()) -> None:
    """Put the program into a folder, with these edits made to it; what was in the folder goes.

    Raises:
        BadCase: an edit does not fit.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(case.project, folder)
    for edit in edits:
        _replace(case, folder / edit.file, edit.old, edit.new)
    change(case, folder, steps)


def change(case: Case, folder: Path, steps: Iterable[Step]) -> None:
    """Make the changes of these steps to the files of a folder."""
    for step in steps:
        if step.put:
            (folder / step.file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(case.folder / "changed" / step.put, folder / step.file)
        elif step.old:
            _replace(case, folder / step.file, step.old, step.new)
        elif step.file:
            (folder / step.file).unlink()


def _replace(case: Case, path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    if text.count(old) != 1:
        raise BadCase(f"{case.name}: {path.name} has {text.count(old)} times: {old!r}")
    path.write_text(text.replace(old, new), "utf-8")


def way(case: Case, folder: Path, steps: Sequence[Step] = ()) -> Way:
    """Return how the program is started after these steps."""
    python = next((step.python for step in steps if step.python), case.python)
    packages = () if os.path.isabs(python) else installed(case, steps)
    interpreter = environments.interpreter(case.name, python, packages)
    words = [word.replace("{project}", str(folder)) for word in case.command]
    for old, new in (pair for step in steps for pair in step.arguments):
        words[words.index(old)] = new
    words += [word for step in steps for word in step.add]
    variables = base_environment(interpreter) | case.environment
    variables.update({name: value for step in steps for name, value in step.environment.items()})
    below = next((step.folder for step in steps if step.folder), ".")
    command = [str(interpreter) if word == "python" else word for word in words]
    prefix = [word.replace("{case}", str(case.folder)) for step in steps for word in step.prefix]
    options = next((step.options for step in steps if step.options), case.options)
    return Way(command, variables, folder, folder / below, list(options), prefix)


def installed(case: Case, steps: Sequence[Step]) -> tuple[str, ...]:
    """Return what is installed after these steps."""
    asked = [*case.packages, *(each for step in steps for each in step.packages)]
    versions = {name: version for name, _, version in (each.partition("==") for each in asked)}
    return tuple(f"{name}=={version}" for name, version in versions.items())


def base_environment(interpreter: Path) -> dict[str, str]:
    """Return the variables that every program starts with: the caller's, without any that a case is about."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
    path = os.pathsep.join([str(interpreter.parent), kept.get("PATH", os.defpath)])
    return {**kept, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8", "TZ": "UTC"}


def run(case: Case, how: Way, more: Mapping[str, str] | None = None, means: str = "") -> Result:
    """Run the program bare and return what it left.

    Args:
        case: whose excuses hold.
        how: how it is started.
        more: further variables.
        means: a shim of ``zoo/means`` to run it under.

    Raises:
        BadCase: the program fails.
    """
    variables = {**how.environment, **(more or {})}
    if means:
        variables["PYTHONPATH"] = str(MEANS / means)
    before = snapshot(how.folder)
    with serving(case.folder / case.service if case.service else None, variables):
        done = subprocess.run(
            [*how.prefix, *how.command], cwd=how.cwd, env=variables, capture_output=True, text=True, timeout=300
        )
    if done.returncode:
        raise BadCase(f"{case.name}: {' '.join(how.command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    written = {name: key for name, key in snapshot(how.folder).items() if before.get(name) != key}
    return meaning(how.folder, written, done.stdout, case.excused)


def snapshot(folder: Path) -> dict[str, str]:
    """Return the hash and the time of each file."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found[path.relative_to(folder).as_posix()] = f"{digest} {path.stat().st_mtime_ns}"
    return found
