"""MKL's branch is decided at its first use; threads can be set at any time."""

from __future__ import annotations

import pytest
import torch

from samerun.basics.portable import is_x86
from samerun.state.switches import mkl as subject
from samerun.state.switches.mkl import MKL
from samerun.state.switches.switch import Asked
from tests.state.fresh import fresh

PORTABLE = Asked("portable", 1)
here = pytest.mark.skipif(not is_x86() or not torch.backends.mkl.is_available(), reason="this torch has no MKL")

BRANCH = """
import os, torch
from samerun.state.switches import mkl
from samerun.state.switches.switch import Asked
a = torch.rand(50, 70, generator=torch.Generator().manual_seed(0))
if {used}:
    a @ a.T
put = [each for each in mkl.MKL().variables(Asked("portable")) if each.name == "MKL_CBWR"][0].put
print(put(), mkl.branch())
"""


@here
@pytest.mark.parametrize(("used", "printed"), [(False, "True COMPATIBLE"), (True, "False OFF")])
def test_the_branch_can_be_chosen_until_it_is_used(used: bool, printed: str) -> None:
    assert fresh(BRANCH.format(used=used)) == [printed]


@here
def test_the_variable_is_read_at_the_first_use() -> None:
    assert fresh(BRANCH.format(used=True), MKL_CBWR="COMPATIBLE")[0].endswith(" COMPATIBLE")


@here
def test_threads_and_their_freedom_come_back() -> None:
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    before = MKL().effective()
    flags = MKL().capture(PORTABLE)
    MKL().ask(PORTABLE)
    assert subject._be_fixed()
    assert (MKL().effective()["threads"], MKL().effective()["dynamic"]) == ("1", "FALSE")
    MKL().restore(flags)
    assert MKL().effective() == before
    MKL().restore({**flags, "dynamic": "TRUE"})
    assert MKL().effective()["dynamic"] == "TRUE"
    torch.set_num_threads(threads)


@pytest.mark.parametrize(
    ("value", "effective", "same"),
    [("COMPATIBLE", "COMPATIBLE", True), ("avx2,strict", "AVX2", True), ("AVX2", "OFF", False)],
)
def test_branches_are_compared_by_name(value: str, effective: str, same: bool) -> None:
    assert subject._same_branch(value, effective) is same


def test_without_an_mkl_there_is_nothing_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "_pools", list)
    assert (MKL().effective(), subject.branch(), subject._dynamic()) == ({}, None, None)
    assert not any(each.passed() for each in MKL().variables(PORTABLE))
    monkeypatch.setattr(subject, "is_x86", lambda: False)
    assert MKL().variables(PORTABLE) == ()
