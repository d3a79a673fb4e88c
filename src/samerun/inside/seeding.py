"""``record --seed N`` and ``--deterministic``: the only ways in which a recording may change a result."""

from __future__ import annotations

from . import entropy, identity, imports

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Mapping, Optional


class _Asked:
    """What the recorder was asked for."""

    def __init__(self, seed: Optional[int] = None) -> None:
        self.seed = seed


_asked = _Asked()


def install(environment: Mapping[str, str]) -> None:
    """Seed and restrict each library as the program imports it.

    Args:
        environment: SAMERUN_SEED is the seed in decimal digits; SAMERUN_DETERMINISTIC is ``1``. Neither: nothing is
        done.
    """
    global _asked
    seed = environment.get("SAMERUN_SEED", "")
    _asked = _Asked(int(seed) if seed else None)
    if applies():
        imports.when_imported("tensorflow", _seed_tensorflow)
    if environment.get("SAMERUN_DETERMINISTIC") == "1":
        imports.when_imported("torch", _restrict_torch)
        imports.when_imported("torch._inductor.config", _restrict_inductor)
        imports.when_imported("tensorflow", _restrict_tensorflow)


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


def _restrict_torch(torch: Any) -> None:
    # Not torch.use_deterministic_algorithms: it imports the compiler's configuration, 1.6 s, to set one field of it.
    torch._C._set_deterministic_algorithms(True, warn_only=True)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


def _restrict_inductor(config: Any) -> None:
    if hasattr(config, "deterministic"):
        config.deterministic = True
