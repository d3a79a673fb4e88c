"""The numbers that a run ended with: logged through the library, or found in the result files that people write."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from samerun.basics import files
from samerun.outputs.tensorboard_events import read_scalars
from samerun.record.output import Output
from samerun.record.values import Json
from samerun.store import metrics_log
from samerun.store.layout import RunFolder

_RESULT_FILE = re.compile(r"metric|result|score|eval|summary|report|accuracy", re.IGNORECASE)
MAX_BYTES = 1 << 20
MAX_METRICS = 200


def final_metrics(folder: RunFolder, outputs: list[Output]) -> dict[str, Json]:
    """Return the last value of each metric: what the program logged, else what its result files say.

    A result file is a small JSON object named like one (``metrics.json``, ``results/eval.json``), or a TensorBoard log.
    """
    logged: dict[str, Json] = dict(metrics_log.last_values(folder.logs))
    found: dict[str, Json] = {}
    for output in outputs:
        if isinstance(output.kept, str) and len(found) < MAX_METRICS:
            found.update(_of_file(folder.path / output.kept, output))
    return {**dict(list(found.items())[:MAX_METRICS]), **logged}


def _of_file(path: Path, output: Output) -> dict[str, Json]:
    if output.kind == "tensorboard":
        return {tag: points[-1][1] for tag, points in read_scalars(path).items() if points}
    if output.kind != "json" or output.size > MAX_BYTES or not _RESULT_FILE.search(PurePosixPath(output.path).name):
        return {}
    try:
        document = json.loads(files.read_bytes(path))
        return dict(_numbers(document)) if isinstance(document, dict) else {}
    except (OSError, ValueError, RecursionError):
        return {}


def _numbers(document: dict[str, Json], above: str = "") -> Iterator[tuple[str, Json]]:
    """Yield the numbers of an object and of the objects in it, with dotted names."""
    for key, value in document.items():
        name = f"{above}{key}"
        if isinstance(value, dict):
            yield from _numbers(value, f"{name}.")
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield name, value


def recorded_config(folder: RunFolder) -> dict[str, Json]:
    """Return the configuration that the program gave to ``samerun.run``; empty where it gave none."""
    try:
        document = json.loads(files.read_bytes(folder.config))
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
