"""The zoo's runner on a few cases, for real; the whole zoo is ``make zoo``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from zoo.case import Excuse, all_cases
from zoo.environments import NotHere, missing, python_of
from zoo.results import meaning
from zoo.today import try_today
from zoo.trees import build, run, snapshot, way
from zoo.verify import verify

TOP = Path(__file__).parent.parent.parent


def zoo(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "zoo", *words], cwd=TOP, capture_output=True, text=True)


@pytest.mark.parametrize("name", ["jaguar", "mongoose", "crane", "viper", "tern", "tapir", "vole"])
def test_what_a_case_says_is_true(name: str, tmp_path: Path) -> None:
    (case,) = all_cases([name])
    assert verify(case, tmp_path).wrong == []


def test_a_case_that_says_what_is_not_true_is_found_out(tmp_path: Path) -> None:
    (case,) = all_cases(["mongoose"])
    lying = case.__class__(**{**case.__dict__, "sensitive": ()})
    assert verify(lying, tmp_path).wrong == ["it is sensitive to timezone, which the case does not say"]


def test_a_case_is_judged_and_the_results_are_written(tmp_path: Path) -> None:
    done = zoo("run", "condor", "robin", "--no-today", "--results", str(tmp_path / "results.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "named exactly      2 of 2" in done.stdout
    cases = json.loads((tmp_path / "results.json").read_text())["cases"]
    assert [case["answer"]["schema"] for case in cases] == ["samerun.check/1", "samerun.explain/1"]


def test_bad_input_is_a_sentence() -> None:
    done = zoo("list", "yeti")
    assert (done.returncode, done.stdout) == (2, "zoo: There is no case yeti. `python -m zoo list` shows them all.\n")
    assert zoo("list", "--kind", "locale", "swan", "ocelot", "bee").stdout.count("\n") == 2


def test_today_on_a_control_whose_bytes_differ(tmp_path: Path) -> None:
    (case,) = all_cases(["bee"])
    assert [each.noticed for each in try_today(case, tmp_path)] == [True, True, True]


def test_today_between_two_trees_names_every_file(tmp_path: Path) -> None:
    (case,) = all_cases(["pelican"])
    (tried,) = try_today(case, tmp_path)
    assert (tried.noticed, tried.named) == (True, False)


def test_a_program_is_run_without_the_variables_of_its_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OMP_NUM_THREADS", "PYTHONHASHSEED", "TZ", "LC_ALL"):
        monkeypatch.setenv(name, "7")
    (case,) = all_cases(["viper"])
    how = way(case, tmp_path, case.steps)
    assert how.environment["TZ"] == "UTC"
    assert not {"OMP_NUM_THREADS", "PYTHONHASHSEED", "LC_ALL"} & set(how.environment)
    assert how.command[1:] == ["main.py", "--note", "again"]
    assert how.environment["STAGE"] == "late"


def test_a_result_is_what_was_written_anew(tmp_path: Path) -> None:
    (case,) = all_cases(["jaguar"])
    build(case, tmp_path / "project")
    before = snapshot(tmp_path / "project")
    result = run(case, way(case, tmp_path / "project"))
    assert sorted(result) == ["scores.csv", "thresholds.json"]
    assert set(before) == {"evaluate.py"}


def test_what_is_excused_is_not_compared(tmp_path: Path) -> None:
    (tmp_path / "a_1.json").write_text('{"loss": 1, "deep": [{"seconds": 2}]}')
    (tmp_path / "a_2.json").write_text('{"deep": [{"seconds": 3}], "loss": 1}')
    excuse = Excuse("a_*.json", ("seconds",))
    one, other = (meaning(tmp_path, [name], "", [excuse]) for name in ("a_1.json", "a_2.json"))
    assert one == other == {"a_*.json": one["a_*.json"]}
    assert meaning(tmp_path, ["a_1.json"], "", []) != meaning(tmp_path, ["a_2.json"], "", [])
    assert list(meaning(tmp_path, [], "said", [])) == ["(printed)"]


def test_what_is_missing_is_said() -> None:
    (case,) = all_cases(["viper"])
    assert missing(case, 2) == ""
    assert (
        missing(case.__class__(**{**case.__dict__, "needs": ("no_such_module",)}), 2) == "no_such_module not installed"
    )
    assert missing(case.__class__(**{**case.__dict__, "cores": 512}), 2) == "512 cores"
    with pytest.raises(NotHere, match=r"Python 2\.1"):
        python_of("2.1")
    assert os.path.samefile(python_of(""), sys.executable)
