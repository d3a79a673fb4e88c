"""OpenMP's threads are pinned where its runtime is loaded, and given back."""

from __future__ import annotations

import pytest
import torch

from samerun.state.switches.openmp import OpenMP
from samerun.state.switches.pools import pools
from samerun.state.switches.switch import Asked
from tests.state.fresh import fresh

PORTABLE = Asked("portable", 1)


def test_its_variables_belong_to_portable() -> None:
    assert OpenMP().variables(Asked("strict")) == ()
    found = {each.name: each for each in OpenMP().variables(Asked("portable", 3))}
    assert {name: each.value for name, each in found.items()} == {"OMP_NUM_THREADS": "3", "OMP_DYNAMIC": "FALSE"}
    assert all(each.passed() for each in found.values())  # torch is here, and it brings OpenMP
    assert found["OMP_DYNAMIC"].agrees(found["OMP_DYNAMIC"].effective() or "")


def test_threads_are_set_and_given_back() -> None:
    threads = torch.get_num_threads()
    for pool in pools("openmp"):
        pool.set_threads(2)
    flags = OpenMP().capture(PORTABLE)
    OpenMP().ask(PORTABLE)
    assert set(OpenMP().effective().values()) == {1}
    OpenMP().restore(flags)
    assert set(OpenMP().effective().values()) == {2}
    OpenMP().ask(Asked("strict"))
    assert set(OpenMP().effective().values()) == {2}
    torch.set_num_threads(threads)


@pytest.mark.parametrize(("dynamic", "said"), [("FALSE", "FALSE"), ("TRUE", "TRUE")])
def test_a_runtime_that_may_take_fewer_is_seen(dynamic: str, said: str) -> None:
    script = """
import torch
from samerun.state.switches.openmp import OpenMP
from samerun.state.switches.switch import Asked
count, dynamic = OpenMP().variables(Asked("portable"))
print(count.effective(), dynamic.effective(), dynamic.agrees(dynamic.effective()))
"""
    assert fresh(script, OMP_NUM_THREADS="2", OMP_DYNAMIC=dynamic) == [f"2 {said} {said == 'FALSE'}"]


def test_where_nothing_is_loaded_nothing_has_passed() -> None:
    script = """
from samerun.state.switches.openmp import OpenMP
from samerun.state.switches.switch import Asked
print([(each.passed(), each.name) for each in OpenMP().variables(Asked("portable"))], OpenMP().effective())
"""
    assert fresh(script) == ["[(False, 'OMP_NUM_THREADS'), (False, 'OMP_DYNAMIC')] {}"]
