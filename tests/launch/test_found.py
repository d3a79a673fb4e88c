"""Recording with the factors as they are found: what is drawn, named and learnt before the start."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from samerun.basics.portable import pinned
from samerun.errors import StoreTrouble
from samerun.launch.found import Request, make_redactor, name_of, prepare
from samerun.launch.order import Launch
from samerun.store.layout import StoreLayout
from tests.lab import DRAW, Lab


def order(folder: Path, *command: str, environment: dict[str, str] | None = None, **asked: Any) -> Launch:
    request = Request(list(command) or ["python", "t.py"], **asked)
    return prepare(request, folder, environment or {}, StoreLayout(folder / "store"), "0")


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["python", "train.py", "--lr", "1"], "train"),
        (["/usr/bin/python3", "-u", "src/eval.py"], "eval"),
        (["python", "-m", "pkg.train"], "pkg.train"),
        (["python", "-c", "print(1)"], "python"),
        (["torchrun", "--nproc", "2", "train.py"], "train"),
        (["bash", "run.sh"], "run"),
        (["./run.sh"], "run"),
        (["python"], "python"),
        (["python", "-m"], "python"),
        (["/opt/tool/bin/train"], "train"),
    ],
)
def test_a_run_is_named_after_what_it_runs(command: list[str], name: str) -> None:
    assert name_of(command) == name


def test_entropy_and_hash_seed_are_drawn_anew_each_time(tmp_path: Path) -> None:
    plans = [order(tmp_path).plan for _ in range(2)]
    assert plans[0].entropy != plans[1].entropy
    assert all(len(bytes.fromhex(plan.entropy)) == 32 for plan in plans)
    assert all(1 <= int(plan.environment["PYTHONHASHSEED"]) <= 4294967295 for plan in plans)


def test_a_seed_decides_both(tmp_path: Path) -> None:
    plans = [replace(order(tmp_path, seed=seed).plan, started_ns=0) for seed in (3, 3, 4)]
    assert plans[0] == plans[1]
    assert plans[0].entropy != plans[2].entropy


@pytest.mark.parametrize("value", ["0", "17"])
def test_a_users_hash_seed_is_kept(tmp_path: Path, value: str) -> None:
    launch = order(tmp_path, environment={"PYTHONHASHSEED": value})
    assert launch.plan.environment["PYTHONHASHSEED"] == value


@pytest.mark.parametrize("value", ["", "random"])
def test_a_random_hash_seed_is_drawn_and_found_as_it_was(tmp_path: Path, value: str) -> None:
    launch = order(tmp_path, environment={"PYTHONHASHSEED": value})
    assert launch.plan.environment["PYTHONHASHSEED"].isdigit()
    assert launch.found == {"PYTHONHASHSEED": value}


def test_deterministic_kernels_keep_what_the_user_set(tmp_path: Path) -> None:
    environment = {"CUBLAS_WORKSPACE_CONFIG": ":16:8"}
    given = order(tmp_path, deterministic=True, environment=environment).plan.environment
    assert given["CUBLAS_WORKSPACE_CONFIG"] == ":16:8"
    assert given["TF_DETERMINISTIC_OPS"] == "1"


def test_portable_replaces_what_the_shell_has_set(tmp_path: Path) -> None:
    environment = {"OMP_NUM_THREADS": "7", "MKL_CBWR": "AUTO", "NCCL_ALGO": "Tree", "PYTHONHASHSEED": "random"}
    plan = order(tmp_path, portable=True, environment=environment).plan
    assert plan.deterministic
    assert plan.portable
    assert pinned().items() <= plan.environment.items()
    assert (plan.environment["OMP_NUM_THREADS"], plan.environment["PYTHONHASHSEED"]) == ("1", "0")
    assert (plan.environment["NCCL_ALGO"], plan.environment["CUBLAS_WORKSPACE_CONFIG"]) == ("Tree", ":4096:8")


def test_portable_keeps_a_users_hash_seed(tmp_path: Path) -> None:
    plan = order(tmp_path, portable=True, environment={"PYTHONHASHSEED": "17"}).plan
    assert plan.environment["PYTHONHASHSEED"] == "17"


def test_nothing_is_set_unasked(tmp_path: Path) -> None:
    plan = order(tmp_path, environment={"A": "1"}).plan
    assert set(plan.environment) == {"A", "PYTHONHASHSEED"}
    assert (plan.seed, plan.deterministic, plan.cores) == (None, False, None)


def test_secrets_are_learnt_from_variables_dotenv_and_arguments(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# comment\nexport DB_PASSWORD='from-dotenv-1'\nPLAIN=plain-text-1\n=\n")
    environment = {"MY_TOKEN": "from-variable-1", "HOME": "/home/me"}
    redactor = order(
        tmp_path, "t", "--api-key", "from-words-1", "key.api_key=from-pair-1", environment=environment
    ).redactor
    text = "from-dotenv-1 from-variable-1 from-words-1 from-pair-1 plain-text-1 /home/me"
    assert redactor.text(text).split()[4:] == ["plain-text-1", "/home/me"]
    assert "from-" not in redactor.text(text)


def test_marks_are_the_same_in_one_store(tmp_path: Path) -> None:
    layout = StoreLayout(tmp_path / "store").create()
    marks = {make_redactor({}, layout, tmp_path).mark("secret") for _ in range(2)}
    assert len(marks) == 1
    assert make_redactor({}, StoreLayout(tmp_path / "other").create(), tmp_path).mark("secret") not in marks


def test_an_unreadable_dotenv_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    assert order(tmp_path).redactor.text("x") == "x"


def test_the_store_is_no_part_of_the_tree(tmp_path: Path) -> None:
    (tmp_path / "a.py").touch()
    launch = order(tmp_path)
    assert set(launch.tree.files) == {"a.py"}
    assert os.path.isdir(tmp_path / "store")


@pytest.mark.parametrize("store", [".", "..", "sub/.."])
def test_a_store_is_never_made_around_the_project(lab: Lab, monkeypatch: pytest.MonkeyPatch, store: str) -> None:
    monkeypatch.setenv("SAMERUN_STORE", store)
    with pytest.raises(StoreTrouble, match="cannot be the folder that the project lies in"):
        lab.record(DRAW.format("1"))
    assert not (lab.folder / ".gitignore").exists()
    assert not (lab.folder.parent / ".gitignore").exists()


def test_a_store_in_the_project_is_known_by_any_name(lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(lab.folder)
    monkeypatch.setenv("SAMERUN_STORE", str(tmp_path / "link" / "runs"))
    run = lab.record(DRAW.format("1"))
    assert [output.path for output in run.outputs] == ["out.txt"]
    assert not [name for name in run.factors["code"] if name.startswith("runs/")]
