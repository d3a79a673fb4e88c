from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from samerun.errors import BadOption
from samerun.state.checkpoint.naming import Name, name_for, parse_name, whole

NUMBER = st.none() | st.integers(0, 10**12)


@given(NUMBER, NUMBER)
def test_a_name_is_read_back(epoch: int | None, step: int | None) -> None:
    if epoch is not None or step is not None:
        name = Name(epoch, step)
        assert parse_name(str(name)) == parse_name(f"{name}.pt") == parse_name(f"{name}-0123abcd") == name


@pytest.mark.parametrize(
    "text",
    ["", "last", "best", "epoch_1", "epoch_0005", "epoch_005_", "_step_000001", "epoch_005step_000001", "epoch_00x"],
)
def test_anything_else_is_no_name(text: str) -> None:
    assert parse_name(text) is None


def test_the_order_is_numeric_and_an_epochs_end_comes_last() -> None:
    texts = ["step_000009", "epoch_999_step_000002", "epoch_999_step_1000000", "epoch_999", "epoch_1000"]
    names = [parse_name(text) for text in texts]
    assert sorted((n for n in reversed(names) if n), key=lambda name: name.order) == names


def test_names_for_saves() -> None:
    assert str(name_for(5, None, False)) == "epoch_005"
    assert str(name_for(5, 120, False)) == "epoch_005"
    assert str(name_for(5, 120, True)) == "epoch_005_step_000120"
    assert str(name_for(None, 120, False)) == "step_000120"
    for arguments in ((None, None, False), (5, None, True)):
        with pytest.raises(BadOption):
            name_for(*arguments)


@pytest.mark.parametrize("value", [np.int64(3), torch.tensor(3), 3])
def test_whole_numbers_of_any_kind(value: Any) -> None:
    assert whole(value, "step") == 3


@pytest.mark.parametrize("value", [-1, 1.0, True, "3", torch.tensor([1, 2]), 10**19])
def test_what_is_none_is_one_sentence(value: Any) -> None:
    with pytest.raises(BadOption, match="step="):
        whole(value, "step")
