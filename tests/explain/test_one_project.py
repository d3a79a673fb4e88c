"""One project is recognised in two runs, wherever they were started."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from samerun import api
from samerun.explain.one_project import holds, place_of, program_of, seen_from
from samerun.record.output import Output
from samerun.record.run import Place, Run
from tests.explain.conftest import Pair

Make = Callable[..., Run]

READ = {"size": 1, "hash": "0" * 64, "read": True, "state": "plain"}
OUTSIDE = {**READ, "state": "outside"}


def at(run: Run, tree: str, cwd: str = "", command: list[str] | None = None) -> Run:
    return structs.replace(run, place=Place(tree, cwd or tree), command=command or run.command)


def files(run: Run, kind: str = "code") -> dict[str, Any]:
    reading = run.reading(kind)
    assert isinstance(reading, dict)
    return reading


def test_a_run_of_the_same_folder_stays_as_it_is(make_run: Make) -> None:
    a, b = make_run(code={"x.py": READ}), make_run(code={"y.py": READ})
    assert seen_from(b, a) is b


def test_files_are_named_from_the_folder_above(make_run: Make) -> None:
    a = at(make_run(code={"rank.py": READ, "settings.ini": READ}, data={"settings.ini": READ}), "/p")
    inner = make_run(
        code={"/p/rank.py": OUTSIDE, "settings.ini": READ, "/usr/lib/x.py": OUTSIDE},
        data={"settings.ini": READ, "absent.txt": {"missing": "it was not there"}},
        config={"settings.ini:a.b": 1, "config.json:lr": 2},
    )
    inner = structs.replace(inner, outputs=[Output("o.txt", "text", 1, "0" * 64, "results/o.txt")])
    b = seen_from(at(inner, "/p/studies"), a)
    assert set(files(b)) == {"rank.py", "studies/settings.ini", "/usr/lib/x.py", "settings.ini"}
    assert [files(b)[path]["state"] for path in ("rank.py", "/usr/lib/x.py")] == ["plain", "outside"]
    assert set(files(b, "data")) == {"studies/settings.ini", "studies/absent.txt", "settings.ini"}
    assert files(b, "config") == {"studies/settings.ini:a.b": 1, "config.json:lr": 2}
    assert [each.path for each in b.outputs] == ["studies/o.txt"]
    assert files(b, "working-directory") == {"tree": "/p", "below": "studies"}
    assert (b.place.tree, b.place.cwd) == ("/p", "/p/studies")


def test_what_the_inner_folder_knows_nothing_of_is_taken_as_unchanged_and_unread(make_run: Make) -> None:
    a = at(make_run(code={"rank.py": READ, "top.ini": READ, "studies/gone.ini": READ}), "/p")
    b = seen_from(at(make_run(code={"/p/rank.py": OUTSIDE}), "/p/studies"), a)
    assert files(b)["top.ini"] == {**READ, "read": False}
    assert "studies/gone.ini" not in files(b)  # that folder was looked at


def test_files_are_named_from_a_folder_below(make_run: Make) -> None:
    a = at(make_run(code={"train.py": READ}), "/p/proj")
    b = seen_from(at(make_run(code={"proj/train.py": READ, "local.ini": READ}), "/p"), a)
    assert set(files(b)) == {"train.py", "/p/local.ini"}
    assert files(b)["/p/local.ini"]["state"] == "outside"
    assert files(b, "working-directory") == {"tree": "/p/proj", "below": ".."}


def test_a_copy_keeps_its_names_and_spells_the_first_folder(make_run: Make) -> None:
    argv = ["python", "/copy/train.py", "--data=/copy/d.csv", "/copying/x", "a:/copy:b", "/tmp/copy/y"]
    copy = make_run(code={"train.py": READ}, arguments={"argv": argv}, environment_variable={"D": "/copy/d", "N": None})
    a = at(make_run(code={"train.py": READ}), "/p")
    b = seen_from(at(copy, "/copy"), a)
    assert files(b, "arguments")["argv"] == [
        *["python", "/p/train.py", "--data=/p/d.csv", "/copying/x", "a:/p:b", "/tmp/copy/y"]
    ]
    assert files(b, "environment-variable") == {"D": "/p/d", "N": None}
    assert (set(files(b)), b.place.tree) == ({"train.py"}, "/copy")


def test_a_program_elsewhere_is_known_by_its_files_of_code(make_run: Make) -> None:
    a = at(make_run(code={"train.py": READ, "lib.py": READ}), "/p")
    run = make_run(code={"/p/train.py": OUTSIDE, "/p/lib.py": OUTSIDE, "x.ini": READ})
    assert set(files(seen_from(at(run, "/q"), a))) == {"train.py", "lib.py", "/q/x.ini"}


def test_a_folder_holds_what_lies_below_it(make_run: Make) -> None:
    top, below, beside = (at(make_run(), tree) for tree in ("/p", "/p/x", "/px"))
    assert [holds(top, each) for each in (top, below, beside)] == [False, True, False]


def test_a_copy_inside_the_first_folder_is_a_copy(make_run: Make) -> None:
    a = at(make_run(code={"train.py": READ, "lib.py": READ, "backup/train.py": {**READ, "read": False}}), "/p")
    b = seen_from(at(make_run(code={"train.py": READ, "lib.py": READ}), "/p/backup"), a)
    assert set(files(b)) == {"train.py", "lib.py"}


@pytest.mark.parametrize(
    ("command", "cwd", "program"),
    [
        (["python", "src/train.py", "--lr", "1"], "/p", "src/train.py"),
        (["python3.12", "-u", "train.py"], "/p/src", "src/train.py"),
        (["/x/bin/python", "/p/src/train.py"], "/tmp", "src/train.py"),
        (["python", "-m", "pkg.train"], "/p/src", "pkg.train"),
        (["bash", "run.sh"], "/p/src", "bash"),
        (["/usr/bin/make", "all"], "/p", "make"),
    ],
)
def test_a_program_is_known_wherever_it_was_started(make_run: Make, command: list[str], cwd: str, program: str) -> None:
    assert program_of(at(make_run(), "/p", cwd, command)) == program


def test_a_path_leads_from_the_working_directory(make_run: Make) -> None:
    run = at(make_run(), "/p", "/p/src")
    assert [place_of(run, path) for path in ("../x", "x", "/p/x", "/y")] == ["x", "src/x", "x", "../y"]


SCRIPT = """\
import json, os, pathlib
rate = json.load(open("local.json"))["rate"] if os.path.exists("local.json") else 1
pathlib.Path(__file__).with_name("out.json").write_text(json.dumps({"w": rate}))
"""


@pytest.mark.usefixtures("mounted")
@pytest.mark.parametrize("words", [["train.py", "../train.py"], ["{tree}/train.py", "{tree}/train.py"]])
def test_another_working_directory_is_the_cause(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str]
) -> None:
    tree = pair.lab.folder
    monkeypatch.setenv("SAMERUN_STORE", str(tmp_path / "store"))
    (tree / "sub").mkdir()
    (tree / "sub" / "local.json").write_text('{"rate": 5}')
    (tree / "train.py").write_text(SCRIPT)
    first, second = (word.format(tree=tree) for word in words)
    a = api.record([sys.executable, first]).run
    (tree / "train.py").write_text(SCRIPT.replace("json, os", "json, os as os"))
    os.chdir(tree / "sub")
    b = api.record([sys.executable, second]).run
    found = api.explain(a.id, b.id)
    assert [(cause.kind, cause.subject) for cause in found.causes] == [("working-directory", "working directory")]
    back = api.explain(b.id, a.id)  # the upper folder becomes that of both
    assert [(cause.kind, cause.subject) for cause in back.causes] == [("working-directory", "working directory")]
    assert [each.subject for each in back.not_causes] == ["train.py", "PYTHONHASHSEED"]


@pytest.mark.usefixtures("mounted")
def test_no_trial_starts_in_a_folder_beside_the_project(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SAMERUN_STORE", str(tmp_path / "store"))
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "local.json").write_text('{"rate": 5}')
    script = pair.lab.folder / "train.py"
    script.write_text(SCRIPT)
    a = api.record([sys.executable, str(script)]).run
    os.chdir(beside)
    b = api.record([sys.executable, str(script)]).run
    before = sorted(beside.iterdir())
    found = api.explain(a.id, b.id)
    assert found.causes == ()
    assert [(each.kind, "outside of the project's folder" in each.why) for each in found.unconfirmed] == [
        ("working-directory", True)
    ]
    assert sorted(beside.iterdir()) == before


@pytest.mark.usefixtures("mounted")
def test_a_copy_of_the_project_is_the_same_command(pair: Pair, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SAMERUN_STORE", str(tmp_path / "store"))
    runs = []
    for name, rate in (("one", 1), ("two", 2)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "train.py").write_text(SCRIPT)
        (folder / "local.json").write_text(f'{{"rate": {rate}, "name": "{name}"}}')
        os.chdir(folder)
        runs.append(api.record([sys.executable, str(folder / "train.py")]).run)
    found = api.explain(*(run.id for run in runs))
    assert [cause.subject for cause in found.causes] == ["local.json:rate"]
    assert "local.json:name" in [each.subject for each in found.not_causes]
