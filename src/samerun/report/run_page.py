"""The page of ``show``: one run on one screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from samerun.record.files import LockedData
from samerun.record.missing import Missing
from samerun.record.output import Output
from samerun.record.run import Run
from samerun.report.changes import value_text
from samerun.report.plain_words import (
    Paint,
    age,
    clean,
    columns,
    local_time,
    number,
    pad,
    plural,
    shorten,
    size,
    span,
    unpainted,
)
from samerun.report.sparkline import sparkline
from samerun.report.verdict_words import ending, status_tone

History = Mapping[str, Sequence[tuple[Any, Any, Any]]]
"""Metric -> its values as they were logged: ``(step, epoch, value)``."""

MOST = 12
"""How many outputs, metrics and gaps are shown unless all are asked for."""

_STATES = (("changed", "changed"), ("untracked", "untracked"))


class Beside(Struct, frozen=True):
    """What the page shows and the record does not hold: the folder, the metrics' history, what is damaged, the time."""

    folder: str
    now: float
    history: History = {}
    problems: Sequence[str] = ()


def run_page(run: Run, beside: Beside, everything: bool = False, paint: Paint = unpainted) -> str:
    """Return the page of one run.

    Args:
        run: the record.
        beside: what else is shown.
        everything: show whole lists.
        paint: gives colours.
    """
    most = None if everything else MOST
    sections = [
        _head(run, beside, paint),
        _section("damaged", [clean(problem) for problem in beside.problems], most, paint),
        _section("metrics", _metrics(run, beside.history), most, paint),
        _section("outputs", [_output(output) for output in run.outputs], most, paint),
        _section("not captured", [f"{clean(gap.what)}: {clean(gap.why)}" for gap in run.not_captured], most, paint),
        ["Next: " + next_step(run, beside)],
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def next_step(run: Run, beside: Beside) -> str:
    """Return the command to type after looking at a run."""
    name = clean(run.id)
    if beside.problems:
        return f"what is whole can be used; samerun rm {name} removes the run."
    if run.status == "running":
        return f"samerun show {name} again when it has ended."
    if run.status != "finished":
        return f"read what it printed: {clean(beside.folder)}/logs/train.log"
    if run.parent is not None:
        return f"samerun diff {clean(run.parent)} {name}"
    return f"samerun replay {name}"


def _head(run: Run, beside: Beside, paint: Paint) -> list[str]:
    status = ending(run)
    facts = {
        "command": shorten(" ".join(run.command), 200),
        "status": paint(status, status_tone(status))
        + (f" after {span(run.seconds)}" if run.seconds is not None else ""),
        "started": f"{local_time(run.started)} ({age(run.started, beside.now)})",
        "replays": clean(run.parent or ""),
        "tags": clean(" ".join(run.tags)),
        "folder": clean(run.cwd),
        "code": _code(run),
        "environment": _environment(run),
        "inputs": _inputs(run),
        "locked": "; ".join(_locked(lock) for lock in run.locks),
        "kept in": clean(beside.folder),
    }
    title = paint(clean(run.id), "strong") + (f"  {clean(run.name)}" if run.name else "")
    return [title, "", *(f"  {pad(name, 12)} {text}" for name, text in facts.items() if text)]


def _section(title: str, lines: Sequence[str], most: int | None, paint: Paint) -> list[str]:
    if not lines:
        return []
    shown = [f"  {line}" for line in lines[:most]]
    if most is not None and len(lines) > most:
        shown.append(paint(f"  and {len(lines) - most:,} more; --all shows them", "dim"))
    return [paint(title, "strong"), *shown]


def _code(run: Run) -> str:
    files = _values(run, "code")
    read = sum(1 for fact in files.values() if isinstance(fact, dict) and fact.get("read"))
    seen = f", {plural(read, 'file')} read" if read else ""
    git = run.place.git
    if git is None:
        return f"{run.place.no_git or 'not in git'}{seen}" if files or run.place.no_git else ""
    branch = f" on {clean(git.branch)}" if git.branch else ""
    return f"commit {clean(git.commit[:12])}{branch}{_dirt(files, git.dirty)}{seen}"


def _dirt(files: Mapping[str, Any], dirty: bool) -> str:
    states = [fact.get("state") for fact in files.values() if isinstance(fact, dict)]
    counted = [f"{states.count(state)} {word}" for state, word in _STATES if state in states]
    if counted:
        return f" with {' and '.join(counted)} {'file' if counted[-1].startswith('1 ') else 'files'}"
    return " with changes that were not committed" if dirty else ", nothing changed"


def _environment(run: Run) -> str:
    python = _values(run, "python").get("version")
    packages = len(_values(run, "package"))
    parts = [f"Python {clean(str(python))}" if python else "", plural(packages, "package") if packages else ""]
    return ", ".join(part for part in [*parts, *_machine(run)] if part)


def _machine(run: Run) -> list[str]:
    """Return the processor, how many of its cores there were, and the GPU."""
    values = _values(run, "machine")
    gpu = next((value for subject, value in values.items() if "gpu" in subject.lower() and value), "")
    processor = values.get("processor") or values.get("architecture") or ""
    cores = f" ({values['cores']} cores)" if isinstance(values.get("cores"), int) and processor else ""
    return [value_text(processor, 40) + cores if processor else "", value_text(gpu, 40) if gpu else ""]


def _inputs(run: Run) -> str:
    values = _values(run, "data").items()
    files = {path: fact for path, fact in values if isinstance(fact, dict) and "size" in fact and _was_read(fact)}
    if not files:
        return ""
    total = sum(int(fact.get("size", 0)) for fact in files.values())
    biggest = max(files, key=lambda path: int(files[path].get("size", 0)))
    largest = (
        f"; the biggest is {shorten(biggest, 60)}, {size(files[biggest].get('size', 0))}" if len(files) > 1 else ""
    )
    only = f": {shorten(biggest, 60)}" if len(files) == 1 else ""
    return f"{plural(len(files), 'file')}{only}, {size(total)}{largest}"


def _was_read(fact: Mapping[str, Any]) -> bool:
    """Say whether a file was read, and not only locked before the start."""
    return not fact.get("locked", False) or bool(fact.get("read", False))


def _locked(lock: LockedData) -> str:
    return f"{shorten(lock.path, 60)}, {plural(lock.files, 'file')}, {size(lock.bytes)}, root {clean(lock.root[:16])}"


def _values(run: Run, kind: str) -> Mapping[str, Any]:
    reading = run.reading(kind)
    return {} if isinstance(reading, Missing) else reading


def _metrics(run: Run, history: History) -> list[str]:
    names = list(dict.fromkeys([*run.metrics, *history]))
    width = min(max((columns(shorten(name, 30)) for name in names), default=0), 30)
    return [_metric(name, run.metrics.get(name), history.get(name, ()), width) for name in names]


def _metric(name: str, last: Any, steps: Sequence[tuple[Any, Any, Any]], width: int) -> str:
    values = [float(value) for _, _, value in steps if _is_number(value)]
    value = last if last is not None or not steps else steps[-1][2]
    line = f"{pad(shorten(name, 30), width)}  {pad(number(value), 12)}"
    if len(values) < 2:
        return line.rstrip()
    finite = [value for value in values if value - value == 0]
    reach = f"{number(min(finite), 4)} to {number(max(finite), 4)}" if finite else "no finite value"
    return f"{line}  {sparkline(values)}  {plural(len(steps), 'value')}, {reach}"


def _is_number(value: Any) -> bool:
    # A whole number beyond a float's reach cannot be drawn.
    return isinstance(value, float) or (isinstance(value, int) and abs(value) < 10**300)


def _output(output: Output) -> str:
    lost = f"  (not kept: {clean(output.kept.why)})" if isinstance(output.kept, Missing) else ""
    return f"{clean(output.path)}  {clean(output.kind)}, {size(output.size)}{lost}"
