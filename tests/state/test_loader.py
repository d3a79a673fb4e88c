from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, Subset, WeightedRandomSampler

from samerun.errors import BadOption, BadSeed, CannotRestore
from samerun.state.current import current, put_back, set_current
from samerun.state.loader import Loader, make_loader
from samerun.state.sampler import EpochSampler, permutation
from samerun.state.streams import stream
from tests.state.loading.datasets import Keeping, Noisy, Plain, ShardedStream, Stream, indices, plain, taken

# Where there are fewer processors than workers torch says so; here it is meant.
pytestmark = pytest.mark.filterwarnings("ignore:This DataLoader will create", "ignore:'set_vital'")


def two_epochs(**options: Any) -> list[Plain]:
    loader = make_loader(Noisy(), batch_size=4, seed=3, **options)
    return [plain(loader), plain(loader)]


@pytest.fixture(scope="module")
def expected() -> list[Plain]:
    return two_epochs()


# ---------------------------------------------------------------------- workers, epochs, runs


def test_it_is_a_dataloader_with_each_sample_once(expected: list[Plain]) -> None:
    loader = make_loader(Noisy(), batch_size=4, seed=3)
    assert isinstance(loader, DataLoader)
    assert len(loader) == len(plain(loader)) == 6
    assert sorted(indices(expected[0])) == list(range(22))
    assert (loader.batch_size, loader.drop_last, loader.num_workers) == (4, False, 0)


def test_epochs_seeds_and_samples_differ(expected: list[Plain]) -> None:
    first, second = expected
    assert indices(first) != indices(second) != indices(plain(make_loader(Noisy(), batch_size=4, seed=4)))
    for column in (1, 2, 3):
        numbers = [number for epoch in expected for batch in epoch for number in batch[column]]
        assert len(set(numbers)) == 44


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_number_of_workers_does_not_matter(expected: list[Plain], workers: int) -> None:
    assert two_epochs(num_workers=workers) == expected


def test_neither_do_how_far_is_fetched_ahead_and_workers_that_stay(expected: list[Plain]) -> None:
    assert two_epochs(num_workers=2, persistent_workers=True, prefetch_factor=5) == expected


