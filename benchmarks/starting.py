"""What it costs to begin: importing the library, ``--help``, and listing 10,000 runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.measuring import SAMERUN, Figure, Spent, in_turn, median_of_pairs, median_wall, plain_environment, run

PYTHON = sys.executable
STARTED = 1_700_000_000.0


def import_time(folder: Path, rounds: int = 15) -> Figure:
    """Measure ``import samerun`` over a bare start of Python."""
    bare, measured = in_turn(
        rounds, lambda: run((PYTHON, "-c", "pass"), folder), lambda: run((PYTHON, "-c", "import samerun"), folder)
    )
    return beside("import samerun", bare, measured, 0.030, "added ≤ 30 ms")


def help_page(folder: Path, rounds: int = 15) -> Figure:
    """Measure ``samerun --help`` with the start of its process."""
    bare, measured = in_turn(
        rounds, lambda: run((PYTHON, "-c", "pass"), folder), lambda: run((SAMERUN, "--help"), folder)
    )
    took = median_wall(measured)
    return Figure("samerun --help", "s", median_wall(bare), took, took, 0.100, "≤ 100 ms with process start")


def beside(name: str, bare: list[Spent], measured: list[Spent], budget: float, rule: str) -> Figure:
    """Return the figure of what ``measured`` takes over ``bare``."""
    added = median_of_pairs([one.wall for one in bare], [one.wall for one in measured])
    return Figure(name, "s", median_wall(bare), median_wall(measured), added, budget, rule)


def listing(folder: Path, count: int = 10_000, rounds: int = 7) -> Figure:
    """Measure listing and sorting ``count`` runs with process start, the index being up to date."""
    make_runs(folder, count)
    command = (SAMERUN, "ls", "--all", "--sort", "-metrics.acc", "--json")
    environment = {**plain_environment(), "SAMERUN_STORE": str(folder / "outputs" / "experiments")}
    bare, measured = in_turn(
        rounds, lambda: run((PYTHON, "-c", "pass"), folder), lambda: run(command, folder, environment)
    )
    listed = len(json.loads(measured[0].output)["runs"])
    took = median_wall(measured)
    rule, note = "≤ 0.3 s with process start", f"{listed:,} runs listed, sorted by a metric, as JSON"
    return Figure(f"ls of {count:,} runs", "s", median_wall(bare), took, took, 0.3, rule, note)


def make_runs(folder: Path, count: int) -> None:
    """Record one run, and lay ``count`` more beside it with other ids, times and metrics."""
    (folder / "one.py").write_text("import json; json.dump({'acc': 0.5, 'loss': 0.25}, open('metrics.json', 'w'))")
    run((SAMERUN, "record", "-n", "one", "--", "python", "one.py", "--lr", "0.1"), folder)
    record = next((folder / "outputs" / "experiments").glob("one/*/run.json"))
    document = json.loads(record.read_text())
    for number in range(count):
        copy = record.parent.parent.parent / f"name{number % 7}" / f"20250101_{number % 240000:06d}_{number:06d}"
        copy.mkdir(parents=True)
        metrics = {"acc": (number * 7919 % 10007) / 10007, "loss": 1 / (1 + number)}
        changed = {"id": copy.name, "name": f"name{number % 7}", "started": STARTED + number, "metrics": metrics}
        (copy / "run.json").write_text(json.dumps({**document, **changed}))
