"""The machine: what may change results counts, the rest is only told."""

from __future__ import annotations

import platform
from collections.abc import Callable

from samerun.factors.factor import Plan, Scene
from samerun.factors.machine import Machine
from samerun.record.observation import Observation


def test_this_machine_is_read(scene: Callable[..., Scene], ended: Callable[..., Observation]) -> None:
    observed = ended(effective={"torch cuda": "12.1", "numpy blas": "openblas", "openblas threads": "2", "tz": "x"})
    values = Machine().read(scene(observed=observed))
    assert isinstance(values, dict)
    assert values["architecture"] == platform.machine()
    assert values["torch cuda"] == "12.1"
    assert "openblas threads" not in values
    assert "tz" not in values


def test_reading_twice_is_no_change(scene: Callable[..., Scene]) -> None:
    assert Machine().differences(Machine().read(scene()), Machine().read(scene())) == []  # type: ignore[arg-type]


def test_a_patch_of_the_kernel_and_more_memory_are_no_change() -> None:
    a = {"kernel": "6.1", "memory_mib": 1, "cores": 2, "processor": "x", "gpu": "A100", "torch cuda": "12.1"}
    b = {"kernel": "6.2", "memory_mib": 2, "cores": 4, "processor": "y", "gpu": "H100", "torch cuda": "12.4"}
    assert {each.subject for each in Machine().differences(a, b)} == {"processor", "gpu", "torch cuda"}


def test_what_libraries_reported_in_one_run_alone_is_no_change() -> None:
    values = {"processor": "one", "libblas.architecture": "Haswell"}
    assert Machine().differences(values, {"processor": "one"}) == []
    assert Machine().differences(values, {**values, "libblas.architecture": "Zen"}) != []
    assert Machine().differences(values, {"libblas.architecture": "Haswell"}) != []


def test_its_name_and_the_mask_of_permissions_are_varied(plan: Callable[..., Plan]) -> None:
    (other,) = Machine().variations({"processor": "x"})
    Machine().give(present := plan(HOSTNAME="mine"), other)
    assert present.setup == {"hostname": "another-host", "umask": 0o77}
    assert present.environment["HOSTNAME"] == "another-host"
    Machine().give(untouched := plan(), {"processor": "x"})
    assert untouched.setup == {}