def test_spawned_and_forkserver_workers_do_the_same(tmp_path: Path) -> None:
    script = tmp_path / "spawning.py"
    script.write_text(
        "from samerun.state import make_loader\n"
        "from tests.state.loading.datasets import Noisy, plain\n"
        "if __name__ == '__main__':\n"
        "    started = [dict(num_workers=n, multiprocessing_context=c) for c, n in (('spawn', 2), ('forkserver', 1))]\n"
        "    for how in ({}, *started):\n"
        "        print(plain(make_loader(Noisy(), batch_size=8, seed=3, **how)))\n"
    )
    top = Path(__file__).parents[2]
    environment = {"PYTHONPATH": f"{top / 'src'}:{top}", "OMP_NUM_THREADS": "1", "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(set(done.stdout.splitlines())) == 1


def test_a_sample_has_the_same_numbers_in_any_batch() -> None:
    small = plain(make_loader(Noisy(), batch_size=3, seed=3))
    large = plain(make_loader(Noisy(), batch_size=7, seed=3))
    assert sorted(zip(*map(itertools.chain.from_iterable, zip(*small, strict=True)), strict=True)) == sorted(
        zip(*map(itertools.chain.from_iterable, zip(*large, strict=True)), strict=True)
    )


def test_reseeding_by_batch_is_the_same_for_any_worker_and_by_size_another() -> None:
    assert two_epochs(reseed="batch") == two_epochs(reseed="batch", num_workers=2)
    first = two_epochs(reseed="batch")[0][0]
    other = plain(make_loader(Noisy(), batch_size=5, seed=3, reseed="batch"))[0]
    assert (first[0], first[1][0]) == (other[0][:4], other[1][0])
    assert len(set(first[1])) == 4


def test_off_leaves_the_generators_to_the_training() -> None:
    torch.manual_seed(0)
    expected_numbers = [float(torch.rand((), dtype=torch.float64)) for _ in range(22)]
    torch.manual_seed(0)
    found = plain(make_loader(Noisy(), batch_size=4, seed=3, reseed="off"))
    assert [number for batch in found for number in batch[3]] == expected_numbers


# ---------------------------------------------------------------------- the traps


def test_the_trap_of_a_kept_generator_and_that_it_is_gone() -> None:
    trapped = DataLoader(Keeping(), batch_size=1, num_workers=2)
    bare = [plain(trapped), plain(trapped)]
    assert [batch[1] for batch in bare[0][::2]] == [batch[1] for batch in bare[0][1::2]]  # both workers alike
    assert bare[0] == bare[1]  # and each epoch again
    ours = make_loader(Keeping(), batch_size=1, seed=3, num_workers=2)
    numbers = [batch[1][0] for _ in range(2) for batch in plain(ours)]
    assert len(set(numbers)) == 44
    assert plain(make_loader(Keeping(), batch_size=1, seed=3)) == plain(make_loader(Keeping(), batch_size=1, seed=3))


def test_the_dataset_that_keeps_a_generator_gets_it_back() -> None:
    dataset = Keeping()
    before = dataset.rng.bit_generator.state
    plain(make_loader(dataset, batch_size=4, seed=3))
    assert dataset.rng.bit_generator.state == before


def states() -> tuple[Any, ...]:
    return random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # type: ignore[index]


@pytest.mark.parametrize("workers", [0, 2])
def test_nothing_is_drawn_from_the_training(workers: int) -> None:
    bare = DataLoader(Noisy(), batch_size=4)
    before = states()
    iter(bare)
    assert states() != before  # the trap: torch draws a seed for the workers, with or without any
    before, under = states(), current()
    loader = make_loader(Noisy(), batch_size=4, seed=3, num_workers=workers)
    for _ in loader:
        assert states() == before
        assert current() == under
    assert states() == before


def test_a_validation_loader_moves_no_mask() -> None:
    def masks(validate: bool) -> list[float]:
        torch.manual_seed(1)
        found = []
        for _ in make_loader(Noisy(), batch_size=8, seed=3):
            found.append(float(torch.nn.functional.dropout(torch.ones(100)).sum()))
            if validate:
                plain(make_loader(Noisy(), batch_size=8, seed=3, shuffle=False))
        return found

    assert masks(validate=True) == masks(validate=False)


def test_a_failing_sample_gives_the_generators_back() -> None:
    class Failing(Noisy):
        def __getitem__(self, index: int) -> Any:
            random.random()
            raise KeyError(index)

    before, under = states(), current()
    with pytest.raises(KeyError):
        next(iter(make_loader(Failing(), batch_size=4, seed=3)))
    assert (states(), current()) == (before, under)


def test_collation_draws_the_same_too() -> None:
    def mixing(samples: list[Any]) -> list[Any]:
        return [torch.tensor([random.random(), float(torch.rand(()))])]

    once = plain(make_loader(Noisy(), batch_size=4, seed=3, collate_fn=mixing))
    assert once == plain(make_loader(Noisy(), batch_size=4, seed=3, collate_fn=mixing, num_workers=2))
    assert len({batch[0][0] for batch in once}) == 6


class Streaming(Noisy):
    def __getitem__(self, index: int) -> Any:
        return index, float(stream("augment", sample=index).random())


def test_streams_know_the_seed_and_the_epoch() -> None:
    def numbers(**options: Any) -> list[dict[int, float]]:
        loader = make_loader(Streaming(), seed=5, **options)
        return [
            dict(zip(*map(itertools.chain.from_iterable, zip(*plain(loader), strict=True)), strict=True))
            for _ in range(2)
        ]

    once = numbers(batch_size=4)
    assert once == numbers(batch_size=5, num_workers=2, shuffle=False)
    assert once[0] != once[1]
    assert once[1][7] == stream("augment", sample=7, epoch=1, seed=5).random()


# ---------------------------------------------------------------------- epochs


def test_epochs_go_on_by_themselves_and_can_be_set(expected: list[Plain]) -> None:
    loader = make_loader(Noisy(), batch_size=4, seed=3)
    next(iter(loader))  # one that was left early counts: else the same first batches would come for ever
    assert plain(loader) == expected[1]
    loader.set_epoch(0)
    assert plain(loader) == expected[0]
    loader.sampler.set_epoch(1)  # as Lightning does
    assert plain(loader) == expected[1]
    assert loader.epoch == 2


def test_two_passes_side_by_side_are_two_epochs(expected: list[Plain]) -> None:
    loader = make_loader(Noisy(), batch_size=4, seed=3)
    pairs = [(plain([one])[0], plain([two])[0]) for one, two in zip(loader, loader, strict=True)]
    assert [[one for one, _ in pairs], [two for _, two in pairs]] == expected


@pytest.mark.parametrize("epoch", [-1, 1.5, "2", None])
def test_an_epoch_is_a_number(epoch: Any) -> None:
    with pytest.raises(BadOption, match="whole number from 0"):
        make_loader(Noisy(), seed=1).set_epoch(epoch)


# ---------------------------------------------------------------------- going on


@pytest.mark.parametrize(("before", "after"), [(0, 0), (0, 2), (2, 0), (2, 2)])
@pytest.mark.parametrize("done", [0, 1, 4, 6])
def test_a_pass_goes_on_where_it_was(expected: list[Plain], before: int, after: int, done: int) -> None:
    loader = make_loader(Noisy(), batch_size=4, seed=3, num_workers=before)
    loader.set_epoch(1)
    going = iter(loader)
    taken(going, done)
    state = json.loads(json.dumps(loader.state_dict()))
    assert (state["epoch"], state["batches"]) == (1, done)
    other = make_loader(Noisy(), batch_size=4, seed=3, num_workers=after)
    other.load_state_dict(state)
    assert other.state_dict() == state
    other.set_epoch(1)  # the program's own count, which says the same
    assert plain(other) == expected[1][done:]
    other.set_epoch(0)
    assert plain(other) == expected[0]


def test_after_the_loop_the_next_epoch_begins(expected: list[Plain]) -> None:
    loader = make_loader(Noisy(), batch_size=4, seed=3)
    plain(loader)
    state = loader.state_dict()
    assert (state["epoch"], state["batches"]) == (1, 0)
    other = make_loader(Noisy(), batch_size=4, seed=3)
    other.load_state_dict(state)
    assert plain(other) == expected[1]


def test_what_was_fetched_ahead_does_not_count_and_what_is_skipped_is_not_fetched(expected: list[Plain]) -> None:
    fetched: list[int] = []

    class Telling(Noisy):
        def __getitem__(self, index: int) -> Any:
            fetched.append(index)
            return super().__getitem__(index)

    loader = make_loader(Noisy(), batch_size=4, seed=3, num_workers=2, prefetch_factor=3)
    taken(iter(loader), 2)
    other = make_loader(Telling(), batch_size=4, seed=3)
    other.load_state_dict(loader.state_dict())
    assert plain(other) == expected[0][2:]
    assert fetched == indices(expected[0][2:])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 4}, "seed is 4 here and 3 in the state"),
        ({"batch_size": 5}, "batch_size is 5 here and 4 in the state"),
        ({"dataset": Noisy(21)}, "length is 21 here and 22 in the state"),
        ({"rank": 0, "world_size": 2}, "world_size is 2 here and 1 in the state"),
        ({"shuffle": False}, "shuffle is False here and True in the state"),
    ],
)
def test_a_state_of_something_else_is_refused(change: dict[str, Any], said: str) -> None:
    state = make_loader(Noisy(), batch_size=4, seed=3).state_dict()
    other = make_loader(**{"dataset": Noisy(), "batch_size": 4, "seed": 3, **change})
    untouched = other.state_dict()
    with pytest.raises(CannotRestore, match=said):
        other.load_state_dict(state)
    assert other.state_dict() == untouched


