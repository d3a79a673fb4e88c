"""``samerun data lock``: write down what data is now."""

from __future__ import annotations

import os
import sys

import click

from samerun import api
from samerun.cli.data_page import content_words, summary
from samerun.cli.data_progress import DataProgress
from samerun.cli.data_remote import are_remote, lock_addresses
from samerun.cli.options import json_option
from samerun.cli.printing import print_document, print_file, print_page, say
from samerun.data.lock_file import encode_lock
from samerun.errors import BadOption
from samerun.report.plain_words import clean


@click.command("lock", short_help="Write down what data is now.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "-o", "--output", default="data.lock", show_default=True, metavar="FILE", help="The lock to write; - prints it."
)
@click.option("--root", metavar="DIR", help="The folder that the lock's paths start from; without it, the lock's own.")
@click.option("--sha256", is_flag=True, help="Keep the SHA-256 of each file too.")
@click.option("--md5", is_flag=True, help="Keep the MD5 of each file too.")
@click.option("--reread", is_flag=True, help="Read every file, also those that have not changed since they were read.")
@click.option("--bytes", "read", is_flag=True, help="Read remote files too, and keep their BLAKE3.")
@json_option
def command(
    paths: tuple[str, ...],
    output: str,
    root: str | None,
    sha256: bool,
    md5: bool,
    reread: bool,
    read: bool,
    as_json: bool,
) -> int:
    """Write a lock of files and folders: the path, size and BLAKE3 of each file, and one hash over all.

    The data is only read. Links are written down and not followed; pipes and devices are named and not opened.
    PATH may also be an address (https://..., s3://..., gs://...): then what the server says of each file is kept.
    """
    if output == "-" and as_json:
        raise BadOption("-o - prints the lock itself, and --json another document.", "Leave one of them out.")
    if are_remote(paths):
        if root is not None or sha256 or md5 or reread:
            raise BadOption("--root, --sha256, --md5 and --reread are for local data.", "Addresses take --bytes.")
        return lock_addresses(paths, output, read, as_json)
    if read:
        raise BadOption("--bytes is for addresses; local files are always read.", "Leave it out.")
    also = [name for name, asked in (("sha256", sha256), ("md5", md5)) if asked]
    with DataProgress() as progress:
        locked = api.lock_data(
            paths, None if output == "-" else output, root=root, also=also, quick=not reread, progress=progress.tell
        )
    if as_json:
        print_document("data-lock/1", _document(locked, output))
        return 0
    page = f"{content_words(locked.lock.manifest)}, root {locked.lock.root}"
    if output == "-":
        _refuse_own_output(locked)
        print_file(encode_lock(locked.lock))
        say(f"samerun: {page}")
    else:
        print_page(f"{clean(output)}: {page}\n")
    for note in locked.notes:
        say(f"samerun: {clean(note)}")
    return 0


def _refuse_own_output(locked: api.Locked) -> None:
    """Refuse to print a lock into a file that it names: with the lock in it, that file is another one."""
    try:
        there = os.fstat(sys.stdout.fileno())
    except (OSError, ValueError):  # no file at all
        return
    for entry in locked.lock.manifest.entries:
        if entry.kind == "file" and entry.size == there.st_size and _is(there, os.path.join(locked.base, entry.path)):
            sentence = f"Standard output goes to {clean(entry.path)}, which is part of what is locked."
            raise BadOption(sentence, "Name the file with -o: then it is left out.")


def _is(file: os.stat_result, path: str) -> bool:
    try:
        return os.path.samestat(file, os.lstat(path))
    except OSError:  # gone since it was locked
        return False


def _document(locked: api.Locked, output: str) -> dict[str, object]:
    return {
        "lock": output,
        "base": locked.base,
        "paths": locked.lock.paths,
        **summary(locked.lock.manifest),
        "left_out": locked.left_out,
        "notes": locked.notes,
    }
