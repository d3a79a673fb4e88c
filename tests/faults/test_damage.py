"""Any file of a run cut, changed or gone: what is whole is shown, what is not is said, and other runs are untouched."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from samerun.cli.main import main
from tests.faults.conftest import FULL, Box

pytestmark = pytest.mark.faults

TRAIN = """
import json, sys, samerun
import numpy as np
run = samerun.run("damage", config={"lr": 0.1})
for step in range(5): run.log({"loss": 1 / (step + 1)}, step=step)
run.summary["best"] = 0.2
run.artifact("a note", "note")
np.save("w.npy", np.arange(10))
json.dump({"acc": len(open("data.csv").read())}, open("metrics.json", "w"))
open("model.pt", "wb").write(b"no model")
print("done")
"""


@pytest.fixture
def three(box: Box) -> Box:
    box.write("train.py", TRAIN)
    box.write("data.csv", "1,2\n3,4\n")
    for _ in range(3):
        assert box.record("train.py").returncode == 0
    return box


def damages(size: int) -> Iterator[tuple[str, Callable[[bytes], bytes | None]]]:
    """Yield ways to damage a file of so many bytes; None is a file that is gone."""
    yield "gone", lambda data: None
    cuts = range(0, size, max(1, size // 40)) if FULL else {0, size // 2, size - 1} - {size, -1}
    for length in sorted(cuts):
        yield f"cut at {length}", lambda data, length=length: data[:length]  # type: ignore[misc]
    places = range(0, size, max(1, size // 40)) if FULL else {0, size // 3, size - 1} if size else {}
    for place in sorted(places):
        yield f"byte {place} flipped", lambda data, place=place: flipped(data, place)  # type: ignore[misc]
    if size:
        yield "zeros", lambda data: bytes(len(data))
        yield "longer", lambda data: data + b"\0\xff{"


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0x20]) + data[place + 1 :]


def files_of(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def put(path: Path, data: bytes | None) -> None:
    """Give a file another content under its name alone, whatever else the content is linked to."""
    path.unlink(missing_ok=True)
    if data is not None:
        path.write_bytes(data)
        path.chmod(0o600)


@pytest.fixture
def say(
    three: Box, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Carry out a command line in this process, which is quicker by far."""
    monkeypatch.chdir(three.work)
    for name in ("SAMERUN_STORE", "XDG_STATE_HOME", "COLUMNS"):
        monkeypatch.setenv(name, three.environment[name])

    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        status = main(list(arguments))
        seen = capfd.readouterr()
        return status, seen.out, seen.err

    return call


def test_every_damage_to_every_file_is_told_and_goes_no_further(
    three: Box, say: Callable[..., tuple[int, str, str]]
) -> None:
    damaged, whole, _ = [row["id"] for row in three.rows()]
    folder = three.folder(damaged)
    count = 0
    for path in files_of(folder):
        content = path.read_bytes()
        for name, damage in damages(len(content)):
            case, changed = (str(path.relative_to(folder)), name), damage(content)
            if changed == content:
                continue
            put(path, changed)
            status, out, err = say("show", damaged, "--json")
            assert status in (0, 2), (case, err)
            told = "".join(json.loads(out)["problems"]) if status == 0 else err
            assert path.name in told, (case, out, err)
            status, out, err = say("ls", "--json")
            rows = {row["id"]: row for row in json.loads(out)["runs"]}
            assert (status, rows[whole]["status"], rows[whole]["problems"], len(rows)) == (0, "finished", [], 3), case
            for command in (["diff", whole, damaged], ["diff", damaged, whole, "--json"]):
                status, out, err = say(*command)
                assert status in (0, 1, 2), (case, command, err)
                assert status != 2 or err.startswith("samerun: "), case
            count += 1
            put(path, content)
    assert count > 100
    assert say("diff", whole, damaged)[0] == 0, "all is whole again"
    assert not (Path(os.environ["XDG_STATE_HOME"]) / "samerun").exists(), "no fault of samerun was met"


def test_a_damaged_record_takes_no_replay_along(three: Box) -> None:
    damaged, whole, _ = [row["id"] for row in three.rows()]
    folder = three.folder(damaged)
    names = (
        "run.json",
        "inputs.json",
        "code/files.json",
        "environment/environment.json",
        "results/w.npy",
        "logs/metrics.jsonl",
    )
    for path in [folder / name for name in names]:
        content = path.read_bytes()
        cut = content[: len(content) // 2]
        for damage in (None, cut, flipped(content, len(content) // 3)) if FULL else (cut,):
            put(path, damage)
            done = three.samerun("replay", damaged)
            assert done.returncode in (0, 1, 2), (path, done.stderr)
            assert "Traceback" not in done.stderr
            assert done.returncode != 0 or path.name != "run.json" or damage == content
            put(path, content)
    assert three.samerun("replay", whole).returncode == 0


@pytest.mark.parametrize("damage", ["gone", "cut", "flipped"])
def test_a_damaged_content_of_the_store_is_never_given_to_a_program(damage: str, three: Box) -> None:
    """The data file has changed since, so the copy in the store is what a replay needs."""
    content = (three.work / "data.csv").read_bytes()
    three.write("data.csv", "5,6\n")
    assert three.samerun("replay", "last").returncode == 0
    for path in files_of(three.store / ".samerun" / "objects"):
        if path.read_bytes() == content:
            put(path, {"gone": None, "cut": content[:3], "flipped": flipped(content, 2)}[damage])
    done = three.samerun("replay", "last")
    assert done.returncode == 2, done.stdout
    assert "data.csv" in done.stderr
    assert len([line for line in done.stderr.splitlines() if line.startswith("samerun: ")]) == 1
    three.write("data.csv", content)
    assert three.samerun("replay", "last").returncode == 0, "the user's own file has the content still"


def test_a_replay_interrupted_by_a_lost_store_is_a_sentence(three: Box) -> None:
    three.write("data.csv", "5,6\n")
    for path in files_of(three.store / ".samerun" / "objects"):
        path.unlink()
    done = three.samerun("replay", "last")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


SHARED: dict[str, Any] = {"key": b"", "index.sqlite": b"no database", "hashes": b"\0\0"}


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.parametrize("gone", [True, False])
def test_what_the_runs_share_can_be_lost(name: str, gone: bool, three: Box) -> None:
    put_if_there(three.store / ".samerun" / name, None if gone else SHARED[name])
    assert [row["status"] for row in three.rows()] == ["finished"] * 3
    assert three.samerun("show", "last").returncode == 0
    assert three.samerun("replay", "last").returncode == 0
    assert three.record("train.py").returncode == 0
    assert three.rows()[0]["problems"] == []


def put_if_there(path: Path, data: bytes | None) -> None:
    if path.exists():
        put(path, data)
