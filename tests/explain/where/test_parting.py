"""Differences are traced to the lines at which they are born, on real programs."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from samerun import inside
from samerun.explain.where.parting import Birth, births, differing_parts
from samerun.explain.where.traces import Trace, read_trace
from tests.explain.where.scripts import ITSELF, SCRIPTS, Script

MARK = "  # here"
QUICK = {"numpy", "pandas"}
ATTEMPTS = 4
"""How often a program that differs by chance may agree with itself: threads of a machine that is busy take turns."""

INSIDE = Path(inside.__file__).parent


def run(folder: Path, script: Script, given: Mapping[str, str]) -> Trace:
    """Run a script with its lines followed."""
    tree, kept = folder / "tree", folder / "run"
    (kept / "spool").mkdir(parents=True)
    tree.mkdir()
    for name, text in {"train.py": script.text, **script.others}.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace(MARK, ""))
    variables = {name: value for name, value in os.environ.items() if not name.startswith("SAMERUN")}
    own = {
        "PYTHONPATH": str(INSIDE),
        "SAMERUN_SPOOL": str(kept / "spool"),
        "SAMERUN_RUN": str(kept),
        "SAMERUN_TREE": str(tree),
        "SAMERUN_PROCESS": "main",
        "SAMERUN_CONDITIONS": "trace=on",
    }
    subprocess.run(
        [sys.executable, *script.arguments],
        cwd=tree,
        env={**variables, "PYTHONHASHSEED": "0", **own, **given},
        check=True,
    )
    reports = "".join(path.read_text() for path in (kept / "spool").glob("*.events"))
    assert "\nfault\t" not in reports, [line for line in reports.splitlines() if line.startswith("fault")]
    return read_trace(kept)


def found_in(folder: Path, script: Script) -> list[Birth]:
    a, b = (run(folder / str(number), script, given) for number, given in enumerate(script.given))
    return births(a, b, wanted={"file out.txt"})


def marked(script: Script) -> str:
    (place,) = [
        f"{name}:{number}"
        for name, text in {"train.py": script.text, **script.others}.items()
        for number, line in enumerate(text.splitlines(), 1)
        if line.endswith(MARK)
    ]
    return place


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_line_is_found(name: str, tmp_path: Path) -> None:
    script = SCRIPTS[name]
    lacking = [module for module in script.needs if importlib.util.find_spec(module) is None]
    if lacking:
        pytest.skip(f"{lacking[0]} is not installed")
    if not QUICK.issuperset(script.needs) and os.environ.get("SAMERUN_TEST_SCALE") != "full":
        pytest.skip("slow to import: with SAMERUN_TEST_SCALE=full")
    for attempt in range(ATTEMPTS if script.given == ITSELF else 1):
        found = found_in(tmp_path / str(attempt), script)
        if found:
            break
    assert found, "no line was named"
    assert found[0].line.place == marked(script), found


def test_two_runs_that_are_the_same_have_no_births(tmp_path: Path) -> None:
    script = Script(
        "import random\nx = random.Random(3).random()\nopen('out.txt', 'w').write(str({'a', 'b', str(x)}))\n"
    )
    assert found_in(tmp_path, script) == []


def test_what_differs_where_results_agree_is_passed_over(tmp_path: Path) -> None:
    script = Script("import time\nt = time.time()\nn = 3\nopen('out.txt', 'w').write(str(n))\n")
    a, b, c = (run(tmp_path / str(number), script, {}) for number in range(3))
    assert [each.line.place for each in births(a, b)] == ["train.py:2"]
    assert births(a, b, differing_parts(a, c)) == []