@pytest.mark.parametrize(
    "damage", [{"epoch": -1}, {"batches": "2"}, {"samples": 10**6}, {"schema": "x"}, {"epoch": None}, {"samples": True}]
)
def test_a_damaged_state_is_refused(damage: dict[str, Any]) -> None:
    loader = make_loader(Noisy(), batch_size=4, seed=3)
    with pytest.raises(CannotRestore):
        loader.load_state_dict({**loader.state_dict(), **damage})
    with pytest.raises(CannotRestore):
        loader.load_state_dict([])  # type: ignore[arg-type]


def test_other_ranks_and_batches_go_on_behind_the_last_sample() -> None:
    two = [make_loader(Noisy(40), batch_size=4, seed=3, rank=rank, world_size=2) for rank in range(2)]
    seen = [index for loader in two for index in indices(taken(iter(loader), 3))]
    state = two[1].state_dict()
    for rank in range(4):
        loader = make_loader(Noisy(40), batch_size=2, seed=3, rank=rank, world_size=4)
        loader.load_state_dict(state, allow=("batch_size", "world_size"))
        assert loader.state_dict()["batches"] == 3
        seen += indices(plain(loader))
    assert sorted(seen) == list(range(40))
    with pytest.raises(BadOption, match="seed cannot differ"):
        two[0].load_state_dict(state, allow=("seed",))


