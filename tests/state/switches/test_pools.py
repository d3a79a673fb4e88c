"""The thread pools of what is loaded are found, asked and set."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from samerun.state.switches import pools as subject
from samerun.state.switches.pools import Pool, pools, set_threads, threads_of

_LOADED = (np.__version__, torch.__version__)


@pytest.fixture
def given_back() -> Iterator[list[Pool]]:
    found = pools()
    before = [pool.threads() for pool in found]
    threads = torch.get_num_threads()
    yield found
    torch.set_num_threads(threads)
    for pool, count in zip(found, before, strict=True):
        if count:
            pool.set_threads(count)


def test_it_agrees_with_threadpoolctl() -> None:
    control = pytest.importorskip("threadpoolctl")
    theirs = {(each["internal_api"], each["num_threads"]) for each in control.threadpool_info()}
    assert {(pool.kind, pool.threads()) for pool in pools() if pool.kind != "mkl"} == theirs
    cores = {each.get("architecture") for each in control.threadpool_info() if each["internal_api"] == "openblas"}
    assert {pool.core() for pool in pools("openblas")} == cores


def test_each_takes_a_number_of_threads(given_back: list[Pool]) -> None:
    assert {pool.kind for pool in given_back} >= {"openblas", "openmp"}
    for count in (2, 1):
        assert set_threads([pool for pool in given_back if pool.threads()], count)
        assert threads_of(pool for pool in pools() if pool.threads()) == str(count)
        assert torch.get_num_threads() == count


def test_pools_that_do_not_agree_are_told_with_each_number(given_back: list[Pool]) -> None:
    first, second = pools("openblas")[0], pools("openmp")[0]
    first.set_threads(1)
    second.set_threads(2)
    assert threads_of([first, second]) == threads_of([second, first, second]) == "1, 2"
    assert threads_of([]) is None
    assert threads_of([first, Pool("openblas", "/nowhere/libopenblas.so")]) is None


def test_what_is_no_library_has_no_functions() -> None:
    pool = Pool("openblas", "/nowhere/libopenblas.so")
    assert (pool.function("get_corename"), pool.threads(), pool.core(), pool.set_threads(2)) == (None, None, "", False)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/x/numpy.libs/libscipy_openblas64_-32a4.so", "openblas"),
        ("/x/libopenblasp-r0.3.so.0", "openblas"),
        ("/x/libgomp-e985bcbb.so.1.0.0", "openmp"),
        ("/x/libiomp5.so", "openmp"),
        ("/x/libomp.dylib", "openmp"),
        ("/x/libmkl_rt.so.2", "mkl"),
        ("/x/libtorch_cpu.so", "mkl"),
        ("/x/_decomp_lu.cpython-311.so", None),
        ("/x/libompanion.so", None),
        ("/x/libgomp.d/other.so", None),
    ],
)
def test_libraries_are_known_by_their_files(monkeypatch: pytest.MonkeyPatch, path: str, kind: str | None) -> None:
    monkeypatch.setattr(subject, "_loaded", lambda: [path])
    assert [pool.kind for pool in pools()] == ([kind] if kind else [])


def test_a_system_that_does_not_tell_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert pools() == []
