"""Records as the JSON documents that commands print; their keys are a promise (``docs/commands``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from samerun.record.output import MetricComparison, OutputComparison
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.report.plain_words import instant


def run_document(run: Run, folder: str, problems: Sequence[str] = ()) -> dict[str, Any]:
    """Return ``samerun.run/1``."""
    return {
        "id": run.id,
        "name": run.name,
        "command": run.command,
        "cwd": run.cwd,
        "status": run.status,
        "exit_code": run.exit_code,
        "started": instant(run.started),
        "seconds": run.seconds,
        "parent": run.parent,
        "tags": run.tags,
        "folder": folder,
        "place": msgspec.to_builtins(run.place),
        "factors": run.factors,
        "outputs": msgspec.to_builtins(run.outputs),
        "metrics": run.metrics,
        "not_captured": msgspec.to_builtins(run.not_captured),
        "locks": msgspec.to_builtins(run.locks),
        "problems": list(problems),
    }


def output_documents(outputs: Sequence[OutputComparison]) -> list[dict[str, Any]]:
    """Return compared outputs; the whole tree of differences stands in ``difference`` where there is one."""
    return [
        {
            "path": output.path,
            "kind": output.kind,
            "verdict": output.verdict,
            "detail": output.detail,
            **({} if output.verdict == "identical" else {"difference": msgspec.to_builtins(output.difference)}),
        }
        for output in outputs
    ]


def metric_documents(metrics: Sequence[MetricComparison]) -> list[dict[str, Any]]:
    """Return compared metrics."""
    return [msgspec.structs.asdict(metric) for metric in metrics]


def change_documents(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return changed factors, every key present."""
    return [msgspec.structs.asdict(change) for change in changes]
