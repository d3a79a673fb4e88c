"""The handle keeps what a program gives it, ends with the right status, and never gets in the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from samerun.basics import files
from samerun.launch import handle
from samerun.launch.handle import ActiveRun, current, open_run
from samerun.launch.logged import read_given, read_problems
from samerun.record.run import Run
from samerun.store import folder as folders
from samerun.store import metrics_log
from samerun.store.layout import RunFolder, StoreLayout, find_store

SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Stand in an empty project, outside of any run."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("SAMERUN_RUN", "SAMERUN_RUN_OF", "SAMERUN_STORE", "RANK"):
        monkeypatch.delenv(name, raising=False)
    yield folder
    while handle._active:
        handle._active[-1].finish()


@pytest.fixture
def recorded(project: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """Be in a process of a run that ``samerun record`` has begun."""
    layout = StoreLayout(project / "outputs" / "experiments").create()
    folder = layout.run_folder("digits", "20260101_120000_abc123").create()
    files.make_folder(folder.logs)
    monkeypatch.setenv("SAMERUN_RUN", str(folder.path))
    return folder


def script(text: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script in the current folder."""
    Path("train.py").write_text(text)
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), **variables}
    command = [sys.executable, "train.py", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def only_run() -> Run:
    (folder,) = find_store(Path.cwd(), {}).run_folders()
    return folders.load(folder)


def test_an_own_run_keeps_everything(project: Path) -> None:
    (project / "helper.py").write_text("x = 1\n")
    with open_run("digits", config={"lr": 0.1}, tags=["first"]) as run:
        assert current() is run
        for step in range(3):
            run.log({"loss": 1 / (step + 1), "val": {"acc": 0.5}}, step=step, epoch=0)
        run.summary["best"] = 0.9
        assert run.artifact({"a": 1}, "thing") == run.folder / "results" / "artifacts" / "thing.json"
        (project / "written.txt").write_text("by the program")
    assert current() is None
    folder = RunFolder(run.folder)
    kept = folders.load(folder)
    assert (kept.name, kept.status, kept.exit_code, kept.tags) == ("digits", "finished", 0, ["first"])
    assert kept.metrics == {"loss": 1 / 3, "val.acc": 0.5, "best": 0.9}
    assert {output.path for output in kept.outputs} == {"results/artifacts/thing.json", "written.txt"}
    assert kept.factors["config"] == {"config.json:lr": 0.1}
    assert "numpy" in kept.factors["package"]
    assert kept.reading("data")
    assert kept.not_captured
    assert folders.problems(folder) == []
    assert json.loads(folder.config.read_text()) == {"lr": 0.1}


def test_under_record_it_joins_and_leaves_the_record_alone(recorded: RunFolder) -> None:
    with open_run("mine", config={"lr": 0.1}, seed=3, tags=["a"]) as run:
        run.log({"loss": 0.5}, step=0)
        run.summary["best"] = 1
    assert run.id == recorded.id
    assert not recorded.record.exists()
    assert metrics_log.last_values(recorded.logs) == {"loss": 0.5, "best": 1}
    given = read_given(recorded)
    assert (given.name, given.tags, given.seed) == ("mine", ["a"], 3)
    assert read_problems(recorded) == []
    assert list(find_store(Path.cwd(), {}).run_folders()) == [recorded]


def test_current_finds_the_recorded_run_without_being_told(recorded: RunFolder) -> None:
    run = current()
    assert run is not None
    assert run.id == recorded.id
    assert current() is run


def test_without_a_run_there_is_no_current_one() -> None:
    assert current() is None


def test_runs_one_after_the_other_and_in_each_other() -> None:
    with open_run("outer") as outer:
        with open_run("inner") as inner:
            assert current() is inner
        assert current() is outer
    with open_run("third") as third:
        assert third.id not in (outer.id, inner.id)
    layout = find_store(Path.cwd(), {})
    assert sorted(folders.load(folder).name for folder in layout.run_folders()) == ["inner", "outer", "third"]
    assert {folders.load(folder).status for folder in layout.run_folders()} == {"finished"}


@pytest.mark.parametrize("value", ["text", None, [1], object(), b"x", 1j, float, {"deep": "text"}])
def test_log_never_raises_and_keeps_the_numbers(recorded: RunFolder, value: Any) -> None:
    with open_run() as run:
        run.log({"good": 1.5, "bad": value}, step=1)
        run.log({"good": 2.5, "bad": value}, step=2)
    found = metrics_log.read(recorded.metrics)
    assert [record.values for record in found.records] == [{"good": 1.5}, {"good": 2.5}]
    problems = read_problems(recorded)
    assert len(problems) == (0 if value is None else 1), "said once"


@pytest.mark.parametrize("values", [None, 3, "text", [1, 2], [("a", 1)]])
def test_log_of_what_is_no_mapping(recorded: RunFolder, values: Any) -> None:
    with open_run() as run:
        run.log(values)
        run.log({"a": 1}, step="one", epoch=object())
    assert metrics_log.last_values(recorded.logs) == {"a": 1}
    assert read_problems(recorded)
    assert "metrics" in recorded.own_log.read_text()


def test_metrics_of_any_library(recorded: RunFolder) -> None:
    numpy = pytest.importorskip("numpy")
    torch = pytest.importorskip("torch")
    with open_run() as run:
        run.log({"a": numpy.float32(0.1), "b": torch.tensor(0.1), "c": numpy.array([2]), "d": float("nan"), "e": 2**80})
    (record,) = metrics_log.read(recorded.metrics).records
    assert record.values["a"] == record.values["b"] == float(numpy.float32(0.1))
    assert record.values["c"] == 2
    assert record.values["d"] != record.values["d"]
    assert record.values["e"] == 2**80


def test_a_disk_that_fails_never_stops_training(
    recorded: RunFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = open_run()
    run.log({"a": 1})

    def full(*arguments: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        for step in range(100):
            run.log({"a": step}, step=step)
        run.summary["best"] = 1
    run.log({"a": 7}, step=7)
    run.finish()
    said = capsys.readouterr().err
    assert said.count("metrics could not be kept") == 1
    assert [record.values["a"] for record in metrics_log.read(recorded.metrics).records] == [1, 7]


def test_where_no_run_can_be_made_the_program_goes_on(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "outputs").write_text("a file is in the way")
    with open_run("digits", config={"a": 1}, seed=1) as run:
        run.log({"a": 1})
        run.summary["x"] = 1
        assert run.artifact("text", "name") is None
    assert "the program goes on" in capsys.readouterr().err


def test_a_log_call_costs_little(recorded: RunFolder) -> None:
    run = open_run()
    values = {"loss": 0.25, "acc": 0.5, "lr": 1e-4, "step": 7, "norm": 3.14159}

    def seconds() -> float:
        began = time.perf_counter()
        for step in range(500):
            run.log(values, step=step, epoch=1)
        return time.perf_counter() - began

    assert min(seconds() for _ in range(5)) / 500 < 45e-6, "15 microseconds are meant"


def test_secrets_are_not_written(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    canary = "cAnArY-0123456789-wxyz"
    monkeypatch.setenv("SOME_API_KEY", canary)
    (project / ".env").write_text(f"OTHER_TOKEN={canary}2\n")
    with open_run(
        "digits", config={"api_key": canary, "url": f"https://me:{canary}@host", "deep": [{"note": canary}]}
    ) as run:
        run.summary["note"] = f"used {canary}"
        run.log({"a": canary})
        run.artifact(object(), canary)
        run._problem("a thing", ValueError(f"wrong password {canary}2"))
    for path in (project / "outputs").rglob("*"):
        assert canary.encode() not in str(path).encode()
        assert not path.is_file() or canary.encode() not in path.read_bytes(), path


def test_everything_is_private(project: Path) -> None:
    before = os.umask(0)
    try:
        with open_run("digits", config={"a": 1}) as run:
            run.log({"a": 1})
            run.log({"a": "text"})
            run.summary["a"] = 1
            run.artifact("text", "deep/name")
    finally:
        os.umask(before)
    for path in [project / "outputs", *(project / "outputs").rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_seeding_touches_only_what_is_asked_for(recorded: RunFolder) -> None:
    import random

    numpy = pytest.importorskip("numpy")
    with open_run(seed=5):
        drawn = (random.random(), numpy.random.rand())
    random.seed(5)
    numpy.random.seed(5)
    assert drawn == (random.random(), numpy.random.rand())
    state = random.getstate()
    with open_run() as run:
        run.log({"a": 1})
    assert random.getstate() == state


ENDINGS: dict[str, tuple[str, str, int | None, int]] = {
    "return": ("", "finished", 0, 0),
    "exception": ("raise ValueError('no')", "failed", 1, 1),
    "exit 3": ("import sys; sys.exit(3)", "failed", 3, 3),
    "exit 0": ("import sys; sys.exit(0)", "finished", 0, 0),
    "exit with words": ("raise SystemExit('words')", "failed", 1, 1),
    "SIGINT": ("import os, signal; os.kill(os.getpid(), signal.SIGINT)", "interrupted", 130, -signal.SIGINT),
    "SIGTERM": ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "killed", None, -signal.SIGTERM),
    "SIGKILL": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed", None, -signal.SIGKILL),
    "_exit": ("import os; os._exit(4)", "killed", None, 4),
}


@pytest.mark.parametrize("used", ["with", "open"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_the_state_at_the_end_is_right_and_the_last_record_is_there(ending: str, used: str) -> None:
    statement, status, exit_code, returned = ENDINGS[ending]
    if used == "open" and ending in ("exit 3", "exit 0", "exit with words"):
        pytest.skip("an interpreter on its way out tells nobody its exit status")
    head = "with samerun.run('digits') as run:" if used == "with" else "run = samerun.run('digits')\nif True:"
    done = script(f"import samerun\n{head}\n    run.log({{'a': 7}}, step=1)\n    {statement or 'pass'}\n")
    assert done.returncode == returned, done.stderr
    run = only_run()
    assert (run.status, run.exit_code) == (status, exit_code)
    assert run.metrics == {"a": 7}


def test_a_forked_child_does_not_end_the_run() -> None:
    text = """
import os, samerun
parent = os.getpid()
with samerun.run('digits') as run:
    run.log({'parent': 1})
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        assert '"seal"' not in open(run.folder / 'run.json').read(), 'the child has ended the run'
    run.log({'parent' if child else 'child': 2})
if os.getpid() != parent:
    os._exit(0)
"""
    done = script(text)
    assert done.returncode == 0, done.stderr
    run = only_run()
    assert run.status == "finished"
    assert run.metrics == {"parent": 2, "child": 2}


def test_workers_of_any_kind_join_the_run() -> None:
    text = """
import multiprocessing, samerun
def work(number):
    samerun.current().log({f"worker {number}": number})
if __name__ == "__main__":
    for method in ("fork", "spawn", "forkserver"):
        with samerun.run(method) as run:
            context = multiprocessing.get_context(method)
            children = [context.Process(target=work, args=(number,)) for number in range(2)]
            for child in children:
                child.start()
            for child in children:
                child.join()
            assert [child.exitcode for child in children] == [0, 0]
"""
    done = script(text)
    assert done.returncode == 0, done.stderr
    runs = {folder.path.parent.name: folders.load(folder) for folder in find_store(Path.cwd(), {}).run_folders()}
    assert set(runs) == {"fork", "spawn", "forkserver"}
    for method, run in runs.items():
        expected: dict[str, int] = {"worker 0": 0, "worker 1": 1}
        # A fork server is a process of the first run that started one; it has that run's variables.
        assert method == "forkserver" or run.metrics == expected, method


def test_joining_brings_nothing_heavy(recorded: RunFolder) -> None:
    text = "import sys, samerun\nwith samerun.run('x', config={'a': 1}) as run: run.log({'a': 1})\nprint(*sys.modules)"
    done = script(text)
    heavy = {"numpy", "torch", "yaml", "pandas", "pyarrow", "rich", "click", "sqlite3"}
    assert done.returncode == 0
    assert not heavy & set(done.stdout.split())


def test_hydras_folder_is_kept(recorded: RunFolder, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hydra = project / "out" / ".hydra"
    hydra.mkdir(parents=True)
    (hydra / "config.yaml").write_text("lr: 0.1\napi_key: abcdefgh12345\n")

    class Runtime:
        output_dir = str(project / "out")

    class HydraConfig:
        runtime = Runtime
        initialized: Callable[[], bool] = staticmethod(lambda: True)
        get: Callable[[], Any] = staticmethod(lambda: HydraConfig)

    module = type(sys)("hydra.core.hydra_config")
    module.HydraConfig = HydraConfig  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "hydra.core.hydra_config", module)
    with open_run(config={"lr": 0.1}):
        pass
    text = (recorded.path / ".hydra" / "config.yaml").read_text()
    assert text.startswith("lr: 0.1\n")
    assert "abcdefgh" not in text


def test_the_run_can_be_shown(recorded: RunFolder) -> None:
    run = open_run()
    assert isinstance(run, ActiveRun)
    assert recorded.id in repr(run)
    run.summary.update(a=1, b=2)
    del run.summary["a"]
    assert dict(run.summary) == {"b": 2}
    assert len(run.summary) == 1
