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

_IS_COMMAND = "samerun.check.is_command"


class _RunOrCommand(click.Command):
    """Remembers whether ``--`` was given: only a command stands behind it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[_IS_COMMAND] = "--" in args
        return super().parse_args(ctx, args)


@click.command("check", cls=_RunOrCommand, short_help="Say whether a script is reproducible, and what it depends on.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, required=True, metavar="[RUN | -- CMD...]")
@tolerance_options
@click.option("--metric", metavar="NAME", help="Judge by this metric alone.")
@search_options
@json_option
@click.pass_context
def command(
    context: click.Context,
    command: tuple[str, ...],
    rtol: float,
    atol: float,
    metric: str | None,
    max_replays: int | None,
    timeout: float | None,
    as_json: bool,
) -> int:
    """Say whether a command is reproducible, and what its result depends on, with file and line.

    CMD runs in fresh copies of your folder, which stays untouched: twice as it is, once in the folder that it left
    behind, once as it was recorded; then, if the results differ, with one source of difference after another held
    still, else with one condition after another varied. A RUN that was recorded before can stand in its place. The
    status is 1 if it does not give the same again.
    """
    words = list(command)
    is_command = context.meta[_IS_COMMAND] or len(words) > 1
    with ProgressBar() as progress:
        found = api.check(
            words if is_command else None,
            run=None if is_command else words[0],
            rtol=rtol,
            atol=atol,
            metric=metric,
            max_replays=max_replays,
            timeout_s=timeout,
            progress=progress,
        )
    if as_json:
        print_document("check/1", msgspec.to_builtins(found))
    else:
        print_page(check_page(found, paint_for(sys.stdout)))
    return 1 if found.causes or found.reproducible is False else 0
