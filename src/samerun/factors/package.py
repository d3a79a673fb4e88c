"""The packages: names and versions on the program's own ``sys.path``, found without starting anything."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from samerun.basics.hashing import hash_file
from samerun.factors.factor import Plain, Scene
from samerun.factors.python import main_process
from samerun.record.missing import Missing
from samerun.record.values import Change, Json, Reading, Values

_FOLDER = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+?)(-py[\d.]+)?\.(dist-info|egg-info)")


class Package(Plain):
    """Every installed distribution, by its normalised name."""

    kind = "package"
    advised = "install the version that the other run had, or replay with `--env rebuild`"

    def read(self, scene: Scene) -> Reading:
        """Return version, origin and whether the program imported it, for each distribution."""
        process = main_process(scene)
        if isinstance(process, Missing):
            return process
        imported = scene.observed.imported if scene.observed else frozenset()
        return {name: _redacted(facts, scene) for name, facts in read_packages(process.sys_path, imported).items()}

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return the distributions whose version or origin differs; one that neither run imported is said so."""
        return [
            Change(
                self.kind, name, _identity(a.get(name)), _identity(b.get(name)), note=_note(a.get(name), b.get(name))
            )
            for name in sorted({**a, **b})
            if _identity(a.get(name)) != _identity(b.get(name))
        ]


def _redacted(facts: Json, scene: Scene) -> Json:
    """Return the facts of a distribution without what an address may hold; installers ought to have left it out."""
    return {**facts, "origin": scene.redactor.text(facts["origin"])} if "origin" in facts else facts


def read_packages(sys_path: Iterable[str], imported: Iterable[str] = ()) -> Values:
    """Return the distributions on a ``sys.path``; the first of a name wins, as on import.

    Args:
        sys_path: folders, in order; entries that are no folders are passed over.
        imported: top-level module names that the program imported.
    """
    found: dict[str, tuple[Path, str]] = {}
    for entry in dict.fromkeys(sys_path):
        for folder in _metadata_folders(Path(entry)):
            match = _FOLDER.fullmatch(folder.name)
            if match:
                found.setdefault(normalise(match["name"]), (folder, match["version"]))
    owners = _owners(found, set(imported))
    return {name: _describe(folder, version, name in owners) for name, (folder, version) in sorted(found.items())}


def normalise(name: str) -> str:
    """Return a distribution's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _metadata_folders(entry: Path) -> list[Path]:
    try:
        return sorted(path for path in entry.iterdir() if path.name.endswith((".dist-info", ".egg-info")))
    except OSError:
        return []


def _describe(folder: Path, version: str, imported: bool) -> Json:
    facts: dict[str, Json] = {"version": version}
    if imported:
        facts["imported"] = True
        if (folder / "RECORD").is_file():
            facts["content"] = hash_file(folder / "RECORD")
    if (folder / "direct_url.json").is_file():
        facts["origin"] = (folder / "direct_url.json").read_text("utf-8", "replace")[:2000]
    return facts


def _owners(found: dict[str, tuple[Path, str]], imported: set[str]) -> set[str]:
    """Return the distributions that the imported modules belong to.

    Most modules have their distribution's name; only for the others are the lists of files read, which costs 30 ms.
    """
    entries = {folder.parent for folder, _ in found.values()}
    installed = {module for module in imported if _is_installed(module, found, entries)}
    owners = {normalise(module) for module in installed} & set(found)
    left = {module for module in installed if normalise(module) not in owners}
    if left:
        owners |= {name for name, (folder, _) in found.items() if not _modules(folder, name).isdisjoint(left)}
    return owners


def _is_installed(module: str, found: dict[str, tuple[Path, str]], entries: set[Path]) -> bool:
    """Say whether a module lies beside distributions, not in the standard library or the project's own folder."""
    if normalise(module) in found:
        return True
    if module in sys.stdlib_module_names:
        return False
    return any((entry / module).exists() or (entry / f"{module}.py").exists() for entry in entries)


def _modules(folder: Path, name: str) -> set[str]:
    """Return the top-level modules of a distribution: what it says, else what its list of files says."""
    try:
        return set((folder / "top_level.txt").read_text("utf-8").split())
    except OSError:
        pass
    try:
        listed = (folder / "RECORD").read_text("utf-8", "replace")
    except OSError:
        return {name.replace("-", "_")}
    tops = (re.split(r"[/,]", line, maxsplit=1)[0] for line in listed.splitlines() if not line.startswith((".", '"')))
    return {top.removesuffix(".py") for top in tops}


def _identity(facts: Json) -> Json:
    """Return what makes a distribution another one: its version, and where it came from if not from an index."""
    if facts is None:
        return None
    origin = facts.get("origin")
    return f"{facts['version']} ({origin})" if origin else facts["version"]


def _note(a: Json, b: Json) -> str:
    used = any(facts and facts.get("imported") for facts in (a, b))
    return "" if used else "not imported"
