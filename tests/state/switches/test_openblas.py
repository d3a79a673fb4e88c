"""NumPy's OpenBLAS: threads can be set at any time, the kernels only before the import."""

from __future__ import annotations

import numpy as np
import pytest

from samerun.basics.portable import is_x86
from samerun.state.switches import openblas as subject
from samerun.state.switches.openblas import OpenBLAS
from samerun.state.switches.pools import pools
from samerun.state.switches.switch import Asked
from tests.state.fresh import fresh

PORTABLE = Asked("portable", 1)


def test_threads_are_set_and_given_back() -> None:
    assert np.ones((2, 2)) @ np.ones(2) is not None
    before = [pool.threads() for pool in pools("openblas")]
    for pool in pools("openblas"):
        pool.set_threads(2)
    flags = OpenBLAS().capture(PORTABLE)
    OpenBLAS().ask(PORTABLE)
    assert {pool.threads() for pool in pools("openblas")} == {1}
    OpenBLAS().restore(flags)
    assert {pool.threads() for pool in pools("openblas")} == {2}
    for pool, count in zip(pools("openblas"), before, strict=True):
        pool.set_threads(count or 1)


def test_what_is_said() -> None:
    said = OpenBLAS().effective()
    assert {value for name, value in said.items() if name.endswith(".core")} == {subject.core()}
    assert isinstance(said["simd"], str)


@pytest.mark.parametrize(
    ("disabled", "above", "agrees"),
    [
        ("AVX512F X86_V4", "", True),
        ("AVX512F X86_V4", "X86_V4", False),
        ("X86_V4,AVX512_ICL", "AVX512_SPR", True),
        ("", "X86_V4", True),
    ],
)
def test_what_was_disabled_may_not_be_there(disabled: str, above: str, agrees: bool) -> None:
    assert subject._none_of(disabled, above) is agrees


READ = """
from samerun.state.switches.openblas import OpenBLAS
from samerun.state.switches.switch import Asked
early = [each.passed() for each in OpenBLAS().variables(Asked("portable"))]
import numpy
print(early, [(each.passed(), each.agrees(each.effective() or "")) for each in OpenBLAS().variables(Asked("portable"))])
"""


@pytest.mark.skipif(not is_x86(), reason="instruction sets are pinned on x86-64 only")
def test_the_moment_is_the_import() -> None:
    wrong = fresh(READ, OPENBLAS_CORETYPE="Nehalem", OPENBLAS_NUM_THREADS="2")
    assert wrong[0].startswith("[False, False, False] [(True, False), (True, False), (True, ")
    right = fresh(READ, **{each.name: each.value for each in OpenBLAS().variables(PORTABLE)})
    assert right == ["[False, False, False] [(True, True), (True, True), (True, True)]"]


def test_other_processors_are_pinned_by_threads_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "is_x86", lambda: False)
    assert [each.name for each in OpenBLAS().variables(PORTABLE)] == ["OPENBLAS_NUM_THREADS"]
    assert OpenBLAS().variables(Asked("strict")) == ()
