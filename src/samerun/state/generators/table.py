"""The generators that samerun knows, in the order in which they are seeded and restored.

Those that could draw from another while they are set come before it; a library's own call that seeds its devices comes
before the devices.
"""

from __future__ import annotations

from samerun.state.generators.devices import Devices, Metal
from samerun.state.generators.generator import Generator
from samerun.state.generators.keras import Keras
from samerun.state.generators.numpy import Numpy
from samerun.state.generators.python import Python
from samerun.state.generators.tensorflow import TensorFlow
from samerun.state.generators.torch import Torch

GENERATORS: tuple[Generator, ...] = (
    TensorFlow(),
    Keras(),
    Torch(),
    Devices("cuda", "_cuda_getDeviceCount"),
    Devices("xpu", "_xpu_getDeviceCount"),
    Metal(),
    Numpy(),
    Python(),
)
