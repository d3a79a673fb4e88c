"""Records as JSON documents."""

from __future__ import annotations

import json

from samerun.cli.documents import change_documents, metric_documents, output_documents, run_document
from samerun.cli.printing import encode
from samerun.record.difference import Deviation, Difference
from samerun.record.missing import Missing
from samerun.record.output import MetricComparison, Output, OutputComparison
from samerun.record.run import Place, Run
from samerun.record.values import Change


def test_a_run() -> None:
    outputs = [Output("m.json", "json", 2, Missing("it was gone"), "results/m.json")]
    run = Run("x", "n", ["a"], Place("/t", "/t/sub"), "failed", 0.0, 3, 1.0, outputs=outputs)
    document = json.loads(encode(run_document(run, "/f", ["one"])))
    assert (document["cwd"], document["exit_code"], document["started"]) == ("/t/sub", 3, "1970-01-01T00:00:00.000Z")
    assert document["outputs"][0]["hash"] == {"missing": "it was gone"}
    assert document["problems"] == ["one"]


def test_outputs_carry_their_tree_only_where_they_differ() -> None:
    tree = Difference("csv", "different", "row 1", deviation=Deviation(0.5, 0.1, 7, "row 1", 1, 9))
    same = OutputComparison("a", "csv", "identical", "", Difference("csv", "identical"))
    first, second = output_documents([same, OutputComparison("b", "csv", "different", "row 1", tree)])
    assert first == {"path": "a", "kind": "csv", "verdict": "identical", "detail": ""}
    assert second["difference"]["deviation"]["max_ulps"] == 7
    json.dumps(second)


def test_metrics_and_changes_have_every_key() -> None:
    assert metric_documents([MetricComparison("acc", "different", 1, 2)]) == [
        {"name": "acc", "verdict": "different", "a": 1, "b": 2, "detail": ""}
    ]
    assert change_documents([Change("package", "numpy", "1")]) == [
        {"kind": "package", "subject": "numpy", "a": "1", "b": None, "where": None, "note": ""}
    ]
