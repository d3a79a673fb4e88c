"""The generators of libraries that were drawn from without a seed, a kind for each library."""

from __future__ import annotations

from samerun.factors.condition import MODE, PLACES
from samerun.factors.factor import Plain, Plan, Scene
from samerun.record.values import Change, Reading, Values

HELD = "held"
RELEASED = "released"
ALIKE = "alike"

EVERY = "*"
"""Among released sources: all of them, but for those that stand there with ``KEPT`` before their name."""

KEPT = "!"
EACH_LINE = "="
"""Before the name of a source from which a line draws the same whenever it draws."""

PREFIX = "unseeded-"

LIBRARIES = ("python", "numpy", "torch", "tensorflow", "jax")
"""Those whose generators are a kind of their own; what others draw (polars) counts as ``os-entropy``."""

_ADVICE = {
    "python": "seed it: `random.seed(0)`, or use a `random.Random(0)` of your own",
    "numpy": "seed it: `np.random.default_rng(0)`, `random_state=0`, or `np.random.seed(0)` for the global generator",
    "torch": "seed it: `torch.manual_seed(0)`, or pass `generator=torch.Generator().manual_seed(0)`",
    "tensorflow": "seed it: `tf.keras.utils.set_random_seed(0)`",
    "jax": "use a fixed key: `jax.random.key(0)`",
}


def kind_of(source: str) -> str:
    """Return the kind of a source of randomness as ``inside`` names it: ``torch.cuda`` is ``unseeded-torch``."""
    library = source.partition(".")[0]
    return PREFIX + library if library in LIBRARIES else "os-entropy"


class Unseeded(Plain):
    """The generators of one library, as far as nobody seeded them; JAX's are keys, seeded from the system's entropy.

    ``places`` are the lines that drew. Held, they begin with what the run's entropy gives them; released, with what
    the operating system does. A change between two runs is one of ``os-entropy``, which supplies them all.

    Args:
        library: its name, one of ``LIBRARIES``.
    """

    def __init__(self, library: str) -> None:
        self.kind = PREFIX + library
        self.library = library

    def read(self, scene: Scene) -> Reading:
        """Return the lines that drew; ``""`` where the library was seen to draw and no line is known."""
        if scene.observed is None:
            return {}
        drawn = sorted(scene.observed.unseeded.items())
        places = [place for source, place in drawn if kind_of(source) == self.kind]
        places += scene.observed.used.get(self.kind, ())
        return {PLACES: places} if places else {}

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return nothing: what the entropy was is compared as ``os-entropy``."""
        return []

    def give(self, plan: Plan, values: Values) -> None:
        """Supply this library from the run's entropy, or not; called after ``os-entropy``."""
        others = tuple(source for source in plan.released if source.lstrip(KEPT + EACH_LINE) != self.library)
        if values.get(MODE) == HELD:
            plan.released = (*others, KEPT + self.library)
            if self.library == "jax":
                plan.conditions[self.kind] = HELD
        elif values.get(MODE) == ALIKE:
            plan.released = (*others, EACH_LINE + self.library)
        elif values.get(MODE) == RELEASED:
            plan.released = (*others, self.library)

    def held(self, values: Values) -> Values | None:
        """Return values with which it begins as it did in the recorded run."""
        return {MODE: HELD}

    def alike(self, values: Values) -> Values:
        """Return values with which a line draws the same whenever it draws: as if a seed stood there."""
        return {MODE: ALIKE}

    def released(self, values: Values) -> Values:
        """Return values with which the operating system is asked, as without a recorder."""
        return {MODE: RELEASED}

    def advice(self, change: Change) -> str:
        """Return how to seed it."""
        return _ADVICE[self.library]
