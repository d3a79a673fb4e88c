from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from time import perf_counter

import pytest

from samerun.outputs import recognise, yaml_document
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference

Held = Callable[..., Difference]

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "a: &a {x: 1}\n" + "".join(
    f"{name}: &{name}\n  <<: [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def test_recognised_and_not_its_neighbours() -> None:
    assert recognise("c.yaml", b"a: 1").kind == "yaml"
    assert recognise("c.YML", b"a: 1").kind == "yaml"
    assert recognise("model/MLmodel", b"a: 1").kind == "yaml"
    assert not yaml_document.recognises(PurePosixPath("c.json"), b"{}")
    assert not yaml_document.recognises(PurePosixPath("yaml"), b"a: 1")


def test_rewritten_it_is_equivalent(held: Held, comparing: Comparing) -> None:
    found = held("c.yaml", "a: 1\nb: [1, .nan]\n", "# a comment\nb:\n- 1\n- .nan\na: 1\n", comparing)
    assert (found.label, found.verdict, found.children) == ("yaml", "equivalent", ())


def test_its_twin(held: Held, comparing: Comparing) -> None:
    found = held("c.yaml", "a: {lr: 0.1}\nb: 2024-01-01\n", "a: {lr: 0.2}\nb: 2024-01-02\n", comparing)
    assert found.detail == "2 values differ; first: a.lr: 0.1 -> 0.2 (+100 %)"
    assert found.children[1].detail == "2024-01-01 -> 2024-01-02"


def test_several_documents(held: Held, comparing: Comparing) -> None:
    assert held("c.yaml", "a: 1\n---\na: 2\n", "a: 1\n---\na: 3\n", comparing).detail.startswith("[1].a: 2 -> 3")


def test_tags_are_kept_and_nothing_is_built(held: Held, comparing: Comparing, tmp_path: Path) -> None:
    made = tmp_path / "made"
    evil = f'a: !!python/object/apply:os.mkdir ["{made}"]\nb: 1\n'
    assert held("c.yaml", evil, evil.replace("b: 1", "b: 2"), comparing).detail.startswith("b: 1 -> 2")
    assert not made.exists()
    a, b = "p: !!python/tuple [1, 2]\n", "p: !!python/tuple [1, 3]\n"
    assert held("c.yaml", a, b, comparing).detail.startswith("p.value[1]: 2 -> 3")


@pytest.mark.parametrize(
    "hostile",
    [BOMB, MERGES, "a: &a [*a]\n", "[" * 5000, "{a: " * 5000, "a: [", "\x00", "a: b: c", "%", "- *x", "? [a]: 1"],
)
def test_hostile_content_is_compared_by_bytes_and_soon(held: Held, comparing: Comparing, hostile: str) -> None:
    started = perf_counter()
    found = held("c.yaml", "a: 1\n", hostile, comparing)
    assert found.verdict == "different"
    assert "cannot be read as yaml" in found.detail or not hostile
    assert perf_counter() - started < 5


def test_an_empty_file_holds_nothing(held: Held, comparing: Comparing) -> None:
    assert held("c.yaml", "", "a: 1\n", comparing).verdict == "different"
    assert held("c.yaml", "", "# nothing\n", comparing).verdict == "equivalent"


def test_too_large_it_is_compared_by_bytes(held: Held, comparing: Comparing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_document, "LARGEST", 2)
    assert "more than" in held("c.yaml", "a: 1", "a: 2", comparing).detail
