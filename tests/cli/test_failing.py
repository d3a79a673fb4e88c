"""Errors become sentences, and the status says who must act."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from samerun import errors
from samerun.cli.failing import fault_report, guarded, wants_json
from samerun.errors import CannotStart, Fault, SamerunError, UnknownRun


def raising(error: BaseException) -> Callable[[list[str]], int]:
    def action(arguments: list[str]) -> int:
        raise error

    return action


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.mark.parametrize(
    "kind",
    [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SamerunError)],
)
def test_every_error_is_a_sentence_and_the_next_step(
    kind: type[SamerunError], capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(raising(kind("No run answers.", "List them.")), ["show", "x"]) == 2
    seen = capsys.readouterr()
    assert (seen.out, seen.err) == ("", "samerun: No run answers.\n  List them.\n")


def test_with_json_the_error_is_a_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(UnknownRun("No run.", "List them.")), ["show", "x", "--json"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document == {"schema": "samerun.error/1", "error": "No run.", "next": "List them."}


def test_json_after_the_recorded_command_is_the_programs() -> None:
    assert wants_json(["ls", "--json"])
    assert not wants_json(["record", "python", "train.py", "--json"])
    assert not wants_json(["check", "--", "python", "train.py", "--json"])


def test_a_command_that_cannot_be_started_ends_as_a_shell_would() -> None:
    error = CannotStart("The command 'x' was not found.", "Check its spelling.", status=127)
    assert guarded(raising(error), ["record", "x"]) == 127
    assert guarded(raising(error), ["replay", "x"]) == 2


def test_interrupted(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(KeyboardInterrupt()), ["ls"]) == 130
    assert guarded(raising(click.Abort()), ["ls"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_bad_usage_names_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(click.UsageError("No such option: --x")), ["ls"]) == 2
    assert capsys.readouterr().err == "samerun: No such option: --x\n  samerun --help lists what can be given.\n"
    assert guarded(raising(click.FileError("x", "is gone")), ["ls"]) == 2


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_a_full_disk_is_no_fault_of_samerun(number: int, state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(OSError(number, "no", "/some/where")), ["gc"]) == 2
    assert "/some/where" in capsys.readouterr().err
    assert not state.exists()


@pytest.mark.parametrize(
    "error", [Fault("inside out"), ValueError("odd"), OSError(errno.EBADF, "bad"), RecursionError()]
)
def test_a_fault_is_status_3_with_a_log(error: Exception, state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(error), ["ls", "--json"]) == 3
    seen = capsys.readouterr()
    (log,) = (state / "samerun").iterdir()
    assert str(log) in seen.err
    assert json.loads(seen.out)["schema"] == "samerun.error/1"
    text = log.read_text()
    assert type(error).__name__ in text
    assert "Traceback" in text
    assert sys.version.split()[0] in text
    assert log.stat().st_mode & 0o077 == 0


def test_a_log_that_cannot_be_written_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null/no")
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/dev/null/neither")
    assert guarded(raising(ValueError("odd")), ["ls"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_the_log_holds_no_secret() -> None:
    secret = "sk-" + "a1B2" * 12
    try:
        raise ValueError(f"refused: api_key={secret}")
    except ValueError as error:
        report = fault_report(error, ["record", "--", "train", "--api-key", secret])
    assert secret not in report
    assert "<redacted:" in report


def test_nothing_of_an_error_is_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    guarded(raising(SamerunError("\x1b[31m\x9b", "\x07")), ["ls"])
    assert all(character not in capsys.readouterr().err for character in "\x1b\x9b\x07")


def test_a_reader_that_goes_away_is_no_fault() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    code = (
        "import sys; from samerun.cli.failing import guarded; from samerun.cli.printing import print_page\n"
        "def action(arguments):\n    for _ in range(100000): print_page('x' * 100 + '\\n')\n    return 0\n"
        "sys.exit(guarded(action, ['ls']))"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.read(10)
    child.stdout.close()
    said = child.stderr.read()
    child.stderr.close()
    assert (child.wait(), said) == (141, b"")
