"""Runs that go on at the same time in one folder do not take each other's files for their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from samerun import api
from samerun.launch.others import Others
from samerun.record.output import Output
from samerun.record.run import Place, Run
from samerun.store import folder as run_folder
from samerun.store.layout import RunFolder, StoreLayout
from tests.lab import Lab

SCRIPT = """
import os, sys, time
time.sleep(0.6)
os.makedirs(sys.argv[1])
open(sys.argv[1] + "/model.txt", "w").write(open("data.csv").read() + sys.argv[1])
time.sleep(0.6)
"""


def put(layout: StoreLayout, run_id: str, started: float, *paths: str, workspace: str | None = None) -> RunFolder:
    outputs = [Output(path, "text", 1, "0" * 64, "results/x") for path in paths]
    place = Place("/project", "/project", workspace=workspace)
    run = Run(run_id, "name", ["x"], place, "finished", started, exit_code=0, seconds=1.0, outputs=outputs)
    folder = layout.run_folder("name", run_id).create()
    run_folder.seal(folder, run)
    return folder


def test_only_runs_of_the_same_time_count(tmp_path: Path) -> None:
    layout = StoreLayout(tmp_path).create()
    own = put(layout, "20260101_120000_aaaaaa", 1000.0, "own.txt")
    put(layout, "20260101_120000_bbbbbb", 990.0, "before.txt")
    assert not Others(layout, own, 1000 * 10**9).went_on
    put(layout, "20260101_120000_cccccc", 999.5, "beside.txt", "/out/beside.txt")
    put(layout, "20260101_120000_dddddd", 999.5, "replayed.txt", workspace="/store/workspace")
    others = Others(layout, own, 1000 * 10**9)
    assert others.went_on
    found = [name for name in ("own", "before", "beside", "replayed") if others.left(f"/project/{name}.txt")]
    assert found == ["beside"]
    assert others.left("/out/beside.txt")


def test_what_a_damaged_run_left_is_nobodys(tmp_path: Path) -> None:
    layout = StoreLayout(tmp_path).create()
    own = put(layout, "20260101_120000_aaaaaa", 1000.0)
    put(layout, "20260101_120000_bbbbbb", 1000.0, "x").record.write_text("{")
    assert not Others(layout, own, 1000 * 10**9).went_on


def test_a_sweep_in_one_folder(lab: Lab) -> None:
    lab.write(train_py=SCRIPT, data_csv="1\n", notes_txt="nobody reads this\n")
    code = "import sys; from samerun import api; api.record([sys.executable, 'train.py', sys.argv[1]])"
    environment = {**os.environ, "PYTHONPATH": str(Path(api.__file__).parents[2])}
    names = ("a", "b", "c")
    started = [subprocess.Popen([sys.executable, "-c", code, name], env=environment) for name in names]
    assert [process.wait(60) for process in started] == [0, 0, 0]
    runs = {run.command[-1]: run for run in (api.load(row.id) for row in api.runs())}
    assert {name: [output.path for output in run.outputs] for name, run in runs.items()} == {
        name: [f"{name}/model.txt"] for name in names
    }
    assert all(set(run.factors["data"]) == {"data.csv", "train.py"} for run in runs.values())
    assert lab.replay(runs["b"]).verdict == "identical"


def test_what_processes_of_a_run_report_is_theirs_before_it_has_ended(tmp_path: Path) -> None:
    layout = StoreLayout(tmp_path).create()
    own = put(layout, "20260101_120000_aaaaaa", 1000.0)
    place = Place("/project", "/project")
    going = Run("20260101_120000_bbbbbb", "name", ["x"], place, "running", 500.0, holder=run_folder.holder())
    folder = layout.run_folder("name", going.id).create()
    run_folder.save(folder, going)
    folder.spool.mkdir()
    (folder.spool / "main.events").write_text("write\t/project/theirs.txt\t0\ttruncate\t0\t0\n")
    others = Others(layout, own, 1000 * 10**9)
    assert (others.went_on, others.reported("/project/theirs.txt"), others.left("/project/theirs.txt")) == (1, 1, 0)


def test_programs_that_report_nothing_keep_what_they_left(lab: Lab) -> None:
    code = (
        "import sys; from samerun import api; api.record(['sh', '-c', f'sleep {sys.argv[1]}; echo x > {sys.argv[1]}'])"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(api.__file__).parents[2])}
    started = [subprocess.Popen([sys.executable, "-c", code, each], env=environment) for each in ("0.8", "0.9")]
    assert [process.wait(60) for process in started] == [0, 0]
    for run in (api.load(row.id) for row in api.runs()):
        assert run.command[-1].split()[1].rstrip(";") in {output.path for output in run.outputs}
