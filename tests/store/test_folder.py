"""A run comes back from its folder; a damaged folder is read as far as it is whole, and says what is not."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from samerun.errors import DamagedRun, NewerSchema, SamerunError
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.store import folder as folders
from samerun.store.index import list_runs
from samerun.store.layout import RunFolder, StoreLayout

from .conftest import SCALE, MakeRun, dead_holder, run_record


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_run_comes_back(make_run: MakeRun) -> None:
    folder = make_run()
    run = folders.load(folder)
    expected = run_record(folder.id)
    assert math.isnan(run.metrics.pop("bad"))
    expected.metrics.pop("bad")
    assert run == expected
    assert math.copysign(1, run.metrics["zero"]) == -1
    assert folders.is_sealed(folder)
    assert folders.problems(folder) == []


def test_big_factors_lie_beside_and_can_be_left_out(make_run: MakeRun) -> None:
    folder = make_run()
    assert json.loads(folder.inputs.read_text()) == {"data/train.csv": {"size": 7, "hash": "1" * 64}}
    assert (folder.code / "files.json").exists()
    assert (folder.environment / "environment.json").exists()
    light = folders.load(folder, whole=False)
    assert set(light.factors) == {"arguments", "network"}
    assert list(folders.load(folder).factors) == ["code", "data", "package", "arguments", "network"]


def test_a_missing_reading_comes_back_with_its_reason(make_run: MakeRun) -> None:
    run = folders.load(make_run(factors={"data": Missing("nobody looked"), "code": {"missing": "not there"}}))
    assert run.reading("data") == Missing("nobody looked")
    assert run.reading("code") == Missing("not there")


def test_names_that_are_no_text_can_be_kept(make_run: MakeRun) -> None:
    folder = make_run(factors={"data": {"caf\udce9.csv": {"size": 1}}}, command=["python", "\udcff"])
    run = folders.load(folder)
    assert run.factors["data"] == {"caf\\xe9.csv": {"size": 1}}
    assert run.command == ["python", "\\xff"]
    (folder.results / os.fsdecode(b"\xff.txt")).write_text("x")
    folders.seal(folder, run)
    assert folders.problems(folder) == []


def test_what_a_later_samerun_added_stays(make_run: MakeRun) -> None:
    folder = make_run()
    document = json.loads(folder.record.read_text())
    folder.record.write_text(json.dumps({**document, "mood": {"deep": [1]}}))
    run = folders.load(folder)
    folders.seal(folder, msgspec.structs.replace(run, tags=["second"]))
    again = json.loads(folder.record.read_text())
    assert again["mood"] == {"deep": [1]}
    assert again["tags"] == ["second"]
    assert folders.problems(folder) == []


@pytest.mark.parametrize(("schema", "error"), [("samerun.run/2", NewerSchema), ("samerun.run/999", NewerSchema)])
def test_a_later_schema_is_refused_with_the_next_step(
    make_run: MakeRun, schema: str, error: type[SamerunError]
) -> None:
    folder = make_run()
    document = json.loads(folder.record.read_text())
    folder.record.write_text(json.dumps({**document, "schema": schema}))
    before = contents(folder.path)
    with pytest.raises(error, match="Update samerun") as caught:
        folders.load(folder)
    assert schema in caught.value.sentence
    assert contents(folder.path) == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{}",
        b'{"schema": "other/1"}',
        b'{"schema": "samerun.run/1"}',
        b"[" * 100_000,
    ]
    + [
        b'{"schema": "samerun.run/1", "id": 3}',
        b'{"schema": 7}',
        b'{"a": 1e999999}',
        b'{"schema": "samerun.run/1" "id"}',
    ],
)
def test_a_record_that_is_none_is_said_to_be_damaged(make_run: MakeRun, content: bytes) -> None:
    folder = make_run()
    folder.record.write_bytes(content)
    with pytest.raises(DamagedRun) as caught:
        folders.load(folder)
    assert folder.id in caught.value.sentence
    assert folders.problems(folder)


def test_an_ended_run_without_its_seal_is_not_whole(make_run: MakeRun) -> None:
    folder = make_run()
    document = json.loads(folder.record.read_text())
    del document["seal"]
    folder.record.write_text(json.dumps(document))
    assert [problem.detail for problem in folders.problems(folder)] == ["the run has ended, but its seal is not there"]


def test_a_missing_part_costs_that_part_only(make_run: MakeRun) -> None:
    folder = make_run()
    folder.inputs.unlink()
    (folder.code / "files.json").write_bytes(b"{")
    run = folders.load(folder)
    assert "missing" in str(run.reading("data"))
    assert "damaged" in str(run.reading("code"))
    assert run.factors["package"] == {"numpy": {"version": "2.0"}}
    assert {(problem.path, problem.what) for problem in folders.problems(folder)} == {
        ("inputs.json", "missing"),
        ("code/files.json", "cut"),
    }


def test_an_open_run_whose_recorder_lives_is_running(make_run: MakeRun) -> None:
    folder = make_run(seal=False, status="running", holder=folders.holder(), metrics={})
    run = folders.load(folder)
    assert run.status == "running"
    assert run.metrics == {"loss": 1 / 3, "acc": 0.5}, "as far as it was logged"
    assert not folders.is_sealed(folder)


@pytest.mark.parametrize("how", ["dead", "rebooted", "pid given again", "no holder"])
def test_an_open_run_whose_recorder_is_gone_was_killed(make_run: MakeRun, how: str) -> None:
    here = folders.holder()
    holder = {
        "dead": dead_holder(),
        "rebooted": msgspec.structs.replace(here, boot="another/1"),
        "pid given again": msgspec.structs.replace(here, started="1"),
        "no holder": None,
    }[how]
    folder = make_run(seal=False, status="running", holder=holder)
    assert folders.load(folder).status == "killed"


def test_a_run_sealed_while_it_is_looked_at_was_not_killed(make_run: MakeRun, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_run(seal=False, status="running", holder=folders.holder())

    def ends_just_now(facts: object) -> bool:
        folders.seal(folder, run_record(folder.id))
        return False

    monkeypatch.setattr(folders, "is_alive", ends_just_now)
    assert folders.load(folder).status == "finished"


def damages(folder: Path) -> Iterator[tuple[str, bytes | None]]:
    """Yield each file with each way to damage it: cut at many lengths, blocks zeroed, gone."""
    for name, data in contents(folder).items():
        yield name, None
        step = max(1, len(data) // (150 * SCALE))
        yield from ((name, data[:length]) for length in range(0, len(data), step))
        yield from (
            (name, data[:at] + bytes(len(data[at : at + 512])) + data[at + 512 :]) for at in range(0, len(data), 512)
        )


def test_no_damage_is_missed_or_stops_anything(make_run: MakeRun, layout: StoreLayout) -> None:
    folder, other = make_run(), make_run("20260101_120001_other0")
    whole = contents(folder.path)
    for name, damaged in damages(folder.path):
        path = folder.path / name
        path.unlink() if damaged is None else path.write_bytes(damaged)
        found = folders.problems(folder)
        assert name in {problem.path for problem in found}, (name, damaged)
        assert all(problem.path in (name, "run.json") for problem in found)
        try:
            folders.load(folder)
        except DamagedRun:
            assert name == "run.json"
        path.write_bytes(whole[name])
    assert folders.problems(folder) == [] == folders.problems(other)


def test_a_damaged_run_hides_no_other(make_run: MakeRun, layout: StoreLayout) -> None:
    folder, other = make_run(), make_run("20260101_120001_other0")
    for damaged in (b"", b"{", b"[]", folder.record.read_bytes()[:700]):
        folder.record.write_bytes(damaged)
        rows = {row.id: row for row in list_runs(layout)}
        assert rows[folder.id].status == "damaged"
        assert "run.json" in rows[folder.id].problems[0]
        assert rows[other.id].status == "finished"


def test_every_flipped_bit_of_a_sealed_run_is_found(make_run: MakeRun) -> None:
    folder = make_run(lines=1, outputs=[], factors={"data": {"a": 1}}, tags=[])
    for name, data in contents(folder.path).items():
        path = folder.path / name
        for position in range(0, len(data) * 8, 1 if SCALE > 1 else 7):
            flipped = bytearray(data)
            flipped[position // 8] ^= 1 << position % 8
            path.write_bytes(flipped)
            assert folders.problems(folder), (name, position)
        path.write_bytes(data)
    assert folders.problems(folder) == []


def test_what_was_added_removed_swapped_or_renamed_is_found(make_run: MakeRun) -> None:
    folder = make_run()
    whole = contents(folder.path)
    names = [name for name in whole if name != "run.json"]

    def restore() -> None:
        for path in [path for path in folder.path.rglob("*") if path.is_file() or path.is_symlink()]:
            path.unlink()
        for name, data in whole.items():
            (folder.path / name).write_bytes(data)
        assert folders.problems(folder) == []

    for a in names:
        for b in names:
            if whole[a] != whole[b]:
                (folder.path / a).write_bytes(whole[b])
                (folder.path / b).write_bytes(whole[a])
                assert {problem.path for problem in folders.problems(folder)} == {a, b}
                restore()
        (folder.path / a).rename(folder.path / "results" / "renamed")
        found = {(problem.path, problem.what) for problem in folders.problems(folder)}
        assert found == {(a, "missing"), ("results/renamed", "extra")}
        restore()
        (folder.path / a).unlink()
        (folder.path / a).symlink_to("/etc/hostname")
        assert [problem.path for problem in folders.problems(folder)] == [a]
        restore()


def test_lines_cut_off_a_sealed_log_are_found_and_of_an_open_one_they_cannot_be(make_run: MakeRun) -> None:
    sealed, open_one = make_run(), make_run("20260101_120001_open00", seal=False, status="running")
    for folder in (sealed, open_one):
        lines = folder.metrics.read_bytes().splitlines(keepends=True)
        folder.metrics.write_bytes(b"".join(lines[:-1]))
    assert [problem.what for problem in folders.problems(sealed)] == ["cut"]
    assert folders.problems(open_one) == []


def test_reading_never_writes(make_run: MakeRun) -> None:
    folder = make_run()
    for changes in (None, b"{"):
        if changes:
            folder.inputs.write_bytes(changes)
        before = {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in folder.path.rglob("*")}
        folders.load(folder)
        folders.problems(folder)
        assert {str(path): (path.stat().st_mtime_ns, path.stat().st_ino) for path in folder.path.rglob("*")} == before


def test_a_path_does_as_well(make_run: MakeRun) -> None:
    folder = make_run()
    assert folders.load(folder.path).id == RunFolder(folder.path).id
    assert folders.problems(folder.path) == []


def test_the_record_is_plain_json_for_others(make_run: MakeRun) -> None:
    def refuse(name: str) -> Any:
        pytest.fail(f"{name} is no JSON")

    document = json.loads(make_run().record.read_text(), parse_constant=refuse)
    assert document["schema"] == "samerun.run/1"
    assert document["metrics"]["bad"] == "NaN"
    assert list(document)[-1] == "seal"
    assert document["seal"]["count"] == len(document["seal"]["files"])
    assert set(document) - {"seal"} == {field.encode_name for field in msgspec.structs.fields(Run)}
