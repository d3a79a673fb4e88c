"""``samerun rm``: remove runs."""

from __future__ import annotations

import click

from samerun import api
from samerun.cli.options import json_option
from samerun.cli.printing import print_document, say
from samerun.cli.run_names import run_argument
from samerun.report.plain_words import plural, size


@click.command("rm", short_help="Remove runs.")
@run_argument("runs", nargs=-1, required=True)
@json_option
def command(runs: tuple[str, ...], as_json: bool) -> int:
    """Remove the runs RUNS. A run that has not ended is refused; what the others share stays until gc.

    A run is named by an id, the beginning of one, a run folder's path, last or last~N.
    """
    removed = api.remove(list(runs))
    if as_json:
        print_document("rm/1", {"removed": list(removed.runs), "bytes": removed.bytes})
    else:
        say(f"samerun: removed {plural(len(removed.runs), 'run')}, {size(removed.bytes)}")
        say("  samerun gc frees what no other run needs.")
    return 0
