"""Only what nobody needs is removed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from samerun.errors import RunStillGoing, UnknownRun
from samerun.record.run import Status
from samerun.store import folder as folders
from samerun.store.collect import collect, remove
from samerun.store.layout import RunFolder, StoreLayout
from samerun.store.objects import Objects

from .conftest import MakeRun, dead_holder, run_record


@pytest.fixture
def objects(layout: StoreLayout) -> Objects:
    return Objects(layout.objects)


def test_a_run_is_removed_and_its_neighbours_stay(make_run: MakeRun, layout: StoreLayout) -> None:
    first, second = make_run(), make_run("20260101_120001_second")
    removed = remove(layout, [first, first])
    assert removed.runs == (first.id,)
    assert removed.bytes > 1000
    assert not first.path.exists()
    assert second.path.exists()
    remove(layout, [second])
    assert sorted(os.listdir(layout.root)) == [".gitignore", ".samerun", "README.txt"]


def test_a_run_that_goes_on_is_refused_and_nothing_is_removed(make_run: MakeRun, layout: StoreLayout) -> None:
    first = make_run()
    going = make_run("20260101_120001_going0", seal=False, status="running", holder=folders.holder())
    with pytest.raises(RunStillGoing, match="going0"):
        remove(layout, [first, going])
    assert first.path.exists()


def test_a_damaged_run_can_be_removed(make_run: MakeRun, layout: StoreLayout) -> None:
    folder = make_run()
    folder.record.write_bytes(b"{")
    assert remove(layout, [folder]).runs == (folder.id,)


def test_what_a_run_names_is_kept(make_run: MakeRun, layout: StoreLayout, objects: Objects) -> None:
    needed = {kind: objects.add_bytes(kind.encode()) for kind in ("code", "data", "package", "other")}
    unneeded = objects.add_bytes(b"nobody needs this")
    folder = make_run(factors={kind: {"x": {"hash": digest}} for kind, digest in needed.items()})
    would = collect(layout, dry_run=True)
    assert (would.objects, would.bytes) == (1, 17)
    assert objects.has(unneeded)
    assert collect(layout) == would
    assert set(objects.all()) == set(needed.values())
    remove(layout, [folder])
    assert collect(layout).objects == 4
    assert list(objects.all()) == []


def test_nothing_is_freed_while_a_run_cannot_be_read(make_run: MakeRun, layout: StoreLayout, objects: Objects) -> None:
    digest = objects.add_bytes(b"content")
    folder = make_run()
    folder.record.write_bytes(b"{")
    freed = collect(layout)
    assert freed.objects == 0
    assert folder.id in freed.kept_because
    assert objects.has(digest)


def test_what_came_after_the_start_of_a_running_run_stays(
    make_run: MakeRun, layout: StoreLayout, objects: Objects
) -> None:
    old, again, new = (objects.add_bytes(content) for content in (b"old", b"again", b"new"))
    for digest in (old, again):
        os.utime(objects.path(digest), (time.time() - 7200, time.time() - 7200))
    layout.workspaces.mkdir()
    (layout.workspaces / "used").mkdir()
    make_run(seal=False, status="running", holder=folders.holder(), started=time.time() - 3600)
    objects.add_bytes(b"again")  # the recorder finds it there already
    assert collect(layout).objects == 1
    assert set(objects.all()) == {again, new}
    assert (layout.workspaces / "used").exists()


def test_workspaces_and_environments_that_nobody_uses(make_run: MakeRun, layout: StoreLayout) -> None:
    for folder in (layout.workspaces / "w", layout.environments / "used-env-1", layout.environments / "old-env-2"):
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(b"x" * 10)
    make_run(factors={"python": {"environment": "used-env-1"}})
    freed = collect(layout)
    assert (freed.workspaces, freed.environments, freed.bytes) == (1, 1, 20)
    assert os.listdir(layout.environments) == ["used-env-1"]


def test_what_killed_writers_left_goes_after_an_hour(make_run: MakeRun, layout: StoreLayout, objects: Objects) -> None:
    digest = objects.add_bytes(b"content")
    left = [
        objects.path(digest).parent / ".x.0123.tmp",
        layout.root / ".README.txt.0123.tmp",
        layout.shared / "removed-0123",
    ]
    for path in left:
        path.write_bytes(b"x")
    make_run(factors={"data": {"x": digest}})
    collect(layout)
    assert all(path.exists() for path in left)
    for path in left:
        os.utime(path, (time.time() - 7200, time.time() - 7200))
    collect(layout)
    assert not any(path.exists() for path in left)
    assert objects.has(digest)


def test_an_empty_store(tmp_path: Path) -> None:
    assert collect(StoreLayout(tmp_path / "none")).bytes == 0


def test_a_run_elsewhere_can_be_removed(layout: StoreLayout, tmp_path: Path) -> None:
    elsewhere = StoreLayout(tmp_path / "other").create().run_folder("digits", "20260101_120000_abc123")
    folders.save(elsewhere, run_record(elsewhere.id))
    assert remove(layout, [elsewhere]).runs == (elsewhere.id,)
    assert not elsewhere.path.exists()


@pytest.mark.parametrize("content", [b'{"lr": 1}', b"[]", None])
def test_a_folder_that_is_no_run_is_never_removed(
    make_run: MakeRun, layout: StoreLayout, tmp_path: Path, content: bytes | None
) -> None:
    first = make_run()
    project = tmp_path / "project"
    (project / "logs").mkdir(parents=True)
    (project / "train.py").write_text("precious")
    if content is not None:
        (project / "run.json").write_bytes(content)
    with pytest.raises(UnknownRun, match="Nothing was removed"):
        remove(layout, [first, RunFolder(project)])
    assert first.path.exists()
    assert (project / "train.py").read_text() == "precious"


def test_what_a_killed_run_was_told_goes_and_its_log_stays(make_run: MakeRun, layout: StoreLayout) -> None:
    going = make_run("20260101_120001_going0", seal=False, status="running", holder=folders.holder())
    killed = make_run("20260101_120002_killed", seal=False, status="running", holder=dead_holder())
    for folder in (going, killed):
        folder.spool.mkdir()
        (folder.spool / "1-1.before").write_text("what a file held")
    collect(layout)
    assert going.spool.is_dir()
    assert not killed.spool.exists()
    assert killed.train_log.exists()


def tried(layout: StoreLayout, base: str, status: Status = "finished") -> RunFolder:
    """Put a trial of a run into the store, as a question leaves it."""
    place = RunFolder(layout.trials / base / "0123" / "20260101_120009_trial0").create()
    holder = folders.holder() if status == "running" else None
    folders.save(place, run_record(place.id, status=status, holder=holder))
    return place


def test_what_was_tried_with_a_run_goes_with_it(make_run: MakeRun, layout: StoreLayout) -> None:
    first, second = make_run(), make_run("20260101_120001_second")
    own, other = tried(layout, first.id), tried(layout, second.id)
    assert collect(layout).bytes == 0
    remove(layout, [first])
    assert not own.path.exists()
    assert other.path.exists()


def test_trials_of_runs_that_are_gone_are_freed(make_run: MakeRun, layout: StoreLayout) -> None:
    make_run()
    orphan = tried(layout, "20250101_120000_nobody")
    assert collect(layout).bytes > 100
    assert not orphan.path.exists()


def test_a_workspace_stays_while_a_trial_goes_on_in_it(make_run: MakeRun, layout: StoreLayout) -> None:
    tried(layout, make_run().id, "running")
    (layout.workspaces / "used").mkdir(parents=True)
    collect(layout)
    assert (layout.workspaces / "used").exists()
