"""A stand-in is taken for the builtin it replaces."""

from __future__ import annotations

import copy
import inspect
import os
import pickle
import types
from typing import Any

from samerun.inside import standins


def place() -> types.ModuleType:
    module = types.ModuleType("posix")
    module.getpid = os.getpid  # type: ignore[attr-defined]
    return module


def test_it_calls_the_action_with_the_original_and_the_arguments() -> None:
    module = types.ModuleType("m")
    module.max = max  # type: ignore[attr-defined]
    standins.replace("max", lambda original, *numbers: original(*numbers) + 1, module)
    assert module.max(1, 5, 3) == 6


def test_it_is_no_method_when_a_class_keeps_it() -> None:
    module = place()
    standins.replace("getpid", lambda original: original(), module)
    holder = type("Holder", (), {"pid": module.getpid})
    assert holder().pid() == os.getpid()


def test_it_equals_hashes_and_shows_as_the_original() -> None:
    module = place()
    standins.replace("getpid", lambda original: 0, module)
    assert module.getpid == os.getpid
    assert module.getpid in {os.getpid}
    assert repr(module.getpid) == repr(os.getpid)
    assert inspect.signature(module.getpid) == inspect.signature(os.getpid)


def test_it_is_copied_and_pickled_by_the_originals_name() -> None:
    module = place()
    standins.replace("getpid", lambda original: 0, module)
    assert module.getpid.__reduce__() == "getpid"
    assert module.getpid.__module__ == os.getpid.__module__
    assert copy.deepcopy(module.getpid) is module.getpid
    assert pickle.loads(pickle.dumps(os.getpid)) is os.getpid


def test_all_modules_get_one_and_the_same_and_one_without_it_is_passed_over() -> None:
    first, second, third = place(), place(), types.ModuleType("third")
    standins.replace("getpid", lambda original: 0, third, first, second)
    assert first.getpid is second.getpid
    assert not hasattr(third, "getpid")


def test_a_function_looks_like_the_one_it_replaces() -> None:
    def original(a: int, b: int = 2) -> int:
        """Add."""
        return a + b

    def replacement(a: int, b: int = 2) -> int:
        return a - b

    looking = standins.look_like(replacement, original)
    assert (looking.__qualname__, looking.__doc__) == (original.__qualname__, "Add.")
    assert inspect.signature(looking) == inspect.signature(original)


def test_a_wire_steps_aside_and_in_again() -> None:
    told: list[object] = []

    def action(original: Any, *given: Any) -> Any:
        told.append(given)
        return original(*given)

    numbers = [3, 1]
    wire = standins.wire(numbers.append, action)
    other = standins.wire(numbers.count, action)
    wire(5)
    wire.step_aside()
    wire(6)
    assert other(5) == 1
    wire.step_in()
    wire(7)
    assert numbers == [3, 1, 5, 6, 7]
    assert told == [(5,), (5,), (7,)]


def test_a_wire_for_a_function_is_no_method_and_is_found_again() -> None:
    wire = standins.wire(os.getpid, lambda original, *given: original(*given))
    for _ in range(2):
        assert wire() == os.getpid()
        assert pickle.loads(pickle.dumps(wire)) is os.getpid
        wire.step_aside()


def test_a_wire_is_copied_and_pickled_as_the_method() -> None:
    numbers = [3, 1]
    wire = standins.wire(numbers.count, lambda original, *given: original(*given))
    assert copy.copy(wire) is copy.deepcopy(wire) is wire
    assert pickle.loads(pickle.dumps(wire))(1) == 1
    assert wire.__self__ is numbers
    assert (wire == numbers.count, hash(wire), repr(wire)) == (True, hash(numbers.count), repr(numbers.count))
