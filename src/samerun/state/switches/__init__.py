"""The switches of the libraries, one file a library, in one ordered table.

To add a library: its module, one line in ``LIBRARIES``, its test.
"""

from __future__ import annotations

from samerun.state.switches.hashing import Hashing
from samerun.state.switches.jax import Jax
from samerun.state.switches.mkl import MKL
from samerun.state.switches.openblas import OpenBLAS
from samerun.state.switches.openmp import OpenMP
from samerun.state.switches.switch import Library
from samerun.state.switches.tensorflow import TensorFlow
from samerun.state.switches.torch import Inductor, Torch

LIBRARIES: tuple[Library, ...] = (
    Hashing(),
    Torch(),
    Inductor(),
    OpenMP(),
    OpenBLAS(),
    MKL(),
    Jax(),
    TensorFlow(),
)
"""In the order in which they are set and given back: torch's number of threads is also OpenMP's and MKL's."""