# ---------------------------------------------------------------------- orders of one's own


def test_weights_without_a_generator_disturb_nobody_and_go_on() -> None:
    sampler = WeightedRandomSampler([1.0] * 11 + [20.0] * 11, 30)
    before = states()
    loader = make_loader(Noisy(), batch_size=4, seed=3, sampler=sampler)
    first = [plain(loader), plain(loader)]
    assert states() == before
    assert indices(first[0]) != indices(first[1])
    torch.rand(7)
    workers = make_loader(Noisy(), batch_size=4, seed=3, sampler=sampler, num_workers=2)
    assert [plain(workers), plain(workers)] == first
    going = iter(loader)
    taken(going, 3)
    state = loader.state_dict()
    workers.load_state_dict(state)
    assert plain(workers) == plain(going)


def test_a_sample_that_comes_twice_gets_other_numbers() -> None:
    batches = plain(make_loader(Noisy(), batch_size=4, seed=3, sampler=[5, 5, 6, 5]))
    assert len(set(batches[0][1])) == 4
    assert batches[0][1][2] == plain(make_loader(Noisy(), batch_size=1, seed=3, sampler=[6]))[0][1][0]


def test_a_sampler_that_keeps_its_generator_begins_anew_in_each_epoch() -> None:
    generator = torch.Generator().manual_seed(7)
    before = generator.get_state()
    sampler = RandomSampler(Noisy(), generator=generator)
    loader = make_loader(Noisy(), seed=3, batch_sampler=BatchSampler(sampler, 5, drop_last=False))
    first = [plain(loader), plain(loader)]
    loader.set_epoch(0)
    assert [plain(loader), plain(loader)] == first
    assert torch.equal(generator.get_state(), before)
    assert (len(loader), loader.batch_size, len(first[0][0][0])) == (5, None, 5)


def test_a_distributed_sampler_is_told_the_epoch() -> None:
    sampler = torch.utils.data.DistributedSampler(Noisy(), num_replicas=1, rank=0)
    loader = make_loader(Noisy(), batch_size=4, seed=3, sampler=sampler)
    assert indices(plain(loader)) != indices(plain(loader))


def test_single_indices_subsets_and_a_length_of_none() -> None:
    singles = [item[0] for item in make_loader(Noisy(), batch_size=None, seed=3)]
    assert sorted(singles) == list(range(22))
    part = make_loader(Subset(Noisy(), range(5, 15)), batch_size=4, seed=3)
    assert sorted(indices(plain(part))) == list(range(5, 15))

    class Endless(Noisy):
        __len__ = None  # type: ignore[assignment]

    with pytest.raises(BadOption, match="Endless has no length"):
        make_loader(Endless(), seed=3)
    assert indices(plain(make_loader(Endless(), seed=3, batch_size=2, sampler=[4, 9]))) == [4, 9]


def test_small_and_empty_datasets() -> None:
    assert plain(make_loader([], batch_size=4, seed=3)) == []
    assert len(make_loader([], batch_size=4, seed=3)) == 0
    assert len(plain(make_loader(Noisy(3), batch_size=4, seed=3))) == 1
    assert len(make_loader(Noisy(22), batch_size=4, seed=3, drop_last=True)) == 5
    with pytest.warns(UserWarning, match="leaves no batch at all of 3 samples"):
        assert plain(make_loader(Noisy(3), batch_size=4, seed=3, drop_last=True)) == []


# ---------------------------------------------------------------------- ranks


