from __future__ import annotations

from typing import Any

import pytest

from samerun.outputs.fingerprints import fingerprint
from samerun.outputs.pickle_records import Bag, Call, Global, Mapping
from samerun.outputs.reading import Unreadable


def same(value: Any) -> Any:
    return value


def of(value: Any) -> bytes:
    return fingerprint(value, same)


def test_equal_values_have_one_print_and_others_have_not() -> None:
    values = [
        1,
        1.0,
        True,
        "1",
        b"1",
        None,
        (1,),
        [1],
        (1, (2,)),
        ((1, 2),),
        Bag([1]),
        Mapping([(1, 2)]),
        Global("a", "b"),
    ]
    assert len({of(value) for value in values}) == len(values)
    assert of(float("nan")) == of(float("nan"))
    assert of(Call(Global("a", "b"), (1,))) == of(Call(Global("a", "b"), (1,)))
    assert of(Call(Global("a", "b"), (1,))) != of(Call(Global("a", "b"), (2,)))


def test_sets_and_dicts_have_no_order() -> None:
    assert of(Bag([1, 2])) == of(Bag([2, 1]))
    assert of(Mapping([("a", 1), ("b", 2)])) == of(Mapping([("b", 2), ("a", 1)]))


def test_what_holds_itself_or_grows_without_end_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    bomb: Any = ()
    for _ in range(30):
        bomb = (bomb, bomb)
    for value in (loop, bomb):
        with pytest.raises(Unreadable):
            of(value)
