"""The machine: what may change results counts, the rest is only told."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping

import pytest

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


X86 = "processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz \nflags\t\t: fpu sse2 avx2 ht avx512f fma amx_tile\n"
ARM = "processor\t: 0\nFeatures\t: fp asimd sve crc32\n"
DRIVER = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar 5\nGCC version: 12.3.0\n"


@pytest.fixture
def kernel(
    monkeypatch: pytest.MonkeyPatch, scene: Callable[..., Scene]
) -> Callable[[Mapping[str, str]], dict[str, object]]:
    """Read a machine whose kernel shows these files and no others."""

    def read(files: Mapping[str, str]) -> dict[str, object]:
        monkeypatch.setattr("samerun.factors.machine._read", lambda path: files.get(path, ""))
        values = Machine().read(scene())
        assert isinstance(values, dict)
        return values

    return read


Kernel = Callable[[Mapping[str, str]], dict[str, object]]


def test_vector_instructions_are_kept_in_one_order_and_others_left_out(kernel: Kernel) -> None:
    values = kernel({"/proc/cpuinfo": X86})
    assert values["processor"] == "Some CPU @ 2.00GHz"
    assert values["instruction sets"] == "amx_tile avx2 avx512f fma sse2"
    assert kernel({"/proc/cpuinfo": X86.replace("fpu sse2 avx2", "avx2 sse2 fpu")}) == values


def test_a_processor_without_a_name_is_known_by_its_instructions(kernel: Kernel) -> None:
    values = kernel({"/proc/cpuinfo": ARM})
    assert values["instruction sets"] == "asimd sve"
    assert "processor" not in values


def test_the_driver_is_known_by_its_version(kernel: Kernel) -> None:
    assert kernel({"/proc/driver/nvidia/version": DRIVER})["driver"] == "550.54.15"
    assert "driver" not in kernel({})
    assert "gpu" not in kernel({})


def test_memory_is_counted_in_mebibytes_where_it_is_known(kernel: Kernel) -> None:
    assert kernel({"/proc/meminfo": "MemTotal:       2097152 kB\nMemFree: 1 kB\n"})["memory_mib"] == 2048
    assert kernel({})["memory_mib"] is None


@pytest.mark.parametrize(("mask", "number"), [("077", 0o77), ("0022", 0o22), ("0", 0)])
def test_a_mask_is_written_in_octal(plan: Callable[..., Plan], mask: str, number: int) -> None:
    Machine().give(present := plan(), {"umask": mask})
    assert present.setup == {"umask": number}
