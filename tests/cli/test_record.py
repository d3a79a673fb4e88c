"""``samerun record``, from outside: a process that starts a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from samerun.cli.record import leave_as

Record = Callable[..., subprocess.CompletedProcess[str]]
STATUS = "import sys; sys.exit(int(sys.argv[1]))"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "SAMERUN_STORE": str(tmp_path / "store"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }


@pytest.fixture
def record(tmp_path: Path, environment: dict[str, str]) -> Record:
    """Carry out a command line in a process of its own."""
    work = tmp_path / "work"
    work.mkdir()

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "samerun.cli.main", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=work, env=environment, timeout=120)

    return call


def test_standard_output_is_the_programs_alone_and_the_id_comes_last(record: Record, tmp_path: Path) -> None:
    done = record("record", "-n", "cnn", "--", sys.executable, "-c", "print('hello')")
    assert (done.returncode, done.stdout) == (0, "hello\n")
    run_id = done.stderr.splitlines()[-1]
    assert (tmp_path / "store" / "cnn" / run_id / "run.json").exists()
    shown = json.loads(record("show", run_id, "--json").stdout)
    assert (shown["id"], shown["name"], shown["status"], shown["exit_code"]) == (run_id, "cnn", "finished", 0)


@pytest.mark.parametrize("status", [0, 1, 2, 3, 127, 255])
def test_the_status_is_the_programs_own(record: Record, status: int) -> None:
    assert record("record", sys.executable, "-c", STATUS, str(status)).returncode == status


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_a_signal_is_the_programs_own(record: Record, number: signal.Signals) -> None:
    done = record("record", "--", sys.executable, "-c", f"import os; os.kill(os.getpid(), {int(number)})")
    assert done.returncode == -number
    assert "killed" in done.stderr


def test_options_after_the_command_belong_to_the_program(record: Record) -> None:
    code = "import sys; print(sys.argv[1:])"
    for separator in (["--"], []):
        done = record("record", *separator, sys.executable, "-c", code, "--json", "-n", "x", "--", "--help")
        assert done.stdout == "['--json', '-n', 'x', '--', '--help']\n"


def test_a_command_that_is_not_there(record: Record, tmp_path: Path) -> None:
    done = record("record", "--", "no-such-command-anywhere")
    assert done.returncode == 127
    assert "was not found" in done.stderr
    assert json.loads(record("ls", "--json").stdout)["runs"] == []
    text = tmp_path / "work" / "text.txt"
    text.write_text("no program")
    assert record("record", "./text.txt").returncode == 126


def test_no_command_is_a_sentence(record: Record) -> None:
    for arguments in (["record"], ["record", "--"], ["record", "-n", "x"]):
        done = record(*arguments)
        assert done.returncode == 2
        assert "samerun record -- python train.py" in done.stderr


def test_the_document_in_a_file_and_on_standard_output(record: Record, tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    done = record("record", "--json", "--json-file", str(file), "--", sys.executable, "-c", "pass")
    document = json.loads(done.stdout)
    assert document == json.loads(file.read_text())
    assert document["schema"] == "samerun.record/1"
    assert document["id"] == done.stderr.splitlines()[-1]


def test_the_options_arrive(record: Record) -> None:
    record("record", "-n", "cnn", "-t", "a", "-t", "b", "--seed", "7", "--", sys.executable, "-c", "pass")
    shown = json.loads(record("show", "last", "--json").stdout)
    assert (shown["name"], shown["tags"], shown["factors"]["seed"]) == ("cnn", ["a", "b"], {"--seed": 7})


def test_ctrl_c_ends_program_and_recorder_and_keeps_the_run(tmp_path: Path, environment: dict[str, str]) -> None:
    code = "import time; print('ready', flush=True); time.sleep(60)"
    command = [sys.executable, "-m", "samerun.cli.main", "record", "--", sys.executable, "-c", code]
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=environment, start_new_session=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    time.sleep(0.1)
    os.killpg(child.pid, signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == -signal.SIGINT
    assert b"interrupted" in said


def test_leave_as_returns_a_status() -> None:
    assert [leave_as(status) for status in (0, 3, 255)] == [0, 3, 255]


def test_portable_pins_what_the_shell_has_set(record: Record, environment: dict[str, str]) -> None:
    environment.update(OMP_NUM_THREADS="3", MKL_CBWR="AUTO")
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "SAMERUN_DETERMINISTIC")
    code = f"import os; print(*[os.environ[name] for name in {names!r}])"
    done = record("record", "--portable", "--", sys.executable, "-c", code)
    assert (done.returncode, done.stdout) == (0, "1 1 portable\n")
    shown = json.loads(record("show", done.stderr.splitlines()[-1], "--json").stdout)
    assert shown["factors"]["nondeterministic-kernel"]["--portable"] is True
    assert shown["factors"]["thread-count"]["OMP_NUM_THREADS"] == "1"
