"""Each example, from outside: recorded unchanged, replayed without touching the tree, and judged as stated here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.examples.conftest import Project

MakeProject = Callable[[str, str], Project]


@dataclass(frozen=True)
class Case:
    """One example: where it lies, what is typed, the verdict, and outputs that agree bit for bit in any case."""

    example: str
    place: str
    command: tuple[str, ...]
    verdict: str
    identical: tuple[str, ...]
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.example}-{self.command[0]}-{self.place}"


PYTHON = ("python", "train.py")
CASES = (
    Case(
        "torch_image_classifier",
        "git",
        (*PYTHON, "--epochs", "2"),
        "equivalent",
        ("checkpoints/best.pt", "checkpoints/last.pt"),
        ("metrics.json",),
    ),
    Case(
        "char_language_model",
        "dirty",
        (*PYTHON, "--steps", "40"),
        "equivalent",
        ("out/model.safetensors", "out/sample.txt"),
        ("out/log.jsonl",),
    ),
    Case(
        "sklearn_pipeline", "plain", PYTHON, "equivalent", ("models/pipeline.joblib", "confusion.png"), ("report.txt",)
    ),
    Case("sklearn_forest", "git", PYTHON, "equivalent", ("forest.joblib",), ("cv_results_.csv", "scores.json")),
    Case(
        "xgboost_tabular",
        "plain",
        (*PYTHON, "--rounds", "20"),
        "identical",
        ("model.json", "model.ubj", "metrics.json", "predictions.parquet"),
    ),
    Case("lightgbm_tabular", "dirty", PYTHON, "equivalent", ("model.txt", "valid_probability.npy"), ("results.yaml",)),
    Case(
        "ddp_gloo",
        "git",
        ("torchrun", "--standalone", "--nproc-per-node", "2", "train.py"),
        "equivalent",
        ("checkpoints/final.pt",),
        ("logs/rank0.jsonl", "logs/rank1.jsonl"),
    ),
    Case("jax_regression", "below", (*PYTHON, "--seed", "3"), "identical", ("params.npz", "curve.npz")),
    Case("hydra_app", "git", (*PYTHON, "model=l1", "seed=2"), "equivalent", (), ("scores.csv", "train.log")),
    Case(
        "notebook",
        "plain",
        ("jupyter", "nbconvert", "--to", "notebook", "--execute", "analysis.ipynb", "--output", "executed.ipynb"),
        "equivalent",
        ("components.csv", "answer.json"),
        ("executed.ipynb",),
    ),
    Case(
        "notebook",
        "git",
        ("papermill", "analysis.ipynb", "executed.ipynb", "-p", "rows", "120"),
        "equivalent",
        ("components.csv", "answer.json"),
        ("executed.ipynb",),
    ),
    Case("plain_python", "below", (*PYTHON, "12"), "equivalent", ("evolution.sqlite",), ("result.json",)),
    Case(
        "native_files",
        "git",
        PYTHON,
        "equivalent",  # feather, csv and parquet by pyarrow, h5, sqlite: the same content in any container
        ("files/raw.bin", "files/xgboost.ubj", "files/lightgbm.txt", "files/weights.safetensors"),
        ("files/table.parquet", "files/table.feather", "files/series.h5", "files/notes.sqlite", "files/state.pt"),
    ),
)


def verdict_of(report: dict[str, Any], ending: str, folder: str) -> str:
    """Return the verdict of the one output that ends so; Hydra puts its own in a folder named by the time."""
    found = [o["verdict"] for o in report["outputs"] if f"/{folder}{o['path']}".endswith(f"/{ending}")]
    assert len(found) == 1, (ending, [o["path"] for o in report["outputs"]])
    return str(found[0])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_example_is_recorded_and_replayed(case: Case, make_project: MakeProject) -> None:
    project = make_project(case.example, case.place)
    project.record(*case.command)
    before = project.state()

    report = project.document("replay", "last")

    assert {o["path"]: o["detail"] for o in report["outputs"] if o["verdict"] in ("different", "incomplete")} == {}
    assert {path: verdict_of(report, path, "") for path in case.identical} == dict.fromkeys(case.identical, "identical")
    assert {verdict_of(report, path, "") for path in case.also} <= {"identical", "equivalent"}
    allowed = {"identical"} if case.verdict == "identical" else {"identical", "equivalent"}
    assert report["verdict"] in allowed, report
    assert report["factors_changed"] == []
    after = project.state()
    assert sorted(set(before) ^ set(after)) == []
    assert [path for path in before if before[path] != after[path]] == []


def results(folder: Path, names: tuple[str, ...]) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names}


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.example in ("torch_image_classifier", "jax_regression")], ids=str
)
def test_recording_changes_no_result(case: Case, make_project: MakeProject) -> None:
    project = make_project(case.example, "plain")
    assert project.type(*case.command).returncode == 0
    bare = results(project.folder, case.identical)
    project.record(*case.command)
    assert results(project.folder, case.identical) == bare


def test_an_unseeded_program_stays_random_and_a_seed_makes_it_equal(make_project: MakeProject) -> None:
    project = make_project("char_language_model", "git")
    command = ("python", "train.py", "--steps", "3")
    project.record(*command)
    project.record(*command)
    assert project.samerun("diff", "last~1", "last").returncode == 1
    for _ in range(2):
        assert project.samerun("record", "--seed", "5", "--", *command).returncode == 0
    assert project.document("diff", "last~1", "last")["verdict"] in ("identical", "equivalent")


def test_a_replay_takes_code_and_data_from_the_record(make_project: MakeProject) -> None:
    project = make_project("xgboost_tabular", "dirty")
    project.record("python", "train.py", "--rounds", "5")
    (project.folder / "train.py").write_text("raise SystemExit('not the code that ran')\n")
    (project.folder / "cells.parquet").unlink()
    assert project.document("replay", "last")["verdict"] == "identical"


def test_the_programs_own_words_and_status_come_through(make_project: MakeProject) -> None:
    project = make_project("plain_python", "plain")
    done = project.samerun("record", "--", "python", "-c", "import sys; print('out'); sys.exit('no')")
    assert (done.returncode, done.stdout) == (1, "out\n")
    assert done.stderr.startswith("no\n")
    shown = project.document("show", "last")
    assert (shown["status"], shown["exit_code"]) == ("failed", 1)


def test_a_command_that_is_no_python(make_project: MakeProject) -> None:
    project = make_project("plain_python", "git")
    project.record("sh", "-c", "wc -l < train.py > lines.txt")
    assert project.document("show", "last")["not_captured"]
    report = project.document("replay", "last")
    assert report["verdict"] == "identical"
    assert verdict_of(report, "lines.txt", "") == "identical"


def test_the_store_never_shows_in_git(make_project: MakeProject) -> None:
    project = make_project("jax_regression", "git")
    project.record("python", "train.py", "--steps", "5")
    status = project.type("git", "status", "--porcelain", "--untracked-files=all").stdout.split()
    assert [name for name in status if "experiments" in name] == []


def test_the_page_of_a_run_has_its_facts(make_project: MakeProject) -> None:
    project = make_project("lightgbm_tabular", "git")
    project.record("python", "train.py")
    shown = project.document("show", "last")
    assert shown["schema"] == "samerun.run/1"
    assert {"cells.parquet", "params.yaml"} <= set(shown["factors"]["data"])
    assert {Path(output["path"]).name for output in shown["outputs"]} == {
        "model.txt",
        "results.yaml",
        "valid_probability.npy",
    }


def test_one_change_has_one_kind(make_project: MakeProject) -> None:
    project = make_project("xgboost_tabular", "git")
    command = ("python", "train.py", "--rounds", "3")
    project.record(*command)
    with (project.folder / "train.py").open("a") as script:
        script.write("print('and one more line')\n")
    project.record(*command)
    assert changes(project) == [("code", "train.py")]
    project.record("python", "train.py", "--rounds", "4")
    assert changes(project) == [("arguments", "--rounds")]


def changes(project: Project) -> list[tuple[str, str]]:
    """Return what changed between the last two runs, but for what every recording draws anew."""
    found = project.document("diff", "last~1", "last")["factors"]
    return [(one["kind"], one["subject"]) for one in found if one["kind"] not in ("os-entropy", "hash-order")]