@pytest.mark.parametrize(("world", "each"), [(2, 11), (4, 6), (30, 1)])
def test_ranks_share_one_order(world: int, each: int, expected: list[Plain]) -> None:
    ranks = [plain(make_loader(Noisy(), batch_size=4, seed=3, rank=rank, world_size=world)) for rank in range(world)]
    dealt = [indices(batches) for batches in ranks]
    assert {len(one) for one in dealt} == {each}
    merged = [index for together in zip(*dealt, strict=True) for index in together]
    assert merged[:22] == indices(expected[0])
    numbers = {batch[0][n]: batch[1][n] for one in ranks for batch in one for n in range(len(batch[0]))}
    alone = {batch[0][n]: batch[1][n] for batch in expected[0] for n in range(len(batch[0]))}
    assert numbers == alone


def test_dropping_leaves_all_ranks_alike() -> None:
    dealt = [
        indices(plain(make_loader(Noisy(), batch_size=4, seed=3, rank=rank, world_size=4, drop_last=True)))
        for rank in range(4)
    ]
    assert [len(one) for one in dealt] == [4] * 4
    assert len({index for one in dealt for index in one}) == 16


GLOO = """
import json, sys, torch.distributed as dist
from samerun.state import make_loader
from tests.state.loading.datasets import Noisy, plain
if __name__ == "__main__":
    dist.init_process_group("gloo", init_method="file://" + sys.argv[1], rank=int(sys.argv[2]), world_size=2)
    loader = make_loader(Noisy(), batch_size=4, seed=3, num_workers=2)
    print(json.dumps([loader.rank, loader.world_size, plain(loader)]))
    dist.destroy_process_group()
"""


def test_two_gloo_ranks(tmp_path: Path, expected: list[Plain]) -> None:
    script = tmp_path / "ranks.py"
    script.write_text(GLOO)
    top = Path(__file__).parents[2]
    environment = {"PYTHONPATH": f"{top / 'src'}:{top}", "OMP_NUM_THREADS": "1", "HOME": str(tmp_path)}
    command = [sys.executable, str(script), str(tmp_path / "meeting")]
    started = [subprocess.Popen([*command, str(rank)], stdout=-1, env=environment, cwd=tmp_path) for rank in range(2)]
    found = [json.loads(process.communicate(timeout=120)[0]) for process in started]
    assert [one[:2] for one in found] == [[0, 2], [1, 2]]
    assert sorted(indices(found[0][2]) + indices(found[1][2])) == list(range(22))
    assert [index for pair in zip(*(indices(one[2]) for one in found), strict=True) for index in pair] == indices(
        expected[0]
    )


# ---------------------------------------------------------------------- datasets without indices


@pytest.mark.parametrize(
    "options", [{}, {"num_workers": 1}, {"num_workers": 3}, {"num_workers": 2, "persistent_workers": True}]
)
def test_a_stream_is_the_same_for_any_worker_and_goes_on(options: dict[str, Any]) -> None:
    alone = make_loader(Stream(), batch_size=4, seed=3)
    first = [plain(alone), plain(alone)]
    assert indices(first[0]) == list(range(23))
    assert first[0] != first[1]
    loader = make_loader(Stream(), batch_size=4, seed=3, sharded_by="loader", **options)
    assert [plain(loader), plain(loader)] == first
    assert len(loader) == 6
    loader.set_epoch(0)
    going = iter(loader)
    taken(going, 2)
    state = loader.state_dict()
    loader.load_state_dict(state)
    assert plain(loader) == first[0][2:]


def test_a_stream_that_shards_itself_goes_on() -> None:
    loader = make_loader(ShardedStream(), batch_size=4, seed=3, num_workers=2, sharded_by="dataset")
    first = plain(loader)
    assert sorted(indices(first)) == list(range(23))
    assert len({number for batch in first for number in batch[1]}) == 23
    loader.set_epoch(0)
    taken(iter(loader), 3)
    state = loader.state_dict()
    loader.load_state_dict(state)
    assert plain(loader) == first[3:]
    with pytest.raises(CannotRestore, match="num_workers is 3 here and 2"):
        make_loader(ShardedStream(), batch_size=4, seed=3, num_workers=3, sharded_by="dataset").load_state_dict(state)


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"batch_size": 0}, "batch size of 0"),
        ({"batch_size": 2.5}, "batch size of 2.5"),
        ({"reseed": "always"}, "reseed is 'always'"),
        ({"generator": torch.Generator()}, "nothing would be drawn"),
        ({"sampler": [1], "shuffle": True}, "order of your own and shuffle=True"),
        ({"sampler": iter([1])}, "gone through only once"),
        ({"batch_sampler": [[1]], "drop_last": True}, "says itself what a batch is"),
        ({"batch_size": None, "drop_last": True}, "no last batch"),
        ({"num_workers": 2, "in_order": False}, "which worker is faster"),
        ({"sharded_by": "loader"}, "is for an IterableDataset"),
        ({"rank": 1}, "only one is given"),
        ({"rank": 2, "world_size": 2}, "no rank 2 among 2"),
        ({"dataset": Stream(), "num_workers": 2}, "nobody said who deals"),
        ({"dataset": Stream(), "shuffle": True}, "no indices to shuffle"),
    ],
)
def test_what_does_not_go_together_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(BadOption, match=said):
        make_loader(**{"dataset": Noisy(), "seed": 3, **options})


