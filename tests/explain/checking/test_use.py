"""What a run was seen to use, and what can matter therefore."""

from __future__ import annotations

from typing import Any

import pytest

from samerun.explain.checking.use import Use, watched_kinds, watching
from samerun.inside.conditions.asked import WATCH
from tests.explain.checking.world import run_of


def use(**factors: Any) -> Use:
    return Use(run_of(1, factors=factors))


def seen(*places: str) -> dict[str, Any]:
    return {"places": list(places)}


def test_lines_are_named_below_the_projects_folder_and_once() -> None:
    found = use(**{"unseeded-numpy": seen("/p/train.py:3", "/q/other.py:1", "/p/train.py:3", "")})
    assert found.places("unseeded-numpy") == ["train.py:3", "/q/other.py:1"]


def test_what_other_libraries_draw_is_the_systems_entropy() -> None:
    found = use(**{"os-entropy": {"entropy": "", "unseeded": {"polars": "/p/a.py:2", "numpy": "/p/a.py:3"}}})
    assert found.places("os-entropy") == ["a.py:2"]
    assert found.is_used("os-entropy")
    assert found.is_used("unseeded-numpy")
    assert not found.is_used("unseeded-torch")


@pytest.mark.parametrize("kind", ["listing-order", "clock", "process-id", "unseeded-torch", "uninitialised-memory"])
def test_what_was_not_seen_to_be_used_cannot_matter(kind: str) -> None:
    assert not use().can_matter(kind)
    assert use(**{kind: seen("a.py:1")}).can_matter(kind)


def test_addresses_matter_without_a_line_that_asks() -> None:
    assert use().can_matter("memory-address")
    assert not use(**{"memory-address": seen("a.py:1")}).has_sites("memory-address")
    assert use().has_sites("clock")
    assert not use().has_sites("hash-order")


@pytest.mark.parametrize(
    ("kind", "package"), [("thread-count", "numpy"), ("instruction-set", "torch"), ("nondeterministic-kernel", "torch")]
)
def test_compiled_code_must_have_been_imported(kind: str, package: str) -> None:
    assert not use(package={package: {"version": "1"}}).can_matter(kind)
    assert use(package={package: {"version": "1", "imported": True}}).can_matter(kind)


def test_the_network_matters_where_something_was_spoken_to() -> None:
    assert not use(network={}).can_matter("network")
    assert use(network={"example.org:443": "connected"}).can_matter("network")


def test_guesses_go_from_what_was_seen_to_everything() -> None:
    found = use(
        **{
            "os-entropy": {"entropy": "", "unseeded": {"numpy": "/p/a.py:3"}},
            "clock": seen("a.py:1"),
            "listing-order": seen("a.py:2"),
        }
    )
    recorded = found.guesses(repeats_recorded=True)
    assert recorded[0] == ["unseeded-numpy"]
    assert recorded[1] == ["unseeded-numpy", "hash-order"]
    assert recorded[-1] == [kind for kind in recorded[-1] if kind != "completion-order"]
    assert {"clock", "listing-order", "memory-address"} <= set(recorded[-1])
    assert found.guesses(repeats_recorded=False)[0] == ["listing-order", "clock"]


def test_completion_stands_before_the_generator_that_only_makes_workers_wait() -> None:
    factors: dict[str, Any] = {
        "os-entropy": {"entropy": "", "unseeded": {"python": "/p/a.py:3"}},
        "completion-order": seen("a.py:9"),
    }
    assert use(**factors).guesses(repeats_recorded=True)[0] == ["completion-order", "unseeded-python"]


def test_watching_leaves_the_recorded_values_as_they_are() -> None:
    given = watching(run_of(1, factors={"os-entropy": {"entropy": "ab" * 32, "unseeded": {}}}))
    assert set(given) == set(watched_kinds())
    assert {values["mode"] for values in given.values()} == {WATCH}
    assert given["os-entropy"]["entropy"] == "ab" * 32
    assert "trace" not in given


def test_while_a_race_is_followed_all_is_steady_but_what_sets_its_pace() -> None:
    found = use(**{"os-entropy": {"entropy": "ab", "unseeded": {}, **seen("a.py:1")}, "clock": seen("a.py:2")})
    assert {"os-entropy", "hash-order"} <= set(found.steady("completion-order"))
    assert not {"clock", "completion-order", "memory-address"} & set(found.steady("completion-order"))


def test_a_library_without_a_kind_of_its_own_is_known_by_its_line() -> None:
    found = use(**{"os-entropy": {"entropy": "", "unseeded": {"polars": "/p/a.py:2", "numpy": "/p/a.py:3"}}})
    assert found.library_at("os-entropy", "a.py:2") == "polars"
    assert found.library_at("os-entropy", "a.py:3") == ""
    assert found.library_at("os-entropy", None) == found.library_at("clock", "a.py:2") == ""
