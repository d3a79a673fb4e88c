"""torch: its hidden generators on the processor and on accelerators, and ``torch.seed()``.

The processor's is seeded by torch from the operating system when it is imported; seeding it again at that moment is
the same as if torch had drawn the other number. Accelerators are seeded when the program first uses them, each with a
number of its own, as torch does; the call that waits for that costs nothing where there are none. Out of reach:
``torch.Generator().seed()``.
"""

from __future__ import annotations

from . import drawn, entropy, imports, seeding, standins

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Mapping

SOURCE = "torch"
_BITS = 64
_ACCELERATORS = ("cuda", "xpu")


def install(environment: Mapping[str, str]) -> None:
    """Supply from now on, as soon as the program imports ``torch``."""
    imports.when_imported("torch", _attach)


def _attach(torch: Any) -> None:
    _wrap_seed(torch)
    if seeding.applies():
        torch.manual_seed(seeding.number())
        return
    _supply(torch)


def _supply(torch: Any) -> None:
    generator = torch.default_generator
    number = entropy.draw(SOURCE, _BITS)
    if number is not None:
        generator.manual_seed(number)
        for name in _ACCELERATORS:
            _supply_when_used(getattr(torch, name, None), name)
    first, before = generator.initial_seed(), generator.get_state()
    drawn.watch(SOURCE, lambda: generator.initial_seed() == first and not torch.equal(generator.get_state(), before))


def _supply_when_used(device: Any, name: str) -> None:
    # Not device.manual_seed_all: it gives every device the same number, and formats a traceback.
    waiting = getattr(device, "_lazy_seed_tracker", None)
    if waiting is None:
        return

    def seed_each() -> None:
        for generator in device.default_generators:
            number = entropy.draw("%s.%s" % (SOURCE, name), _BITS)
            if number is not None:
                generator.manual_seed(number)

    waiting.queue_seed_all(seed_each, [])


def _wrap_seed(torch: Any) -> None:
    original = torch.random.seed

    def seed() -> int:
        number = entropy.draw(SOURCE, _BITS)
        if number is None:
            return int(original())
        torch.manual_seed(number)
        return number

    torch.random.seed = torch.seed = standins.look_like(seed, original)
