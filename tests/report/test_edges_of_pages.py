"""Pages about runs of which little is known, lists of exactly the longest length, and how words agree in number."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from samerun.record.cause import Cause, Check, Explanation, Sensitivity
from samerun.record.difference import Difference
from samerun.record.files import LockedData
from samerun.record.lineage import Lineage, RunNode, Use
from samerun.record.output import MetricComparison, Output, OutputComparison
from samerun.record.run import GitState, Place, Run
from samerun.record.values import Change
from samerun.record.verdict import VERDICTS, Verdict, is_same
from samerun.report import causes_page, difference_tree, run_page, verdict_page
from samerun.report.changes import KINDS, MOST, change_counts, change_lines, change_text, value_text
from samerun.report.check_page import check_page
from samerun.report.lineage_graph import lineage_graph
from samerun.report.lineage_page import lineage_page
from samerun.report.plain_words import Tone, unpainted
from samerun.report.run_page import Beside
from samerun.report.run_table import main_metrics, run_csv, run_table
from samerun.report.sparkline import sparkline
from samerun.report.verdict_words import Compared, metric_change, status_tone, status_word, verdict_sentence

NOW = 1_800_000_000.0
BARE = Run("r1", "", ["true"], Place("/p", "/p"), "finished", NOW)
OTHER = replace(BARE, id="r2")


def output(path: str, verdict: Verdict, detail: str = "", *children: Difference) -> OutputComparison:
    return OutputComparison(path, "json", verdict, detail, Difference("json", verdict, detail, children=children))


def compared(verdict: Verdict, outputs: list[OutputComparison], metrics: list[MetricComparison]) -> Compared:
    return Compared(BARE, OTHER, verdict, outputs, metrics, [])


def line(run: Run, name: str) -> str:
    """Return one line of the head of a run's page."""
    page = run_page.run_page(run, Beside("/s", NOW))
    return next((each[15:] for each in page.splitlines() if each.startswith(f"  {name} ")), "")


@pytest.mark.parametrize(
    ("git", "files", "text"),
    [
        (GitState("a" * 40), {}, "commit aaaaaaaaaaaa, nothing changed"),
        (GitState("a" * 40, "dev", dirty=True), {}, "commit aaaaaaaaaaaa on dev with changes that were not committed"),
        (GitState("abc"), {"x.py": {"state": "changed"}}, "commit abc with 1 changed file"),
        (GitState("abc"), {f"{n}.py": {"state": "untracked"} for n in range(3)}, "commit abc with 3 untracked files"),
        (GitState("abc"), {"x.py": {"state": "ignored", "read": True}}, "commit abc, nothing changed, 1 file read"),
        (None, {"x.py": {"state": "plain", "read": True}}, "not in git, 1 file read"),
        (None, {}, ""),
    ],
)
def test_the_code_of_a_run(git: GitState | None, files: dict[str, Any], text: str) -> None:
    assert line(replace(BARE, place=Place("/p", "/p", git=git), factors={"code": files}), "code") == text


@pytest.mark.parametrize(
    ("factors", "text"),
    [
        ({}, ""),
        ({"python": {"version": "3.12.1"}}, "Python 3.12.1"),
        ({"python": {"missing": "no Python was seen"}, "package": {"x": {}}}, "1 package"),
        ({"machine": {"architecture": "arm64", "cores": "many"}}, "arm64"),
        ({"machine": {"cores": 4}}, ""),
        ({"machine": {"GPU 0": "", "gpu 1": "A"}}, "A"),
    ],
)
def test_the_environment_of_a_run(factors: dict[str, Any], text: str) -> None:
    assert line(replace(BARE, factors=factors), "environment") == text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({}, ""),
        ({"a": {"size": 1}}, "1 file: a, 1 byte"),
        ({"a": {"size": 1}, "b": {"size": 2}}, "2 files, 3 bytes; the biggest is b, 2 bytes"),
        ({"a": {"locked": True, "size": 1}}, ""),
        ({"a": "no facts", "b": {"hash": "x"}}, ""),
    ],
)
def test_the_inputs_of_a_run(data: dict[str, Any], text: str) -> None:
    assert line(replace(BARE, factors={"data": data}), "inputs") == text


