"""``record --seed N``, ``--deterministic``, ``--portable``: the only ways in which a recording may change a result."""

from __future__ import annotations

import os

from . import entropy, identity, imports

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Mapping, Optional


# Where torch multiplies numbers of 32 bits, by its own names.
_PRODUCTS = (("cuda", "matmul"), ("cuda", "conv"), ("cuda", "rnn"), ("mkldnn", "matmul"), ("mkldnn", "conv"))


class _Asked:
    """What the recorder was asked for."""

    def __init__(self, seed: Optional[int] = None, portable: bool = False) -> None:
        self.seed = seed
        self.portable = portable


_asked = _Asked()


def install(environment: Mapping[str, str]) -> None:
    """Seed and restrict each library as the program imports it.

    Args:
        environment: SAMERUN_SEED is the seed in decimal digits; SAMERUN_DETERMINISTIC is ``1``, or ``portable`` for
        the precision too (threads and instruction sets are pinned by variables). Neither: nothing is done.
    """
    global _asked
    seed = environment.get("SAMERUN_SEED", "")
    level = environment.get("SAMERUN_DETERMINISTIC", "")
    _asked = _Asked(int(seed) if seed else None, level == "portable")
    if applies():
        imports.when_imported("tensorflow", _seed_tensorflow)
    if level:
        imports.when_imported("torch", _restrict_torch)
        imports.when_imported("torch._inductor.config", _restrict_inductor)
        imports.when_imported("tensorflow", _restrict_tensorflow)
        imports.when_imported("jax", _restrict_jax)


def applies() -> bool:
    """Return whether the hidden generators of this process begin with the seed asked for.

    Workers of multiprocessing and loky do not: a pool whose workers all began alike would draw the same numbers in
    each. What they draw comes from the run's entropy, which the seed determines.
    """
    return _asked.seed is not None and not identity.is_worker()


def number() -> int:
    """Return the seed asked for; 0 without one."""
    return _asked.seed or 0


def _seed_tensorflow(tensorflow: Any) -> None:
    tensorflow.random.set_seed(number())


def _restrict_tensorflow(tensorflow: Any) -> None:
    if not applies():  # once restricted, it refuses whatever is random and not seeded
        seed = entropy.draw("tensorflow", 31)
        tensorflow.random.set_seed(0 if seed is None else seed)
    tensorflow.config.experimental.enable_op_determinism()
    if _asked.portable:
        tensorflow.config.experimental.enable_tensor_float_32_execution(False)
        tensorflow.config.threading.set_intra_op_parallelism_threads(int(os.environ.get("OMP_NUM_THREADS") or 1))


def _restrict_torch(torch: Any) -> None:
    # Not torch.use_deterministic_algorithms: it imports the compiler's configuration, 1.6 s, to set one field of it.
    torch._C._set_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    if _asked.portable:
        _be_exact(torch)


def _be_exact(torch: Any) -> None:
    """Calculate products of 32 bits with 32 bits, and sums of shorter numbers in full."""
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    for backend, operation in _PRODUCTS:
        if hasattr(torch._C, "_set_fp32_precision_setter"):
            torch._C._set_fp32_precision_setter(backend, operation, "ieee")
    for name in ("allow_fp16_reduced_precision_reduction", "allow_bf16_reduced_precision_reduction"):
        setattr(torch.backends.cuda.matmul, name, False)


def _restrict_jax(jax: Any) -> None:
    """Add to the compiler's flags, which JAX reads when it makes its first array."""
    flags = ["--xla_gpu_deterministic_ops=true"]
    if _asked.portable:
        jax.config.update("jax_default_matmul_precision", "highest")
        # Only x86-64 is pinned; an old compiler does not know the flag, and would end the process.
        if os.environ.get("ATEN_CPU_CAPABILITY") == "avx2" and jax.__version_info__ >= (0, 5):
            flags.append("--xla_cpu_max_isa=AVX2")
    given = os.environ.get("XLA_FLAGS", "").split()
    names = [flag.split("=")[0] for flag in flags]
    kept = [flag for flag in given if flag.split("=")[0] not in names]
    os.environ["XLA_FLAGS"] = " ".join(kept + flags)


def _restrict_inductor(config: Any) -> None:
    if hasattr(config, "deterministic"):
        config.deterministic = True
