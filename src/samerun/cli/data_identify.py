"""``samerun data identify``: which dataset is a folder, as others' tools wrote it?"""

from __future__ import annotations

import sys
from typing import Any

import click
import msgspec

from samerun.cli.options import json_option
from samerun.cli.printing import paint_for, print_document, print_page
from samerun.data.hf_datasets import HfDataset, HfSplit, is_hf_dataset, read_hf_dataset
from samerun.data.hf_hub import HubSnapshot, read_hub_snapshot, snapshot_place
from samerun.errors import BadInput
from samerun.report.plain_words import Paint, clean, plural


@click.command("identify", short_help="Say which dataset a folder is.")
@click.argument("path", metavar="PATH")
@click.option("--brief", is_flag=True, help="Do not read the rows.")
@json_option
def command(path: str, brief: bool, as_json: bool) -> int:
    """Say which dataset, configuration, split and revision a folder of Hugging Face is, and what it holds.

    PATH is a folder that save_to_disk wrote, a prepared one of the datasets' cache, or a snapshot of the Hub's cache.
    The status is 0 if it is whole and 1 if something in it is not what it says.
    """
    found: HfDataset | HubSnapshot
    if is_hf_dataset(path):
        found = read_hf_dataset(path, rows=not brief)
    elif snapshot_place(path) is not None:
        found = read_hub_snapshot(path)
    else:
        raise BadInput(
            f"{path} is no folder whose format is known here.",
            "Known are Hugging Face's; for .dvc files and locks there is `samerun data verify`.",
        )
    if as_json:
        print_document("data-identity/1", _document(found))
    else:
        lines = _dataset(found) if isinstance(found, HfDataset) else _snapshot(found)
        paint: Paint = paint_for(sys.stdout)
        lines += [f"{paint('wrong', 'bad')}: {clean(problem)}" for problem in found.problems]
        print_page("\n".join(lines) + "\n")
    return 1 if found.problems else 0


def _document(found: HfDataset | HubSnapshot) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(found)
    return {
        "format": "hf-dataset" if isinstance(found, HfDataset) else "hf-hub",
        "same": not found.problems,
        **document,
    }


def _dataset(found: HfDataset) -> list[str]:
    where = "saved to disk" if found.kind == "saved" else "prepared in the cache"
    facts = (
        ("dataset", found.dataset),
        ("configuration", found.config),
        ("version", found.version),
        ("revision", found.revision),
        ("columns", ", ".join(f"{name} ({kind})" for name, kind in found.features.items())),
    )
    lines = [f"a dataset of Hugging Face, {where}", *_facts(facts)]
    lines += [f"  {_split(split)}" for split in found.splits]
    if found.derived:
        lines.append(f"  beside them, by fingerprint: {clean(', '.join(found.derived))}")
    return lines


def _split(split: HfSplit) -> str:
    parts = [f"split {clean(split.name)}" if split.name else "rows"]
    parts.append(plural(split.rows, "row") if split.rows is not None else "rows not read")
    parts.append(plural(len(split.files), "file"))
    parts += [f"fingerprint {clean(split.fingerprint)}"] if split.fingerprint else []
    parts += [f"content {split.hash}"] if split.hash else []
    return ", ".join(parts)


def _snapshot(found: HubSnapshot) -> list[str]:
    checked = len(found.files) - len(found.unnamed) - len(found.problems)
    facts = (
        ("repository", found.repository),
        ("revision", found.revision),
        ("at", ", ".join(found.refs)),
        ("files", f"{len(found.files):,}, {max(checked, 0):,} of them as their names say"),
    )
    return [f"a {found.kind} of the Hugging Face Hub", *_facts(facts)]


def _facts(facts: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"  {name}: {clean(value)}" for name, value in facts if value]
