"""What a person should do about a cause, in one sentence."""

from __future__ import annotations

from samerun.factors import FACTORS
from samerun.record.values import Change

_FACTORS = {factor.kind: factor for factor in FACTORS}


def advice_on(change: Change) -> str:
    """Return one sentence to act on."""
    factor = _FACTORS.get(change.kind)
    if factor is not None:
        return factor.advice(change)
    library = change.kind.removeprefix("unseeded-")
    return _SEEDS.get(library, f"seed the generators of {library}")


_SEEDS = {
    "python": "seed it: `random.seed(0)`, or use `random.Random(0)`",
    "numpy": "seed it: `np.random.seed(0)`, or pass a seed: `np.random.default_rng(0)`, `random_state=0`",
    "torch": "seed it: `torch.manual_seed(0)`",
    "tensorflow": "seed it: `tf.keras.utils.set_random_seed(0)`",
    "jax": "use a fixed key: `jax.random.key(0)`",
}
