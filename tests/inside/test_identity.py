"""Labels: unique within a run, safe as file names, the same in a replay."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.inside import identity


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_process", identity._Process("main", ""))


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, ""),
        ({"RANK": "3", "LOCAL_RANK": "1"}, "3"),
        ({"OMPI_COMM_WORLD_RANK": "7"}, "7"),
        ({"SLURM_PROCID": "0", "RANK": "2"}, "2"),
        ({"LOCAL_RANK": "1"}, "1"),
    ],
)
def test_the_rank_is_the_widest_numbering(variables: dict[str, str], expected: str) -> None:
    assert identity.rank_in(variables) == expected


def test_equal_names_are_numbered() -> None:
    assert [identity.named("worker") for _ in range(3)] == ["main/worker", "main/worker#2", "main/worker#3"]


def test_programs_are_numbered_by_name_so_that_a_git_more_moves_no_python() -> None:
    started = ["/usr/bin/git", "/opt/x/bin/python3.11", "git", "/usr/bin/python"]
    assert [identity.program(name) for name in started] == ["main/s-git-1", "main/s1", "main/s-git-2", "main/s2"]


def test_helpers_take_no_number_from_children() -> None:
    assert identity.helper("resource_tracker") == "main/+resource_tracker"
    assert identity.program("python") == "main/s1"


@pytest.mark.parametrize("name", ["s1", "f2", "x", "s-git-1", "s", "+forkserver"])
def test_a_name_cannot_pass_for_another_kind_of_child(name: str) -> None:
    label = identity.named(name)
    identity._process = identity._Process(label, "")
    assert label != "main/" + name
    assert identity.is_worker()


@pytest.mark.parametrize(
    ("label", "worker"),
    [
        ("main", False),
        ("main@3", False),
        ("main/s1@0", False),
        ("main/s-sh-1~2", False),
        ("main/x", False),
        ("main/s1/x~2", False),
        ("main/f1", True),
        ("main/SpawnPoolWorker-1", True),
        ("main/xavier", True),
        ("main/s1/f3", True),
    ],
)
def test_workers_are_told_from_programs(label: str, worker: bool) -> None:
    identity._process = identity._Process(label, "")
    assert identity.is_worker() is worker


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text(max_size=300), min_size=2, max_size=5, unique=True))
def test_any_names_give_different_labels_that_are_safe_as_files(names: list[str]) -> None:
    identity._process = identity._Process("main", "")
    labels = [identity.named(name) for name in names]
    assert len(set(labels)) == len(labels)
    assert all(set(label) <= set(string.ascii_letters + string.digits + "_.:-/#") for label in labels)
    assert all(label.count("/") == 1 for label in labels)


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 60))
def test_a_deep_family_keeps_labels_short_and_different(depth: int) -> None:
    identity._process = identity._Process("main", "")
    seen = set()
    for generation in range(depth):
        identity._process = identity._Process(identity.named("SpawnPoolWorker-%d" % generation), "")
        seen.add(identity.label())
    assert len(seen) == depth
    assert max(map(len, seen)) <= 200
