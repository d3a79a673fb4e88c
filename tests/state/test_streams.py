from __future__ import annotations

import copy
import pickle
import random
import statistics
import time
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from numpy.random.bit_generator import ISeedSequence
from torch.utils.data import DataLoader, Dataset

from samerun.errors import BadSeed
from samerun.state import stream as public
from samerun.state.current import Current, put_back, set_current
from samerun.state.streams import Key, derive_seed, stream, torch_stream


@pytest.fixture(autouse=True)
def _seeded() -> Iterator[None]:
    before = put_back(Current(seed=42))
    yield
    put_back(before)


def test_the_same_name_gives_the_same_numbers_and_another_one_others() -> None:
    assert np.array_equal(stream("augment", sample=3).random(5), stream("augment", sample=3).random(5))
    ways = [{}, {"sample": 3}, {"sample": "3"}, {"epoch": 3}, {"rank": 3}, {"worker": 3}, {"seed": 3}]
    firsts = {stream(purpose, **way).random() for way in ways for purpose in ("augment", "noise")}  # type: ignore[arg-type]
    assert len(firsts) == 14


def test_the_bits_are_those_of_every_release() -> None:
    assert stream("augment", sample=3).bit_generator.random_raw() == 5455490152010950496
    assert int(torch.randint(0, 2**31 - 1, (), generator=torch_stream("augment", sample=3))) == 947490555


def test_it_is_philox_under_the_hash_as_its_key() -> None:
    key = derive_seed(42, sample=3, purpose="augment", bits=128)
    assert stream("augment", sample=3).random() == np.random.Generator(np.random.Philox(key=key)).random()


def hidden() -> tuple[object, str, list[int]]:
    return random.getstate(), repr(np.random.get_state()), torch.get_rng_state().tolist()


def test_nothing_is_drawn_from_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(bits: int) -> int:
        raise AssertionError(f"{bits} bits were asked of the operating system")

    monkeypatch.setattr("numpy.random.bit_generator.randbits", refuse)
    before = hidden()
    stream("augment").random()
    torch_stream("augment")
    assert hidden() == before


def test_the_seed_of_the_process_is_taken_where_none_is_given() -> None:
    assert stream("a").random() == stream("a", seed=42).random()
    set_current(seed=43)
    assert stream("a").random() == stream("a", seed=43).random()
    set_current(seed=None)
    for make in (stream, torch_stream):
        with pytest.raises(BadSeed, match="seed_everything"):
            make("a")


def test_the_loaders_epoch_is_taken_where_none_is_given() -> None:
    plain = stream("a").random()
    set_current(epoch=1)
    assert stream("a").random() == stream("a", epoch=1).random() != plain


def test_rank_and_worker_count_only_where_they_are_given() -> None:
    plain = stream("a", sample=1).random(), torch.rand(1, generator=torch_stream("a", sample=1))
    set_current(rank=3, worker=2)
    assert plain == (stream("a", sample=1).random(), torch.rand(1, generator=torch_stream("a", sample=1)))


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"seed": 1.5}, {"sample": 0.5}, {"epoch": -1}, {"rank": True}])
def test_wrong_names_are_refused(wrong: dict[str, object]) -> None:
    for make in (stream, torch_stream):
        with pytest.raises(BadSeed):
            make("a", **wrong)  # type: ignore[arg-type]


class Noisy(Dataset[float]):  # type: ignore[misc]
    """Draws for each sample from a stream of its own."""

    def __len__(self) -> int:
        return 12

    def __getitem__(self, index: int) -> float:
        return float(stream("augment", sample=index, seed=42).random())


def augmented(workers: int, batch: int, order: list[int]) -> dict[int, float]:
    loader = DataLoader(Noisy(), batch_size=batch, num_workers=workers, sampler=order)
    return dict(zip(order, torch.cat(list(loader)).tolist(), strict=True))


def test_a_samples_numbers_depend_on_no_worker_batch_order_or_resume() -> None:
    plain = augmented(0, 1, list(range(12)))
    assert len(set(plain.values())) == 12
    assert augmented(2, 5, list(reversed(range(12)))) == plain
    assert augmented(1, 3, [7, 8, 9]) == {number: plain[number] for number in (7, 8, 9)}


def test_a_stream_is_pickled_copied_and_spawned() -> None:
    made = stream("a")
    made.random(3)
    for twin in (pickle.loads(pickle.dumps(made)), copy.deepcopy(made)):
        assert twin.random() == copy.deepcopy(made).random()
    one, other = stream("a").spawn(2)
    again = stream("a")
    assert [child.random() for child in again.spawn(2)] == [one.random(), other.random()]
    assert again.spawn(1)[0].random() == stream("a").spawn(3)[2].random()


def test_a_key_is_good_for_other_bit_generators_too() -> None:
    assert isinstance(Key(bytes(16)), ISeedSequence)
    words = Key(bytes(range(16))).generate_state(624)
    assert words.dtype == np.uint32
    assert len(np.unique(words)) > 600
    assert np.random.MT19937(Key(bytes(16))).random_raw() != np.random.MT19937(Key(bytes([1] * 16))).random_raw()  # type: ignore[arg-type]


def test_torchs_streams_use_more_than_32_bits() -> None:
    same = [torch.rand(3, generator=torch.Generator().manual_seed(seed)) for seed in (0, 2**32)]
    assert torch.equal(*same)  # what torch does with a seed of its own
    ours = [torch.rand(3, generator=torch_stream("a", seed=seed)) for seed in (0, 2**32)]
    assert not torch.equal(*ours)


def test_a_torch_stream_is_an_ordinary_generator() -> None:
    made = torch_stream("a", sample=1)
    assert made.initial_seed() == torch_stream("a", sample=1).initial_seed() != torch_stream("a").initial_seed()
    numbers = torch.rand(20_000, generator=made)
    assert abs(float(numbers.mean()) - 0.5) < 0.01
    assert torch.equal(torch.randn(9, generator=torch_stream("b")), torch.randn(9, generator=torch_stream("b")))


def test_neighbouring_streams_are_not_alike() -> None:
    rows = np.stack([stream("a", sample=number).random(200) for number in range(50)])
    assert np.abs(np.corrcoef(rows) - np.eye(50)).max() < 0.4


def test_it_costs_the_same_for_each_sample() -> None:
    def microseconds(sample: int) -> float:
        start = time.perf_counter()
        for _ in range(100):
            stream("a", sample=sample)
        return (time.perf_counter() - start) * 1e4

    near, far = zip(*((microseconds(0), microseconds(2**60)) for _ in range(15)), strict=True)
    assert statistics.median(far) < 2 * statistics.median(near)
    assert statistics.median(near) < 100


def test_it_is_the_public_one() -> None:
    assert public is stream
