from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.errors import CannotRestore, Fault
from samerun.state.generators import mersenne


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 2**32 - 1), min_size=624, max_size=624))
def test_words_come_back_as_they_were_packed(words: list[int]) -> None:
    packed = mersenne.pack(tuple(words))
    assert len(packed) == mersenne.STATE_BYTES
    assert mersenne.unpack(packed) == tuple(words)


def test_every_bit_of_a_key_of_any_size_counts() -> None:
    assert len({mersenne.words_of(1 << bit) for bit in range(512)}) == 512


def test_the_words_are_the_references() -> None:
    assert mersenne.words_of(7 << 32 | 5) == tuple(np.random.RandomState([5, 7]).get_state()[1].tolist())  # type: ignore[index]


def test_a_state_for_torch_gives_what_python_gives_of_the_same_key() -> None:
    generator = torch.Generator()
    mersenne.put_bytes(generator, mersenne.cpu_state(2**300 + 1, initial_seed=2**64 - 1))
    assert generator.initial_seed() == 2**64 - 1
    source = random.Random(2**300 + 1)
    expected = [source.getrandbits(32) % 1000 for _ in range(2000)]  # over several twists of 624 words
    assert torch.randint(0, 1000, (2000,), generator=generator).tolist() == expected


def test_a_state_is_read_and_set_as_torch_does_it() -> None:
    generator = torch.Generator().manual_seed(3)
    torch.randn(5, generator=generator)
    data = mersenne.get_bytes(generator)
    assert data == bytes(generator.get_state().tolist())
    ahead = torch.randn(5, generator=generator)
    mersenne.put_bytes(generator, data)
    assert torch.equal(torch.randn(5, generator=generator), ahead)


def test_no_default_device_and_no_mode_steps_in() -> None:
    data = mersenne.get_bytes(torch.default_generator)
    with torch.device("meta"):
        assert mersenne.get_bytes(torch.default_generator) == data
        mersenne.put_bytes(torch.default_generator, data)
        assert len(mersenne.cpu_state(1, 1)) == len(data)


@pytest.mark.parametrize("data", [b"", bytes(16), bytes(5055), bytes(5057), bytes(5056), b"\xff" * 5056])
def test_what_torch_refuses_changes_nothing(data: bytes) -> None:
    generator = torch.Generator().manual_seed(3)
    before = mersenne.get_bytes(generator)
    with pytest.raises(CannotRestore):
        mersenne.put_bytes(generator, data)
    assert mersenne.get_bytes(generator) == before


def test_an_unknown_layout_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mersenne, "get_bytes", lambda generator: bytes(5048))
    with pytest.raises(Fault, match="does not know"):
        mersenne.cpu_state(1, 1)


@pytest.mark.parametrize("position", [-1, 625, 2**40, 1.0, True, None, "1"])
def test_a_position_outside_is_refused(position: Any) -> None:
    with pytest.raises(CannotRestore, match="position"):
        mersenne.check_position(position, "a generator")


@pytest.mark.parametrize("position", [0, 1, 624])
def test_a_position_inside_is_taken(position: int) -> None:
    mersenne.check_position(position, "a generator")
