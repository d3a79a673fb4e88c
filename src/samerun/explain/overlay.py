"""Single distributions in folders of their own, to stand in front of what is installed.

A folder holds one distribution in one version: copied from an environment that still has it, else installed by uv
(https://docs.astral.sh/uv/) without its dependencies, else, for one that shall not be there, modules that cannot be
imported. It is kept in the store and serves every later question.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from samerun.basics import files
from samerun.basics.hashing import hash_bytes
from samerun.errors import CannotReplay, MissingExtra, UnsafePath
from samerun.factors.package import normalise, read_packages
from samerun.launch.rebuild import find_uv, install_line
from samerun.record.values import Json, Values

_PROBE = "import sys, json; print(json.dumps([sys.path[1:], sys.implementation.cache_tag]))"
_PROBE_S = 60
_COMPILED = (".so", ".pyd", ".dylib", ".dll")


@dataclass(frozen=True)
class Interpreter:
    """An interpreter and what it finds installed, asked once of itself."""

    executable: str

    @property
    def exists(self) -> bool:
        """Whether it can still be started."""
        return os.access(self.executable, os.X_OK)

    @cached_property
    def _said(self) -> tuple[list[str], str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        try:
            done = subprocess.run(
                [self.executable, "-c", _PROBE], capture_output=True, timeout=_PROBE_S, env=environment, check=True
            )
            path, tag = json.loads(done.stdout)
        except (OSError, subprocess.SubprocessError, ValueError):
            return [], ""
        return [str(entry) for entry in path], str(tag)

    @property
    def search_path(self) -> list[str]:
        """Where it looks for modules; empty if it cannot be started."""
        return self._said[0]

    @property
    def tag(self) -> str:
        """What its compiled modules are marked with: ``cpython-311``."""
        return self._said[1]

    @cached_property
    def packages(self) -> Values:
        """The distributions that it finds, by name."""
        return read_packages(self.search_path)

    def metadata_of(self, name: str) -> Path | None:
        """Return the folder of a distribution's metadata."""
        for entry in self.search_path:
            with suppress(OSError):
                for path in sorted(Path(entry).glob("*.dist-info")):
                    if normalise(path.name.removesuffix(".dist-info").rpartition("-")[0]) == name:
                        return path
        return None


def version_of(facts: Json) -> str | None:
    """Return the version that a distribution's facts tell; None for one that is not there."""
    return None if facts is None else str(facts.get("version"))


class Overlays:
    """Makes and keeps the folders of single distributions.

    Args:
        home: where they are kept.
        sources: interpreters in whose environments a version may still lie.
    """

    def __init__(self, home: Path, sources: Mapping[str, Interpreter]) -> None:
        self._home = home
        self._sources = sources

    def folder(self, name: str, facts: Json, target: Interpreter) -> Path:
        """Return a folder that makes an interpreter find a distribution as it was, or not find it.

        Args:
            name: the distribution's normalised name.
            facts: its recorded facts; None if it shall not be there.
            target: the interpreter that is to find it.

        Raises:
            CannotReplay: it is not to be had, with the reason.
        """
        key = hash_bytes(json.dumps([name, facts and _origin(facts), version_of(facts), target.tag]).encode())[:12]
        folder = self._home / f"{name}-{version_of(facts) or 'absent'}-{key}"
        if not (folder / ".complete").is_file():
            files.remove_tree(folder)
            files.make_folder(folder)
            if facts is None:
                _hide(folder, target.metadata_of(name), name)
            elif not self._copied(folder, name, facts, target):
                self._install(folder, name, facts, target)
            files.write_atomic(folder / ".complete", b"")
        return folder

    def _copied(self, folder: Path, name: str, facts: Json, target: Interpreter) -> bool:
        """Copy it from an environment that has it in that version, compiled for the same interpreter if at all."""
        for source in self._sources.values():
            metadata = source.metadata_of(name) if _same_version(source.packages.get(name), facts) else None
            if metadata is None:
                continue
            is_alike = source.tag == target.tag
            if (is_alike or not _is_compiled(metadata)) and _copy(metadata, folder):
                return True
            files.remove_tree(folder)
            files.make_folder(folder)
        return False

    def _install(self, folder: Path, name: str, facts: Json, target: Interpreter) -> None:
        line = install_line(name, facts)
        if line is None:
            raise CannotReplay(
                f"{name} was installed from a folder, which is no version that could be installed again."
            )
        try:
            uv = find_uv()
        except MissingExtra as error:
            raise CannotReplay(
                f"{name} {version_of(facts)} is in no environment any more, and uv is missing."
            ) from error
        command = [uv, "pip", "install", "--quiet", "--no-deps", "--target", str(folder), "--python", target.executable]
        done = subprocess.run(
            [*command, line.strip()], capture_output=True, text=True, env={**os.environ, "UV_NO_PROGRESS": "1"}
        )
        if done.returncode:
            files.remove_tree(folder)
            gone = f"{name} {version_of(facts)} is in no environment any more"
            raise CannotReplay(f"{gone} and could not be installed: {_said(done.stderr)}")


def _said(text: str) -> str:
    """Return what an installer said in one line."""
    return re.sub(r"[\s│╰─▶×]+", " ", text).strip()[:200] or "without a reason"


def _same_version(there: Json, facts: Json) -> bool:
    return there is not None and version_of(there) == version_of(facts) and _origin(there) == _origin(facts)


def _origin(facts: Json) -> str:
    return str(facts.get("origin", ""))


def _listed(metadata: Path) -> Iterator[tuple[str, str]]:
    """Yield path and hash of each file of a distribution (packaging specification, Recording installed projects)."""
    with open(metadata / "RECORD", encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if len(row) >= 2:
                yield row[0], row[1]


def _is_compiled(metadata: Path) -> bool:
    try:
        return any(path.endswith(_COMPILED) for path, _ in _listed(metadata))
    except OSError:
        return True


def _copy(metadata: Path, folder: Path) -> bool:
    """Copy the listed files of a distribution; False where the list or a file is gone, or a file was changed since."""
    source = metadata.parent
    try:
        for name, digest in _listed(metadata):
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or path.suffix == ".pyc":
                continue  # scripts and compiled caches lie elsewhere, or are made anew
            target = files.resolve_inside(folder, name)
            files.make_folder(target.parent)
            files.copy_file(source / name, target, mode=0o644)
            if digest and not _is_hash(target, digest):
                return False
    except (OSError, UnsafePath, UnicodeDecodeError, csv.Error):
        return False
    return True


def _is_hash(path: Path, digest: str) -> bool:
    kind, _, wanted = digest.partition("=")
    if kind not in hashlib.algorithms_guaranteed:
        return True
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, kind).digest()
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode() == wanted


def _hide(folder: Path, metadata: Path | None, name: str) -> None:
    """Put modules there that say, as the interpreter would, that there is no such module."""
    tops = {name.replace("-", "_")}
    if metadata is not None:
        with suppress(OSError, UnicodeDecodeError, csv.Error):
            tops = {PurePosixPath(path).parts[0] for path, _ in _listed(metadata) if path.endswith((".py", ".so"))}
    for top in sorted({each.partition(".")[0] for each in tops if not each.endswith((".dist-info", ".data"))} - {""}):
        if top.isidentifier():
            text = f"raise ModuleNotFoundError({f'No module named {top!r}'!r}, name={top!r})\n"
            files.write_atomic(folder / f"{top}.py", text.encode(), mode=0o644)
