"""The report tells what is in effect, not what somebody wished."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator

import pytest
import torch

from samerun.basics.portable import is_x86
from samerun.state import operations
from samerun.state.determinism import deterministic
from samerun.state.effective import DeterminismReport, VariableReport, determinism_report
from samerun.state.switches.pools import Pool
from tests.state.fresh import fresh


@pytest.fixture(autouse=True)
def _nothing_noted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delattr(sys, "last_value", raising=False)
    operations._noted.clear()
    yield
    operations._noted.clear()


def variable(report: DeterminismReport, name: str) -> VariableReport | None:
    return next((each for each in report.variables if each.name == name), None)


def test_flags_are_read_back_from_the_library() -> None:
    with deterministic("warn"):
        torch.backends.cudnn.benchmark = True  # somebody changes his mind
        report = determinism_report()
        torch.backends.cudnn.benchmark = False
    said = report.libraries["torch"]
    assert (said["deterministic_algorithms"], said["warn_only"], said["cudnn.benchmark"]) == (True, True, True)
    assert (said["default_dtype"], said["num_threads"]) == ("torch.float32", torch.get_num_threads())
    assert said["cpu_capability"] == torch.backends.cpu.get_cpu_capability()
    assert (report.level, report.watched) == ("warn", True)


@pytest.mark.filterwarnings("ignore")
def test_mixed_interfaces_are_reported_and_not_raised() -> None:
    script = """
import torch
from samerun.state import determinism_report, deterministic
torch.set_float32_matmul_precision("high")
torch.backends.cuda.matmul.fp32_precision = "ieee"
torch.backends.cudnn.conv.fp32_precision = "ieee"
said = determinism_report().libraries["torch"]
print(said["fp32_precision.cuda.matmul"], said["fp32_precision.cuda.conv"], said["fp32_precision.cuda.rnn"])
print(said["cudnn.allow_tf32"], said["cuda.matmul.allow_tf32"], said["fp32_precision.mkldnn.matmul"])
"""
    assert fresh(script) == ["ieee ieee tf32", "mixed mixed tf32"]


LATE = """
import os, sys
import numpy, torch
torch.ones(9).exp()
for name, value in {late!r}.items():
    os.environ[name] = value
del os.environ["OMP_DYNAMIC"]
from samerun.state import determinism_report
report = determinism_report()
for each in report.variables:
    if each.name in {names!r}:
        print(each.name, each.at_start, each.now, each.effective, each.took_effect, each.remark)
print(sorted(report.set_too_late))
"""


@pytest.mark.skipif(not is_x86(), reason="instruction sets are named for x86-64")
def test_what_was_set_too_late_is_found_by_comparing() -> None:
    late = {"OMP_NUM_THREADS": "7", "ATEN_CPU_CAPABILITY": "default", "PYTHONHASHSEED": "5", "XLA_FLAGS": "--a=1"}
    names = [*late, "OMP_DYNAMIC", "OPENBLAS_NUM_THREADS", "CUBLAS_WORKSPACE_CONFIG"]
    given = {"OPENBLAS_NUM_THREADS": "1", "ATEN_CPU_CAPABILITY": "avx2", "OMP_NUM_THREADS": "2", "OMP_DYNAMIC": "FALSE"}
    assert fresh(LATE.format(late=late, names=names), **given) == [
        "ATEN_CPU_CAPABILITY avx2 default AVX2 False set too late",
        "OMP_DYNAMIC FALSE None FALSE None taken away since the start",
        "OMP_NUM_THREADS 2 7 2 False set too late",
        "OPENBLAS_NUM_THREADS 1 1 1 True in effect",
        "PYTHONHASHSEED None 5 random False set too late",
        "XLA_FLAGS None --a=1 None None not read yet",
        "['ATEN_CPU_CAPABILITY', 'OMP_NUM_THREADS', 'PYTHONHASHSEED']",
    ]


def test_a_call_since_is_told_from_a_late_variable() -> None:
    script = """
