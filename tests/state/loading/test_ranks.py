from __future__ import annotations

import numpy as np
import pytest

from samerun.errors import BadOption
from samerun.state.loading.ranks import rank_and_world


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE"):
        monkeypatch.delenv(name, raising=False)


def test_given_alone_and_by_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rank_and_world(None, None) == (0, 1)
    monkeypatch.setenv("RANK", "2")
    assert rank_and_world(None, None) == (0, 1)  # one of the two alone says nothing
    monkeypatch.setenv("WORLD_SIZE", "4")
    assert rank_and_world(None, None) == (2, 4)
    assert rank_and_world(1, 3) == (1, 3)


def test_torch_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setenv("WORLD_SIZE", "1")
    monkeypatch.setattr("torch.distributed.is_initialized", lambda: True)
    monkeypatch.setattr("torch.distributed.get_rank", lambda: 5)
    monkeypatch.setattr("torch.distributed.get_world_size", lambda: 8)
    assert rank_and_world(None, None) == (5, 8)


@pytest.mark.parametrize(("rank", "world"), [(None, 2), (0, None), (2, 2), (-1, 2), (0, 0)])
def test_what_does_not_fit_is_refused(rank: int | None, world: int | None) -> None:
    with pytest.raises(BadOption):
        rank_and_world(rank, world)


def test_whole_numbers_of_numpys_become_pythons_and_others_are_refused() -> None:
    found = rank_and_world(np.int64(1), np.int64(2))  # type: ignore[arg-type]
    assert found == (1, 2)
    assert [type(each) for each in found] == [int, int]
    for given in (1.0, "1"):
        with pytest.raises(BadOption):
            rank_and_world(given, 2)  # type: ignore[arg-type]


def test_variables_that_are_no_numbers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "first")
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(BadOption, match="'first' and '2'"):
        rank_and_world(None, None)
