from __future__ import annotations

import threading

import pytest
import torch

from samerun.state.checkpoint.snapshots import Background, Buffers


def test_copies_do_not_follow_what_is_changed_later() -> None:
    buffers = Buffers()
    state = [torch.ones(5), torch.arange(3)]
    copies = buffers.copy(state)
    state[0].zero_()
    assert copies[0].sum() == 5
    assert copies[1].tolist() == [0, 1, 2]


def test_memory_is_used_again_where_it_fits() -> None:
    buffers = Buffers()
    first = [each.data_ptr() for each in buffers.copy([torch.ones(5), torch.ones(6)])]
    second = [each.data_ptr() for each in buffers.copy([torch.zeros(5), torch.zeros(7), torch.zeros(1)])]
    assert first[0] == second[0]
    assert [each.numel() for each in buffers.copy([torch.zeros(5, dtype=torch.float64)])] == [5]


def test_one_task_at_a_time() -> None:
    background, order = Background(), []
    gate = threading.Event()

    def slow() -> None:
        gate.wait(5)
        order.append(1)

    background.start(slow)
    assert order == []
    gate.set()
    background.start(lambda: order.append(2))
    background.wait()
    assert order == [1, 2]


def test_what_went_wrong_is_raised_once() -> None:
    background = Background()
    background.start(lambda: 1 / 0)
    background.join()
    with pytest.raises(ZeroDivisionError):
        background.wait()
    background.wait()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_what_is_on_a_gpu_is_copied_into_pinned_memory() -> None:
    (copy,) = Buffers().copy([torch.ones(5, device="cuda")])
    assert copy.is_pinned()
    assert copy.sum() == 5
