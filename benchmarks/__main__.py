"""``python -m benchmarks [--only NAME ...] [--seconds S]``: measure, print, write the page.

The page is ``docs/benchmarks.md``, and its short form stands in the README.

Ends with 0 whether the budgets are kept or not: a figure that is missed is written down, with its value.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import (
    agreement,
    checkpoints,
    data_hashing,
    generator_states,
    hashing,
    loading,
    logging_metrics,
    page,
    recording,
    starting,
    tables,
)
from benchmarks.measuring import Figure

TOP = Path(__file__).parent.parent
PAGE, README = TOP / "docs" / "benchmarks.md", TOP / "README.md"


def figures(seconds: float) -> dict[str, Callable[[Path], Figure]]:
    """Return the table of figures: a short name and what measures it in a folder of its own."""
    return {
        "record": lambda folder: recording.small_script(recording.make_tree(folder)),
        "training": lambda folder: recording.training(recording.make_tree(folder), seconds),
        "log": logging_metrics.log_call,
        "import": starting.import_time,
        "help": starting.help_page,
        "ls": starting.listing,
        "hash": hashing.big_file,
        "data-big": data_hashing.one_gibibyte,
        "data-first": data_hashing.first_time,
        "data-unchanged": data_hashing.unchanged,
        "data-verify": data_hashing.verified,
        "data-many": data_hashing.hundred_thousand,
        "states": generator_states.three_states,
        "stream": generator_states.one_stream,
        "checkpoint-save": checkpoints.saving,
        "checkpoint-load": checkpoints.loading,
        "checkpoint-stall": checkpoints.stalling,
        "loading-rows": loading.rows,
        "loading-pictures": loading.pictures,
        "table-numbers": tables.numbers,
        "table-text": tables.text,
        "table-rows": tables.rows,
    }


def main() -> int:
    """Measure what was asked for; the page is only written when everything was."""
    options = arguments()
    chosen = {name: one for name, one in figures(options.seconds).items() if not options.only or name in options.only}
    done = list(measured(chosen))
    agreements = list(compared()) if not options.only or "strace" in options.only else []
    if not options.only:
        PAGE.write_text(page.text(done, agreements), encoding="utf-8")
        README.write_text(page.with_summary(README.read_text("utf-8"), done), encoding="utf-8")
    return 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure samerun beside the bare thing.")
    parser.add_argument("--only", nargs="+", choices=[*figures(1), "strace"], help="measure these, and write no page")
    parser.add_argument("--seconds", type=float, default=8.0, help="length of the training's loop (default 8)")
    return parser.parse_args()


def measured(chosen: dict[str, Callable[[Path], Figure]]) -> Iterator[Figure]:
    """Measure one after the other, each in a folder of its own, and print each row when it is there."""
    for measure in chosen.values():
        with tempfile.TemporaryDirectory(prefix="samerun-bench-") as folder:
            figure = measure(Path(folder))
        show(page.row(figure) + (f" {figure.note}" if figure.note else ""))
        yield figure


def compared() -> Iterator[agreement.Agreement]:
    """Hold each example's record against strace; say so where there is no strace."""
    for example in agreement.COMMANDS:
        with tempfile.TemporaryDirectory(prefix="samerun-bench-") as folder:
            try:
                one = agreement.agreement(example, Path(folder))
            except FileNotFoundError as error:
                show(f"files beside strace: not measured, {error}")
                return
        show(page.agreement_table([one]).splitlines()[-1])
        yield one


def show(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
