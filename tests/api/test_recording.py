"""Recording: how it ends, and what must never be written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from samerun import api
from samerun.errors import CannotStart, StoreTrouble
from samerun.record.missing import Missing
from tests.lab import DRAW, Lab, git

SRC = str(Path(api.__file__).parents[2])


def test_outputs_of_one_name_in_two_folders(lab: Lab) -> None:
    run = lab.record(
        """
        import os
        os.makedirs("results"); os.makedirs("checkpoints")
        open("results/m.json", "w").write('{"a": 1}')
        open("m.json", "w").write('{"a": 2}')
        open("checkpoints/best.pt", "w").write("1")
        open("best.pt", "w").write("2")
        """
    )
    assert [lab.read(run, name) for name in ("results/m.json", "m.json", "checkpoints/best.pt", "best.pt")] == [
        '{"a": 1}',
        '{"a": 2}',
        "1",
        "2",
    ]
    assert lab.replay(run).verdict == "identical"


def test_files_that_somebody_else_edits_meanwhile(lab: Lab) -> None:
    git(lab.folder, "init", "-q")
    lab.write(notes_md="old", other_py="1\n", train_py="import time\ntime.sleep(1)\n" + DRAW.format("1"))

    def edit() -> None:
        time.sleep(0.6)
        lab.write(notes_md="new", other_py="2\n")

    thread = threading.Thread(target=edit)
    thread.start()
    run = lab.record()
    thread.join()
    assert {output.path for output in run.outputs} == {"out.txt"}


def test_a_configuration_that_the_program_overwrites(lab: Lab) -> None:
    lab.write(config_json='{"lr": 1}')
    run = lab.record(
        """
        import json
        config = json.load(open("config.json"))
        json.dump({"lr": 5}, open("config.json", "w"))
        open("out.txt", "w").write(str(config))
        """
    )
    values = run.reading("config")
    assert not isinstance(values, Missing)
    assert values.get("config.json:lr") in (1, None)
    assert lab.replay(run).verdict == "identical"


def test_no_secret_reaches_the_disk(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    git(lab.folder, "init", "-q")
    secrets = ["hunter2-variable", "hunter2-argument", "hunter2-dotenv", "hunter2-config", "hunter2-committed"]
    monkeypatch.setenv("MY_API_KEY", secrets[0])
    lab.write(_env=f"DB_PASSWORD={secrets[2]}\n", config_json=json.dumps({"wandb": {"api_key": secrets[3]}}))
    lab.write(settings_ini=f"[s]\npassword = {secrets[4]}\n")
    git(lab.folder, "add", "settings.ini")
    git(lab.folder, "commit", "-q", "-m", "x")
    run = lab.record(
        """
        import json, os, sys
        words = [os.environ["MY_API_KEY"], *sys.argv, open(".env").read(), open("settings.ini").read()]
        json.load(open("config.json"))
        print(words)
        open("out.txt", "w").write("done")
        """,
        "--token",
        secrets[1],
    )
    assert run.status == "finished"
    assert secrets[0] in capfd.readouterr().out
    found = [
        (path, secret)
        for path in (lab.folder / "outputs").rglob("*")
        if path.is_file()
        for secret in secrets
        if secret.encode() in path.read_bytes()
    ]
    assert found == []


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        ("exit 3", "failed", 3),
        ("kill -9 $$", "killed", -9),
        ("kill -INT $$", "interrupted", -2),
        ("true", "finished", 0),
    ],
)
def test_the_end_is_kept_as_it_was(lab: Lab, script: str, status: str, code: int) -> None:
    done = api.record(["sh", "-c", f"echo x > out.txt; {script}"])
    assert (done.run.status, done.run.exit_code, done.returncode) == (status, code, code)
    assert [output.path for output in done.run.outputs] == ["out.txt"]
    assert api.load(done.run.id).status == status


def test_what_cannot_be_started_leaves_nothing(lab: Lab) -> None:
    for command in (["no-such-program"], ["./train.py"]):
        with pytest.raises(CannotStart):
            api.record(command)
    assert api.runs() == []


def test_a_store_that_cannot_be_written_is_said(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.write(file_txt="")
    monkeypatch.setenv("SAMERUN_STORE", str(lab.folder / "file.txt" / "store"))
    with pytest.raises(StoreTrouble, match=r"file\.txt"):
        lab.record("pass\n")


@pytest.mark.parametrize("command", [[], [""], ["echo", "a\0b"]])
def test_what_is_no_command(lab: Lab, command: list[str]) -> None:
    with pytest.raises(CannotStart):
        api.record(command)
    assert api.runs() == []


def test_words_and_variables_that_are_no_utf8(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODD", "caf\udce9")
    lab.write(train_py="import os, sys\n" + DRAW.format("(os.environ['ODD'] == sys.argv[1])"))
    run = lab.record("", "caf\udce9")
    assert lab.read(run, "out.txt") == "True"
    assert api.load(run.id).command[-1] == "caf\\xe9"


RECORDER = "import sys; from samerun import api; api.record([sys.executable, 'train.py'])"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "killed")])
def test_a_signal_ends_the_program_and_the_record_is_whole(lab: Lab, number: signal.Signals, status: str) -> None:
    lab.write(train_py=DRAW.format("1") + "import time\nprint('ready', flush=True)\ntime.sleep(30)\n")
    environment = {**os.environ, "PYTHONPATH": SRC}
    with subprocess.Popen(
        [sys.executable, "-c", RECORDER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(number)
    run = api.load("last")
    assert (run.status, run.exit_code) == (status, -number)
    assert [output.path for output in run.outputs] == ["out.txt"]


def test_a_recorder_that_is_killed_leaves_a_killed_run(lab: Lab) -> None:
    lab.write(train_py="import time\nprint('ready', flush=True)\ntime.sleep(0.5)\n" + DRAW.format("1"))
    environment = {**os.environ, "PYTHONPATH": SRC}
    with subprocess.Popen([sys.executable, "-c", RECORDER], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.kill()
    end = time.monotonic() + 20
    while not (lab.folder / "out.txt").exists() and time.monotonic() < end:  # the program itself goes on
        time.sleep(0.05)
    time.sleep(0.1)
    assert api.load("last").status == "killed"
    assert lab.replay(api.load("last")).verdict == "incomplete"
