"""``samerun replay``: run a kept run again and say how the same it is."""

from __future__ import annotations

import sys
from typing import Literal

import click

from samerun import api
from samerun.cli.comparing import compared_replay
from samerun.cli.documents import change_documents, metric_documents, output_documents
from samerun.cli.options import json_option, tolerance_options
from samerun.cli.printing import paint_for, print_document, print_page
from samerun.cli.progress import ProgressBar
from samerun.cli.run_names import run_argument
from samerun.record.verdict import is_same
from samerun.report.verdict_page import verdict_page


@click.command("replay", short_help="Run a kept run again and say how the same it is.")
@run_argument("run")
@tolerance_options
@click.option(
    "--env",
    type=click.Choice(["same", "rebuild"]),
    default="same",
    show_default=True,
    help="Use the packages that are here, or make the recorded ones with uv and keep them.",
)
@json_option
def command(run: str, rtol: float, atol: float, env: Literal["same", "rebuild"], as_json: bool) -> int:
    """Run RUN again in a folder of its own, with what was recorded, and compare every output.

    RUN is an id, the beginning of one, a run folder's path, last or last~N. Your files are not touched. The status is
    0 if the result is the same and 1 if it differs.
    """
    with ProgressBar() as progress:
        replay = api.replay(run, rtol=rtol, atol=atol, env=env, progress=progress)
    if as_json:
        print_document("replay/1", _document(replay))
    else:
        print_page(verdict_page(compared_replay(replay), paint_for(sys.stdout)))
    return 0 if is_same(replay.verdict) else 1


def _document(replay: api.Replay) -> dict[str, object]:
    return {
        "run": replay.run.id,
        "replay": replay.replay.id,
        "verdict": replay.verdict,
        "outputs": output_documents(replay.outputs),
        "metrics": metric_documents(replay.metrics),
        "factors_changed": change_documents(replay.factors_changed),
        "notes": list(replay.notes),
    }
