"""The rows of the store."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from samerun import api
from samerun.cli.stored import stored_runs
from samerun.record.run import Run


def test_the_rows_are_those_of_the_verb(make_run: Callable[..., Run]) -> None:
    runs = [make_run(number) for number in (1, 2)]
    assert [row.id for row in stored_runs()] == [runs[1].id, runs[0].id]
    assert stored_runs() == api.runs()


def test_a_list_loads_no_stage() -> None:
    code = "import sys, samerun.cli.ls; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert {"samerun.api", "samerun.launch", "samerun.outputs", "numpy", "rich"} & set(done.stdout.split()) == set()
