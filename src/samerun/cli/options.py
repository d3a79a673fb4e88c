"""Options and arguments that several commands share."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from samerun.cli.stored import stored_runs

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
MOST_COMPLETED = 50
"""How many runs a shell offers."""


def tolerance(ctx: click.Context, param: click.Parameter, value: float) -> float:
    """Return a tolerance that is finite and not negative, or refuse with a sentence."""
    if not math.isfinite(value) or value < 0:
        raise click.BadParameter(f"{value!r} is no tolerance: it takes a number such as 1e-6", ctx, param)
    return value


def complete_run(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the newest runs whose ids begin with what was typed in the shell."""
    names = [("last", "the newest run"), *((row.id, f"{row.name} {row.status}") for row in stored_runs())]
    fitting = [CompletionItem(name, help=said) for name, said in names if name.startswith(incomplete)]
    return fitting[:MOST_COMPLETED]


def run_argument(name: str, **more: Any) -> Callable[[Decorated], Decorated]:
    """Declare an argument that names a run."""
    return click.argument(name, shell_complete=complete_run, **more)


def json_option(command: Decorated) -> Decorated:
    """Declare ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a page.")(command)


def all_option(command: Decorated) -> Decorated:
    """Declare ``--all`` for a page whose long lists are cut."""
    return click.option("--all", "everything", is_flag=True, help="Show whole lists instead of their beginnings.")(
        command
    )


def tolerance_options(command: Decorated) -> Decorated:
    """Declare ``--rtol`` and ``--atol``."""
    relative = click.option(
        "--rtol",
        type=float,
        callback=tolerance,
        default=0.0,
        metavar="R",
        help="Numbers may differ by this share of the larger one.",
    )
    absolute = click.option(
        "--atol", type=float, callback=tolerance, default=0.0, metavar="A", help="Numbers may differ by this much."
    )
    return relative(absolute(command))
