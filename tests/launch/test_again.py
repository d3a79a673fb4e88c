"""Replays: what was recorded is given again, and nothing of the user is touched."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from msgspec import structs

from samerun import api
from samerun.api.stores import store_here
from samerun.errors import CannotReplay
from samerun.launch.again import prepare_again
from tests.lab import DRAW, Lab, changes, git

READER = """
    import helper
    total = sum(float(line) for line in open("data.csv"))
    open("out.txt", "w").write(str(helper.scale(total)))
"""


def test_data_and_code_changed_since_are_taken_from_the_store(lab: Lab, mode: str, versioned: str) -> None:
    lab.write(data_csv="1\n2\n", helper_py="def scale(x): return x * 2\n")
    run = lab.record(READER)
    lab.write(
        data_csv="5\n6\n", helper_py="def scale(x): return x * 9\n", train_py="open('out.txt', 'w').write('no')\n"
    )
    done = lab.replay(run)
    assert done.verdict == "identical"
    assert lab.read(done.replay, "out.txt") == "6.0"


def test_everything_gone_is_taken_from_the_store(lab: Lab, mode: str, versioned: str) -> None:
    lab.write(data_csv="1\n2\n", helper_py="def scale(x): return x * 2\n")
    run = lab.record(READER)
    for name in ("data.csv", "helper.py", "train.py", "out.txt"):
        (lab.folder / name).unlink()
    done = lab.replay(run)
    assert done.verdict == "identical"
    assert not (lab.folder / "out.txt").exists()


def test_committed_code_survives_the_loss_of_its_repository(lab: Lab, mode: str) -> None:
    git(lab.folder, "init", "-q", "-b", "main")
    lab.write(data_csv="1\n2\n", helper_py="def scale(x): return x * 2\n", train_py=READER)
    git(lab.folder, "add", "-A")
    git(lab.folder, "commit", "-q", "-m", "x")
    run = lab.record()
    shutil.rmtree(lab.folder / ".git")
    lab.write(helper_py="raise SystemExit(1)\n", data_csv="")
    assert lab.replay(run).verdict == "identical"


def test_data_that_nobody_kept_and_that_changed_is_refused_with_its_name(lab: Lab) -> None:
    lab.write(data_csv="1\n")
    run = lab.record(DRAW.format("len(open('data.csv').read())"), keep_inputs="never")
    assert lab.replay(run).verdict == "identical"
    lab.write(data_csv="2\n")
    with pytest.raises(CannotReplay, match="data.csv"):
        api.replay(run.id)


def test_arguments_and_variables_are_given_again(lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_SETTING", "then")
    monkeypatch.setenv("XLA_FLAGS", "--then")
    run = lab.record(
        "import os, sys\n"
        + DRAW.format("(sys.argv, os.environ['MY_SETTING'], os.environ.get('UNSET'), os.environ['XLA_FLAGS'])"),
        "--lr",
        "0.1",
    )
    monkeypatch.setenv("MY_SETTING", "now")
    monkeypatch.setenv("UNSET", "now")
    monkeypatch.delenv("XLA_FLAGS")
    done = lab.replay(run)
    assert (done.verdict, changes(done, mode)) == ("identical", [])


def test_a_search_path_is_given_again(lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.write(src__own_py="VALUE = 3\n")
    monkeypatch.setenv("PYTHONPATH", "src")
    run = lab.record("import own\n" + DRAW.format("own.VALUE"))
    monkeypatch.delenv("PYTHONPATH")
    lab.write(src__own_py="VALUE = 4\n")
    done = lab.replay(run)
    assert done.verdict == "identical"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no processor affinity here")
def test_fewer_processors_are_given_again(lab: Lab) -> None:
    allowed = os.sched_getaffinity(0)
    if len(allowed) < 2:
        pytest.skip("one processor only")
    os.sched_setaffinity(0, {min(allowed)})
    try:
        run = lab.record("import os\n" + DRAW.format("len(os.sched_getaffinity(0))"))
    finally:
        os.sched_setaffinity(0, allowed)
    assert lab.replay(run).verdict == "identical"


def test_the_working_directory_below_the_tree(lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    git(lab.folder, "init", "-q")
    lab.write(deep__er__data_csv="1\n", deep__er__train_py=DRAW.format("open('data.csv').read()"))
    monkeypatch.chdir(lab.folder / "deep" / "er")
    run = lab.record()
    assert [output.path for output in run.outputs] == ["deep/er/out.txt"]
    lab.write(deep__er__data_csv="2\n")
    monkeypatch.chdir(lab.folder)
    assert lab.replay(run).verdict == "identical"


def test_absolute_paths_below_the_tree(lab: Lab, mode: str) -> None:
    lab.write(data_csv="1\n")
    run = lab.record(
        "import sys\nopen(sys.argv[2], 'w').write(open(sys.argv[1]).read())\n",
        str(lab.folder / "data.csv"),
        str(lab.folder / "out.txt"),
    )
    lab.write(data_csv="2\n")
    assert lab.replay(run).verdict == "identical"


def test_a_program_that_prints_its_own_path(lab: Lab, mode: str) -> None:
    done = lab.replay(lab.record("import os\n" + DRAW.format("os.path.abspath('data')")))
    assert done.verdict == ("identical" if mode == "mounted" else "equivalent")


def test_the_interpreter_is_found_though_the_path_leads_elsewhere(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.write(train_py="import msgspec, sys\n" + DRAW.format("sys.executable"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    run = api.record(["python", "train.py"]).run
    assert run.status == "finished"
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    done = lab.replay(run)
    assert done.verdict == "identical"


def test_git_answers_as_it_did(lab: Lab, mode: str) -> None:
    git(lab.folder, "init", "-q", "-b", "main")
    lab.write(
        train_py="""
        import subprocess
        ask = lambda *words: subprocess.run(["git", *words], capture_output=True, text=True).stdout
        text = ask("rev-parse", "HEAD") + ask("rev-parse", "--abbrev-ref", "HEAD") + ask("status", "--porcelain")
        open("out.txt", "w").write(text)
        """,
        _gitignore="outputs\n",
    )
    git(lab.folder, "add", "-A")
    git(lab.folder, "commit", "-q", "-m", "x")
    run = lab.record()
    assert len(lab.read(run, "out.txt")) > 40
    lab.write(new_py="1\n")
    git(lab.folder, "add", "-A")
    git(lab.folder, "commit", "-q", "-m", "y")
    assert lab.replay(run).verdict == "identical"


def test_outputs_outside_of_the_tree_are_private_to_a_replay(lab: Lab, mounted: None, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "out.txt"
    target.parent.mkdir()
    run = lab.record(f"import os\nopen({str(target)!r}, 'w').write(os.environ.get('X', 'none'))\n")
    assert [output.path for output in run.outputs] == [str(target)]
    target.write_text("mine now")
    done = lab.replay(run)
    assert done.verdict == "identical"
    assert target.read_text() == "mine now"


def test_without_mounts_outputs_outside_are_refused(lab: Lab, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAMERUN_NO_NAMESPACE", "1")
    run = lab.record(f"open({str(tmp_path / 'out.txt')!r}, 'w').write('x')\n")
    (tmp_path / "out.txt").write_text("mine now")
    with pytest.raises(CannotReplay, match=r"out\.txt"):
        api.replay(run.id)
    assert (tmp_path / "out.txt").read_text() == "mine now"


def test_a_replay_takes_secret_files_from_the_tree_or_says_so(lab: Lab, mode: str) -> None:
    lab.write(_env="API_KEY=hunter2hunter2\n")
    run = lab.record(DRAW.format("len(open('.env').read())"))
    assert lab.replay(run).verdict == "identical"
    lab.write(_env="API_KEY=hunter3hunter3\n")
    with pytest.raises(CannotReplay, match=r"\.env"):
        api.replay(run.id)


def test_a_program_that_deletes_everything_deletes_its_workspace(lab: Lab, mounted: None) -> None:
    lab.write(data__a_csv="1")
    lab.record("import shutil, os\nprint(os.path.exists('data'))\nif os.environ.get('WILD'): shutil.rmtree('data')\n")
    run = lab.record("import shutil\nshutil.rmtree('data')\nopen('out.txt', 'w').write('x')\n")
    lab.write(data__a_csv="1")
    assert lab.replay(run).verdict == "identical"
    assert (lab.folder / "data" / "a.csv").read_text() == "1"


def test_without_mounts_a_write_to_the_original_is_refused(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMERUN_NO_NAMESPACE", "1")
    run = lab.record(f"open('/'.join({str(lab.folder).split('/')!r}) + '/out.txt', 'w').write('x')\n")
    (lab.folder / "out.txt").write_text("mine")
    done = lab.replay(run)
    assert (lab.folder / "out.txt").read_text() == "mine"
    assert done.verdict == "incomplete"


def test_no_workspace_is_left_behind(lab: Lab, mode: str) -> None:
    run = lab.record(DRAW.format("1"))
    lab.replay(run)
    shared = api.store_here().shared
    assert list((shared / "workspaces").iterdir()) == []


def test_data_outside_that_changed_or_is_gone(lab: Lab, mode: str, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("1")
    run = lab.record(DRAW.format(f"open({str(data)!r}).read() * 2"))
    assert lab.replay(run).verdict == "identical"
    data.write_text("2")
    if mode == "mounted":
        assert lab.replay(run).verdict == "identical"
    else:
        with pytest.raises(CannotReplay, match="data.csv"):
            api.replay(run.id)
    assert data.read_text() == "2"
    data.unlink()
    with pytest.raises(CannotReplay, match="data.csv"):
        api.replay(run.id)


def test_a_secret_variable_is_taken_from_the_shell_or_its_lack_is_said(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_API_KEY", "hunter2hunter2")
    run = lab.record("import os\n" + DRAW.format("len(os.environ.get('MY_API_KEY', ''))"))
    done = lab.replay(run)
    assert (done.verdict, done.factors_changed) == ("identical", [])
    monkeypatch.delenv("MY_API_KEY")
    done = lab.replay(run)
    assert done.verdict == "different"
    assert any("MY_API_KEY" in note for note in done.notes)


def test_times_sizes_and_modes_of_files(lab: Lab, mode: str) -> None:
    lab.write(data_csv="1")
    os.utime(lab.folder / "data.csv", (10**9, 10**9))
    (lab.folder / "data.csv").chmod(0o440)
    run = lab.record(
        "import os\nopen('data.csv').read()\n" + DRAW.format("[os.stat('data.csv')[n] for n in (0, 6, 8)]")
    )
    (lab.folder / "data.csv").chmod(0o600)
    lab.write(data_csv="123")
    assert lab.replay(run).verdict == "identical"


def test_a_kernel_that_waits_for_cells_is_not_started_again(lab: Lab) -> None:
    run = lab.record(DRAW.format("1"))
    kernel = structs.replace(run, command=[sys.executable, "-m", "ipykernel_launcher", "-f", "/tmp/kernel.json"])
    with pytest.raises(CannotReplay, match="kernel of a notebook"):
        prepare_again(kernel, store_here(), os.environ, "0", mounts=False)


@pytest.mark.parametrize("name", [b"caf\xe9.csv", b"back\\slash.csv", b"b\\d/c:x"])
def test_data_with_names_that_few_people_give(lab: Lab, mode: str, name: bytes) -> None:
    path = lab.folder / os.fsdecode(b"data/" + name)
    path.parent.mkdir(parents=True)
    path.write_text("1\n2\n")
    run = lab.record(f"open('out.txt', 'w').write(open({b'data/' + name!r}).read())")
    assert api.verify_run_data(api.find(run.id)).same
    assert lab.replay(run).verdict == "identical"
    path.write_text("3\n4\n")
    assert api.verify_run_data(api.find(run.id)).counts()["changed"] == 1
    assert lab.replay(run).verdict == "identical", "from the store"
