"""The argument that names a run, and what a shell offers for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from samerun.cli.stored import stored_runs

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
MOST_COMPLETED = 50
"""How many runs a shell offers."""


def complete_run(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the newest runs whose ids begin with what was typed in the shell."""
    names = [("last", "the newest run"), *((row.id, f"{row.name} {row.status}") for row in stored_runs())]
    fitting = [CompletionItem(name, help=said) for name, said in names if name.startswith(incomplete)]
    return fitting[:MOST_COMPLETED]


def run_argument(name: str, **more: Any) -> Callable[[Decorated], Decorated]:
    """Declare an argument that names a run."""
    return click.argument(name, shell_complete=complete_run, **more)
