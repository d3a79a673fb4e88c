"""Following contents through runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from samerun.record.lineage import Role, RunNode, Use
from samerun.store.tracing import trace


class World:
    """Runs made of ``{"read": "a b", "wrote": "c"}``; each takes a second, one after the other."""

    def __init__(self, **runs: dict[str, str]) -> None:
        self.nodes = {
            name: RunNode(name, name, "finished", float(number), 0.5, run.get("parent"), f"/{name}")
            for number, (name, run) in enumerate(runs.items())
        }
        roles: tuple[Role, ...] = ("read", "wrote", "locked")
        self.all = [
            Use(name, role, content, content, 0 if content == "empty" else 1, content.endswith(".py"))
            for name, run in runs.items()
            for role in roles
            for content in run.get(role, "").split()
        ]

    def uses_of(self, hashes: Iterable[str], roles: Sequence[Role]) -> list[Use]:
        wanted = set(hashes)
        return [use for use in self.all if use.hash in wanted and use.role in roles]

    def uses_by(self, runs: Iterable[str], roles: Sequence[Role]) -> list[Use]:
        wanted = set(runs)
        return [use for use in self.all if use.run in wanted and use.role in roles]

    def runs(self, ids: Iterable[str]) -> dict[str, RunNode]:
        return {name: self.nodes[name] for name in set(ids) if name in self.nodes}


def steps(world: World, start: str, back: bool, **more: object) -> list[str]:
    uses, runs, cut = trace(world, start.split(), back, **more)  # type: ignore[arg-type]
    assert {use.run for use in uses} <= set(runs)
    assert not cut
    return [f"{use.run} {use.role} {use.hash}" for use in uses]


PIPELINE = World(
    clean={"read": "raw clean.py", "wrote": "table"},
    train={"read": "table train.py", "locked": "extra", "wrote": "model"},
    score={"read": "model", "wrote": "scores"},
    other={"read": "raw", "wrote": "unrelated"},
)


def test_forwards() -> None:
    assert steps(PIPELINE, "table", False) == [
        "train read table", "train wrote model", "score read model", "score wrote scores",
    ]  # fmt: skip
    assert "other wrote unrelated" in steps(PIPELINE, "raw", False)


def test_backwards_code_leads_no_further_and_what_was_locked_does() -> None:
    assert steps(PIPELINE, "scores", True) == [
        "score wrote scores", "score read model", "train wrote model", "train read table", "train locked extra",
        "clean wrote table", "clean read raw",
    ]  # fmt: skip


def test_from_a_run() -> None:
    assert steps(PIPELINE, "", True, first=["train"]) == [
        "train read table", "train locked extra", "clean wrote table", "clean read raw",
    ]  # fmt: skip
    assert steps(PIPELINE, "", False, first=["score"]) == ["score wrote scores"]


def test_what_came_later_cannot_have_been_read() -> None:
    world = World(early={"read": "x", "wrote": "out"}, late={"read": "y", "wrote": "x"})
    assert steps(world, "out", True) == ["early wrote out", "early read x"]
    assert steps(world, "y", False) == ["late read y", "late wrote x"]


def test_empty_files_are_no_content() -> None:
    world = World(one={"wrote": "empty"}, two={"read": "empty", "wrote": "b"})
    assert steps(world, "empty", False) == []
    assert steps(world, "b", True) == ["two wrote b"]


def test_a_circle_ends() -> None:
    world = World(one={"read": "a", "wrote": "b"}, two={"read": "b", "wrote": "a"})
    assert len(steps(world, "a", False)) == 4
    assert len(steps(world, "a", True)) == 4


@pytest.mark.parametrize("back", [True, False])
def test_a_replay_doubles_nothing_unless_its_original_is_gone(back: bool) -> None:
    run = {"read": "a", "wrote": "b"}
    start = "b" if back else "a"
    assert len(steps(World(one=run, again={**run, "parent": "one"}), start, back)) == 2
    assert len(steps(World(again={**run, "parent": "one"}), start, back)) == 2


def test_very_much_is_cut_and_said() -> None:
    world = World(**{f"r{number}": {"read": f"c{number}", "wrote": f"c{number + 1}"} for number in range(50)})
    uses, _, cut = trace(world, ["c0"], False, most=10)
    assert (len(uses), cut) == (10, True)
    assert len(steps(world, "c0", False)) == 100
