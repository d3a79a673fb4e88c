"""What ran without a deterministic kernel is noted, whatever the program does with its warnings."""

from __future__ import annotations

import copy
import pickle
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import torch

from samerun.state import operations
from samerun.state.determinism import deterministic
from samerun.state.operations import Operation
from tests.state.fresh import fresh


@pytest.fixture(autouse=True)
def _nothing_noted() -> Iterator[None]:
    operations._noted.clear()
    with warnings.catch_warnings():
        yield
    operations._noted.clear()
    assert not operations.is_watching()


def put() -> None:
    torch.zeros(5).put_(torch.tensor([1, 1]), torch.ones(2))


def put_thrice() -> None:
    for _ in range(3):
        put()


def line_of(function: Any, offset: int = 1) -> str:
    return f"{function.__code__.co_filename}:{function.__code__.co_firstlineno + offset}"


def test_each_run_is_counted_at_its_line() -> None:
    with deterministic("warn"), pytest.warns(UserWarning, match="put_ does not have a deterministic implementation"):
        put_thrice()
    assert operations.noted() == (Operation("put_", line_of(put), 3),)


def test_nothing_is_noted_at_off() -> None:
    with deterministic("off"):
        put()
    put()
    assert operations.noted() == ()


def ignored_before() -> None:
    warnings.simplefilter("ignore")
    with deterministic("warn"):
        put()


def ignored_after() -> None:
    with deterministic("warn"):
        warnings.simplefilter("ignore")
        warnings.filterwarnings("ignore", message=".*deterministic.*")
        put()


def ignored_in_a_block() -> None:
    with deterministic("warn"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        put()


@pytest.mark.parametrize("program", [ignored_before, ignored_after, ignored_in_a_block])
def test_a_program_that_silences_its_warnings_is_noted_all_the_same(program: Any) -> None:
    with warnings.catch_warnings(record=True) as shown:
        program()
    assert shown == []
    assert operations.noted() == (Operation("put_", line_of(put), 1),)


def test_a_program_that_makes_errors_of_warnings_gets_one() -> None:
    with deterministic("warn"):
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="put_"):
            put()


def test_other_warnings_go_their_way() -> None:
    with deterministic("warn"), warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        warnings.warn("something else", UserWarning, stacklevel=1)
        warnings.warn("torch is old", DeprecationWarning, stacklevel=1)
    assert [str(each.message) for each in shown] == ["something else", "torch is old"]
    assert operations.noted() == ()


def test_a_line_is_shown_once_and_counted_each_time() -> None:
    script = """
import warnings, torch
from samerun.state import deterministic, operations
shown = []
warnings.showwarning = lambda *about: shown.append(about[2:4])
deterministic("warn")
for _ in range(4):
    torch.zeros(5).put_(torch.tensor([1, 1]), torch.ones(2))
torch.nn.functional.max_unpool2d(*torch.nn.functional.max_pool2d(torch.ones(1, 1, 4, 4), 2, return_indices=True), 2)
print([line for _, line in shown])
print([(each.name, each.where.rpartition("/")[2], each.count) for each in operations.noted()])
"""
    noted = "[('put_', 'train.py:8', 4), ('max_unpooling2d_forward_out', 'train.py:9', 1)]"
    assert fresh(script, "-W", "default") == ["[8, 9]", noted]


class _Put(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        return x * 1

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> Any:
        return torch.zeros_like(gradient).put_(torch.tensor([0, 0]), gradient[:2].clone())


def test_a_backward_pass_is_noted() -> None:
    with pytest.warns(UserWarning, match="put_"), deterministic("warn"):
        _Put.apply(torch.ones(3, requires_grad=True)).sum().backward()
    assert [(each.name, each.count) for each in operations.noted()] == [("put_", 1)]


def test_threads_are_noted() -> None:
    with warnings.catch_warnings(), deterministic("warn"):
        warnings.simplefilter("ignore")
        threads = [threading.Thread(target=lambda: [put() for _ in range(20)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert operations.noted() == (Operation("put_", line_of(put), 80),)


def test_what_strict_refuses_is_noted_where_the_block_ends() -> None:
    with pytest.raises(RuntimeError, match="put_"), deterministic("strict"):
        put()
    assert operations.noted() == (Operation("put_", line_of(put), 1, refused=True),)


def test_an_error_is_noted_once_and_found_behind_others() -> None:
    with deterministic("strict"):
        try:
            try:
                put()
            except RuntimeError as refused:
                raise ValueError("no training today") from refused
        except ValueError as error:
            operations.note_error(error)
            operations.note_error(error)
    assert operations.noted() == (Operation("put_", line_of(put), 1, refused=True),)


def test_other_errors_are_none() -> None:
    circular = RuntimeError("a")
    circular.__cause__ = circular
    for error in (None, ValueError(), circular, KeyError("x does not have a deterministic implementation")):
        operations.note_error(error)
    assert operations.noted() == ()


def test_the_filters_are_python_s_own_again_afterwards() -> None:
    before = list(warnings.filters)
    with deterministic("warn"):
        assert warnings.filters[0] is operations._ENTRY
        deterministic("strict")
    assert list(warnings.filters) == before


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda filters: pickle.loads(pickle.dumps(filters))])
def test_a_copy_is_harmless_in_the_worker_it_is_sent_to(copied: Any) -> None:
    with deterministic("warn"):
        filters = copied(warnings.filters)  # scikit-learn sends them to its workers
    action, pattern, *_ = filters[0]
    assert (type(filters), action) == (list, "ignore")
    assert pattern.match("put_ does not have a deterministic implementation") is None
