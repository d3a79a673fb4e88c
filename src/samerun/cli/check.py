"""``samerun check``: is a program reproducible, and what does its result depend on."""

from __future__ import annotations

import sys

import click
import msgspec

from samerun import api
from samerun.cli.options import json_option, search_options, tolerance_options
from samerun.cli.printing import paint_for, print_document, print_page
from samerun.cli.progress import ProgressBar
from samerun.report.check_page import check_page


@click.command("check", short_help="Say whether a script is reproducible, and what it depends on.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, required=True, metavar="[RUN | -- CMD...]")
@tolerance_options
@search_options
@json_option
def command(
    command: tuple[str, ...],
    rtol: float,
    atol: float,
    max_replays: int | None,
    timeout: float | None,
    as_json: bool,
) -> int:
    """Say whether a command is reproducible, and what its result depends on, with file and line.

    CMD runs in fresh copies of your folder, which stays untouched: twice as it is, once in the folder that it left
    behind, once as it was recorded; then, if the results differ, with one source of difference after another held
    still, else with one condition after another varied. A RUN that was recorded before can stand in its place. The
    status is 1 if a cause was found.
    """
    run, words = _meant(command)
    with ProgressBar() as progress:
        found = api.check(
            words, run=run, rtol=rtol, atol=atol, max_replays=max_replays, timeout_s=timeout, progress=progress
        )
    if as_json:
        print_document("check/1", msgspec.to_builtins(found))
    else:
        print_page(check_page(found, paint_for(sys.stdout)))
    return 1 if found.causes or found.reproducible is False else 0


def _meant(words: tuple[str, ...]) -> tuple[str | None, list[str] | None]:
    """Tell a run from a command: only a command may stand behind ``--``, and only a run is one word before it."""
    behind = "--" in sys.argv
    return (None, list(words)) if behind or len(words) > 1 else (words[0], None)
