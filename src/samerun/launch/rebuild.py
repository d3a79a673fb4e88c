"""A recorded environment made again with uv, and kept for the next time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from samerun.basics import files
from samerun.basics.hashing import hash_bytes
from samerun.errors import CannotReplay, MissingExtra
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Json, Values
from samerun.store.layout import StoreLayout

TIMEOUT_S = 3600


def rebuild_environment(run: Run, layout: StoreLayout, tell: Callable[[str], None]) -> str:
    """Return the interpreter of an environment with the recorded packages, made with uv if it is not there yet.

    Args:
        run: the recorded run.
        layout: its store; environments are kept below it by the hash of their requirements.
        tell: is told in words what is being done.

    Raises:
        MissingExtra: uv is not installed.
        CannotReplay: the recorded environment is not known, or a package cannot be had any more.
    """
    packages, python = run.reading("package"), run.reading("python")
    if isinstance(packages, Missing) or isinstance(python, Missing):
        raise CannotReplay(f"The run {run.id} does not know its environment.", "Replay it with `--env same`.")
    lines, left_out = requirements(packages)
    key = hash_bytes(f"{python['version']}\n{''.join(lines)}".encode())[:16]
    folder = layout.environments / key
    interpreter = folder / "bin" / "python"
    if (folder / "complete").is_file() and interpreter.exists():
        return str(interpreter)
    uv = find_uv()
    files.remove_tree(folder)
    files.make_folder(layout.environments)
    files.write_atomic(layout.environments / f"{key}.txt", "".join(lines).encode())
    tell(f"making an environment with Python {python['version']} and {len(lines)} packages")
    _uv([uv, "venv", "--quiet", "--no-project", "--python", _python_for(python), str(folder)])
    _uv(
        [
            uv,
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--python",
            str(interpreter),
            "-r",
            f"{layout.environments / key}.txt",
        ]
    )
    files.write_atomic(folder / "complete", "\n".join(left_out).encode())
    return str(interpreter)


def requirements(packages: Values) -> tuple[list[str], list[str]]:
    """Return requirement lines for exactly these packages, and the names of those that have no source to install from.

    A package of version control or of an address is asked for there; an editable one lies in the project's folder, and
    the replay finds it through the search path, not here.
    """
    lines: list[str] = []
    left_out: list[str] = []
    for name, facts in packages.items():
        line = install_line(name, facts)
        lines.append(line) if line else left_out.append(name)
    return lines, left_out


def install_line(name: str, facts: Json) -> str | None:
    """Return the requirement line for exactly this distribution; None for one that lies in a folder.

    Args:
        name: its normalised name.
        facts: its recorded facts.
    """
    try:
        origin = json.loads(facts.get("origin", "{}"))
        url = str(origin.get("url", ""))
    except (ValueError, AttributeError):  # a recorder marked a secret in it
        origin, url = {}, ""
    if "dir_info" in origin:
        return None
    if not url or "<redacted:" in url:
        return f"{name}=={facts['version']}\n"
    below = f"#subdirectory={origin['subdirectory']}" if origin.get("subdirectory") else ""
    vcs = origin.get("vcs_info")
    if vcs:
        return f"{name} @ {vcs['vcs']}+{url}@{vcs['commit_id']}{below}\n"
    return f"{name} @ {url}{below}\n"


def _python_for(python: Values) -> str:
    """Return the base interpreter if it is still there in that version, else the version for uv to find."""
    base = Path(str(python.get("base_prefix", ""))) / "bin" / f"python{'.'.join(str(python['version']).split('.')[:2])}"
    return str(base) if base.exists() else str(python["version"])


def find_uv() -> str:
    """Return where uv is, beside this interpreter or on the PATH.

    Raises:
        MissingExtra: it is not installed.
    """
    beside = Path(sys.executable).parent / "uv"
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        raise MissingExtra(
            "Rebuilding an environment needs uv, which is not installed.", "Install it: pip install 'samerun[env]'"
        )
    return found


def _uv(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=TIMEOUT_S, env={**os.environ, "UV_NO_PROGRESS": "1"}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotReplay(
            f"uv could not be run: {error}.", "Check that uv works, or replay with `--env same`."
        ) from error
    if done.returncode:
        last = [line.strip() for line in done.stderr.splitlines() if line.strip()][-4:]
        raise CannotReplay(
            f"The recorded environment cannot be made again: {' '.join(last)}",
            "Replay with `--env same`, or make the package available.",
        )