def test_several_locks_stand_on_one_line() -> None:
    locks = [LockedData(name, "l", "/p", "f" * 64, 1, 2) for name in "ab"]
    text = "1 file, 2 bytes, root ffffffffffffffff"
    assert line(replace(BARE, locks=locks), "locked") == f"a, {text}; b, {text}"


@pytest.mark.parametrize(
    ("last", "steps", "text"),
    [
        (None, [(0, 0, 1.0)], "m  1"),
        (0.5, [], "m  0.5"),
        (None, [(0, 0, 1.0), (1, 0, "text")], "m  text"),
        (3, [(0, 0, 1), (1, 0, 3)], "m  3             ▁█  2 values, 1 to 3"),
        (None, [(0, 0, float("nan"))] * 2, "m  nan           ××  2 values, no finite value"),
        (1, [(0, 0, 10**400), (1, 0, 1.0)], "m  1"),
    ],
)
def test_a_metric_and_how_it_went(last: Any, steps: list[tuple[Any, Any, Any]], text: str) -> None:
    run = replace(BARE, metrics={} if last is None else {"m": last})
    assert f"metrics\n  {text}\n" in run_page.run_page(run, Beside("/s", NOW, {"m": steps}))


@pytest.mark.parametrize(("extra", "is_cut"), [(0, False), (1, True)])
def test_a_list_of_exactly_the_longest_length_is_whole(extra: int, is_cut: bool) -> None:
    count = run_page.MOST + extra
    run = replace(BARE, outputs=[Output(f"{n}", "k", 1, "h", "p") for n in range(count)])
    assert ("more; --all" in run_page.run_page(run, Beside("/s", NOW))) is is_cut
    changes = [Change("package", f"p{n}", "1", "2") for n in range(MOST + extra)]
    assert ("more; --all" in "".join(change_lines(changes))) is is_cut
    assert (
        len(causes_page.listed("t", ["x"] * (causes_page.MOST + extra), unpainted)) > causes_page.MOST + 1
    ) is is_cut
    tree = Difference("t", "different", children=tuple(Difference(f"{n}", "different") for n in range(count)))
    assert ("more; --all" in difference_tree.tree_lines(tree)[-1]) is is_cut
    outputs = [output(f"{n}", "different", "x") for n in range(verdict_page.MOST + extra)]
    assert ("  and 1 more" in verdict_page.verdict_page(compared("different", outputs, []))) is is_cut


@pytest.mark.parametrize(
    ("outputs", "metrics", "sentence"),
    [
        (1, 0, "the 1 output agrees bit for bit"),
        (0, 1, "the 1 metric agrees bit for bit"),
        (1, 1, "the 1 output and 1 metric agree bit for bit"),
        (2, 0, "all 2 outputs agree bit for bit"),
        (0, 3, "all 3 metrics agree bit for bit"),
        (1, 2, "the 1 output and 2 metrics agree bit for bit"),
        (2, 1, "all 2 outputs and 1 metric agree bit for bit"),
    ],
)
def test_one_and_many_agree(outputs: int, metrics: int, sentence: str) -> None:
    found = compared(
        "identical",
        [output(f"{n}", "identical") for n in range(outputs)],
        [MetricComparison(f"{n}", "identical", 1, 1) for n in range(metrics)],
    )
    assert verdict_sentence(found) == f"identical: {sentence}"


@pytest.mark.parametrize(
    ("outputs", "metrics", "beginning"),
    [
        (["different"], [], "the output differs; "),
        ([], ["different"], "the metric differs; "),
        (["different"], ["different"], "the output and the metric differ; "),
        (["different", "identical"], [], "1 of 2 outputs differ; "),
        (["different"], ["within-tolerance"], "the output differs; "),
        (["equivalent"], ["different", "different"], "2 of 2 metrics differ; "),
    ],
)
def test_one_and_many_differ(outputs: list[Verdict], metrics: list[Verdict], beginning: str) -> None:
    found = compared(
        "different",
        [output(f"{n}", verdict) for n, verdict in enumerate(outputs)],
        [MetricComparison(f"{n}", verdict, 1, 2) for n, verdict in enumerate(metrics)],
    )
    assert verdict_sentence(found).startswith(f"different: {beginning}")