import torch
from samerun.state import determinism_report
torch.set_num_threads(1)
print([each.remark for each in determinism_report().variables if each.name == "OMP_NUM_THREADS"])
"""
    assert fresh(script, OMP_NUM_THREADS="2") == [
        "['set from the start, but changed by a call since, or not taken by the library']"
    ]


def test_operations_come_with_their_line() -> None:
    with deterministic("warn"):
        with pytest.warns(UserWarning, match="put_"):
            torch.zeros(5).put_(torch.tensor([1, 1]), torch.ones(2))
        report = determinism_report()
    (operation,) = report.operations
    assert (operation.name, operation.count, operation.refused) == ("put_", 1, False)
    assert operation.where == f"{__file__}:{test_operations_come_with_their_line.__code__.co_firstlineno + 3}"
    assert f"put_  {operation.where}  once" in str(report)


def test_a_refusal_is_seen_where_the_report_is_asked_for_in_its_handler() -> None:
    with deterministic("strict"):
        try:
            torch.zeros(5).put_(torch.tensor([1, 1]), torch.ones(2))
        except RuntimeError:
            report = determinism_report()
    assert [(each.name, each.refused) for each in report.operations] == [("put_", True)]
    assert "refused once" in str(report)


def test_off_says_that_nothing_is_watched() -> None:
    report = determinism_report()
    assert (report.level, report.watched, report.operations) == ("off", False, ())
    assert "not watched" in str(report)
    assert any("deterministic('warn')" in note for note in report.notes)


def test_it_is_plain_data_and_frozen() -> None:
    report = determinism_report()
    document = report.as_dict()
    assert json.loads(json.dumps(document)) == document
    assert document["schema"] == "samerun.determinism/1"
    with pytest.raises(AttributeError):
        report.level = "strict"  # type: ignore[misc]
    assert all(len(line) < 160 for line in str(report).splitlines())


def test_nothing_is_imported_for_it() -> None:
    script = """
import sys
from samerun.state import determinism_report
before = set(sys.modules)
report = determinism_report()
print(sorted(report.libraries), report.libraries["python"]["hash_randomization"])
print(sorted({name.partition(".")[0] for name in set(sys.modules) - before} & {"torch", "numpy", "jax", "tensorflow"}))
"""
    assert fresh(script) == ["['python'] True", "[]"]


def test_a_hash_seed_is_told() -> None:
    script = "from samerun.state import determinism_report\nprint(determinism_report().libraries['python'])"
    fixed, drawn = (fresh(script, PYTHONHASHSEED=seed)[0] for seed in ("17", "random"))
    assert "'hash_randomization': False" in fixed
    assert "'hash_randomization': True" in drawn


def test_it_takes_a_few_milliseconds() -> None:
    determinism_report()
    spans = []
    for _ in range(20):
        began = time.process_time()
        determinism_report()
        spans.append(time.process_time() - began)
    assert min(spans) < 0.01


def test_where_the_start_is_unknown_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("samerun.state.effective", "samerun.state.switches.hashing"):
        monkeypatch.setattr(f"{module}.at_start", lambda: None)
    monkeypatch.setenv("OMP_NUM_THREADS", "999")
    report = determinism_report()
    found = variable(report, "OMP_NUM_THREADS")
    assert found is not None
    assert (found.at_start, found.took_effect, found.remark) == (
        None,
        False,
        "set too late, or changed by a call since",
    )
    assert any("not known" in note for note in report.notes)


def test_runtimes_that_do_not_agree_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process often holds an OpenMP of torch and another of scikit-learn, each with a number of its own."""
    counts = iter([1, 4] * 9)
    monkeypatch.setattr("samerun.state.switches.pools.Pool.threads", lambda pool: next(counts))
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    monkeypatch.setattr("samerun.state.switches.openmp.pools", lambda kind: [Pool(kind, "a"), Pool(kind, "b")])
    found = variable(determinism_report(), "OMP_NUM_THREADS")
    assert found is not None
    assert (found.effective, found.took_effect) == ("1, 4", False)
