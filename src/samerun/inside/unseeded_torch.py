"""torch: its hidden generators on the processor and on accelerators, and ``torch.seed()``.

The processor's is seeded by torch from the operating system when it is imported; seeding it again at that moment is
the same as if torch had drawn the other number. Accelerators are seeded when the program first uses them, each with a
number of its own, as torch does; the call that waits for that costs nothing where there are none. Out of reach:
``torch.Generator().seed()``.

torch's own functions are left as they are, so who draws first is known only where a layer begins with its weights: a
look at ``torch.nn.init`` for one of its functions is noted, and that the generator has moved is seen at the next look.
What else draws is known by the end of the process, without a line.
"""

from __future__ import annotations

import sys

from . import drawn, entropy, frames, imports, seeding, standins

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable, Mapping, Optional

SOURCE = "torch"
_BITS = 64
_ACCELERATORS = ("cuda", "xpu")
_CONSTANT = frozenset(["constant_", "dirac_", "eye_", "ones_", "zeros_"])


_Module: Any = type(sys)


class _Watch:
    """Looks whether the processor's hidden generator has moved, until it has or the program has seeded it."""

    def __init__(self, torch: Any) -> None:
        self._torch = torch
        self._generator = torch.default_generator
        self._first = self._generator.initial_seed()
        self._state = self._digest()
        self._asker: Optional[frames.Asker] = None
        self._attended: Any = None

    def attend(self, module: Any) -> None:
        """Note who looks for the functions of ``module`` that draw: a class of its own gives the module a say."""
        names = [name for name in vars(module) if name.endswith("_") and name[0] != "_" and name not in _CONSTANT]
        doors = {name: _Door(name, self) for name in names}
        module.__class__ = type("module", (_Module,), {**doors, "__reduce_ex__": _by_name})
        self._attended = module

    def look(self, frame: FrameType) -> bool:
        """Judge what happened since the last look, and note who looks now.

        Returns:
            Whether it is the import of a library that does, so that what it draws is to be passed over.
        """
        self._asker, asker = None, self._judge(frame)
        if asker is not None and not asker.importing and asker.rooted:
            self._asker = asker
        return asker is not None and bool(asker.importing)

    def _judge(self, frame: FrameType) -> Optional[frames.Asker]:
        try:
            if self.moved():
                drawn.tell(SOURCE)
            if not drawn.is_told(SOURCE) and not self._seeded():
                return None if _only_names(frame) else frames.asker(frame)
            self._attended.__class__ = _Module
        except Exception as error:  # the edge to the user's program
            standins.report("drawn " + SOURCE, error)
        return None

    def moved(self) -> bool:
        """Return whether somebody has drawn whose line is not known; a line that is known is told."""
        if self._seeded() or self._digest() == self._state:
            return False
        if self._asker is None:
            return True
        drawn.tell(SOURCE, self._asker.file, self._asker.line)
        return False

    def passed_over(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``function`` for a library's import: what it draws there does not count."""

        def draw(*args: Any, **kwargs: Any) -> Any:
            importing = self.look(sys._getframe(1))
            value = function(*args, **kwargs)
            if importing:
                self._state = self._digest()
            return value

        return standins.look_like(draw, function)

    def _seeded(self) -> bool:
        return bool(self._generator.initial_seed() != self._first)

    def _digest(self) -> int:
        # torch has imported it already.
        import ctypes

        # Nothing that the program put between itself and torch (modes, fake tensors) may see an operation of ours.
        with self._torch._C.DisableTorchFunction():
            state = self._generator.get_state()
            return hash(ctypes.string_at(state.data_ptr(), state.numel()))


class _Door:
    """An attribute of a module that notes who looks for it; it is kept, set and deleted where it ever was."""

    def __init__(self, name: str, watch: _Watch) -> None:
        self._name = name
        self._watch = watch

    def __get__(self, module: Any, owner: Any = None) -> Any:
        if module is None or self._name not in vars(module):
            raise AttributeError(self._name)
        function = vars(module)[self._name]
        return self._watch.passed_over(function) if self._watch.look(sys._getframe(1)) else function

    def __set__(self, module: Any, value: Any) -> None:
        vars(module)[self._name] = value

    def __delete__(self, module: Any) -> None:
        if vars(module).pop(self._name, self) is self:
            raise AttributeError(self._name)


def _by_name(module: Any, protocol: Any) -> Any:
    """Return how pickle finds the module again: cloudpickle knows modules by their class."""
    # Whoever pickles a module has imported this.
    from importlib import import_module

    return import_module, (module.__name__,)


def _only_names(frame: FrameType) -> bool:
    """Return whether ``frame`` only imports the function by its name."""
    codes: Any = sys.modules.get("opcode")
    return codes is not None and frame.f_code.co_code[frame.f_lasti] == codes.opmap["IMPORT_FROM"]


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
    watch = _Watch(torch)
    drawn.watch(SOURCE, watch.moved)
    initial = sys.modules.get("torch.nn.init")
    if type(initial) is type(sys):
        watch.attend(initial)


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
