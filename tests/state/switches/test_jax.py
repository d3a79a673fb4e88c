"""JAX's flags are added to those that are there, in time."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from samerun.basics.portable import pinned
from samerun.state.switches import jax as subject
from samerun.state.switches.jax import Jax, with_flags
from samerun.state.switches.switch import Asked
from tests.state.fresh import fresh

PORTABLE = Asked("portable", 1)


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ("", ["--a=1"], "--a=1"),
        ("--b=2", ["--a=1"], "--b=2 --a=1"),
        ("--a=0 --b=2", ["--a=1"], "--b=2 --a=1"),
        ("--a=1 --b=2", ["--a=1"], "--a=1 --b=2"),
        ("  --ab=1 ", ["--a=1", "--c=3"], "--ab=1 --a=1 --c=3"),
    ],
)
def test_flags_are_added(before: str, wanted: list[str], after: str) -> None:
    assert with_flags(before, wanted) == after
    assert with_flags(after, wanted) == after


def test_without_jax_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "_release", lambda: None)
    assert Jax().variables(PORTABLE) == ()


def test_an_old_compiler_is_not_given_what_it_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XLA_FLAGS", raising=False)
    for release, isa in (((0, 4), False), ((0, 5), subject.is_x86()), ((1, 0), subject.is_x86())):
        monkeypatch.setattr(subject, "_release", lambda release=release: release)
        flags, threads = Jax().variables(PORTABLE)
        assert ("xla_cpu_max_isa" in flags.value) is isa
        assert (threads.name, threads.value) == ("NPROC", "1")
    assert [each.name for each in Jax().variables(Asked("strict"))] == ["XLA_FLAGS"]
    assert Jax().variables(Asked("off")) == ()


def test_the_release_comes_from_the_metadata() -> None:
    pytest.importorskip("jaxlib")
    subject._release.cache_clear()
    assert subject._release() == tuple(int(word) for word in version("jaxlib").split(".")[:2])


BEFORE_FIRST_USE = """
import os
from samerun.errors import SetTooLate
from samerun.state import deterministic, determinism_report
import jax
{first}
block = deterministic("strict")
print(os.environ["XLA_FLAGS"], determinism_report().libraries["jax"]["platforms"])
block.undo()
try:
    with deterministic("portable"):
        print(jax.config.jax_default_matmul_precision, float(jax.numpy.ones(3).sum()), os.environ["NPROC"])
    print(jax.config.jax_default_matmul_precision, "XLA_FLAGS" in os.environ)
except SetTooLate as error:
    print(error.facts["variable"])
"""


def test_the_moment_is_the_first_array() -> None:
    pytest.importorskip("jax")
    given = _numpy()
    early = fresh(BEFORE_FIRST_USE.format(first=""), **given)
    assert early == ["--xla_gpu_deterministic_ops=true none started yet", "highest 3.0 1", "None False"]
    late = fresh(BEFORE_FIRST_USE.format(first="jax.numpy.ones(3)"), **given)
    assert late == ["--xla_gpu_deterministic_ops=true cpu", "XLA_FLAGS"]


def _numpy() -> dict[str, str]:
    """Return what numpy, which comes with jax, is to be started with."""
    return {name: value for name, value in pinned().items() if name.startswith(("NPY", "OPENBLAS"))}
