"""Packages, read from folders as installers leave them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import distributions
from pathlib import Path

import pytest

from samerun.factors.factor import Scene
from samerun.factors.package import Package, normalise, read_packages
from samerun.record.missing import Missing
from samerun.record.observation import Observation


def install(site: Path, name: str, version: str, modules: tuple[str, ...] = (), origin: str = "") -> None:
    """Install a distribution of empty modules."""
    folder = site / f"{name}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
    (folder / "RECORD").write_text("".join(f"{module}/__init__.py,,\n" for module in modules))
    (folder / "top_level.txt").write_text("\n".join(modules))
    for module in modules:
        (site / module).mkdir()
        (site / module / "__init__.py").touch()
    if origin:
        (folder / "direct_url.json").write_text(origin)


def test_names_and_versions_of_every_installer(tmp_path: Path) -> None:
    install(tmp_path, "Typing_Extensions", "4.1")
    install(tmp_path, "torch", "2.3.0+cu118")
    for old in ("old-name-1.0-py3.11.egg-info", "plain-2.0.egg-info", "~broken", "x.dist-info", "y.egg-info"):
        (tmp_path / old).mkdir()
    found = {name: facts["version"] for name, facts in read_packages([str(tmp_path)]).items()}
    assert found == {"old-name": "1.0", "plain": "2.0", "torch": "2.3.0+cu118", "typing-extensions": "4.1"}


def test_the_first_on_the_path_wins(tmp_path: Path) -> None:
    install(tmp_path / "a", "thing", "1")
    install(tmp_path / "b", "thing", "2")
    paths = [str(tmp_path / each) for each in ("nowhere", "a", "b", "a")]
    assert read_packages(paths)["thing"] == {"version": "1"}


def test_what_was_imported_is_known_by_its_modules(tmp_path: Path) -> None:
    install(tmp_path, "scikit_learn", "1.4", ("sklearn",))
    install(tmp_path, "numpy", "1.26", ("numpy",))
    install(tmp_path, "unused", "1", ("unused",))
    found = read_packages([str(tmp_path)], {"sklearn", "numpy", "json", "own_module"})
    assert {name for name, facts in found.items() if facts.get("imported")} == {"scikit-learn", "numpy"}


def test_an_origin_is_part_of_the_identity(tmp_path: Path) -> None:
    install(tmp_path, "tool", "1", origin='{"url": "https://h/tool.git"}')
    a, b = read_packages([str(tmp_path)]), {"tool": {"version": "1"}}
    assert [change.subject for change in Package().differences(a, b)] == ["tool"]


def test_changes_say_whether_anybody_imported_it() -> None:
    a = {"used": {"version": "1", "imported": True}, "idle": {"version": "1"}, "same": {"version": "1"}}
    b = {"used": {"version": "2"}, "idle": {"version": "2"}, "same": {"version": "1", "imported": True}}
    found = {change.subject: change.note for change in Package().differences(a, b)}
    assert found == {"used": "", "idle": "not imported"}


def test_a_gone_and_a_new_package_are_changes() -> None:
    changes = Package().differences({"gone": {"version": "1"}}, {"new": {"version": "2"}})
    assert [(change.subject, change.a, change.b) for change in changes] == [("gone", "1", None), ("new", None, "2")]


def test_the_programs_own_path_is_read(
    tmp_path: Path, scene: Callable[..., Scene], ended: Callable[..., Observation]
) -> None:
    install(tmp_path, "thing", "1", ("thing",))
    observed = ended(sys_path=(str(tmp_path), "", "relative"), imported=frozenset({"thing"}))
    values = Package().read(scene(observed=observed))
    assert isinstance(values, dict)
    assert values["thing"]["imported"]
    assert isinstance(Package().read(scene()), Missing)


@pytest.mark.parametrize("name", ["A.b_c--d", "a-b-c-d", "A_B_C_D"])
def test_names_are_written_one_way(name: str) -> None:
    assert normalise(name) == "a-b-c-d"


def test_this_environment_is_read_as_the_standard_library_reads_it() -> None:
    known = {normalise(each.metadata["Name"]) for each in distributions() if each.metadata["Name"]}
    assert set(read_packages(sys.path)) >= known - {"samerun"}
