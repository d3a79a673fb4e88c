"""A seed for a block: afterwards every generator and every switch is as it was."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from samerun.errors import BadOption
from samerun.state import layers
from samerun.state.current import Current, current, put_back, set_current
from samerun.state.derive import checked_rank, checked_seed
from samerun.state.layers import Layer
from samerun.state.seeds import ask, key_if_imported
from samerun.state.turns import Owner, turn

if TYPE_CHECKING:
    import jax

P = ParamSpec("P")
R = TypeVar("R")

# What a function's code says of itself: CO_GENERATOR, CO_COROUTINE, CO_ITERABLE_COROUTINE, CO_ASYNC_GENERATOR.
_LATER = 0x20 | 0x80 | 0x100 | 0x200


class Seeded:
    """What ``seeded`` returns: for a ``with`` statement, or before a function."""

    def __init__(self, seed: int, deterministic: bool | str, rank: int | None) -> None:
        self._seed = checked_seed(seed)
        self._rank = checked_rank(rank)
        self._deterministic = deterministic
        self._blocks: list[tuple[Layer, Owner]] = []

    def __enter__(self) -> jax.Array | None:
        """Begin; returns a key for ``jax.random`` if JAX is imported."""
        return self._begin(_place(sys._getframe(1)))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give everything back, whatever has happened."""
        self._end()

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """Let each call of ``function`` be a block of its own.

        Raises:
            BadOption: it is a generator, a coroutine or a class: its code runs after the call has ended.
        """
        _refuse_later(function)

        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            self._begin(_definition(function))
            try:
                return function(*args, **kwargs)
            finally:
                self._end()

        return call

    def _begin(self, where: str) -> jax.Array | None:
        owner = turn.take(depth=3)
        try:
            return self._enter(Layer(where=where), owner)
        except BaseException:
            turn.give(owner)
            raise

    def _enter(self, layer: Layer, owner: Owner) -> jax.Array | None:
        layer.held["current"] = functools.partial(_put_back, current())
        layers.add(layer)
        try:
            ask(self._deterministic)
            layers.begin(self._seed, self._rank)
            set_current(seed=self._seed, rank=self._rank)
            key = key_if_imported()
        except BaseException:
            layers.remove(layer)
            raise
        self._blocks.append((layer, owner))
        return key

    def _end(self) -> None:
        layer, owner = self._blocks.pop()
        try:
            layers.remove(layer)
        finally:
            turn.give(owner)


def seeded(seed: int, *, deterministic: bool | str = False, rank: int | None = None) -> Seeded:
    """Seed every library for a block alone.

        with seeded(7):
            noise = torch.randn(3)

    Args:
        seed: as for ``seed_everything``.
        deterministic: as for ``seed_everything``, for the block.
        rank: as for ``seed_everything``.

    Returns:
        For a ``with`` statement, or to stand before a function as a decorator, each call of which is then a block.
        Blocks can be nested; those of other threads wait. At the end, also by an exception, every generator goes on
        from where it was; one whose library was imported inside the block begins as if it had been imported after it.

    Raises:
        BadSeed: the seed or the rank is no such number.
    """
    return Seeded(seed, deterministic, rank)


def _put_back(before: Current) -> None:
    put_back(before)


def _refuse_later(function: object) -> None:
    plain = function
    while isinstance(plain, functools.partial):
        plain = plain.func
    code = getattr(plain, "__code__", None)
    if isinstance(plain, type) or (code is not None and code.co_flags & _LATER):
        raise BadOption(
            f"@seeded() cannot stand before {_name(plain)}: what it returns runs after the call has ended.",
            "Write `with seeded(...):` around the lines that draw.",
            name=_name(plain),
        )


def _name(function: object) -> str:
    return str(getattr(function, "__qualname__", repr(function)))


def _place(frame: FrameType) -> str:
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _definition(function: object) -> str:
    code = getattr(function, "__code__", None)
    return _name(function) if code is None else f"{code.co_filename}:{code.co_firstlineno}"
