"""Fingerprints: equal for equal values, in whatever process; nothing of the program's is called."""

from __future__ import annotations

import collections
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from samerun.inside.tracing import fingerprints
from samerun.inside.tracing.fingerprints import fingerprint


def content(value: Any) -> int:
    return fingerprint(value)[0]


def order(value: Any) -> int:
    return fingerprint(value)[1]


class Hostile:
    """Whatever is asked of it, it fails."""

    def __init__(self, held: object) -> None:
        object.__setattr__(self, "held", held)

    def fail(self, *arguments: object) -> Any:
        raise AssertionError("the program's own code was called")

    __repr__ = __str__ = __len__ = __iter__ = __next__ = __bool__ = __hash__ = __eq__ = fail
    __getattribute__ = __getattr__ = __reduce__ = __copy__ = __call__ = __contains__ = __getitem__ = fail


def test_an_object_is_what_it_holds_and_is_never_asked() -> None:
    assert content(Hostile(1)) == content(Hostile(1)) != content(Hostile(2))
    assert content([Hostile((1, Hostile("a")))]) != content([Hostile((1, Hostile("b")))])


class Slotted:
    __slots__ = ("a", "b")


def test_slots_count_and_unset_ones_do_not() -> None:
    one, other = Slotted(), Slotted()
    assert content(one) == content(other)
    other.a = 1  # type: ignore[attr-defined]
    assert content(one) != content(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (0.0, -0.0),
        (1, 1.0),
        (1, True),
        ("a", b"a"),
        ((1, 2), [1, 2]),
        (float("nan"), float("inf")),
        ([1, [2]], [[1], 2]),
        ("1", 1),
        ({"a": 1}, {"a": 2}),
        ({1, 2}, {1, 3}),
        (range(3), range(4)),
        (ValueError("a"), ValueError("b")),
        (bytearray(b"a"), bytearray(b"b")),
        (collections.OrderedDict(a=1), collections.OrderedDict(a=2)),
        (collections.deque([1]), collections.deque([2])),
        (len, print),
        (int, str),
        (None, ()),
    ],
)
def test_values_that_differ_have_other_fingerprints(one: object, other: object) -> None:
    assert content(one) != content(other)


def test_the_order_of_sets_and_dictionaries_stands_apart() -> None:
    one, other = {"a": 1, "b": {1: 2, 3: 4}}, {"b": {3: 4, 1: 2}, "a": 1}
    assert content(one) == content(other)
    assert order(one) != order(other)
    assert order([1, 2]) == content([1, 2])


PLAIN = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=5) | some.binary(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=60)
@given(PLAIN, PLAIN)
def test_equal_by_bits_is_equal_by_fingerprint(one: object, other: object) -> None:
    assert (content(one) == content(other)) == (canonical(one) == canonical(other))


def canonical(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(sorted(f"{key!r}:{canonical(each)}" for key, each in value.items())) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return repr(value)


def test_what_holds_itself_ends() -> None:
    one: list[Any] = [1]
    one.append(one)
    other: list[Any] = [2]
    other.append(other)
    assert content(one) != content(other)
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    assert content(deep)


def test_much_is_cut_by_number_and_not_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprints, "MOST_NODES", 100)
    assert content([(number,) for number in range(300)]) == content([(number,) for number in range(300)])
    assert content([(number,) for number in range(300)]) != content([(number,) for number in range(301)])


class Held:
    """An object that can lie in a set, at an address of its own."""

    def __init__(self, size: int) -> None:
        self.items = [(number, size) for number in range(size)]
        self.neighbours: set[Held] = set()


def test_what_is_cut_off_does_not_depend_on_the_order_of_a_set_or_a_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprints, "MOST_NODES", 300)
    held = [Held(size) for size in (3, 200, 2, 4, 5, 1)]
    one = {str(number): each for number, each in enumerate(held)}
    other = dict(reversed(one.items()))
    assert content(one) == content(other)
    assert order(one) != order(other)
    held[1].items[60] = (0, 0)  # of the large ones more is seen than their share, since the small ones leave much
    assert content(one) != content(other | {"1": Held(200)})


def test_many_objects_that_know_one_another_in_sets_are_taken_in_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = [Held(1) for _ in range(1500)]
    for number, each in enumerate(nodes):
        nodes[0].neighbours.add(each)
        each.neighbours |= {nodes[number * 7 % 1500], nodes[0]}
    calls: list[int] = []
    monkeypatch.setattr(fingerprints.Builder, "feed", _counted(fingerprints.Builder.feed, calls))
    fingerprint(nodes[0])
    assert len(calls) < 4 * fingerprints.MOST_NODES


def _counted(feed: Any, calls: list[int]) -> Any:
    def count(builder: Any, value: Any) -> None:
        calls.append(1)
        feed(builder, value)

    return count


def test_subclasses_of_builtins_are_read_past_their_own_methods() -> None:
    class Names(list[str]):
        def __iter__(self) -> Any:
            raise AssertionError

    class Count(dict[str, int]):
        def items(self) -> Any:
            raise AssertionError

    class Text(str):
        def __repr__(self) -> str:
            raise AssertionError

    assert content(Names(["a"])) != content(Names(["b"]))
    assert content(Count(a=1)) != content(Count(a=2))
    assert content(Text("a")) != content(Text("b"))


def test_generators_and_iterators_are_left_where_they_are() -> None:
    numbers = iter([1, 2, 3])
    squares = (number * number for number in range(3))
    for each in (numbers, squares, map(str, [1])):
        content(each)
    assert list(numbers) == [1, 2, 3]
    assert list(squares) == [0, 1, 4]


SHOWN = """
import sys
sys.path[:0] = [{source!r}]
from samerun.inside.tracing.fingerprints import fingerprint
class A:
    pass
a = A()
a.x, a.names, a.f = 1.5, {{"a", "b", "c", "d"}}, print
print(fingerprint([a, A, lambda: 0, {{"k": (1, 2)}}, object(), frozenset("xyz"), sys])[0])
"""


def test_other_processes_and_addresses_give_the_same() -> None:
    script = SHOWN.format(source=str(Path(fingerprints.__file__).parents[3]))
    shown = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(shown) == 1
