from __future__ import annotations

import pytest
import torch

from samerun.state.loading.torch_words import set_words

KEY = bytes(range(16))


def draws(key: bytes) -> list[float]:
    generator = torch.Generator()
    torch.randn(1, generator=generator)  # a second normal number waits: it must not come through
    set_words(generator, key)
    uniform = torch.rand(700, generator=generator).tolist()
    return [*uniform, *torch.randn(3, generator=generator).tolist()]


def test_a_key_is_a_stream() -> None:
    assert draws(KEY) == draws(KEY)
    assert len(set(draws(KEY)[:700])) > 690


def test_every_byte_of_the_key_counts() -> None:
    keys = [KEY, *(KEY[:place] + bytes([KEY[place] ^ 1]) + KEY[place + 1 :] for place in range(16))]
    assert len({draws(key)[0] for key in keys}) == 17


def test_the_numbers_are_even() -> None:
    generator = torch.Generator()
    means = []
    for number in range(2000):
        set_words(generator, number.to_bytes(16, "little"))
        means.append(float(torch.rand((), generator=generator)))
    assert abs(sum(means) / 2000 - 0.5) < 0.03


def test_the_initial_seed_is_of_the_key() -> None:
    generator = torch.Generator()
    set_words(generator, KEY)
    assert generator.initial_seed() == int.from_bytes(KEY[:8], "little")


def test_a_state_of_another_layout_gets_a_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samerun.state.loading.torch_words._scratch.fits", False)
    generator = torch.Generator()
    set_words(generator, b"\xff" * 16)
    assert generator.initial_seed() == 2**64 - 1