@given(st.lists(st.sampled_from(VERDICTS), max_size=4), st.lists(st.sampled_from(VERDICTS), max_size=4))
@settings(deadline=None, max_examples=80)
def test_every_mixture_of_verdicts_has_a_page(outputs: list[Verdict], metrics: list[Verdict]) -> None:
    made = [output(f"o{n}", verdict, "d") for n, verdict in enumerate(outputs)]
    told = [MetricComparison(f"m{n}", verdict, 1, 2) for n, verdict in enumerate(metrics)]
    worst: Verdict = max([*outputs, *metrics], key=VERDICTS.index, default="identical")
    found = compared(worst, made, told)
    for page in (verdict_page.verdict_page(found), difference_tree.difference_page(found)):
        assert page.startswith(f"{worst}: ")
        assert "\n\n\n" not in page
        assert page.endswith("\n")
    page = difference_tree.difference_page(found)
    assert all((f"\n  o{n} (json)" in page) is (verdict != "identical") for n, verdict in enumerate(outputs))
    shown = verdict_page.verdict_page(found)
    assert all((f"\n  o{n} (json)" in shown) is (not is_same(verdict)) for n, verdict in enumerate(outputs))


def test_a_field_that_was_passed_over_twice_is_named_once() -> None:
    child = Difference("time", "equivalent", volatile="a moment")
    page = verdict_page.verdict_page(compared("equivalent", [output("m", "equivalent", "", child, child)], []))
    assert page.count("m: time (a moment)") == 1


def test_a_metric_that_is_not_there() -> None:
    assert metric_change(MetricComparison("m", "incomplete", None, 1)) == "m not there -> 1"
    assert metric_change(MetricComparison("m", "different", 1, 1)) == "m: its steps differ, its last value does not"


@pytest.mark.parametrize(
    ("status", "code", "damaged", "word", "tone"),
    [
        ("failed", None, False, "failed", "bad"),
        ("failed", 0, False, "failed (0)", "bad"),
        ("interrupted", 130, False, "interrupted", "warn"),
        ("running", None, True, "damaged", "bad"),
        ("finished", 0, False, "finished", "good"),
    ],
)
def test_how_a_run_ended(status: str, code: int | None, damaged: bool, word: str, tone: str) -> None:
    assert status_word(status, code, damaged) == word
    assert status_tone(word) == tone


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not there"),
        ({"missing": "why"}, "why"),
        ({"version": None}, '{"version": null}'),
        ({"b": [1]}, '{"b": [1]}'),
        ([], "[]"),
        (True, "True"),
        (12345, "12,345"),
        ("", ""),
        (0.1, "0.10000000000000001"),
    ],
)
def test_a_value_of_a_factor(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_changes_are_counted_in_the_order_of_their_kinds() -> None:
    changes = [Change("zz", "x"), Change("locale", "x"), Change("data", "x"), Change("code", "x"), Change("code", "y")]
    assert change_counts(changes) == "2 code files, 1 data file, language settings, zz"
    assert change_counts([]) == ""
    shown = change_lines([Change(kind, "x", 1, 2) for kind in reversed(KINDS)])
    assert shown[::2] == list(KINDS.values())


def test_a_content_that_nobody_knows_is_no_change_of_content() -> None:
    unknown = {"missing": "it was never read"}
    assert change_text(Change("data", "x", "a", unknown, note="n")) == "x: cannot be told: it was never read  (n)"


def test_answers_without_anything_in_them() -> None:
    assert causes_page.explanation_page(Explanation(False, "different", replays=1)) == (
        "not explained: no cause was confirmed (1 replay).\n"
    )
    bare = check_page(Check(True, None, sensitive_to=(Sensitivity("clock"),)))
    assert bare.endswith("0 replays; no causes, 1 sensitivity\n\nsensitive to clock\n")
    assert causes_page.cause_lines(Cause("seed", "s", None, "e")) == ["seed  s", "  e"]


def row(**facts: Any) -> dict[str, Any]:
    plain = dict.fromkeys(("id", "name", "status", "parent"), "x") | {"tags": None, "metrics": None, "arguments": None}
    return plain | {"started": None, "seconds": None, "exit_code": None, "problems": []} | facts


def test_rows_of_which_little_is_known() -> None:
    assert run_table([row()], NOW) == "id  name  status  when  took\nx   x     x\n"
    assert run_table([], NOW) == "id  name  status  when  took\n"
    assert run_csv([row(tags=[])], lambda moment: "") == (
        "id,name,status,started,seconds,exit_code,parent,tags\nx,x,x,,,,x,\n"
    )


def test_which_metrics_are_worth_a_column() -> None:
    rows = [row(metrics={"b": 1, "a": 1, "Accuracy": 1}), row(metrics={"b": 1, "note": "y" * 20, "list": [1]})]
    assert main_metrics(rows) == ["Accuracy", "b", "a"]
    assert main_metrics(rows, ["a", "b", "Accuracy"]) == ["a", "b", "Accuracy"]
    assert main_metrics([row()], ["a"]) == []


@given(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=30, unique=True))
@settings(deadline=None, max_examples=100)
def test_bars_keep_the_order_of_their_values(values: list[float]) -> None:
    bars = sparkline(values)
    ranked = [bar for _, bar in sorted(zip(values, bars, strict=True))]
    assert ranked == sorted(ranked)
    assert (ranked[0], ranked[-1]) == ("▁", "█") or len(set(ranked)) == 1


