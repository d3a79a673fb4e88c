"""Fresh memory that nobody wrote is all of one byte where that is asked for."""

from __future__ import annotations

from typing import Any

import pytest

NUMPY = """import numpy as np
np.random.default_rng(0).random(5), np.random.default_rng(0).random(500)
for kind in "f2 f4 f8 c16 i1 i8 u4 ? S3 U3 M8[s]".split():
    made = np.empty(6, dtype=kind)
    print(kind, set(made.tolist()))
print(np.empty_like(np.ones((2, 3))).sum(), np.empty((2, 3), order="F").sum(), np.empty(0).sum(), np.empty(2, object))
print(np.empty_like(np.matrix([[1.0, 2.0]])).shape, np.empty((), dtype="i4").item(), np.empty(2, [("a", "i4")]).shape)
"""
TORCH = """import torch
torch.ones(7) * 3, torch.ones(7000) * 3
made = [torch.empty(7), torch.empty(7000), torch.empty_like(torch.ones(5)), torch.ones(1).new_empty(4)]
print([float(each.abs().sum()) for each in made], torch.empty(3, dtype=torch.bool).tolist())
print(torch.empty(2, 3, requires_grad=True).requires_grad, torch.empty(2, device="meta").shape, torch.empty(0).shape)
print(torch.empty(1, 2, 3, 4, memory_format=torch.channels_last).sum().item())
"""


def output(observe: Any, script: str, asked: str, **more: Any) -> str:
    spool = observe(script, env={"SAMERUN_CONDITIONS": asked}, **more)
    assert [event.record for event in spool.events if type(event.record).__name__ == "FaultSeen"] == []
    return str(observe.output)


def test_every_type_of_number_is_zero_when_held(observe: Any) -> None:
    pytest.importorskip("numpy")
    told = output(observe, NUMPY, "uninitialised-memory=zeroed")
    assert "f8 {0.0}" in told
    assert "i8 {0}" in told
    assert "? {False}" in told
    assert "c16 {0j}" in told
    assert "0.0 0.0 0.0 [None None]" in told


def test_every_type_of_number_is_something_else_when_filled(observe: Any) -> None:
    pytest.importorskip("numpy")
    told = output(observe, NUMPY, "uninitialised-memory=filled")
    assert "f8 {2.41" in told
    assert "i1 {71}" in told
    assert "? {True}" in told
    assert "U3 {'GGG'}" in told
    assert told == output(observe, NUMPY, "uninitialised-memory=filled")


def test_tensors_too_where_lines_are_named(observe: Any) -> None:
    pytest.importorskip("torch")
    lines = ",".join(f"script.py:{number}" for number in range(3, 7))
    told = output(observe, TORCH, f"uninitialised-memory=zeroed@{lines}").splitlines()
    assert told[0] == "[0.0, 0.0, 0.0, 0.0] [False, False, False]"
    assert told[1:] == ["True torch.Size([2]) torch.Size([0])", "0.0"]


def test_only_the_named_lines_are_filled(observe: Any) -> None:
    pytest.importorskip("numpy")
    script = "import numpy as np\nprint(np.empty(3).sum())\nprint(np.empty(3).sum())\n"
    told = output(observe, script, "uninitialised-memory=filled@script.py:3").split()
    assert told[1].startswith("7.25")
    assert not told[0].startswith("7.25")


def test_arrays_that_are_written_are_what_they_were(observe: Any) -> None:
    pytest.importorskip("numpy")
    script = (
        "import numpy as np\nmade = np.empty((3, 4))\nmade[:] = np.arange(12).reshape(3, 4)\n"
        "print(np.linalg.inv(made[:, :3] + np.eye(3)).sum(), np.concatenate([made, made]).sum(), np.cumsum(made)[-1])\n"
        "print(np.random.default_rng(3).permutation(5), np.histogram(made)[0], np.kron(made, made).sum())\n"
    )
    plain = output(observe, script, "")
    for mode in ("zeroed", "filled", "watch"):
        assert output(observe, script, f"uninitialised-memory={mode}") == plain


@pytest.mark.parametrize(("script", "lines"), [(NUMPY, {4, 6, 7}), (TORCH, {3, 4, 5, 6})], ids=["numpy", "torch"])
def test_the_lines_that_ask_for_memory_are_noted(observe: Any, script: str, lines: set[int]) -> None:
    pytest.importorskip("torch")
    spool = observe(script, env={"SAMERUN_CONDITIONS": "uninitialised-memory=watch"})
    used = [event.record for event in spool.events if type(event.record).__name__ == "Used"]
    assert {each.kind for each in used} == {"uninitialised-memory"}
    assert lines <= {each.line for each in used}


def test_compiled_functions_are_still_compiled(observe: Any) -> None:
    pytest.importorskip("torch")
    script = """import torch
@torch.jit.script
def twice(x):
    made = torch.empty(3)
    made.fill_(2.0)
    return made * x
print(twice(torch.ones(3)).tolist())
@torch.compile(backend="eager", fullgraph=True)
def thrice(x):
    return torch.empty(3).fill_(2.0) + x.new_empty(3).fill_(1.0) * torch.empty_like(x).fill_(1.0)
print(thrice(torch.ones(3)).tolist())
print(torch.func.vmap(lambda x: torch.empty_like(x).fill_(1) + x)(torch.ones(2, 3)).sum().item())
"""
    asked = "uninitialised-memory=filled@" + ",".join(f"script.py:{number}" for number in range(3, 13))
    assert output(observe, script, asked).split("\n") == ["[2.0, 2.0, 2.0]", "[3.0, 3.0, 3.0]", "12.0", ""]


def test_memory_of_an_accelerator_is_filled_too(observe: Any) -> None:
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("no GPU here")
    script = """import torch
torch.ones(7000, device="cuda") * 3
made = [torch.empty(7000, device="cuda"), torch.ones(1, device="cuda").new_empty(7)]
print([float(each.abs().sum()) for each in made])
"""
    assert output(observe, script, "uninitialised-memory=zeroed") == "[0.0, 0.0]\n"
