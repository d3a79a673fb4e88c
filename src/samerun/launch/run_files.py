"""The files of a run folder that people read: environment, code, the model card, the experiment's log."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Mapping
from pathlib import Path

import msgspec

from samerun.basics import exact, files
from samerun.basics.redaction import Redactor
from samerun.launch.copies import put_copy
from samerun.launch.tree import Tree
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Json
from samerun.store.layout import RunFolder
from samerun.store.objects import Objects

MAX_PATCHED_BYTES = 1 << 20
"""A larger file's change is kept as content, not as a patch."""


def write_code(
    folder: RunFolder, tree: Tree, committed: Mapping[str, bytes], objects: Objects, redactor: Redactor
) -> None:
    """Write ``code/``: git's facts, a patch from the commit to what ran, and the untracked files.

    Args:
        folder: the run folder.
        tree: the project's folder before the start.
        committed: the committed content of the changed files.
        objects: the store, which holds what ran.
        redactor: keeps secrets out of the patch.
    """
    files.make_folder(folder.code)
    facts: dict[str, Json] = msgspec.to_builtins(tree.git) if tree.git else {"missing": tree.no_git}
    files.write_atomic(folder.code / "git_info.json", msgspec.json.format(msgspec.json.encode(facts)) + b"\n")
    patch = "".join(_patch(path, content, tree, objects) for path, content in sorted(committed.items()))
    files.write_atomic(folder.code / "changes.patch", redactor.text(patch).encode("utf-8", "surrogateescape"))
    for name, fact in tree.files.items():
        if fact.state == "untracked" and fact.kept and fact.hash:
            put_copy(folder.code, f"untracked/{name}", objects.path(fact.hash))


def _patch(path: str, before: bytes, tree: Tree, objects: Objects) -> str:
    fact = tree.files[path]
    if not fact.kept or fact.hash is None or max(len(before), fact.size) > MAX_PATCHED_BYTES:
        return f"# {path} changed; its content is {'kept by hash' if fact.kept else 'not kept'}\n"
    texts = [
        re.findall(r"[^\n]*\n|[^\n]+", content.decode("utf-8", "surrogateescape"))
        for content in (before, objects.read(fact.hash))
    ]
    lines = difflib.unified_diff(texts[0], texts[1], f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)


def write_environment(folder: RunFolder, run: Run) -> None:
    """Write ``environment/``: requirements, a lock (PEP 751), and conda's packages where there is conda."""
    packages, python = run.reading("package"), run.reading("python")
    if isinstance(packages, Missing) or isinstance(python, Missing):
        return
    files.make_folder(folder.environment)
    lines = [f"{name}=={facts['version']}\n" for name, facts in packages.items()]
    files.write_atomic(folder.environment / "requirements.txt", "".join(lines).encode())
    files.write_atomic(folder.environment / "pylock.toml", _pylock(packages, python["version"]).encode())
    conda = sorted(Path(python["prefix"]).glob("conda-meta/*.json"))
    if conda:
        files.write_atomic(
            folder.environment / "conda_packages.txt", "".join(f"{path.stem}\n" for path in conda).encode()
        )


def _pylock(packages: Mapping[str, Json], python: str) -> str:
    head = f'lock-version = "1.0"\ncreated-by = "samerun"\nrequires-python = "=={python}"\n'
    return head + "".join(
        f'\n[[packages]]\nname = "{name}"\nversion = "{facts["version"]}"\n' for name, facts in packages.items()
    )


def write_summaries(folder: RunFolder, run: Run, hashed_late: int = 0) -> None:
    """Write ``results/metrics.json``, ``model_card.md`` and ``experiment_log.json``.

    Args:
        folder: the run folder.
        run: the final record.
        hashed_late: how many inputs were not identified while the program ran, but after its end.
    """
    files.make_folder(folder.results)
    if run.metrics and not (folder.results / "metrics.json").exists():
        files.write_atomic(
            folder.results / "metrics.json", msgspec.json.format(msgspec.json.encode(exact.plain(run.metrics))) + b"\n"
        )
    files.write_atomic(folder.model_card, exact.plain_text(model_card(run)).encode())
    log = exact.plain({"id": run.id, "command": run.command, "events": _events(run, hashed_late)})
    files.write_atomic(folder.experiment_log, msgspec.json.format(msgspec.json.encode(log)) + b"\n")


def _events(run: Run, hashed_late: int) -> list[dict[str, Json]]:
    ended = run.started + (run.seconds or 0.0)
    return [
        {"time": iso(run.started), "event": "started"},
        {"time": iso(ended), "event": run.status, "exit_code": run.exit_code, "outputs": len(run.outputs)},
        {"time": iso(ended), "event": "inputs identified after the end", "count": hashed_late},
    ]


def model_card(run: Run) -> str:
    """Return a page in Markdown that says how this run's results came to be."""
    code = run.place.git
    version = f"commit {code.commit[:12]}{' with uncommitted changes' if code.dirty else ''}" if code else "no git"
    metrics = "".join(f"| {_cell(name)} | {value} |\n" for name, value in run.metrics.items())
    outputs = "".join(f"| `{_cell(each.path)}` | {each.size} | `{str(each.hash)[:16]}` |\n" for each in run.outputs)
    return (
        f"# {run.name}\n\nRun `{run.id}` of {iso(run.started)}: `{_cell(' '.join(run.command))}`\n\n"
        f"- status: {run.status}, exit status {run.exit_code}, {run.seconds or 0.0:.1f} s\n- code: {version}\n\n"
        + (f"## Metrics\n\n| metric | value |\n|---|---|\n{metrics}\n" if metrics else "")
        + (f"## Files\n\n| file | bytes | BLAKE3 |\n|---|---|---|\n{outputs}\n" if outputs else "")
        + f"To run it again: `samerun replay {run.id}`\n"
    )


def _cell(text: str) -> str:
    """Return a text as it can stand in a table of Markdown: on one line, ending neither the cell nor the code."""
    return " ".join(text.split()).replace("|", "\\|").replace("`", "'")


def iso(moment: float) -> str:
    """Return seconds since the epoch as ISO 8601 in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