@pytest.mark.parametrize("form", ["dot", "mermaid"])
def test_a_graph_is_the_same_whatever_order_its_uses_came_in(form: Any) -> None:
    runs = {name: RunNode(name, name, "finished", 1.0, 1.0, None, "/f") for name in ("r1", "r2")}
    uses = tuple(Use(run, "read", f"/p/{n}.csv", str(n) * 64, 1) for run in runs for n in range(5))
    texts = {lineage_graph(Lineage("x", "", ("0" * 64,), each, (), each, runs), form) for each in (uses, uses[::-1])}
    assert len(texts) == 1


def test_a_content_of_many_names_shows_three() -> None:
    runs = {"r1": RunNode("r1", "n", "finished", 1.0, 1.0, None, "/f")}
    uses = tuple(Use("r1", "read", f"/p/{name}", "a" * 64, 1) for name in "klmno")
    assert 'label="k, l, m, aaaaaaaaaaaa"' in lineage_graph(Lineage("x", "", ("a" * 64,), uses, runs=runs), "dot")


def test_a_chain_of_a_hundred_runs_is_followed_to_a_depth_and_ends() -> None:
    runs = {f"r{n}": RunNode(f"r{n}", "n", "finished", 1.0, 1.0, None, "/f") for n in range(100)}
    uses = tuple(
        use
        for n in range(100)
        for use in (Use(f"r{n}", "wrote", f"/{n}", f"{n}", 1), Use(f"r{n}", "read", "/x", f"{n + 1}", 1))
    )
    page = lineage_page(Lineage("x", "", ("0",), back=uses, uses=uses[:1], runs=runs), NOW, everything=True)
    found = re.findall(r"written by (r\d+)", page)
    assert found[:2] == ["r0", "r1"]
    assert 20 < len(found) < 100
    assert len(found) == len(set(found))


def test_every_tone_on_a_page_is_a_known_one(paint: Callable[[str, Tone], str], tones: list[str]) -> None:
    changes = [Change("seed", "s", 1, 2)] * 20
    found = Compared(BARE, OTHER, "different", [output("o", "different")] * 20, [], changes)
    for page in (difference_tree.difference_page(found, paint=paint), verdict_page.verdict_page(found, paint)):
        assert "more" in page
    assert set(tones) <= set(get_args(Tone))
    assert {"bad", "dim", "strong"} <= set(tones)


@pytest.fixture
def tones() -> list[str]:
    """Return the tones that were asked for so far."""
    return []


@pytest.fixture
def paint(tones: list[str]) -> Callable[[str, Tone], str]:
    """Return a painter that writes down its tones."""

    def note(text: str, tone: Tone) -> str:
        tones.append(tone)
        return text

    return note
