"""What the recorder drew is a candidate of its own kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samerun.explain.candidates.drawn import find
from samerun.explain.mixture import Mixture
from samerun.record.run import Run
from samerun.store.objects import Objects

Make = Callable[..., Run]


def entropy(digit: str, **unseeded: str) -> dict[str, Any]:
    return {"entropy": digit * 64, "unseeded": unseeded}


def test_each_library_that_drew_is_one(make_run: Make, objects: Objects) -> None:
    a = make_run(os_entropy=entropy("a", numpy="train.py:3", python=""))
    b = make_run(os_entropy=entropy("b", numpy="train.py:3"))
    found = find(a, b)
    assert [(each.change.kind, each.change.where) for each in found] == [
        ("unseeded-numpy", "train.py:3"),
        ("unseeded-python", None),
    ]
    mixture = Mixture(a, b, objects)
    found[0].take(mixture)
    assert mixture.given["os-entropy"]["of"] == {"numpy": "b" * 64}
    found[1].take(mixture)
    assert set(mixture.given["os-entropy"]["of"]) == {"numpy", "python"}


def test_the_same_entropy_or_none_that_was_used_is_no_change(make_run: Make) -> None:
    same = make_run(os_entropy=entropy("a", numpy=""))
    assert find(same, make_run(os_entropy=entropy("a", numpy=""))) == []
    assert find(make_run(os_entropy=entropy("a")), make_run(os_entropy=entropy("b"))) == []
    assert find(make_run(), make_run()) == []


def test_a_hash_seed_that_was_drawn(make_run: Make, objects: Objects) -> None:
    drawn = [make_run(hash_order={"PYTHONHASHSEED": seed, "found": "unset"}) for seed in "12"]
    (found,) = find(*drawn)
    mixture = Mixture(*drawn, objects)
    found.take(mixture)
    assert (found.change.kind, mixture.given["hash-order"]["PYTHONHASHSEED"]) == ("hash-order", "2")


def test_a_hash_seed_that_somebody_set_is_found_elsewhere(make_run: Make) -> None:
    users = [make_run(hash_order={"PYTHONHASHSEED": seed, "found": seed}) for seed in "12"]
    assert find(*users) == []
