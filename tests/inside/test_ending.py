"""What is read when a process ends."""

from __future__ import annotations

import time

import pytest

from samerun.launch import reported
from samerun.launch.spool import Spool
from tests.inside.conftest import Observe


def effective(spool: Spool) -> dict[str, str]:
    return {each.key: each.value for each in spool.of(reported.Effective)}


def test_the_end_has_its_time_and_comes_last(observe: Observe, python: str) -> None:
    started = time.time_ns()
    spool = observe("import atexit; atexit.register(lambda: open('late', 'w').close())", python=python)
    last = spool.events[-1].record
    assert isinstance(last, reported.Exit)
    assert started < last.ended < time.time_ns()
    assert len(spool.of(reported.Write)) == 1


def test_the_search_path_is_told_again_if_it_changed(observe: Observe, python: str) -> None:
    paths = observe("import sys; sys.path.append('/elsewhere')", python=python).of(reported.SearchPath)
    assert len(paths) == 2
    assert paths[1].entries[0] == str(observe.tree)
    assert paths[1].entries[-1] == "/elsewhere"
    assert not any(entry.endswith("samerun/inside") for each in paths for entry in each.entries)


def test_the_system_is_asked(observe: Observe) -> None:
    answers = effective(observe("", env={"TZ": "Asia/Tokyo"}))
    assert answers["tz.name"].startswith("JST")
    assert int(answers["cpu.allowed"]) >= 1


def test_torch_is_asked_only_where_the_program_imported_it(observe: Observe) -> None:
    pytest.importorskip("torch")
    answers = effective(observe("import torch; torch.set_num_threads(1); torch.use_deterministic_algorithms(True)"))
    assert answers["torch.threads"] == "1"
    assert answers["torch.deterministic_algorithms"] == "True"
    assert answers["torch.default_dtype"] == "torch.float32"
    assert not any(key.startswith(("torch", "cuda")) for key in effective(observe("")))


def test_other_libraries_are_asked(observe: Observe) -> None:
    for library in ("polars", "pyarrow", "threadpoolctl", "numpy"):
        pytest.importorskip(library)
    answers = effective(observe("import polars, pyarrow, numpy, threadpoolctl", env={"POLARS_MAX_THREADS": "3"}))
    assert answers["polars.threads"] == "3"
    assert int(answers["pyarrow.threads"]) >= 1
    assert any(key.startswith("libscipy_openblas") or "openblas" in key for key in answers)


def test_a_library_that_answers_otherwise_is_a_fault_of_ours_alone(observe: Observe) -> None:
    spool = observe("import sys, types; sys.modules['polars'] = types.ModuleType('polars')")
    assert [each.place for each in spool.of(reported.FaultSeen)] == ["asking polars"]
    assert isinstance(spool.events[-1].record, reported.Exit)
    assert observe.errors == ""


POOLS = """
import sys, types
module = sys.modules["threadpoolctl"] = types.ModuleType("threadpoolctl")
numpys = {"prefix": "libscipy_openblas", "num_threads": 8, "version": "0.3.30", "architecture": "Haswell"}
scipys = {"prefix": "libscipy_openblas", "num_threads": 4, "version": "0.3.29", "architecture": "Haswell"}
openmp = {"prefix": "libgomp", "num_threads": 2, "version": None}
module.threadpool_info = lambda: [%s]
"""


def test_two_pools_of_one_library_are_both_told_in_whatever_order(observe: Observe) -> None:
    answers = [effective(observe(POOLS % order)) for order in ("numpys, scipys, openmp", "openmp, scipys, numpys")]
    assert answers[0] == answers[1]
    assert {key: value for key, value in answers[0].items() if key.startswith("lib")} == {
        "libscipy_openblas.threads": "4, 8",
        "libscipy_openblas.version": "0.3.29, 0.3.30",
        "libscipy_openblas.architecture": "Haswell",
        "libgomp.threads": "2",
        "libgomp.version": "None",
    }
