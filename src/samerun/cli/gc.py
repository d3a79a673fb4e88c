"""``samerun gc``: free what no run needs any more."""

from __future__ import annotations

import click
import msgspec

from samerun import api
from samerun.cli.options import json_option
from samerun.cli.printing import print_document, say
from samerun.cli.progress import ProgressBar
from samerun.report.plain_words import clean, plural, size
from samerun.store.collect import Freed


@click.command("gc", short_help="Free what no run needs any more.")
@click.option("--dry-run", is_flag=True, help="Only say what would be freed.")
@json_option
def command(dry_run: bool, as_json: bool) -> int:
    """Free the copies, workspaces and environments that no run refers to. Runs themselves are never removed."""
    with ProgressBar() as progress:
        progress("looking for what no run needs")
        freed = api.collect_garbage(dry_run=dry_run)
    if as_json:
        print_document("gc/1", {"dry_run": dry_run, **msgspec.to_builtins(freed)})
    else:
        say(_sentence(freed, dry_run))
        if freed.kept_because:
            say(f"  Copies were left alone: {clean(freed.kept_because)}.")
    return 0


def _sentence(freed: Freed, dry_run: bool) -> str:
    parts = [
        plural(freed.objects, "copy", "copies"),
        plural(freed.workspaces, "workspace"),
        plural(freed.environments, "environment"),
    ]
    parts += [plural(freed.caches, "old cache of data", "old caches of data")] if freed.caches else []
    return f"samerun: {'would free' if dry_run else 'freed'} {size(freed.bytes)}: {', '.join(parts)}"
