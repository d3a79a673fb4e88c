"""The list of commands, and what it costs to look at it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from samerun.cli.main import COMMANDS, commands, main, run

Samerun = Callable[..., Any]
HEAVY = {"rich", "numpy", "msgspec", "samerun.api", "samerun.report.run_table", "yaml"}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_of_help_is_the_commands_own(name: str) -> None:
    command = commands.get_command(click.Context(commands), name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(100) == COMMANDS[name]
    assert isinstance(command, click.Group) or any("--json" in parameter.opts for parameter in command.params)
    assert all(parameter.help for parameter in command.params if isinstance(parameter, click.Option))


def test_help_lists_every_command(samerun: Samerun) -> None:
    for answer in (samerun("--help"), samerun("-h"), samerun()):
        assert answer.status == 0
        assert all(name in answer.out and line in answer.out for name, line in COMMANDS.items())


def test_version(samerun: Samerun) -> None:
    assert samerun("--version").out.startswith("samerun 0.")


def test_an_unknown_command_is_answered_with_the_nearest(samerun: Samerun) -> None:
    answer = samerun("repaly")
    assert (answer.status, answer.out) == (2, "")
    assert "Did you mean replay?" in answer.err
    assert "There are: record" in samerun("xyz").err


@pytest.mark.parametrize(
    "arguments", [("ls", "--colour"), ("show",), ("replay", "a", "b"), ("diff", "a"), ("--quiet",)]
)
def test_a_bad_command_line_is_a_sentence_and_status_2(samerun: Samerun, arguments: tuple[str, ...]) -> None:
    answer = samerun(*arguments)
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("samerun: ")
    assert "--help lists what can be given." in answer.err


def test_run_leaves_errors_to_the_caller() -> None:
    with pytest.raises(click.UsageError):
        run(["nothing"])


def fresh(code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)


def test_help_imports_nothing_heavy() -> None:
    done = fresh(
        "import sys; from samerun.cli.main import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    )
    assert HEAVY & set(done.stderr.split()) == set()


def test_help_is_quick() -> None:
    """The figure is 100 ms with the process start (``make bench`` holds it); here only a blunder is caught."""
    took = []
    for _ in range(3):
        start = time.perf_counter()
        fresh("from samerun.cli.main import main; main(['--help'])")
        took.append(time.perf_counter() - start)
    assert min(took) < 0.5


def test_a_reader_that_goes_away_is_not_a_difference() -> None:
    code = "import sys; from samerun.cli.main import main; sys.stdin.read(); sys.exit(main(['ls', '--json']))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    child = subprocess.Popen([sys.executable, "-c", code], env=environment, **pipes)  # type: ignore[call-overload]
    child.stdout.close()
    child.stdin.close()
    assert child.stderr.read() == b""
    child.stderr.close()
    assert child.wait() == 141


def test_main_takes_the_processs_own_arguments(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["samerun", "--help"])
    assert main() == 0
    assert "Commands:" in capsys.readouterr().out


def test_a_process_ends_with_its_status_and_all_that_it_said(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "SAMERUN_STORE": str(tmp_path)}
    command = [sys.executable, "-m", "samerun.cli.main"]
    helped = subprocess.run([*command, "--help"], capture_output=True, text=True, env=environment)
    assert (helped.returncode, helped.stderr) == (0, "")
    assert helped.stdout.rstrip().endswith(list(COMMANDS.values())[-1])
    unknown = subprocess.run([*command, "show", "nosuch"], capture_output=True, text=True, env=environment)
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert unknown.stderr.startswith("samerun: ")
