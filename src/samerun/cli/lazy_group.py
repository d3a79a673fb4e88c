"""A group of commands that are imported only when they are called."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """A group that knows its commands' names and one line of help, and imports a command when it is called.

    Args:
        table: every command with its one line of help, in the order in which they are needed.
        prefix: what stands before a command's name in the name of the module that holds it as ``command``.
        settings: click's own.
    """

    def __init__(self, *, table: Mapping[str, str], prefix: str, **settings: Any) -> None:
        super().__init__(**settings)
        self._table = table
        self._prefix = prefix

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they are needed."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing its module now; None where there is none of that name."""
        if cmd_name not in self._table:
            return None
        command = importlib.import_module(self._prefix + cmd_name.replace("-", "_")).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is called; an unknown one is answered with the nearest name."""
        if args and args[0] not in self._table and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], self._table, 1)
            hint = f"Did you mean {close[0]}?" if close else f"There are: {', '.join(self._table)}."
            raise click.UsageError(f"There is no command {args[0]!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._table.items()))
