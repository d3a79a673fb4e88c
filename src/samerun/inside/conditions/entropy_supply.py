"""What the user's own lines take from the operating system, supplied from the run's entropy.

``os.urandom``, ``os.getrandom``, ``secrets``, ``SystemRandom`` and the random uuids repeat then. What libraries take
for themselves (TLS, the names of temporary files) stays the system's.
"""

from __future__ import annotations

from .. import os_entropy
from . import asked, jax_keys


def install(mode: str) -> None:
    """Supply from now on.

    Args:
        mode: ``held``, or ``watch``, which is what every recording does, and notes keys that are made of it as well.
    """
    if mode == asked.WATCH:
        jax_keys.install(mode)
    else:
        os_entropy.hold()
