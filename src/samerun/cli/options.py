"""Options and arguments that several commands share."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def tolerance(ctx: click.Context, param: click.Parameter, value: float) -> float:
    """Return a tolerance that is finite and not negative, or refuse with a sentence."""
    if not math.isfinite(value) or value < 0:
        raise click.BadParameter(f"{value!r} is no tolerance: it takes a number such as 1e-6", ctx, param)
    return value


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


def search_options(command: Decorated) -> Decorated:
    """Declare ``--max-replays`` and ``--timeout`` for a question that is answered by running again."""
    most = click.option(
        "--max-replays", type=click.IntRange(min=1), metavar="N", help="Make at most N runs; say what was found so far."
    )
    longest = click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        metavar="SECONDS",
        help="Kill a run that takes longer than this.",
    )
    return most(longest(command))
