"""``record --data``: what is locked before the start is kept with the run, and held against its lock at the end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from samerun import api, data
from samerun.basics.hashing import hash_bytes, stat_key
from samerun.errors import BadOption, MissingData
from samerun.launch import data_locks
from samerun.launch.data_locks import changed_since, lock_paths
from samerun.launch.ground import Ground
from samerun.record.files import FileFact
from samerun.record.missing import NotCaptured
from samerun.record.run import Run
from samerun.store import folder as run_folder
from samerun.store.layout import StoreLayout
from tests.lab import Lab

READ_A = "open('data/a.csv').read(); open('out.txt', 'w').write('1')\n"


@pytest.fixture
def project(lab: Lab) -> Lab:
    lab.write(pyproject_toml="", data__a_csv="a", data__b_csv="b", data__c_csv="c")
    return lab


def gaps(run: Run) -> dict[str, str]:
    return {gap.what: gap.why for gap in run.not_captured}


def values(run: Run) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = run_folder.load(api.find(run.id)).factors["data"]
    return found


def test_the_lock_lies_in_the_run_folder_and_its_root_in_the_record(project: Lab) -> None:
    run = project.record(READ_A, data=["data"])
    (said,) = run.locks
    made = data.lock("data", root=project.folder)
    assert (said.path, said.lock, said.root, said.files, said.bytes) == ("data", "data/data.lock", made.root, 3, 3)
    place = api.find(run.id)
    assert api.verify_data(str(place.path / said.lock)).same, "it is known where its data lies"
    assert run_folder.problems(place) == []
    (place.path / said.lock).write_text("x")
    assert [problem.path for problem in run_folder.problems(place)] == ["data/data.lock"]
    assert run_folder.load(place).locks == run.locks


def test_what_was_not_read_is_known_too_and_kept(project: Lab) -> None:
    run = project.record(READ_A, data=["data"])
    found = values(run)
    assert [(found[f"data/{name}.csv"].get("read", False), found[f"data/{name}.csv"]["locked"]) for name in "ab"] == [
        (True, True),
        (False, True),
    ]
    assert found["data/b.csv"]["hash"] == hash_bytes(b"b")
    assert found["data/b.csv"]["kept"]


def test_a_changed_root_is_data_by_file(project: Lab) -> None:
    one = project.record(READ_A, data=["data"])
    project.write(data__b_csv="B")
    (project.folder / "data/c.csv").unlink()
    other = project.record(data=["data"])
    assert one.locks[0].root != other.locks[0].root
    found = api.diff(one.id, other.id)
    assert [(each.kind, each.subject) for each in found.factors] == [("data", "data/b.csv"), ("data", "data/c.csv")]


def test_an_empty_path_is_not_the_current_folder_nor_an_address_a_path(project: Lab) -> None:
    with pytest.raises(BadOption, match="An empty path"):
        project.record(READ_A, data=[""])
    with pytest.raises(BadOption, match="not addresses"):
        project.record(READ_A, data=["data", "s3://bucket/data"])


def test_a_link_that_leads_out_is_said(project: Lab) -> None:
    project.write(disk__train_csv="a")
    (project.folder / "data/train").symlink_to("../disk")
    (project.folder / "data/same").symlink_to("a.csv")
    for number in range(data_locks.SAID + 1):
        (project.folder / f"data/x{number:02}").symlink_to("/nowhere")
    found = gaps(project.record(READ_A, data=["data"]))
    assert "leads out of what was locked" in found["data/train"]
    assert "data/same" not in found
    assert found["locked data"] == "2 more links lead out of it"
    assert "data/train" not in gaps(project.record(READ_A, data=["data", "data/train"])), "it was locked by itself"


def test_a_link_that_was_turned_is_seen(project: Lab) -> None:
    (project.folder / "data/link").symlink_to("a.csv")
    one = project.record(READ_A, data=["data"])
    (project.folder / "data/link").unlink()
    (project.folder / "data/link").symlink_to("b.csv")
    other = project.record(data=["data"])
    assert [each.subject for each in api.diff(one.id, other.id).factors] == ["data/link"]


def test_where_one_run_alone_locked_what_nobody_read_says_nothing(project: Lab) -> None:
    one, other = project.record(READ_A, data=["data"]), project.record()
    assert api.diff(one.id, other.id).factors == []


def test_a_replay_locks_nothing_and_is_the_same(project: Lab) -> None:
    run = project.record(READ_A, data=["data"])
    done = project.replay(run)
    assert done.verdict == "identical"
    assert [change.subject for change in done.factors_changed if change.kind == "data"] == []


CHANGES = """
import os, time
open('data/a.csv').read()
time.sleep(0.05)
{}
open('out.txt', 'w').write('1')
"""


@pytest.mark.parametrize(
    ("deed", "name", "words"),
    [
        ("os.system('printf x > data/b.csv')", "data/b.csv", "changed after it was locked"),
        ("os.system('rm data/b.csv')", "data/b.csv", "removed after it was locked"),
        ("os.system('mv data/b.csv data/z.csv')", "data/z.csv", "it was data/b.csv when it was locked"),
        ("open('data/b.csv', 'w').write('new')", "data/b.csv", "by the run itself"),
        ("os.chmod('data/b.csv', 0o600)", None, ""),
        ("open('data/new.csv', 'w').write('new')", None, ""),
    ],
)
def test_what_changed_in_mid_run_is_said(project: Lab, deed: str, name: str | None, words: str) -> None:
    run = project.record(CHANGES.format(deed), data=["data"])
    said = {what: why for what, why in gaps(run).items() if what.startswith("data/")}
    assert list(said) == ([name] if name else [])
    assert name is None or words in said[name]


def test_another_content_than_the_locked_one_was_read(project: Lab, tmp_path: Path) -> None:
    locked = lock_paths(["data"], project.folder, project.folder, StoreLayout(tmp_path / "store").create())
    ground = Ground(project.folder, project.folder)
    read = {f"data/{name}.csv": FileFact(1, hash=hash_bytes(name.encode())) for name in "ab"}
    assert changed_since(locked, ground, read, set()) == []
    read["data/b.csv"] = FileFact(1, hash="f" * 64)
    said = changed_since(locked, ground, read, set())
    assert said == [NotCaptured("data/b.csv", "the program read another content than the one that was locked")]


def test_data_outside_and_single_files(project: Lab, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/x.csv").write_text("x")
    run = project.record(READ_A, data=["data/b.csv", str(tmp_path / "outside"), "./data/b.csv"])
    outside = str(tmp_path / "outside")
    assert [(each.path, each.lock, each.base) for each in run.locks] == [
        ("data/b.csv", "data/b.csv.lock", str(project.folder)),
        (outside, "data/outside.lock", str(tmp_path)),
    ]
    assert values(run)[f"{outside}/x.csv"]["locked"]


def test_two_paths_of_one_name_have_two_locks(project: Lab) -> None:
    project.write(old__data__z_csv="z")
    run = project.record(READ_A, data=["data", "old/data"])
    assert [each.lock for each in run.locks] == ["data/data.lock", "data/data-2.lock"]


def test_what_is_not_there_is_refused_before_the_start(project: Lab) -> None:
    with pytest.raises(MissingData, match="nothing there"):
        project.record(READ_A, data=["daten"])
    assert not Path("out.txt").exists()
    assert api.runs() == []


def test_what_the_lock_knows_is_not_read_again(project: Lab, tmp_path: Path) -> None:
    layout = StoreLayout(tmp_path / "store").create()
    os.utime(project.folder / "data/a.csv", (10**9, 10**9))
    (locked,) = lock_paths(["data"], project.folder, project.folder, layout)
    path = project.folder / "data/a.csv"
    assert locked.lookup(str(path), stat_key(path)) == hash_bytes(b"a")
    path.write_text("z")
    os.utime(path, (10**9, 10**9))
    assert locked.lookup(str(path), stat_key(path)) is None
    assert locked.lookup("/elsewhere/a.csv", stat_key(path)) is None


def test_a_thousand_changes_are_a_few_lines(project: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_locks, "SAID", 1)
    run = project.record(CHANGES.format("os.system('rm data/b.csv data/c.csv')"), data=["data"])
    assert gaps(run)["locked data"] == "1 more files of it changed"


def test_a_secret_among_the_data_is_not_kept(project: Lab) -> None:
    project.write(data___env="TOKEN=abcdefgh12345678\n")
    (project.folder / "data/.env").write_text("TOKEN=abcdefgh12345678\n")
    run = project.record(READ_A, data=["data"])
    assert values(run)["data/.env"]["secret"]
    assert not values(run)["data/.env"].get("kept", False)


def test_the_run_is_recorded_as_ever_without_it(project: Lab) -> None:
    run = project.record(READ_A)
    assert run.locks == []
    assert not (api.find(run.id).path / "data").exists()
    assert sys.executable in run.command


BY_A_CHILD = """
import subprocess
t = subprocess.run(["cat", {!r}], capture_output=True, text=True).stdout
open("out.txt", "w").write(t)
"""


def test_what_nobody_sees_reading_is_given_again_and_explained(lab: Lab, mounted: None, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    lab.write(pyproject_toml="")
    script = BY_A_CHILD.format(str(outside / "b.csv"))
    for name, text in (("a.csv", "1"), ("b.csv", "2")):
        (outside / name).write_text(text)
    one = lab.record(script, data=[str(outside)])
    for name, text in (("a.csv", "3"), ("b.csv", "4")):
        (outside / name).write_text(text)
    other = lab.record(data=[str(outside)])
    assert lab.replay(one).verdict == "identical", "the store's copy is shown in its place"
    found = api.explain(one.id, other.id)
    assert [(cause.kind, cause.subject) for cause in found.causes] == [("data", str(outside / "b.csv"))]
    assert [path.read_text() for path in sorted(outside.iterdir())] == ["3", "4"]
