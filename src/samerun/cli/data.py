"""``samerun data``: the commands about data, each loaded only when it is used."""

from __future__ import annotations

import click

from samerun.cli.lazy_group import LazyGroup
from samerun.cli.printing import print_page

DATA_COMMANDS: dict[str, str] = {
    "lock": "Write down what data is now.",
    "verify": "Say whether data is still what a lock says, or a run read.",
    "diff": "Show what differs between two data sets.",
    "of": "List the runs that read or wrote a content.",
    "identify": "Say which dataset a folder is.",
    "croissant": "Describe data as Croissant (JSON-LD).",
}
"""Every command with its one line of help; ``samerun.cli.data_<name>`` holds it as ``command``."""


@click.group(
    "data",
    cls=LazyGroup,
    table=DATA_COMMANDS,
    prefix="samerun.cli.data_",
    short_help="Lock, verify and compare data.",
    invoke_without_command=True,
)
@click.pass_context
def command(context: click.Context) -> None:
    """Lock, verify and compare data: files and folders by their content."""
    if context.invoked_subcommand is None:
        print_page(context.get_help() + "\n")
