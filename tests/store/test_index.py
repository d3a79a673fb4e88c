"""The list of runs is right whatever becomes of the table, and quick with it."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

import msgspec
import pytest

from samerun.basics import files
from samerun.store import folder as folders
from samerun.store import sealing
from samerun.store.index import Row, arguments_of, list_runs
from samerun.store.layout import StoreLayout

from .conftest import SCALE, MakeRun, dead_holder, environment, python, run_record


def fill(layout: StoreLayout, count: int) -> None:
    """Make sealed runs with nothing but a record."""
    for number in range(count):
        run_id = f"20260101_{number // 3600:02}{number // 60 % 60:02}{number % 60:02}_{number:06}"
        run = run_record(run_id, name=f"exp{number % 5}", started=1.7e9 + number, outputs=[], factors={})
        folder = layout.run_folder(run.name, run.id).create()
        folder.record.write_bytes(sealing.sealed(msgspec.to_builtins(run), []))


def test_a_row_says_what_a_list_needs(make_run: MakeRun, layout: StoreLayout) -> None:
    folder = make_run(factors={"config": {"conf.yaml:model.width": 8}})
    (row,) = list_runs(layout)
    assert (row.id, row.name, row.status, row.started, row.seconds) == (folder.id, "digits", "finished", 1.7e9, 1.5)
    assert (row.exit_code, row.parent, row.tags, row.folder) == (0, None, ["first"], str(folder.path))
    assert row.metrics["loss"] == 0.25
    assert row.metrics["big"] == float(2**70)
    assert row.arguments == {"model.width": 8, "lr": 0.1, "model.depth": 3, "fast": True}
    assert [each.id for each in list_runs(layout)] == [row.id], "from the table"


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("python t.py --lr 0.1 --name=x -v", {"lr": 0.1, "name": "x", "v": True}),
        ("python t.py --a --b 3 pos --c=", {"a": True, "b": 3, "c": ""}),
        ("python t.py +opt.lr=1e-3 ~x ++a.b=true", {"opt.lr": 1e-3, "a.b": "true"}),
        ("python", {}),
        ("python t.py --n -5", {"n": -5}),
    ],
)
def test_arguments_by_name(command: str, found: dict[str, object]) -> None:
    assert arguments_of(command.split()) == found


def test_the_newest_comes_first(make_run: MakeRun, layout: StoreLayout) -> None:
    for number, started in enumerate((5.0, 9.0, 7.0)):
        make_run(f"20260101_120000_aaaaa{number}", started=started)
    assert [row.started for row in list_runs(layout)] == [9.0, 7.0, 5.0]


def test_no_store_no_runs_nothing_made(tmp_path: Path) -> None:
    assert list_runs(StoreLayout(tmp_path / "none")) == []
    assert os.listdir(tmp_path) == []


def test_changes_are_seen(make_run: MakeRun, layout: StoreLayout) -> None:
    first, second = make_run(), make_run("20260101_120001_second")
    assert len(list_runs(layout)) == 2
    folders.seal(first, run_record(first.id, tags=["changed"]))
    assert {row.id: row.tags for row in list_runs(layout)} == {first.id: ["changed"], second.id: ["first"]}
    shutil.rmtree(second.path)
    assert [row.id for row in list_runs(layout)] == [first.id]
    with sqlite3.connect(layout.index) as connection:
        assert connection.execute("SELECT count(*) FROM rows").fetchone() == (1,)


def test_a_running_run_is_looked_at_each_time(make_run: MakeRun, layout: StoreLayout) -> None:
    folder = make_run(seal=False, status="running", holder=folders.holder(), metrics={})
    assert list_runs(layout)[0].status == "running"
    run = run_record(folder.id, status="running", holder=dead_holder())
    folders.save(folder, run)
    assert [list_runs(layout)[0].status for _ in range(2)] == ["killed"] * 2
    assert list_runs(layout)[0].metrics["acc"] == 0.5


def test_a_moved_store_lists_its_own_folders(make_run: MakeRun, layout: StoreLayout, tmp_path: Path) -> None:
    make_run()
    list_runs(layout)
    moved = tmp_path / "moved"
    layout.root.rename(moved)
    assert list_runs(StoreLayout(moved))[0].folder.startswith(str(moved))


def plain(rows: list[Row]) -> list[str]:
    return [repr(row) for row in rows]


def test_a_rebuilt_table_equals_one_kept_up(layout: StoreLayout) -> None:
    fill(layout, 100 * SCALE)
    list_runs(layout)
    chosen = random.Random(0).sample(list(layout.run_folders()), 30)
    for folder in chosen[:10]:
        shutil.rmtree(folder.path)
    for folder in chosen[10:20]:
        folders.seal(folder, run_record(folder.id, started=5.0))
    for folder in chosen[20:]:
        folder.record.write_bytes(b"{")
    kept_up = plain(list_runs(layout))
    layout.index.unlink()
    assert plain(list_runs(layout)) == kept_up == plain(list_runs(layout))


def test_no_damage_to_the_table_shows(layout: StoreLayout) -> None:
    fill(layout, 30)
    expected = plain(list_runs(layout))
    whole = layout.index.read_bytes()
    generator = random.Random(1)
    damaged = [whole[:length] for length in range(0, len(whole), 512)]
    for _ in range(40 * SCALE):
        flipped = bytearray(whole)
        for _ in range(generator.randint(1, 4)):
            flipped[generator.randrange(len(flipped))] ^= 1 << generator.randrange(8)
        damaged.append(bytes(flipped))
    for data in [*damaged, b"rubbish" * 1000, whole.replace(b"rows", b"sowr")]:
        layout.index.write_bytes(data)
        assert plain(list_runs(layout)) == expected
        assert plain(list_runs(layout)) == expected


def test_a_table_of_another_time_is_no_trouble(layout: StoreLayout) -> None:
    fill(layout, 3)
    expected = plain(list_runs(layout))
    layout.index.unlink()
    with sqlite3.connect(layout.index) as connection:
        connection.execute("CREATE TABLE rows (id TEXT, something INT)")
    assert plain(list_runs(layout)) == expected
    assert plain(list_runs(layout)) == expected


def test_a_locked_table_is_no_trouble(layout: StoreLayout) -> None:
    fill(layout, 3)
    expected = plain(list_runs(layout))
    connection = sqlite3.connect(layout.index, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        assert plain(list_runs(layout)) == expected
        folders.save(next(layout.run_folders()), run_record("20260101_000000_000000", started=3.0))
        assert len(list_runs(layout)) == 3
    finally:
        connection.close()


def test_a_table_that_cannot_be_written_is_no_trouble(layout: StoreLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(layout, 3)

    def refuse(*arguments: object) -> None:
        raise PermissionError

    monkeypatch.setattr(files, "create_once", refuse)
    assert len(list_runs(layout)) == 3
    assert not layout.index.exists()


def test_the_table_is_private_and_not_in_wal(layout: StoreLayout) -> None:
    fill(layout, 1)
    before = os.umask(0)
    try:
        list_runs(layout)
    finally:
        os.umask(before)
    assert layout.index.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(layout.index) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_ten_thousand_runs_are_listed_in_no_time(layout: StoreLayout) -> None:
    count = 10_000 if SCALE > 1 else 2_000
    fill(layout, count)
    list_runs(layout)
    script = (
        "import sys; from pathlib import Path; from samerun.store.index import list_runs;"
        "from samerun.store.layout import StoreLayout; print(len(list_runs(StoreLayout(Path(sys.argv[1])))))"
    )
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        done = subprocess.run(
            python("-c", script, str(layout.root)), env=environment(), capture_output=True, check=True
        )
        seconds.append(time.perf_counter() - began)
        assert int(done.stdout) == count
    assert min(seconds) < 0.9, "0.3 s are meant; a busy machine is given three times that"


@pytest.mark.parametrize(
    "damaged", [[], 5, "text", {"argv": [1, 2]}, {"argv": 7}, {"argv": ["x", "--n", "1" + "0" * 400]}]
)
def test_a_record_with_odd_arguments_hides_no_other_run(
    make_run: MakeRun, layout: StoreLayout, damaged: object
) -> None:
    first = make_run()
    odd = make_run("20260101_120001_second", factors={"arguments": damaged, "config": 3, "data": ["missing"]})
    assert {row.id for row in list_runs(layout)} == {first.id, odd.id}
    run = folders.load(odd)
    assert "damaged" in str(run.reading("config"))
    assert "damaged" in str(run.reading("data"))