@pytest.mark.parametrize("seed", [-1, 2**64, 1.0, "1", True])
def test_a_bad_seed_is_refused(seed: Any) -> None:
    with pytest.raises(BadSeed):
        make_loader(Noisy(), seed=seed)


def test_the_seed_is_the_current_one_or_must_be_given() -> None:
    before = set_current(seed=None)
    try:
        with pytest.raises(BadSeed, match="No seed was given, and none was set"):
            make_loader(Noisy())
        set_current(seed=3)
        assert make_loader(Noisy()).seed == 3
    finally:
        put_back(before)


def test_a_loader_made_of_another_ones_parts_is_seeded_too(expected: list[Plain]) -> None:
    loader = make_loader(Noisy(), batch_size=4, seed=3)
    again = DataLoader(loader.dataset, batch_sampler=loader.batch_sampler, collate_fn=loader.collate_fn)
    assert [plain(again), plain(again)] == expected
    third = Loader(loader.dataset, 4, seed=3, sampler=make_loader(Noisy(), seed=3).sampler)
    assert indices(plain(third)) == indices(expected[0])


# ---------------------------------------------------------------------- in company


class Episodes(Noisy):
    """A dataset that goes through another loader for each of its samples."""

    def __getitem__(self, index: int) -> Any:
        first = random.random()
        inner = indices(plain(make_loader(Noisy(4), batch_size=2, seed=9)))
        return index, first, random.random(), float(stream("x", sample=index).random()), inner


def test_a_loader_within_a_dataset_disturbs_nobody() -> None:
    def batches(**options: Any) -> list[Any]:
        loader = make_loader(Episodes(4), batch_size=None, seed=3, collate_fn=list, **options)
        return [list(sample) for sample in loader]

    found = batches()
    assert found == batches(num_workers=2)
    for index, first, second, *_ in found:
        state = random.Random()
        state.setstate(seeded_as(index))
        assert (state.random(), state.random()) == (first, second)


def seeded_as(index: int) -> Any:
    class Telling(Noisy):
        def __getitem__(self, index: int) -> Any:
            return random.getstate()

    (found,) = make_loader(Telling(), batch_size=None, seed=3, sampler=[index], collate_fn=lambda state: state)
    return found


def test_another_default_device_is_not_drawn_on() -> None:
    torch.set_default_device("meta")
    try:
        for workers in (0, 1):
            found = list(make_loader([1, 2, 3], batch_size=2, seed=3, collate_fn=list, num_workers=workers))
            assert sorted(index for batch in found for index in batch) == [1, 2, 3]
    finally:
        torch.set_default_device("cpu")


@pytest.mark.parametrize("workers", [0, 2])
def test_a_stateful_loader_of_torchdata_goes_on_with_our_sampler(workers: int) -> None:
    stateful = pytest.importorskip("torchdata.stateful_dataloader")

    def loader() -> Any:
        order = EpochSampler(range(20), seed=1)
        return stateful.StatefulDataLoader(list(range(20)), batch_size=3, sampler=order, num_workers=workers)

    whole, again = loader(), loader()
    going = iter(whole)
    first = [next(going).tolist() for _ in range(3)]
    again.load_state_dict(whole.state_dict())
    rest = [batch.tolist() for batch in again]
    assert sum(first + rest, []) == permutation(20, seed=1, epoch=0).tolist()
