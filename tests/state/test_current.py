from __future__ import annotations

import dataclasses
import multiprocessing
import os
from collections.abc import Iterator

import pytest

from samerun.state.current import Current, current, put_back, set_current


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = put_back(Current())
    yield
    put_back(before)


def test_nothing_is_set_at_first() -> None:
    assert current() == Current(seed=None, rank=None, worker=None, epoch=None)


def test_what_is_not_named_stays() -> None:
    set_current(seed=7, rank=1)
    set_current(worker=2, epoch=3)
    assert current() == Current(7, 1, 2, 3)


def test_none_is_a_value_of_its_own() -> None:
    set_current(seed=7, epoch=3)
    set_current(epoch=None)
    assert current() == Current(seed=7)


def test_the_value_before_is_returned_and_can_be_put_back() -> None:
    set_current(seed=7)
    before = set_current(seed=8, worker=0)
    assert before == Current(seed=7)
    assert put_back(before) == Current(seed=8, worker=0)
    assert current() == before


def test_it_cannot_be_changed_in_place() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        current().seed = 3  # type: ignore[misc]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*")
def test_a_forked_child_begins_with_its_parents_and_changes_only_its_own() -> None:
    set_current(seed=7, rank=1)
    read, write = os.pipe()
    child = os.fork()
    if not child:
        set_current(worker=4)
        os.write(write, repr(current()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read().decode() == repr(Current(7, 1, 4, None))
    assert current() == Current(7, 1)


def seed_here() -> int | None:
    return current().seed


def test_a_spawned_child_begins_with_nothing() -> None:
    set_current(seed=7)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(current) == Current()
