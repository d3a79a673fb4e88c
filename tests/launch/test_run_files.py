"""The files of a run folder that people read."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.basics.hashing import StatCache
from samerun.basics.redaction import Redactor
from samerun.launch.run_files import iso, model_card, write_code, write_environment, write_summaries
from samerun.launch.tree import Tree, TreeReader
from samerun.record.output import Output
from samerun.record.run import GitState, Place, Run
from samerun.store.layout import RunFolder
from samerun.store.objects import Objects


def git(folder: Path, *arguments: str) -> bytes:
    options = ("-c", "user.name=A", "-c", "user.email=a@b", "-c", "core.autocrlf=false")
    return subprocess.run(["git", *options, "-C", folder, *arguments], check=True, capture_output=True).stdout


def run(**facts: Any) -> Run:
    return Run(
        "20240101_000000_aaaaaa",
        "n",
        facts.pop("command", ["python", "t.py"]),
        Place("/t", "/t"),
        "finished",
        0.0,
        **facts,
    )


def written(top: Path, before: dict[str, bytes], after: dict[str, bytes]) -> RunFolder:
    """Commit files, change them, and write ``code/`` of a run."""
    project, folder = top / "project", RunFolder(top / "run")
    project.mkdir()
    git(project, "init", "-q")
    for name, content in before.items():
        (project / name).write_bytes(content)
    git(project, "add", "-A")
    git(project, "commit", "-q", "--allow-empty", "-m", "x")
    for name, content in after.items():
        (project / name).write_bytes(content)
    objects, redactor = Objects(top / "objects"), Redactor(key=b"k" * 32)
    reader = TreeReader(project, set(), objects, redactor, StatCache(top / "cache"))
    tree = reader.read()
    write_code(folder, tree, reader.patch_material(tree), objects, redactor)
    return folder


def test_the_code_of_a_run(tmp_path: Path) -> None:
    folder = written(tmp_path, {"a.py": b"x = 1\n"}, {"a.py": b"x = 2\n", "new.py": b"n\n"})
    facts = json.loads((folder.code / "git_info.json").read_text())
    assert facts["dirty"]
    assert facts["commit"] == git(tmp_path / "project", "rev-parse", "HEAD").decode().strip()
    assert "+x = 2" in (folder.code / "changes.patch").read_text()
    assert (folder.code / "untracked" / "new.py").read_bytes() == b"n\n"


def test_without_git_it_says_why(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    write_code(folder, Tree(tmp_path, no_git="git is not installed"), {}, Objects(tmp_path / "o"), Redactor())
    assert json.loads((folder.code / "git_info.json").read_text()) == {"missing": "git is not installed"}


def test_odd_untracked_names_do_not_break_it(tmp_path: Path) -> None:
    names = ["back\\slash.py", "caf\udce9.py", "new\nline.py", "c:x"]
    folder = written(tmp_path, {}, dict.fromkeys(names, b"x"))
    assert len(list((folder.code / "untracked").iterdir())) == len(names)


LINES = st.lists(
    st.sampled_from(["a", "b", "form\x0cfeed", "cr\r", "nel\x85", "sep\u2028x", "", "\xff".encode().decode("latin-1")]),
    max_size=6,
)


@settings(deadline=None, max_examples=25)
@given(LINES, LINES, st.booleans(), st.booleans())
def test_the_patch_leads_from_the_commit_to_what_ran(a: list[str], b: list[str], end_a: bool, end_b: bool) -> None:
    contents = [("\n".join(lines) + "\n" * ends).encode() for lines, ends in ((a, end_a), (b, end_b))]
    with tempfile.TemporaryDirectory() as top:
        folder = written(Path(top), {"t.txt": contents[0]}, {"t.txt": contents[1]})
        project = Path(top) / "project"
        git(project, "checkout", "-q", "--", ".")
        if (folder.code / "changes.patch").stat().st_size:
            git(project, "apply", "--whitespace=nowarn", str(folder.code / "changes.patch"))
        assert (project / "t.txt").read_bytes() == contents[1]


def test_secrets_stay_out_of_the_patch(tmp_path: Path) -> None:
    folder = written(
        tmp_path, {"a.py": b"k = 1\napi_key = 'hunter2hunter2'\n"}, {"a.py": b"k = 2\napi_key = 'hunter2hunter2'\n"}
    )
    assert b"hunter2" not in (folder.code / "changes.patch").read_bytes()


def test_requirements_a_lock_and_condas_packages(tmp_path: Path) -> None:
    (tmp_path / "prefix" / "conda-meta").mkdir(parents=True)
    (tmp_path / "prefix" / "conda-meta" / "zlib-1.3-0.json").touch()
    packages = {"numpy": {"version": "1.26.4"}, "torch": {"version": "2.3.0+cpu"}}
    python = {"version": "3.11.7", "prefix": str(tmp_path / "prefix")}
    folder = RunFolder(tmp_path / "run")
    write_environment(folder, run(factors={"package": packages, "python": python}))
    assert (folder.environment / "requirements.txt").read_text() == "numpy==1.26.4\ntorch==2.3.0+cpu\n"
    assert 'name = "torch"' in (folder.environment / "pylock.toml").read_text()
    assert (folder.environment / "conda_packages.txt").read_text() == "zlib-1.3-0\n"


def test_no_python_no_environment(tmp_path: Path) -> None:
    write_environment(RunFolder(tmp_path / "run"), run())
    assert not (tmp_path / "run").exists()


def test_summaries(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    write_summaries(folder, run(metrics={"loss": 0.5, "bad": float("nan")}, exit_code=0, seconds=2.0), 3)
    assert json.loads((folder.results / "metrics.json").read_text()) == {"loss": 0.5, "bad": "NaN"}
    log = json.loads(folder.experiment_log.read_text())
    assert [event["event"] for event in log["events"]] == ["started", "finished", "inputs identified after the end"]
    assert log["events"][2]["count"] == 3
    assert log["events"][1]["time"] == "1970-01-01T00:00:02Z"


def test_the_programs_own_metrics_are_never_overwritten(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.results.mkdir()
    (folder.results / "metrics.json").write_text("theirs")
    write_summaries(folder, run(metrics={"loss": 0.5}))
    assert (folder.results / "metrics.json").read_text() == "theirs"


@pytest.mark.parametrize("text", ["caf\udce9", "a|b", "new\nline", "`code`", os.fsdecode(b"\xff")])
def test_nothing_of_a_run_breaks_the_page(tmp_path: Path, text: str) -> None:
    odd = run(command=["python", "-c", text], metrics={text: 1}, outputs=[Output(text, "text", 1, "h", "k")])
    write_summaries(RunFolder(tmp_path), odd)
    page = (tmp_path / "model_card.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert len(rows) == 6
    assert {row.replace("\\|", "").count("|") for row in rows} == {3, 4}


def test_a_page_of_a_plain_run() -> None:
    page = model_card(run(exit_code=0, seconds=1.25))
    assert "no git" in page
    assert "## Metrics" not in page
    git_run = msgspec.structs.replace(run(), place=Place("/t", "/t", GitState("a" * 40, "main", "", True)))
    assert "commit aaaaaaaaaaaa with uncommitted changes" in model_card(git_run)


def test_moments_are_written_in_utc() -> None:
    assert iso(1_700_000_000.9) == "2023-11-14T22:13:20Z"
