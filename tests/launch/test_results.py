"""Which files a run left, and where their copies lie."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from samerun.basics.hashing import StatCache, hash_bytes
from samerun.basics.redaction import Redactor
from samerun.launch.ground import Ground
from samerun.launch.keeping import Keeper
from samerun.launch.results import Results, place_of
from samerun.launch.tree import TreeReader
from samerun.record.missing import Missing, NotCaptured
from samerun.record.output import Output
from samerun.store.layout import RunFolder
from samerun.store.objects import Objects

Gather = Callable[..., list[Output]]


@pytest.mark.parametrize(
    ("name", "kind", "place"),
    [
        ("a.csv", "csv", "results/a.csv"),
        ("results/a.csv", "csv", "results/a.csv"),
        ("out/model.pt", "torch-checkpoint", "checkpoints/out/model.pt"),
        ("checkpoints/best.PT", "torch-checkpoint", "checkpoints/best.PT"),
        ("/data/x.csv", "csv", "results/outside/data/x.csv"),
        ("runs/events.out", "tensorboard", "logs/tensorboard/runs/events.out"),
    ],
)
def test_where_a_copy_lies(name: str, kind: str, place: str) -> None:
    assert place_of(name, kind) == place


class World:
    """A project before and after a run."""

    def __init__(self, top: Path) -> None:
        self.project = top / "project"
        self.project.mkdir()
        self.folder = RunFolder(top / "run").create()
        self.objects = Objects(top / "objects")
        self.redactor = Redactor(["hunter2hunter2"], key=b"k" * 32)
        self.reader = TreeReader(self.project, set(), self.objects, self.redactor, StatCache(top / "cache"))
        self.not_captured: list[NotCaptured] = []

    def run(self, program: Callable[[], None], *written: str) -> list[Output]:
        """Let a program do its work and gather what it left; ``written`` are names that were seen being written."""
        before = self.reader.read()
        started = time.time_ns()
        time.sleep(0.02)
        program()
        keeper = Keeper(self.objects, self.redactor)
        results = Results(Ground(self.project, self.project), before, self.folder, self.objects, keeper)
        found = results.gather([str(self.project / name) for name in written], self.reader.look_again(), started)
        self.not_captured = results.not_captured
        return found


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_new_and_changed_files_are_outputs_though_nobody_saw_them(world: World) -> None:
    (world.project / "same.txt").write_text("s")
    (world.project / "grown.txt").write_text("g")

    def program() -> None:
        (world.project / "grown.txt").write_text("grown")
        (world.project / "new").mkdir()
        (world.project / "new" / "m.json").write_text("{}")

    found = world.run(program)
    assert [(output.path, output.kept) for output in found] == [
        ("grown.txt", "results/grown.txt"),
        ("new/m.json", "results/new/m.json"),
    ]
    assert found[1].hash == hash_bytes(b"{}")
    assert (world.folder.path / "results" / "new" / "m.json").read_text() == "{}"


def test_what_was_written_and_is_gone_is_none(world: World) -> None:
    assert world.run(lambda: None, "gone.txt") == []


def test_a_file_written_with_the_same_bytes_counts_where_it_was_seen(world: World) -> None:
    (world.project / "m.json").write_text("{}")
    facts = (world.project / "m.json").stat()

    def program() -> None:
        os.utime(world.project / "m.json", ns=(facts.st_atime_ns, facts.st_mtime_ns))

    assert [output.path for output in world.run(program, "m.json")] == ["m.json"]


def test_code_that_somebody_edited_meanwhile_is_told_and_no_output(world: World) -> None:
    (world.project / "a.py").write_text("1")
    assert world.run(lambda: (world.project / "a.py").write_text("2") and None) == []  # type: ignore[func-returns-value]
    assert [each.what for each in world.not_captured] == ["a.py"]


def test_links_caches_and_pipes(world: World) -> None:
    def program() -> None:
        (world.project / "latest").symlink_to("a.txt")
        (world.project / "a.txt").write_text("a")
        (world.project / ".cache").mkdir()
        (world.project / ".cache" / "x").touch()
        (world.project / "x.pyc").touch()
        os.mkfifo(world.project / "pipe")

    found = {output.path: output for output in world.run(program)}
    assert set(found) == {"latest", "a.txt"}
    assert found["latest"].kind == "link"


def test_a_secret_is_not_copied(world: World) -> None:
    (output,) = world.run(lambda: (world.project / "a.txt").write_text("hunter2hunter2") and None)  # type: ignore[func-returns-value]
    assert isinstance(output.kept, Missing)
    assert "secret" in output.kept.why
    assert not list(world.objects.all())


def test_two_names_for_one_place(world: World) -> None:
    def program() -> None:
        (world.project / "results").mkdir()
        (world.project / "results" / "m.json").write_text("1")
        (world.project / "m.json").write_text("2")

    found = {output.path: output.kept for output in world.run(program)}
    assert set(found) == {"m.json", "results/m.json"}
    contents = {name: (world.folder.path / str(kept)).read_text() for name, kept in found.items()}
    assert contents == {"m.json": "2", "results/m.json": "1"}
