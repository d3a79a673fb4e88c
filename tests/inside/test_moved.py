"""A replay at another path runs the workspace's code, not the original's."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from samerun.inside.moved import moved

INSIDE = Path(__file__).parents[2] / "src" / "samerun" / "inside"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/elsewhere/lib", "/elsewhere/lib"),
        ("{original}x/lib", "{original}x/lib"),
        ("{original}/src", "{workspace}/src"),
        ("{original}", "{workspace}"),
        ("{original}/not/there", "{original}/not/there"),
    ],
)
def test_paths_below_the_original_lead_into_the_workspace(tmp_path: Path, path: str, expected: str) -> None:
    original, workspace = tmp_path / "original", tmp_path / "workspace"
    (workspace / "src").mkdir(parents=True)
    names = {"original": str(original), "workspace": str(workspace)}
    assert moved(path.format(**names), str(original), str(workspace)) == expected.format(**names)


def run(code: str, original: Path, workspace: Path, tmp_path: Path, before: str = "") -> str:
    """Run code with the bootstrap in a replay at another path; ``before`` runs as the environment's own start."""
    start = tmp_path / "start"
    start.mkdir()
    (start / "sitecustomize.py").write_text(before)
    spool = tmp_path / "spool"
    spool.mkdir()
    environment = {
        "PYTHONPATH": f"{INSIDE}:{start}:{original / 'src'}",
        "SAMERUN_SPOOL": str(spool),
        "SAMERUN_TREE": str(workspace),
        "SAMERUN_GUARD": str(original),
    }
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_an_editable_install_runs_the_recorded_code(tmp_path: Path) -> None:
    original, workspace = tmp_path / "original", tmp_path / "workspace"
    for folder, text in ((original, "now"), (workspace, "then")):
        (folder / "src").mkdir(parents=True)
        (folder / "src" / "thing.py").write_text(f"WHEN = {text!r}\n")
    assert run("import thing; print(thing.WHEN)", original, workspace, tmp_path) == "then"


def test_the_finder_of_an_editable_install_is_led_there_too(tmp_path: Path) -> None:
    original, workspace = tmp_path / "original", tmp_path / "workspace"
    (workspace / "lib" / "thing").mkdir(parents=True)
    code = textwrap.dedent(
        f"""
        import sys, types
        finder = types.ModuleType("__editable___thing_finder")
        finder.MAPPING = {{"thing": {str(original / "lib" / "thing")!r}}}
        sys.modules[finder.__name__] = finder
        sys.path.insert(0, {str(INSIDE.parents[1])!r})
        from samerun.inside import moved
        import os
        moved.install(os.environ)
        print(finder.MAPPING["thing"])
        """
    )
    assert run(code, original, workspace, tmp_path) == str(workspace / "lib" / "thing")
