"""The interpreters that cases run on: this one, or an environment with packages of its own."""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import subprocess
import sys
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from zoo.case import Case

FOLDER = Path(__file__).parent / ".environments"


class NotHere(Exception):
    """What a case needs is not on this machine; the text says what."""


@lru_cache
def interpreter(name: str, python: str, packages: tuple[str, ...]) -> Path:
    """Return the interpreter for a case.

    An environment is made where packages or another Python are asked for, and kept. A case whose packages change has
    one environment in which they are really upgraded.

    Args:
        name: the case's.
        python: the version (``3.12``), empty for this one.
        packages: what is installed in it, as for pip.

    Raises:
        NotHere: there is no such Python, or a package cannot be installed.
    """
    if not python and not packages:
        return Path(sys.executable)
    base = python_of(python)
    if not packages:
        return base
    key = hashlib.sha256("\n".join([str(base), *packages]).encode()).hexdigest()[:8]
    home = FOLDER / f"{name}-{key}"
    return home / "bin" / "python" if (home / "done").exists() else create(home, base, packages)


def create(home: Path, base: Path, packages: tuple[str, ...]) -> Path:
    """Make an environment with these packages and return its interpreter.

    Raises:
        NotHere: a package cannot be installed.
    """
    subprocess.run([_uv(), "venv", "-q", "--clear", "-p", base, home], check=True)
    upgrade(home / "bin" / "python", packages)
    (home / "done").touch()
    return home / "bin" / "python"


def upgrade(python: Path, packages: tuple[str, ...]) -> None:
    """Install these versions into an environment, over what it has.

    Raises:
        NotHere: a package cannot be installed.
    """
    done = subprocess.run([_uv(), "pip", "install", "-q", "-p", python, *packages], capture_output=True, text=True)
    if done.returncode:
        raise NotHere(f"{', '.join(packages)} cannot be installed: {done.stderr.strip()[-200:]}")


def _uv() -> str:
    found = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if found is None:
        raise NotHere("uv is not installed")
    return found


def python_of(version: str) -> Path:
    """Return a Python of a version (``3.12``) or a path: this one, pyenv's, or one on the path that really starts.

    Raises:
        NotHere: there is none.
    """
    if os.path.isabs(version):
        return Path(version)
    if not version or version == f"{sys.version_info[0]}.{sys.version_info[1]}":
        return Path(sys.executable)
    found = sorted(glob.glob(str(Path.home() / f".pyenv/versions/{version}.*/bin/python{version}")))
    for candidate in [*found, shutil.which(f"python{version}") or ""]:
        if candidate and subprocess.run([candidate, "-c", ""], capture_output=True).returncode == 0:
            return Path(candidate)
    raise NotHere(f"Python {version} is not installed")


def missing(case: Case, cores: int) -> str:
    """Return what a case needs and this machine has not; empty where nothing is missing."""
    absent = [name for name in case.needs if find_spec(name) is None] if not case.packages else []
    if absent:
        return f"{', '.join(absent)} not installed"
    if cores < case.cores:
        return f"{case.cores} cores"
    if case.gpu and not _has_gpu():
        return "no GPU"
    lacking = [flag for flag in case.processor if flag not in _processor_flags()]
    if lacking:
        return f"processor without {', '.join(lacking)}"
    try:
        for version in {case.python, *(step.python for step in case.steps)}:
            python_of(version)
    except NotHere as error:
        return str(error)
    return ""


def _has_gpu() -> bool:
    return Path("/proc/driver/nvidia/version").exists()


@lru_cache
def _processor_flags() -> frozenset[str]:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    return frozenset(word for line in lines if line.startswith(("flags", "Features")) for word in line.split())


def cores_allowed() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
