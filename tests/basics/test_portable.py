"""What is pinned, and that libraries take it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from samerun.basics import portable
from samerun.basics.portable import is_x86, pinned


def test_every_library_gets_the_same_number_of_threads() -> None:
    counts = {name: value for name, value in pinned(3).items() if name.endswith("NUM_THREADS") or name == "NPROC"}
    assert counts == dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC"), "3")


@pytest.mark.parametrize(
    ("machine", "there"), [("x86_64", True), ("AMD64", True), ("aarch64", False), ("arm64", False)]
)
def test_an_instruction_set_is_pinned_where_the_libraries_have_one(
    monkeypatch: pytest.MonkeyPatch, machine: str, there: bool
) -> None:
    monkeypatch.setattr(portable, "_machine", lambda: machine)
    assert is_x86() is there
    assert ("ATEN_CPU_CAPABILITY" in pinned()) is there
    assert "OMP_NUM_THREADS" in pinned()


def test_numpy_takes_it_without_a_word() -> None:
    code = (
        "import numpy\nfrom numpy._core._multiarray_umath import __cpu_features__ as f\n"
        "print(any(f[n] for n in f if n in ('X86_V4', 'AVX512_SKX', 'AVX512_ICL')))"
    )
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, **pinned()}, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False\n", "")
