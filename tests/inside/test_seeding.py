"""``--seed`` gives what seeding by hand gives; ``--deterministic`` restricts without importing the compiler."""

from __future__ import annotations

from typing import Any

import pytest

SEED = {"SAMERUN_SEED": "4294967299", "SAMERUN_ENTROPY": "00" * 32}  # 2**32 + 3: numpy takes 32 bits

PLAIN = "import random\nimport numpy as np\n{seed}print(random.random(), np.random.rand())"
BY_HAND = "random.seed(4294967299)\nnp.random.seed(3)\n"


def test_python_and_numpy_begin_as_if_seeded_by_hand(observe: Any) -> None:
    observe(PLAIN.format(seed=""), env=SEED)
    given = observe.output
    observe(PLAIN.format(seed=BY_HAND), bare=True)
    assert observe.output == given


def test_a_program_that_seeds_itself_keeps_its_own(observe: Any) -> None:
    script = PLAIN.format(seed="random.seed(1)\nnp.random.seed(1)\n")
    observe(script, env=SEED)
    given = observe.output
    observe(script, bare=True)
    assert observe.output == given


def test_seeded_so_nothing_counts_as_drawn_unseeded(observe: Any) -> None:
    spool = observe(PLAIN.format(seed=""), env=SEED)
    assert not [event for event in spool.events if type(event.record).__name__ == "Drawn"]


def test_workers_do_not_all_begin_alike_and_repeat(observe: Any) -> None:
    script = """
import multiprocessing, random
def draw(queue, number):
    queue.put((number, random.random()))
if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    processes = [context.Process(target=draw, args=(queue, number)) for number in range(2)]
    for process in processes:
        process.start()
    print(*[drawn for _, drawn in sorted(queue.get() for _ in processes)], random.random())
    for process in processes:
        process.join()
"""
    observe(script, env=SEED)
    first = observe.output
    assert len(set(first.split())) == 3
    observe(script, env=SEED)
    assert observe.output == first


def test_torch_begins_as_if_seeded_by_hand(observe: Any) -> None:
    pytest.importorskip("torch")
    observe("import torch\nprint(torch.rand(3), torch.initial_seed())", env=SEED)
    given = observe.output
    observe("import torch\ntorch.manual_seed(4294967299)\nprint(torch.rand(3), torch.initial_seed())", bare=True)
    assert observe.output == given


def test_deterministic_is_set_without_importing_the_compiler(observe: Any) -> None:
    pytest.importorskip("torch")
    script = """
import sys, torch
print(torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled())
print(torch.backends.cudnn.deterministic, torch.backends.cudnn.benchmark, "torch._inductor.config" in sys.modules)
"""
    observe(script, env={"SAMERUN_DETERMINISTIC": "1"})
    assert observe.output == "True True\nTrue False False\n"
    observe(script)
    assert observe.output.startswith("False False\nFalse False")


EXACT = """
import torch
native = torch._C
print(native._get_fp32_precision_getter("cuda", "conv"), native._get_fp32_precision_getter("mkldnn", "matmul"))
print(torch.get_float32_matmul_precision(), torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction)
"""


def test_portable_pins_the_precision_too(observe: Any) -> None:
    pytest.importorskip("torch")
    observe(EXACT, env={"SAMERUN_DETERMINISTIC": "portable"})
    assert observe.output == "ieee ieee\nhighest False\n"
    observe(EXACT, env={"SAMERUN_DETERMINISTIC": "1"})
    assert observe.output == "tf32 none\nhighest True\n"


@pytest.mark.parametrize(
    ("level", "flags"),
    [
        ("1", "--xla_gpu_deterministic_ops=true"),
        ("portable", "--xla_gpu_deterministic_ops=true --xla_cpu_max_isa=AVX2"),
    ],
)
def test_the_flags_of_jax_are_added_to_those_given(observe: Any, level: str, flags: str) -> None:
    pytest.importorskip("jax")
    script = "import os, jax, jax.numpy as jnp\nprint(os.environ['XLA_FLAGS'], float(jnp.ones(3).sum()))"
    given = {"ATEN_CPU_CAPABILITY": "avx2", "XLA_FLAGS": "--xla_cpu_max_isa=AVX --xla_dump_to=", "JAX_PLATFORMS": "cpu"}
    observe(script, env={"SAMERUN_DETERMINISTIC": level, **given})
    kept = given["XLA_FLAGS"] if level == "1" else "--xla_dump_to="
    assert observe.output == f"{kept} {flags} 3.0\n"


def test_the_compiler_is_restricted_when_it_comes(observe: Any) -> None:
    pytest.importorskip("torch")
    script = "import torch._inductor.config as config\nprint(getattr(config, 'deterministic', True))"
    observe(script, env={"SAMERUN_DETERMINISTIC": "1"})
    assert observe.output == "True\n"
