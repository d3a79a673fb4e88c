"""The data of a run as a page and as a document."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import msgspec

from samerun.api.data_copies import Copy
from samerun.api.data_of_runs import STATES, DataFile, RunData
from samerun.cli.data_page import MOST
from samerun.report.plain_words import Paint, clean, plural, size, unpainted

_WORDS = {"unchanged": "unchanged", "changed": "changed", "gone": "gone", "new": "new", "unknown": "unknown"}
_KINDS = {"store": "a copy in the store", "file": "the same content", "git": "in git, as blob"}


def run_data_page(found: RunData, everything: bool = False, paint: Paint = unpainted) -> str:
    """Return the page.

    Args:
        found: what verifying found.
        everything: show whole lists.
        paint: gives colours.
    """
    total = f"{plural(len(found.files), 'file')}, {size(sum(file.size for file in found.files))}"
    run = clean(found.run)
    if found.same:
        how = "by stat where it is remembered, else by bytes" if found.quick else "by bytes"
        return f"{paint('same', 'good')}: {total}, as the run {run} found them, {how}\n"
    counts = found.counts()
    told = ", ".join(f"{counts[state]:,} {state}" for state in STATES[1:] if counts[state])
    only_unknown = not any(counts[state] for state in ("changed", "gone", "new"))
    head = paint("not all known", "warn") if only_unknown else paint("different", "bad")
    lines = [f"{head} from what the run {run} found: {told} of {total}"]
    for state in STATES[1:]:
        lines += _section(state, [file for file in found.files if file.state == state], everything, paint)
    return "\n".join(lines) + "\n"


def _section(state: str, files: Sequence[DataFile], everything: bool, paint: Paint) -> list[str]:
    if not files:
        return []
    lines = ["", paint(f"{_WORDS[state]} ({len(files):,})", "strong")]
    for file in files if everything else files[:MOST]:
        lines += [f"  {line}" for line in _lines(file)]
    if len(files) > MOST and not everything:
        lines.append(paint(f"  and {len(files) - MOST:,} more; --all shows them", "dim"))
    return lines


def _lines(file: DataFile) -> list[str]:
    line = f"{clean(file.path)}: {clean(file.detail)}" if file.detail else clean(file.path)
    lost = file.state in ("changed", "gone") and not file.copies
    return [line, *(f"  {_copy(copy)}" for copy in file.copies), *(["  no copy was found"] if lost else [])]


def _copy(copy: Copy) -> str:
    place = copy.place if copy.kind == "git" else os.path.relpath(copy.place)
    return f"{_KINDS[copy.kind]}: {clean(place if not place.startswith('../..') else copy.place)}"


def run_data_document(found: RunData) -> dict[str, Any]:
    """Return ``samerun.data-run/1``."""
    return {
        "same": found.same,
        "run": found.run,
        "quick": found.quick,
        "roots": found.roots,
        "counts": found.counts(),
        "files": [msgspec.to_builtins(file) for file in found.files],
    }
