"""``samerun show``: one run on one page."""

from __future__ import annotations

import sys
import time

import click

from samerun import api
from samerun.cli.documents import run_document
from samerun.cli.options import all_option, json_option
from samerun.cli.printing import paint_for, print_document, print_page
from samerun.cli.progress import ProgressBar
from samerun.cli.run_names import run_argument
from samerun.report.run_page import Beside, run_page
from samerun.store import folder as store_folder
from samerun.store.sealing import Problem

_DAMAGE = {"extra": "not of this run", "unreadable": "not readable"}


@click.command("show", short_help="Show one run.")
@run_argument("run")
@all_option
@json_option
def command(run: str, everything: bool, as_json: bool) -> int:
    """Show RUN: what was run, how it ended, what it depends on, what it left, and what could not be captured.

    RUN is an id, the beginning of one, a run folder's path, last or last~N.
    """
    record = api.load(run)
    place = api.find(run)
    folder = str(place.path)
    with ProgressBar() as progress:
        progress("reading every file of the run")
        problems = [problem_text(problem) for problem in store_folder.problems(place)]
    if as_json:
        print_document("run/1", run_document(record, folder, problems))
    else:
        beside = Beside(folder, time.time(), api.metrics_history(run), problems)
        print_page(run_page(record, beside, everything, paint_for(sys.stdout)))
    return 0


def problem_text(problem: Problem) -> str:
    """Return one sentence about a damaged file: ``logs/train.log is missing (it held 120 bytes)``."""
    detail = f" ({problem.detail})" if problem.detail else ""
    return f"{problem.path} is {_DAMAGE.get(problem.what, problem.what)}{detail}"
