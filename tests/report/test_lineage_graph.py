"""Lineage as the text of a graph."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from samerun.record.lineage import Lineage, RunNode, Use
from samerun.report.lineage_graph import lineage_graph

A, B = "a" * 64, "b" * 64
RUNS = {"r1": RunNode("r1", 'a "name"\\', "finished", 1.0, 1.0, None, "/s/r1")}
USES = (
    Use("r1", "read", "/p/in.csv", A, 1),
    Use("r1", "wrote", "/p/out.csv", B, 1),
    Use("r1", "locked", "/p/in.csv", A, 1),
)
FOUND = Lineage("in.csv", "", (A,), USES[:1], (), USES, RUNS)


def test_dot() -> None:
    assert lineage_graph(FOUND, "dot").splitlines() == [
        "digraph lineage {",
        "  rankdir=LR;",
        '  c0 [shape=note, label="in.csv, aaaaaaaaaaaa", style=bold];',
        '  c1 [shape=note, label="out.csv, bbbbbbbbbbbb"];',
        '  r0 [shape=box, label="a \\"name\\"\\\\, r1"];',
        "  c0 -> r0 [style=dashed];",
        "  c0 -> r0;",
        "  r0 -> c1;",
        "}",
    ]


def test_mermaid() -> None:
    assert lineage_graph(FOUND, "mermaid").splitlines() == [
        "flowchart LR",
        '  c0(["in.csv, aaaaaaaaaaaa"])',
        '  c1(["out.csv, bbbbbbbbbbbb"])',
        '  r0["a #34;name#34;#92;, r1"]',
        "  c0 -.-> r0",
        "  c0 --> r0",
        "  r0 --> c1",
        "  style c0 stroke-width:3px",
    ]


def test_a_run_and_nothing_at_all() -> None:
    run = Lineage("last", "r1", (), USES, (), (), RUNS)
    assert "r0 [shape=box" in lineage_graph(run, "dot")
    assert lineage_graph(run, "mermaid").endswith("style r0 stroke-width:3px\n")
    assert lineage_graph(Lineage("x", "", (A,)), "dot").count("shape=note") == 1


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_takes_it() -> None:
    subprocess.run(["dot", "-Tsvg"], input=lineage_graph(FOUND, "dot").encode(), check=True, capture_output=True)


def test_hostile_names_end_no_label() -> None:
    use = Use("r1", "read", '/p/"];\n] end\\', A, 1)
    lineage = Lineage("x", "", (A,), (use,), (), (), RUNS)
    for text in (lineage_graph(lineage, "dot"), lineage_graph(lineage, "mermaid")):
        assert '"];\n]' not in text
        assert "\n] end" not in text
