"""Accelerators: what a processor can show is shown with generators of its own in a device's place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch._utils import _LazySeedTracker

from samerun.errors import CannotRestore
from samerun.state.generators.devices import Devices, Metal
from samerun.state.generators.generator import Plain

CUDA = Devices("cuda", "_cuda_getDeviceCount")


class Standing(Devices):
    """Devices that are generators of the processor, started or not, behind the functions that torch.cuda has."""

    def __init__(self, count: int, started: bool) -> None:
        super().__init__("cpu", "_C")
        self.generators = tuple(torch.Generator().manual_seed(100 + number) for number in range(count))
        self.started, self.forked = started, False
        self.tracker: Any = _LazySeedTracker()

    def present(self) -> bool:
        return True

    def _module(self) -> Any:
        return SimpleNamespace(
            default_generators=self.generators,
            device_count=lambda: len(self.generators),
            is_initialized=lambda: self.started,
            init=self.start,
            manual_seed_all=self.seed_all,
            seed_all=lambda: [one.seed() for one in self.generators],
            _is_in_bad_fork=lambda: self.forked,
            _lazy_seed_tracker=self.tracker,
        )

    def seed_all(self, seed: int) -> None:
        def action() -> None:
            for one in self.generators:
                one.manual_seed(seed)

        action() if self.started else self.tracker.queue_seed_all(action, [])

    def start(self) -> None:
        if not self.started:
            self.started = True
            for action, _ in filter(None, self.tracker.get_calls()):
                action()

    def draw(self) -> list[float]:
        return [float(torch.rand(1, generator=one)) for one in self.generators]


def test_a_processor_has_none_of_them() -> None:
    if not torch.cuda.is_available():
        assert CUDA.present() == hasattr(torch._C, "_cuda_getDeviceCount")
    assert Metal().present() == torch.backends.mps.is_available()
    assert Devices("cuda", "_no_such_name").present() is False


def test_each_devices_state_comes_back() -> None:
    subject = Standing(2, started=True)
    subject.draw()
    state = subject.capture()
    assert isinstance(state, dict)
    assert [type(one) for one in state["states"]] == [bytes, bytes]  # type: ignore[union-attr]
    ahead = subject.draw()
    assert subject.check(state) == ""
    subject.restore(state)
    assert subject.draw() == ahead


def test_a_state_starts_the_devices_and_is_not_overtaken_by_a_seed_that_waits() -> None:
    state = (before := Standing(2, started=True)).capture()
    subject = Standing(2, started=False)
    subject.seed(7)
    assert subject.check(state) == ""
    subject.restore(state)
    assert subject.started
    assert subject.draw() == before.draw()


def test_a_state_of_more_devices_is_reported_and_none_is_touched() -> None:
    state = Standing(3, started=True).capture()
    subject = Standing(2, started=True)
    before = subject.capture()
    assert subject.check(state) == "the state is of 3 devices, and here are 2"
    assert subject.capture() == before


def test_a_state_of_fewer_devices_sets_those() -> None:
    smaller, subject = Standing(1, started=True), Standing(2, started=True)
    subject.seed(5)
    second = float(torch.rand(1, generator=torch.Generator().manual_seed(5)))
    subject.restore(smaller.capture())
    assert subject.draw() == [smaller.draw()[0], second]


def test_a_forked_process_says_that_it_cannot() -> None:
    subject = Standing(1, started=False)
    subject.forked = True
    assert "forked" in subject.check(Standing(1, started=True).capture())
    subject.seed(3)  # nothing is queued that could never be done
    assert subject.capture() == {"states": [], "waiting": None}


def test_without_devices_only_a_state_that_has_some_is_reported() -> None:
    absent = Devices("cuda", "_no_such_name")
    assert "not built" in absent.check(Standing(1, started=True).capture())
    assert absent.check({"states": [], "waiting": 3}) == ""
    absent.restore({"states": [], "waiting": 3})


@pytest.mark.parametrize("waiting", [None, 0, 7, 2**64 - 1])
@pytest.mark.parametrize("starting", [False, True])
def test_the_seed_that_waits_is_a_state(waiting: int | None, starting: bool) -> None:
    subject = Standing(1, started=False)
    if waiting is not None:
        subject.seed(waiting)
    state = subject.capture()
    assert state == {"states": [], "waiting": waiting}
    subject.seed(99)
    if starting:
        subject.start()
    assert subject.check(state) == ""
    subject.restore(state)
    subject.start()
    drawn = subject.draw()
    assert drawn != draw_of(99)
    assert waiting is None or drawn == draw_of(waiting)


def draw_of(seed: int) -> list[float]:
    return [float(torch.rand(1, generator=torch.Generator().manual_seed(seed)))]


def test_a_negative_seed_of_torchs_own_is_read_as_torch_reads_it() -> None:
    subject = Standing(1, started=False)
    subject.seed_all(-1)
    assert subject.capture() == {"states": [], "waiting": 2**64 - 1}


def supplied(subject: Standing) -> Callable[[], None]:
    """What a recording leaves waiting: not a seed, but a function that gives each device its own."""

    def each() -> None:
        for number, one in enumerate(subject.generators):
            one.manual_seed(1000 + number)

    return each


@pytest.mark.parametrize("starting", [False, True])
def test_whatever_waited_before_a_block_waits_after_it(starting: bool) -> None:
    subject = Standing(2, started=False)
    subject.tracker.queue_seed_all(supplied(subject), [])
    give_back = subject.hold()
    subject.seed(5)
    if starting:
        subject.start()
    give_back()
    subject.start()
    assert subject.draw() == [draw_of(1000)[0], draw_of(1001)[0]]


@pytest.mark.parametrize("starting", [False, True])
def test_devices_that_nobody_had_seeded_are_unseeded_after_a_block(starting: bool) -> None:
    subject = Standing(1, started=False)
    give_back = subject.hold()
    subject.seed(5)
    if starting:
        subject.start()
    give_back()
    subject.start()
    assert subject.draw() != draw_of(5)


def test_started_devices_are_held_by_their_states() -> None:
    subject = Standing(1, started=True)
    give_back = subject.hold()
    ahead = subject.draw()
    subject.seed(5)
    give_back()
    assert subject.draw() == ahead


def test_ranks_begin_elsewhere_with_64_bits() -> None:
    subject = Standing(1, started=True)
    seeds = set()
    for seed in (0, 1, 2**32):
        for rank in (None, 0, 1):
            subject.seed(seed, rank)
            seeds.add(subject.generators[0].initial_seed())
    assert len(seeds) == 9
    assert {0, 1, 2**32} < seeds


def malformed() -> Iterator[Plain]:
    yield from (None, 3, b"", [], {}, {"states": []}, {"states": [], "waiting": None, "more": 1})
    yield from ({"states": 3, "waiting": None}, {"states": [3], "waiting": None}, {"states": [None], "waiting": None})
    yield from ({"states": [], "waiting": -1}, {"states": [], "waiting": 2**64}, {"states": [], "waiting": "7"})
    yield from ({"states": [], "waiting": True}, {"states": [bytes(3)], "waiting": None})


@pytest.mark.parametrize("state", list(malformed()))
def test_what_is_no_state_is_refused(state: Plain) -> None:
    with pytest.raises(CannotRestore):
        Standing(1, started=True).check(state)


def test_the_second_of_two_states_is_tried_before_the_first_is_set() -> None:
    subject = Standing(2, started=True)
    before = subject.capture()
    with pytest.raises(CannotRestore):
        subject.check({"states": [before["states"][0], bytes(5056)], "waiting": None})  # type: ignore[index,call-overload]
    assert subject.capture() == before


def test_torchs_own_queue_is_read_as_it_is() -> None:
    """Where CUDA has not started, a seed waits in torch itself, on any machine."""
    if torch.cuda.is_initialized():
        pytest.skip("CUDA has started in this process")
    held = dict(vars(torch.cuda._lazy_seed_tracker))
    try:
        torch.manual_seed(2**40 + 3)
        assert CUDA.capture() == {"states": [], "waiting": 2**40 + 3}
        give_back = CUDA.hold()
        torch.manual_seed(1)
        give_back()
        assert CUDA.capture() == {"states": [], "waiting": 2**40 + 3}
    finally:
        vars(torch.cuda._lazy_seed_tracker).update(held)


def test_metal_refuses_what_is_no_state() -> None:
    with pytest.raises(CannotRestore):
        Metal().check({"states": []})
    if not torch.backends.mps.is_available():
        assert Metal().check(b"123") == "there is no such GPU here"


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_goes_on_from_its_state() -> None:
    torch.cuda.init()
    CUDA.seed(2**40 + 3)
    state = CUDA.capture()
    ahead = [torch.rand(8, device=f"cuda:{number}").tolist() for number in range(torch.cuda.device_count())]
    assert CUDA.check(state) == ""
    CUDA.restore(state)
    assert [torch.rand(8, device=f"cuda:{n}").tolist() for n in range(torch.cuda.device_count())] == ahead
    CUDA.seed(3)
    assert torch.rand(8, device="cuda").tolist() != ahead[0]
    with pytest.raises(CannotRestore):
        CUDA.check({"states": [bytes(3)], "waiting": None})
    states = state["states"]  # type: ignore[index,call-overload]
    assert "devices" in CUDA.check({"states": [*states, states[0]], "waiting": None})


@pytest.mark.skipif(not torch.backends.mps.is_available(), reason="needs Apple's GPU")
def test_metal_goes_on_from_its_state() -> None:
    subject = Metal()
    subject.seed(2**40 + 3)
    state = subject.capture()
    ahead = torch.rand(8, device="mps").tolist()
    assert subject.check(state) == ""
    subject.restore(state)
    assert torch.rand(8, device="mps").tolist() == ahead
