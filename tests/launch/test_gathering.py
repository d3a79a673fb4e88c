"""What is gathered of a run: files in every way in which programs treat them."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from samerun import api
from tests.lab import DRAW, Lab, git


def test_appended_overwritten_renamed_and_edited_files(lab: Lab, mode: str) -> None:
    lab.write(log_txt="old line\n", state_json='{"n": 1}', table_csv="a\n")
    run = lab.record(
        """
        import json, os
        with open("log.txt", "a") as log:
            log.write("new line\\n")
        state = json.load(open("state.json"))
        state["n"] += 1
        json.dump(state, open("state.json", "w"))
        with open("model.tmp", "w") as file:
            file.write("model")
        os.replace("model.tmp", "model.bin")
        with open("table.csv", "r+") as file:
            file.seek(0, 2)
            file.write("b\\n")
        os.makedirs("deep/er")
        open("deep/er/x.txt", "w").write("x")
        """
    )
    assert {output.path for output in run.outputs} == {
        "log.txt",
        "state.json",
        "model.bin",
        "table.csv",
        "deep/er/x.txt",
    }
    assert lab.read(run, "state.json") == '{"n": 2}'
    lab.write(log_txt="", state_json="{}", table_csv="")
    shutil.rmtree(lab.folder / "deep")
    done = lab.replay(run)
    assert {each.path: each.verdict for each in done.outputs} == dict.fromkeys(
        (each.path for each in run.outputs), "identical"
    )


@pytest.mark.parametrize(
    "name", ["back\\slash.txt", "c:drive.txt", "new\nline.txt", "caf\udce9.txt", "日本.txt", " ", "-rf"]
)
def test_outputs_and_inputs_of_odd_names(lab: Lab, mode: str, name: str) -> None:
    git(lab.folder, "init", "-q")
    Path(lab.folder, name).write_text("in")
    run = lab.record(
        f"""
        name = {name!r}
        text = open(name).read()
        open("out-" + name, "w").write(text)
        """
    )
    assert run.status == "finished"
    assert len(run.outputs) == 1
    assert lab.replay(run).verdict == "identical"


@pytest.mark.parametrize("name", ["back\\slash.txt", "c:drive.txt", "caf\udce9.txt"])
def test_odd_names_that_nobody_reads_disturb_nobody(lab: Lab, mode: str, name: str) -> None:
    git(lab.folder, "init", "-q")
    Path(lab.folder, name).write_text("in")
    assert lab.replay(lab.record(DRAW.format("1"))).verdict == "identical"


def test_links_in_the_tree_and_out_of_it(lab: Lab, mode: str, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.csv").write_text("1\n")
    (tmp_path / "single.csv").write_text("2\n")
    lab.write(real__y_csv="3\n")
    for name, target in (("data", "../outside"), ("single.csv", str(tmp_path / "single.csv")), ("inside", "real")):
        (lab.folder / name).symlink_to(target)
    run = lab.record(DRAW.format("[open(n).read() for n in ('data/x.csv', 'single.csv', 'inside/y.csv')]"))
    (tmp_path / "outside" / "x.csv").write_text("7\n")
    (tmp_path / "single.csv").write_text("8\n")
    lab.write(real__y_csv="9\n")
    assert lab.replay(run).verdict == "identical"


def test_a_link_as_an_output(lab: Lab, mode: str) -> None:
    run = lab.record("import os\nopen('a.txt', 'w').write('a')\nos.symlink('a.txt', 'latest')\n")
    assert {output.path: output.kind for output in run.outputs}["latest"] == "link"
    assert lab.replay(run).verdict == "identical"


def test_an_empty_folder_that_must_exist(lab: Lab, mode: str, versioned: str) -> None:
    (lab.folder / "models" / "deep").mkdir(parents=True)
    run = lab.record("open('models/deep/m.txt', 'w').write('m')\n")
    shutil.rmtree(lab.folder / "models")
    assert lab.replay(run).verdict == "identical"


def test_a_listed_folder(lab: Lab, mode: str) -> None:
    lab.write(data__a_csv="1", data__b_csv="2")
    run = lab.record("import os\n" + DRAW.format("sorted(os.listdir('data'))"))
    lab.write(data__c_csv="3")
    assert lab.replay(run).verdict == "identical"


def test_a_program_that_is_no_python(lab: Lab, mode: str) -> None:
    lab.write(data_csv="1\n", run_sh="wc -c < data.csv > out.txt\n")
    run = api.record(["sh", "run.sh"]).run
    assert [output.path for output in run.outputs] == ["out.txt"]
    lab.write(data_csv="123456\n")
    assert lab.replay(run).verdict == "identical"
    assert any("Python" in each.why for each in run.not_captured)


def test_a_folder_that_becomes_a_file(lab: Lab, mode: str) -> None:
    lab.write(d__x_txt="1")
    run = lab.record("import shutil\nopen('d/x.txt').read()\nshutil.rmtree('d')\nopen('d', 'w').write('file now')\n")
    assert [output.path for output in run.outputs] == ["d"]
    (lab.folder / "d").unlink()
    assert lab.replay(run).verdict == "identical"


def test_pipes_disturb_nobody(lab: Lab, mode: str) -> None:
    os.mkfifo(lab.folder / "pipe")
    assert lab.replay(lab.record(DRAW.format("1"))).verdict == "identical"


def test_a_program_that_goes_elsewhere(lab: Lab, mode: str) -> None:
    lab.write(sub__d_txt="1")
    run = lab.record("import os\nos.chdir('sub')\nopen('o.txt', 'w').write(open('d.txt').read() * 2)\n")
    assert [output.path for output in run.outputs] == ["sub/o.txt"]
    lab.write(sub__d_txt="2")
    assert lab.replay(run).verdict == "identical"


def test_a_database_that_is_added_to(lab: Lab, mode: str) -> None:
    with sqlite3.connect(lab.folder / "a.db") as database:
        database.execute("create table t(x)")
        database.execute("insert into t values (1)")
    database.close()
    run = lab.record(
        """
        import sqlite3
        database = sqlite3.connect("a.db")
        database.execute("insert into t values (2)")
        database.commit()
        open("o.txt", "w").write(str(list(database.execute("select * from t"))))
        """
    )
    assert {output.path for output in run.outputs} == {"a.db", "o.txt"}
    done = lab.replay(run)
    assert done.verdict in ("identical", "equivalent")
    assert lab.read(done.replay, "o.txt") == "[(1,), (2,)]"


def test_a_file_that_is_changed_through_memory(lab: Lab, mode: str) -> None:
    (lab.folder / "m.bin").write_bytes(b"abcd" * 1000)
    run = lab.record(
        """
        import mmap
        with open("m.bin", "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
            memory[0:4] = bytes(reversed(memory[0:4]))
        """
    )
    assert [output.path for output in run.outputs] == ["m.bin"]
    assert lab.replay(run).verdict == "identical"
