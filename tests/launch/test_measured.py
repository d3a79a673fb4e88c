"""The numbers that a run ended with."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from samerun.launch import measured
from samerun.launch.measured import final_metrics, recorded_config
from samerun.record.missing import Missing
from samerun.record.output import Output
from samerun.store.layout import RunFolder
from samerun.store.metrics_log import MetricsWriter


def output(folder: RunFolder, path: str, content: Any, kind: str = "json") -> Output:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder.results / path).parent.mkdir(parents=True, exist_ok=True)
    (folder.results / path).write_text(text)
    return Output(path, kind, len(text), "h", f"results/{path}")


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    (tmp_path / "logs").mkdir()
    return RunFolder(tmp_path)


@pytest.mark.parametrize(
    "name", ["metrics.json", "eval_results.json", "run/Summary.json", "scores.json", "report.json"]
)
def test_numbers_of_result_files(folder: RunFolder, name: str) -> None:
    document = {"loss": 0.5, "test": {"acc": 1, "best": True}, "note": "x", "curve": [1, 2]}
    assert final_metrics(folder, [output(folder, name, document)]) == {"loss": 0.5, "test.acc": 1}


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("config.json", {"lr": 1}, "json"),
        ("metrics.json", [1, 2], "json"),
        ("metrics.json", "{broken", "json"),
        ("metrics.json", "[" * 100_000, "json"),
        ("metrics.json", '{"a":' * 900 + '"x"' + "}" * 900, "json"),
        ("metrics.json", {"a": 1}, "text"),
        ("metrics.json", '{"a": ' + "1" * 5000 + "}", "json"),
    ],
)
def test_what_is_no_result_file_gives_none(folder: RunFolder, name: str, content: Any, kind: str) -> None:
    assert final_metrics(folder, [output(folder, name, content, kind)]) == {}


def test_a_file_that_was_not_kept_gives_none(folder: RunFolder) -> None:
    assert final_metrics(folder, [Output("metrics.json", "json", 1, "h", Missing("too big"))]) == {}


def test_numbers_that_json_has_no_place_for(folder: RunFolder) -> None:
    found = final_metrics(folder, [output(folder, "metrics.json", '{"a": NaN, "b": -Infinity}')])
    assert math.isnan(found["a"])
    assert found["b"] == -math.inf


def test_what_was_logged_wins(folder: RunFolder) -> None:
    writer = MetricsWriter(folder.logs)
    writer.log({"loss": 1.0}, step=0)
    writer.log({"loss": 0.25}, step=1)
    writer.close()
    assert final_metrics(folder, [output(folder, "metrics.json", {"loss": 9, "acc": 1})]) == {"loss": 0.25, "acc": 1}


def test_there_is_an_end_to_it(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "MAX_METRICS", 3)
    assert len(final_metrics(folder, [output(folder, "metrics.json", {str(n): n for n in range(9)})])) == 3


@pytest.mark.parametrize(("text", "config"), [('{"lr": 1}', {"lr": 1}), ("[1]", {}), ("{", {}), (None, {})])
def test_a_recorded_configuration(folder: RunFolder, text: str | None, config: dict[str, Any]) -> None:
    if text is not None:
        folder.config.write_text(text)
    assert recorded_config(folder) == config
