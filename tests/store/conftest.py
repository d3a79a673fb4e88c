"""A store and runs in it, made as a recording makes them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samerun.record.output import Output
from samerun.record.run import Holder, Place, Run
from samerun.store import folder as folders
from samerun.store.layout import RunFolder, StoreLayout
from samerun.store.metrics_log import MetricsWriter

SCALE = 10 if os.environ.get("SAMERUN_TEST_SCALE") == "full" else 1
"""How much longer the fault tests are when they are asked for in full."""

SOURCE = Path(__file__).parents[2] / "src"

MakeRun = Callable[..., RunFolder]


@pytest.fixture
def layout(tmp_path: Path) -> StoreLayout:
    return StoreLayout(tmp_path / "outputs" / "experiments").create()


def run_record(run_id: str, **changes: Any) -> Run:
    """Return a record with something in every field."""
    facts: dict[str, Any] = {
        "id": run_id,
        "name": "digits",
        "command": ["python", "train.py", "--lr", "0.1", "model.depth=3", "--fast"],
        "place": Place("/project", "/project/sub"),
        "status": "finished",
        "started": 1_700_000_000.0,
        "exit_code": 0,
        "seconds": 1.5,
        "tags": ["first"],
        "factors": {
            "code": {"train.py": {"size": 3, "hash": "0" * 64}},
            "data": {"data/train.csv": {"size": 7, "hash": "1" * 64}},
            "package": {"numpy": {"version": "2.0"}},
            "arguments": {"argv": ["python", "train.py", "--lr", "0.1", "model.depth=3", "--fast"]},
            "network": {"missing": "not looked at"},
        },
        "outputs": [Output("out.csv", "csv", 3, "2" * 64, "results/out.csv")],
        "metrics": {"loss": 0.25, "bad": float("nan"), "zero": -0.0, "big": 2**70},
    }
    return Run(**{**facts, **changes})


@pytest.fixture
def make_run(layout: StoreLayout) -> MakeRun:
    """Return a function that makes a sealed run with a log, metrics and results; ``seal=False`` leaves it open."""

    def make(run_id: str = "20260101_120000_abc123", *, seal: bool = True, lines: int = 3, **changes: Any) -> RunFolder:
        run = run_record(run_id, **changes)
        run_folder = layout.run_folder(run.name, run.id).create()
        folders.save(run_folder, run)
        for path in (run_folder.logs, run_folder.results):
            path.mkdir(mode=0o700)
        run_folder.train_log.write_text("epoch 1\nepoch 2\n")
        (run_folder.results / "out.csv").write_text("a\n1\n")
        writer = MetricsWriter(run_folder.logs, rank=0)
        for step in range(lines):
            writer.log({"loss": 1 / (step + 1), "acc": 0.5}, step=step)
        writer.close()
        if seal:
            folders.seal(run_folder, run)
        return run_folder

    return make


def dead_holder() -> Holder:
    """Return the facts of a process that is gone."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    facts = folders.holder(child)
    os.waitpid(child, 0)
    return facts


def python(*arguments: str) -> list[str]:
    """Return a command that runs this interpreter with the sources."""
    return [sys.executable, *arguments]


def environment() -> dict[str, str]:
    """Return the variables for such a command."""
    return {**os.environ, "PYTHONPATH": str(SOURCE)}
