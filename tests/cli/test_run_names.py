"""What a shell offers where a run is to be named."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import click

from samerun.cli.run_names import complete_run
from samerun.record.run import Run

MakeRun = Callable[..., Run]
NOTHING = click.Argument(["run"])


def test_the_shell_completes_runs(make_run: MakeRun) -> None:
    runs = [make_run(number) for number in (1, 2)]
    context = click.Context(click.Command("show"))
    assert [item.value for item in complete_run(context, NOTHING, "")] == ["last", runs[1].id, runs[0].id]
    assert [item.value for item in complete_run(context, NOTHING, runs[0].id[:-1])] == [runs[0].id]


def test_completion_works_from_a_shell(make_run: MakeRun) -> None:
    run = make_run(1)
    environment = {
        **os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "_SAMERUN_COMPLETE": "bash_complete",
        "COMP_WORDS": "samerun show 2", "COMP_CWORD": "2",
    }  # fmt: skip
    command = [sys.executable, "-c", "from samerun.cli.main import main; main()"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.stdout == f"plain,{run.id}\n"
