"""Notebooks: cells by their source and what they put out; how and when they were executed makes no difference."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from samerun.outputs.comparing import Comparing
from samerun.outputs.gathering import Gatherer
from samerun.outputs.json_document import read
from samerun.outputs.reading import Unreadable, compare_content
from samerun.outputs.showing import count
from samerun.outputs.text import compare_text
from samerun.outputs.values import compare_values, summary
from samerun.record.difference import Difference, identical

kind = "notebook"

_EXECUTION = ("execution_count", "execution", "papermill", "ExecuteTime", "language_info", "id", "collapsed")
"""Keys that tell how a notebook was executed, or identify a cell: never its content."""

_KEPT = ("parameters", "exception")
"""What papermill writes that is content after all."""

_COMPARED_ELSEWHERE = ("cells", "source", "outputs")


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """By its name: ``.ipynb``."""
    return path.suffix.lower() == ".ipynb"


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two notebooks cell by cell."""
    return compare_content(kind, a, b, _read, lambda one, two: _compare(one, two, comparing))


def _read(path: Path) -> dict[str, Any]:
    found = read(path)
    if not isinstance(found, dict) or not isinstance(found.get("cells"), list):
        raise Unreadable("it has no cells")
    if not all(isinstance(cell, dict) for cell in found["cells"]):
        raise Unreadable("a cell is no mapping")
    return found


def _compare(a: dict[str, Any], b: dict[str, Any], comparing: Comparing) -> Difference:
    gatherer = Gatherer()
    for number, (ours, theirs) in enumerate(zip(a["cells"], b["cells"], strict=False), 1):
        gatherer.add(_compare_cells(f"cell {number}", ours, theirs, comparing))
    numbers = len(a["cells"]), len(b["cells"])
    if numbers[0] != numbers[1]:
        gatherer.add(Difference("cells", "different", f"{count(numbers[0], 'cell')} -> {count(numbers[1], 'cell')}"))
    gatherer.add(_compare_described("notebook", a, b, comparing))
    return gatherer.finish(kind, summary(gatherer, "part"))


def _compare_cells(label: str, a: dict[str, Any], b: dict[str, Any], comparing: Comparing) -> Difference:
    if a == b:
        return identical(label)
    gatherer = Gatherer()
    if _joined(a.get("source")) != _joined(b.get("source")):
        gatherer.add(compare_text("source", _joined(a.get("source")), _joined(b.get("source")), comparing))
    gatherer.add(_compare_outputs(a.get("outputs"), b.get("outputs"), comparing))
    gatherer.add(_compare_described("metadata", a, b, comparing))
    return gatherer.finish(label, summary(gatherer, "part"))


def _compare_outputs(a: Any, b: Any, comparing: Comparing) -> Difference:
    ours, theirs = _outputs(a), _outputs(b)
    gatherer = Gatherer()
    for number, (left, right) in enumerate(zip(ours, theirs, strict=False), 1):
        gatherer.add(_compare_output(f"output {number}", left, right, comparing))
    if len(ours) != len(theirs):
        said = f"{count(len(ours), 'output')} -> {count(len(theirs), 'output')}"
        gatherer.add(Difference("outputs", "different", said))
    return gatherer.finish("outputs", summary(gatherer, "output"))


def _compare_output(label: str, a: dict[str, Any], b: dict[str, Any], comparing: Comparing) -> Difference:
    """Compare one output: what is text line by line, pictures and the like as they are written."""
    ours, theirs = _flat(a), _flat(b)
    gatherer = Gatherer()
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        left, right = ours.get(key), theirs.get(key)
        if isinstance(left, str) and isinstance(right, str) and key.startswith("text"):
            gatherer.add(compare_text(key, left, right, comparing))
        else:
            gatherer.add(compare_values(key, left, right, comparing))
    return gatherer.finish(label, summary(gatherer, "part"))


def _flat(output: dict[str, Any]) -> dict[str, Any]:
    """Return an output with its media types beside its other keys."""
    data = output.get("data")
    rest = {key: value for key, value in output.items() if key != "data"}
    return {**rest, **data} if isinstance(data, dict) else output


def _outputs(found: Any) -> list[dict[str, Any]]:
    """Return the outputs of a cell: pieces of one stream joined, texts joined, without execution counts."""
    joined: list[dict[str, Any]] = []
    for output in found if isinstance(found, list) else []:
        plain = {key: _texts(value) for key, value in dict(output).items() if key != "execution_count"}
        last = joined[-1] if joined else {}
        if plain.get("output_type") == "stream" and last.get("name") == plain.get("name"):
            last["text"] = f"{last.get('text', '')}{plain.get('text', '')}"
        else:
            joined.append(plain)
    return joined


def _texts(value: Any) -> Any:
    """Return a text that is kept as a list of lines as one text; in the bundle of media types too."""
    if isinstance(value, dict):
        return {key: _joined(part) if _is_lines(part) else part for key, part in value.items()}
    return _joined(value) if _is_lines(value) else value


def _is_lines(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(line, str) for line in value)


def _joined(source: Any) -> str:
    return "".join(source) if _is_lines(source) else str(source or "")


def _compare_described(label: str, a: dict[str, Any], b: dict[str, Any], comparing: Comparing) -> Difference:
    """Compare what is said about a cell or a notebook; what tells of its execution is ignored, and listed."""
    a, b = ({key: value for key, value in side.items() if key not in _COMPARED_ELSEWHERE} for side in (a, b))
    content = compare_values(label, _without_execution(a), _without_execution(b), comparing)
    whole = compare_values(label, a, b, comparing)
    if whole.verdict == "identical" or content.verdict != "identical":
        return content
    return Difference(label, "equivalent", "only how it was executed differs", volatile="execution of the notebook")


def _without_execution(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    kept = {key: _without_execution(part) for key, part in value.items() if key not in _EXECUTION}
    papermill = value.get("papermill")
    if isinstance(papermill, dict):
        kept["papermill"] = {key: papermill.get(key) for key in _KEPT}
    return kept
