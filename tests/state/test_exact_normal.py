from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.state.exact_normal import exact_log, normal_quantile

SHARES = np.concatenate(
    [np.linspace(0.001, 0.999, 999), 10.0 ** -np.linspace(3, 15.9, 200), 1 - 10.0 ** -np.linspace(3, 15, 200)]
)


def test_the_quantile_is_that_of_the_normal_distribution() -> None:
    expected = np.array([NormalDist().inv_cdf(share) for share in SHARES])
    np.testing.assert_allclose(normal_quantile(SHARES), expected, rtol=3e-15, atol=3e-15)


def test_the_smallest_share_that_is_drawn_lies_beyond_eight_deviations() -> None:
    ends = normal_quantile(np.array([2.0**-53, 1 - 2.0**-53]))
    assert ends[0] == -ends[1]
    assert 8.2 < ends[1] < 8.3


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(2.0**-53, 1 - 2.0**-53), min_size=2, max_size=20))
def test_a_larger_share_has_no_smaller_quantile(shares: list[float]) -> None:
    rising = np.sort(np.array(shares))
    found = normal_quantile(rising)
    assert (np.diff(found) >= -1e-14 * np.abs(found[1:])).all()


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 2**52 - 1))
def test_both_halves_mirror_each_other(place: int) -> None:
    share = (place + 0.5) * 2.0**-52
    low, high = normal_quantile(np.array([share, 1.0 - share]))
    assert low == -high


@settings(deadline=None, max_examples=200)
@given(st.floats(1e-300, 1e300))
def test_the_logarithm_is_right_to_the_last_places(x: float) -> None:
    found, expected = exact_log(np.array([x]))[0], np.log(x)
    assert found == pytest.approx(expected, rel=4e-16, abs=1e-16)


_PROGRAM = """
import hashlib
import numpy as np
from samerun.state.exact_normal import normal_quantile
shares = (np.random.Generator(np.random.PCG64(1)).integers(0, 2**52, 20000) + 0.5) * 2.0**-52
print(hashlib.sha256(normal_quantile(shares).tobytes()).hexdigest())
"""


def test_the_bits_do_not_depend_on_the_instruction_set_of_numpy() -> None:
    found = set()
    for disabled in ("", "X86_V4 AVX512_ICL AVX512_SPR"):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "NPY_DISABLE_CPU_FEATURES": disabled}
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", _PROGRAM], env=environment, capture_output=True, text=True
        )
        if disabled and done.returncode:  # another numpy knows other names of features
            pytest.skip(done.stderr.splitlines()[-1])
        found.add(done.stdout)
    assert len(found) == 1


def test_the_bits_never_change() -> None:
    found = normal_quantile(np.array([0.1, 0.3, 0.5, 0.975, 1e-12]))
    assert [each.hex() for each in found] == [
        "-0x1.4813c36e26d33p+0",
        "-0x1.0c7e39582c5fap-1",
        "0x0.0p+0",
        "0x1.f5c0331eeff82p+0",
        "-0x1.c234fba57a32ap+2",
    ]


def test_nothing_of_it_is_a_call_of_a_mathematical_library() -> None:
    source = Path(sys.modules[normal_quantile.__module__].__file__ or "").read_text("utf-8")
    assert not [name for name in ("np.log", "np.exp", "np.cos", "np.sin", "math.log") if name in source]
