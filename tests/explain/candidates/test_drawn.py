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


def test_what_either_run_drew_is_one_and_the_first_runs_line_counts(make_run: Make) -> None:
    a = make_run(os_entropy=entropy("a", torch="train.py:3"))
    b = make_run(os_entropy=entropy("b", torch="train.py:9", jax="train.py:5"))
    assert [(each.change.kind, each.change.where, each.change.note) for each in find(a, b)] == [
        ("unseeded-jax", "train.py:5", "drawn unseeded"),
        ("unseeded-torch", "train.py:3", "drawn unseeded"),
    ]


def test_a_run_that_knows_of_no_entropy_is_another_one(make_run: Make, objects: Objects) -> None:
    a, b = make_run(os_entropy=entropy("a", numpy="train.py:3")), make_run(os_entropy={"missing": "cut"})
    (found,) = find(a, b)
    mixture = Mixture(a, b, objects)
    found.take(mixture)
    assert mixture.given["os-entropy"]["of"] == {"numpy": ""}


def test_taking_leaves_the_runs_as_they_are(make_run: Make, objects: Objects) -> None:
    runs = [make_run(os_entropy=entropy(digit, numpy="")) for digit in "ab"]
    mixture = Mixture(runs[0], runs[1], objects)
    for each in find(*runs):
        each.take(mixture)
    assert runs[0].factors["os-entropy"] == entropy("a", numpy="")


def test_the_same_hash_seed_or_one_that_a_single_run_set_is_none(make_run: Make) -> None:
    unset = make_run(hash_order={"PYTHONHASHSEED": "1", "found": "unset"})
    for other in ({"PYTHONHASHSEED": "1", "found": "unset"}, {"PYTHONHASHSEED": "2", "found": "2"}, {}):
        assert find(unset, make_run(hash_order=other)) == []
