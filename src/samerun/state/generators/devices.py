"""torch's hidden generators on accelerators: one a device, made when the program first uses the device.

Until then there is no state, only the seed that waits to be set. Nothing here makes a device start: that costs seconds
and memory, and a process that has started CUDA can no longer fork. Only a restore of a device's state does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from samerun.state.derive import derive_seed
from samerun.state.generators import mersenne
from samerun.state.generators.generator import Generator, Plain, is_imported

_FIELDS = {"states", "waiting"}


class Devices(Generator):
    """The devices of one kind.

    Args:
        kind: ``torch.<kind>`` is the module of the devices: ``"cuda"`` (ROCm too) or ``"xpu"``.
        built: the name in ``torch._C`` that shows that torch was built for them.
    """

    module = "torch"

    def __init__(self, kind: str, built: str) -> None:
        self.kind = kind
        self.name = f"torch-{kind}"
        self._built = built

    def present(self) -> bool:
        """Return whether torch is imported and was built for such devices."""
        return is_imported("torch") and hasattr(sys.modules["torch"]._C, self._built)

    def seed(self, seed: int, rank: int | None = None) -> None:
        """Seed every device with all 64 bits; devices that have not started are seeded when they do."""
        module = self._module()
        if not module._is_in_bad_fork():
            module.manual_seed_all(seed if rank is None else derive_seed(seed, rank=rank, purpose=self.purpose()))

    def capture(self) -> Plain:
        """Return each device's state, or the seed that waits where no device has started (None: no seed)."""
        if not self._started():
            return {"states": [], "waiting": _waiting_seed(self._module()._lazy_seed_tracker)}
        return {"states": [mersenne.get_bytes(one) for one in self._generators()], "waiting": None}

    def check(self, state: Plain) -> str:
        """Look at a state; see ``Generator.check``."""
        states, waiting = _read(self.name, state)
        if waiting is not None and not 0 <= waiting < 2**64:
            raise mersenne.malformed(self.name, "the seed that waits is out of range")
        return self._why_not(states) if states else ""

    def _why_not(self, states: list[bytes]) -> str:
        if not self.present():
            return f"this torch is not built for {self.kind}"
        if self._module()._is_in_bad_fork():
            return f"this process was forked from one that uses {self.kind}, and cannot use it itself"
        count = self._module().device_count()
        if count < len(states):
            return f"the state is of {_counted(len(states))}, and here {'are' if count != 1 else 'is'} {count}"
        if self._started():
            self._try(states)
        return ""

    def _try(self, states: list[bytes]) -> None:
        # Whether a device takes the state can be tried on a generator of its own.
        import torch

        for number, one in enumerate(states):
            mersenne.put_bytes(torch.Generator(device=f"{self.kind}:{number}"), one)

    def restore(self, state: Plain) -> None:
        """Set a checked state; devices whose state is given are started."""
        states, waiting = _read(self.name, state)
        if states:
            # A seed that waits would be set after a state that waits, whichever came first: so the devices start now.
            self._module().init()
            for generator, one in zip(self._generators(), states, strict=False):
                mersenne.put_bytes(generator, one)
        elif self.present():
            self._unseed() if waiting is None else self._module().manual_seed_all(waiting)

    def hold(self) -> Callable[[], None]:
        """Return what gives back the states, or whatever waits to be set when the devices start."""
        if self._started():
            return super().hold()
        tracker = self._module()._lazy_seed_tracker
        held = dict(vars(tracker))
        return lambda: self._wait_again(held)

    def _wait_again(self, held: dict[str, Any]) -> None:
        """Put back what waited; devices that have started meanwhile get it now."""
        if not self._started():
            vars(self._module()._lazy_seed_tracker).update(held)
            return
        calls = [call for call in held["call_order"] if call]
        if not calls:
            self._unseed()
        for action, _ in calls:
            action()

    def _unseed(self) -> None:
        """Let the devices begin as those that nobody has seeded."""
        if self._started():
            self._module().seed_all()
        else:
            vars(self._module()._lazy_seed_tracker).update(
                {"manual_seed_all_cb": None, "manual_seed_cb": None, "call_order": []}
            )

    def _module(self) -> Any:
        return getattr(sys.modules["torch"], self.kind)

    def _started(self) -> bool:
        return bool(self._module().is_initialized())

    def _generators(self) -> tuple[Any, ...]:
        return tuple(self._module().default_generators)


class Metal(Generator):
    """The one generator of Apple's GPU."""

    name = "torch-mps"
    module = "torch"

    def present(self) -> bool:
        """Return whether torch is imported and there is such a GPU."""
        if not is_imported("torch"):
            return False
        core = sys.modules["torch"]._C
        return bool(core._has_mps and core._mps_is_available())

    def seed(self, seed: int, rank: int | None = None) -> None:
        """Seed it with all 64 bits."""
        self._module().manual_seed(seed if rank is None else derive_seed(seed, rank=rank, purpose=self.purpose()))

    def capture(self) -> Plain:
        """Return its state."""
        return mersenne.get_bytes(self._generator())

    def check(self, state: Plain) -> str:
        """Look at a state; see ``Generator.check``."""
        if not isinstance(state, bytes):
            raise mersenne.malformed(self.name, "it is not made of bytes")
        if not self.present():
            return "there is no such GPU here"
        # Whether it takes the state can be tried on a generator of its own.
        import torch

        mersenne.put_bytes(torch.Generator(device="mps"), state)
        return ""

    def restore(self, state: Plain) -> None:
        """Set a checked state."""
        assert isinstance(state, bytes)
        mersenne.put_bytes(self._generator(), state)

    def _module(self) -> Any:
        return sys.modules["torch"].mps

    def _generator(self) -> Any:
        return self._module()._get_default_mps_generator()


def _read(name: str, state: Plain) -> tuple[list[bytes], int | None]:
    if not isinstance(state, dict) or set(state) != _FIELDS:
        raise mersenne.malformed(name, "its fields are others")
    states, waiting = state["states"], state["waiting"]
    if not isinstance(states, list | tuple) or not all(type(one) is bytes for one in states):
        raise mersenne.malformed(name, "its devices' states are not bytes")
    if waiting is not None and type(waiting) is not int:
        raise mersenne.malformed(name, "the seed that waits is no number")
    return [one for one in states if isinstance(one, bytes)], waiting


def _waiting_seed(tracker: Any) -> int | None:
    """Return the seed of the latest ``manual_seed_all`` that waits: it is what the function that waits closes over."""
    if not tracker.manual_seed_all_cb:
        return None
    function = tracker.manual_seed_all_cb[0]
    closed = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=False))
    seed = closed["seed"].cell_contents if "seed" in closed else None
    return seed % 2**64 if type(seed) is int else None


def _counted(count: int) -> str:
    return f"{count} device{'s' if count != 1 else ''}"
