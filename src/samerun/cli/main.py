"""The way in from the shell: the list of commands, each loaded only when it is used."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click
from click.shell_completion import shell_complete

from samerun.cli.failing import READER_GONE, guarded
from samerun.cli.lazy_group import LazyGroup
from samerun.version import VERSION

COMMANDS: dict[str, str] = {
    "record": "Run a command as it is and keep the run.",
    "replay": "Run a kept run again and say how the same it is.",
    "diff": "Show what differs between two runs.",
    "explain": "Say which change between two runs made the difference.",
    "check": "Say whether a script is reproducible, and what it depends on.",
    "ls": "List the runs.",
    "show": "Show one run.",
    "rm": "Remove runs.",
    "gc": "Free what no run needs any more.",
    "data": "Lock, verify and compare data.",
    "demo": "Record, replay and change a small training, in under a minute.",
}
"""Every command with its one line of help; ``samerun.cli.<name>`` holds it as ``command``."""

_COMPLETE = "_SAMERUN_COMPLETE"

OBJECTS_BETWEEN_COLLECTIONS = 50_000

_HELP = """Record an experiment as it is, run it again, and say how the same the two runs are.

\b
  samerun record -- python train.py --lr 0.1
  samerun replay last
  samerun diff last~1 last
"""


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    prefix="samerun.cli.",
    help=_HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(VERSION, message="samerun %(version)s")
def commands() -> None:
    """Hold the commands; the group itself does nothing."""


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line and return its exit status; errors are left to the caller."""
    asked = os.environ.get(_COMPLETE)
    if asked:
        return shell_complete(commands, {}, "samerun", _COMPLETE, asked)
    # Not click's own main: it ends with 1 at any broken pipe, and 1 means "differs".
    try:
        with commands.make_context("samerun", list(arguments) or ["--help"]) as context:
            status = commands.invoke(context)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    return status if isinstance(status, int) else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command line, with every error turned into a sentence, and return the exit status.

    Args:
        arguments: what follows ``samerun``; None takes the process's own.
    """
    # A list of ten thousand runs, or the import of a command, makes many objects and no rubbish: looking for some after
    # every 700 of them is a tenth of the time.
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    return guarded(run, list(sys.argv[1:] if arguments is None else arguments))


def console() -> NoReturn:
    """Carry out the process's command line and end the process.

    Without the interpreter's own clean-up: taking a hundred modules apart costs 8 ms, and nothing waits for it.
    """
    status = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except BrokenPipeError:
            status = READER_GONE
        except (OSError, ValueError):  # closed, or on a full disk: there is nobody left to tell
            pass
    os._exit(status)


if __name__ == "__main__":
    console()
