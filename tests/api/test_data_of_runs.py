"""Is the data of a run still there and the same?"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from samerun import api
from samerun.api import data_of_runs
from samerun.api.data_of_runs import DataFile, RunData, verify_run_data
from samerun.basics.hashing import hash_bytes
from samerun.errors import BadLock, MissingData, RunStillGoing
from samerun.record.run import Run
from samerun.store.layout import RunFolder
from tests.lab import Lab

READ = "open('a.csv').read(); open('sub/b.csv').read(); open('out.txt', 'w').write('1')\n"


@pytest.fixture
def project(lab: Lab) -> Lab:
    lab.write(pyproject_toml="", a_csv="aaa", sub__b_csv="bbb", data__x_csv="x", data__y_csv="yy")
    return lab


def verified(run: Run, quick: bool = False) -> RunData:
    return verify_run_data(api.find(run.id), quick=quick)


def states(found: RunData) -> dict[str, str]:
    return {file.path: file.state for file in found.files}


def one(found: RunData, path: str) -> DataFile:
    return next(file for file in found.files if file.path == path)


def test_unchanged_by_bytes_and_quickly_and_without_a_trace(project: Lab) -> None:
    run = project.record(READ)
    Path("train.py").write_text("# code is another matter\n")
    before = {path: path.stat().st_mtime_ns for path in api.find(run.id).path.rglob("*")}
    for quick in (False, True):
        found = verified(run, quick)
        assert (found.same, found.run, found.quick) == (True, run.id, quick)
        assert states(found) == {"a.csv": "unchanged", "sub/b.csv": "unchanged"}
    assert {path: path.stat().st_mtime_ns for path in api.find(run.id).path.rglob("*")} == before


@pytest.mark.parametrize("quick", [False, True])
def test_changed_and_gone_with_a_copy_in_the_store(project: Lab, quick: bool) -> None:
    run = project.record(READ)
    times = os.stat("a.csv")
    Path("a.csv").write_text("AAA")
    os.utime("a.csv", ns=(times.st_atime_ns, times.st_mtime_ns))
    os.unlink("sub/b.csv")
    found = verified(run, quick)
    assert not found.same
    assert states(found) == {"a.csv": "changed", "sub/b.csv": "gone"}
    assert found.counts() == {"unchanged": 0, "changed": 1, "gone": 1, "new": 0, "unknown": 0}
    (copy,) = one(found, "a.csv").copies
    assert (copy.kind, Path(copy.place).read_text()) == ("store", "aaa")
    assert one(found, "a.csv").detail == "3 bytes as before, with other content"


def test_what_the_run_itself_wrote_over(project: Lab) -> None:
    run = project.record("t = open('a.csv').read(); open('a.csv', 'w').write(t * 2)\n")
    found = one(verified(run), "a.csv")
    assert (found.state, found.detail) == ("changed", "the run itself wrote it after it had read it")


def test_a_big_file_that_changed_is_seen_quickly_too(project: Lab) -> None:
    Path("big.bin").write_bytes(b"x" * (2 << 20))
    time.sleep(0.03)
    run = project.record("open('big.bin', 'rb').read()\n")
    assert verified(run, quick=True).same
    with open("big.bin", "r+b") as file:
        file.write(b"y")
    assert states(verified(run, quick=True)) == {"big.bin": "changed"}


def test_a_content_that_was_never_known_is_unknown(project: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    run = project.record("import os; open('/dev/shm/none-' + str(os.getpid()), 'w'); open('a.csv').read()\n")
    path = api.find(run.id).path / "inputs.json"
    path.write_text(path.read_text().replace(f'"hash":"{hash_bytes(b"aaa")}"', '"why":"it was overwritten"'))
    found = verified(run)
    assert (states(found)["a.csv"], one(found, "a.csv").detail) == ("unknown", "it was overwritten")
    assert not found.same


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_unknown(project: Lab) -> None:
    run = project.record(READ)
    Path("a.csv").chmod(0)
    assert states(verified(run))["a.csv"] == "unknown"


def test_a_link_is_its_text_and_what_is_behind_it(project: Lab) -> None:
    Path("link.csv").symlink_to("a.csv")
    run = project.record("open('link.csv').read()\n")
    assert states(verified(run)) == {"a.csv": "unchanged", "link.csv": "unchanged"}
    os.unlink("link.csv")
    assert states(verified(run))["link.csv"] == "gone"
    Path("link.csv").symlink_to("sub/b.csv")
    assert one(verified(run), "link.csv").detail == "led to a.csv, leads to sub/b.csv"


def test_locked_data_with_what_came_and_what_was_not_read(project: Lab) -> None:
    run = project.record(READ, data=["data"])
    found = verified(run)
    assert found.same
    assert found.roots == {"data": run.locks[0].root}
    Path("data/new.csv").write_text("n")
    os.rename("data/y.csv", "data/z.csv")
    found = verified(run, quick=True)
    assert {path: state for path, state in states(found).items() if state != "unchanged"} == {
        "data/new.csv": "new",
        "data/y.csv": "gone",
        "data/z.csv": "new",
    }
    assert os.path.abspath("data/z.csv") in [copy.place for copy in one(found, "data/y.csv").copies]


def test_a_whole_project_that_is_locked(project: Lab) -> None:
    project.write(helper_py="x = 1\n")
    run = project.record("import helper\nimport py_compile; py_compile.compile('helper.py')\n" + READ, data=["."])
    assert [gap for gap in run.not_captured if "locked" in gap.why] == []
    Path("later.py").write_text("code")
    found = verified(run)
    assert found.same, states(found)
    assert "helper.py" not in states(found)
    Path("later.csv").write_text("data")
    assert states(verified(run))["later.csv"] == "new"


def test_a_lock_that_was_tampered_with_is_refused(project: Lab) -> None:
    run = project.record(READ, data=["data"])
    path = api.find(run.id).path / run.locks[0].lock
    path.write_text(path.read_text().replace("data/x.csv", "../x.csv"))
    with pytest.raises(BadLock):
        verified(run)


def test_a_secret_is_compared_and_never_shown(project: Lab) -> None:
    secret = "TOKEN=ghp_" + "a1B2" * 9 + "\n"
    project.write(settings_txt=secret)
    run = project.record("open('settings.txt').read()\n")
    assert states(verified(run)) == {"settings.txt": "unchanged"}
    Path("settings.txt").write_text(secret.replace("B", "C"))
    found = one(verified(run), "settings.txt")
    assert (found.state, found.copies) == ("changed", ())


def test_progress_is_told(project: Lab) -> None:
    told: list[tuple[int, int]] = []
    verify_run_data(api.find(project.record(READ).id), progress=lambda files, count: told.append((files, count)))
    assert told[-1] == (2, 6)


def test_a_run_that_does_not_know_what_it_read(project: Lab, tmp_path: Path) -> None:
    run = project.record(READ)
    (api.find(run.id).path / "inputs.json").unlink()
    with pytest.raises(MissingData, match="not known what the run"):
        verified(run)


def test_a_run_that_goes_on(project: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    where = api.find(project.record(READ).id)

    def going(run: Run) -> Run:
        raise RunStillGoing("it goes on")

    monkeypatch.setattr(data_of_runs, "ended", going)
    with pytest.raises(RunStillGoing):
        verify_run_data(RunFolder(where.path))
