"""``samerun data croissant``: describing data for catalogues."""

from __future__ import annotations

from typing import Literal

import click

from samerun.cli.data_progress import DataProgress
from samerun.cli.options import json_option
from samerun.cli.printing import print_document, print_page, say
from samerun.data.croissant import write_croissant
from samerun.data.croissant_document import About
from samerun.report.plain_words import clean, plural


@click.command("croissant", short_help="Describe data as Croissant (JSON-LD).")
@click.argument("path", metavar="PATH")
@click.option("-o", "--output", default="croissant.json", show_default=True, metavar="FILE", help="The file to write.")
@click.option(
    "--base-url", default="", metavar="URL", help="Where the files can be had; else they are named as they lie."
)
@click.option("--name", default="", help="What the data set is called; without it, as the folder is.")
@click.option("--description", default="", help="What it is.")
@click.option("--license", default="", help="Its licence: an address or an SPDX name.")
@click.option("--url", default="", help="Where it is described.")
@click.option("--creator", default="", help="Who made it.")
@click.option("--published", default="", metavar="DATE", help="When it was published: YYYY-MM-DD.")
@click.option("--version", default="", help="Its version, such as 1.0.0.")
@click.option("--cite", default="", metavar="BIBTEX", help="How to cite it.")
@click.option("--format", "format_", type=click.Choice(["1.0", "1.1"]), default="1.0", help="The version of Croissant.")
@json_option
def command(path: str, output: str, base_url: str, format_: Literal["1.0", "1.1"], as_json: bool, **about: str) -> int:
    """Describe a folder, a file or a lock (made with --sha256) as Croissant.

    Each file is named with its size and SHA-256, each table with its columns. The data is only read.
    """
    with DataProgress() as progress:
        made = write_croissant(
            path, output, about=About(**about), base_url=base_url, version=format_, progress=progress.tell
        )
    if as_json:
        facts = {"files": made.files, "record_sets": made.record_sets, "notes": made.notes}
        print_document("data-croissant/1", {"output": output, "format": format_, **facts})
        return 0
    print_page(f"{clean(output)}: {plural(made.files, 'file')}, {plural(made.record_sets, 'table')} with columns\n")
    for note in made.notes:
        say(f"samerun: {clean(note)}")
    return 0
