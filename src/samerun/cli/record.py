"""``samerun record``: run a command as it is and keep the run."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import click

from samerun import api
from samerun.basics.files import write_atomic
from samerun.cli.data_progress import DataProgress
from samerun.cli.options import json_option
from samerun.cli.printing import encode, print_document, say
from samerun.errors import BadOption
from samerun.report.plain_words import clean, plural, span
from samerun.report.verdict_words import ending


@click.command(
    "record",
    context_settings={"allow_interspersed_args": False},
    short_help="Run a command as it is and keep the run.",
    options_metavar="[OPTIONS] [--]",
)
@click.option("-n", "--name", help="What to call the run; without it, the name of the script.")
@click.option("-t", "--tag", "tags", multiple=True, metavar="TAG", help="A word to find the run by; may be repeated.")
@click.option(
    "--seed", type=click.IntRange(0, 2**64 - 1), metavar="N", help="Seed every library with N (changes the results)."
)
@click.option("--deterministic", is_flag=True, help="Ask libraries for deterministic kernels (may change the results).")
@click.option(
    "--portable", is_flag=True, help="That, and pin threads, instruction set and precision so that two machines agree."
)
@click.option(
    "--data",
    multiple=True,
    metavar="PATH",
    help="Lock this data before the start; may be repeated.",
)
@click.option(
    "--keep-inputs",
    type=click.Choice(["never", "small", "all"]),
    default="small",
    show_default=True,
    help="Which files that the program reads, or that git would show, are copied into the store.",
)
@click.option(
    "--json-file", type=click.Path(dir_okay=False), metavar="FILE", help="Write the JSON document to this file."
)
@json_option
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="CMD ...")
def command(
    name: str | None,
    tags: tuple[str, ...],
    seed: int | None,
    deterministic: bool,
    portable: bool,
    data: tuple[str, ...],
    keep_inputs: Literal["never", "small", "all"],
    json_file: str | None,
    as_json: bool,
    command: tuple[str, ...],
) -> int:
    """Run CMD as it is and keep the run.

    Nothing about the program's results, its output or its speed changes, and samerun ends with the program's own
    status. The last line on standard error is the id of the run. Options stand before the command.
    """
    if not command:
        raise BadOption("There is no command to record.", "For example: samerun record -- python train.py")
    recorded = api.record(
        list(command),
        name=name,
        tags=tags,
        seed=seed,
        deterministic=deterministic,
        portable=portable,
        keep_inputs=keep_inputs,
        data=data,
        locking=_bar,
    )
    _report(recorded, json_file, as_json)
    return leave_as(recorded.returncode)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """Show how far the locking of data is; gone before the program starts."""
    with DataProgress() as progress:
        yield progress.tell


def leave_as(returncode: int) -> int:
    """End as the program ended: return its exit status, or die of the signal that it died of.

    Args:
        returncode: an exit status, or a signal's number below zero.
    """
    if returncode >= 0:
        return returncode
    number = -returncode
    # One core file is enough: the program has left its own.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if number not in (signal.SIGKILL, signal.SIGSTOP):
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    return 128 + number


def _report(recorded: api.Recorded, json_file: str | None, as_json: bool) -> None:
    """Say what was kept; the id comes last, on a line of its own."""
    document = _document(recorded)
    if json_file:
        write_atomic(Path(json_file), (encode({"schema": "samerun.record/1", **document}) + "\n").encode(), mode=0o644)
    if as_json:
        print_document("record/1", document)
    run = recorded.run
    if recorded.trouble:
        say(f"samerun: {clean(recorded.trouble)}")
    for sentence in recorded.not_kept:
        say(f"samerun: {clean(sentence)}")
    left = f"{plural(len(run.outputs), 'output')}, {plural(len(run.metrics), 'metric')}"
    say(f"samerun: {ending(run)} after {span(run.seconds)}; {left}; kept in {clean(str(recorded.folder))}")
    say(run.id)


def _document(recorded: api.Recorded) -> dict[str, Any]:
    run = recorded.run
    return {
        "id": run.id,
        "name": run.name,
        "folder": str(recorded.folder),
        "status": run.status,
        "exit_code": run.exit_code,
        "seconds": run.seconds,
    }
