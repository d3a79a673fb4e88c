from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import PurePosixPath

import pytest

from samerun.outputs import json_document, recognise
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference

Held = Callable[..., Difference]


@pytest.mark.parametrize("name", ["m.json", "M.JSON", "a/b.geojson"])
def test_recognised(name: str) -> None:
    assert recognise(name, b"{").kind == "json"


@pytest.mark.parametrize("name", ["m.jsonl", "m.ipynb", "m.yaml", "m.txt", "json"])
def test_neighbours_are_not_recognised(name: str) -> None:
    assert not json_document.recognises(PurePosixPath(name), b"{}")


def test_rewritten_it_is_equivalent(held: Held, comparing: Comparing) -> None:
    document = {"b": [1.5, None, True, "é", 10**30, float("nan"), float("inf")], "a": {"x": -0.0}}
    again = json.dumps(document, indent=4, sort_keys=True, ensure_ascii=False) + "\n"
    found = held("m.json", json.dumps(document), "\ufeff" + again, comparing)
    assert (found.label, found.verdict, found.children) == ("json", "equivalent", ())


def test_its_twin(held: Held, comparing: Comparing) -> None:
    found = held("m.json", '{"m": {"acc": 0.9361, "t": [1, 2]}}', '{"m": {"acc": 0.9333, "t": [1, 2]}}', comparing)
    assert (found.verdict, found.detail) == ("different", "m.acc: 0.9361 -> 0.9333 (-0.3 %)")


def test_exactness(held: Held, comparing: Comparing) -> None:
    assert held("m.json", "[9007199254740993]", "[9007199254740992]", comparing).verdict == "different"
    assert held("m.json", "[0.1]", "[0.10000000000000002]", comparing).verdict == "different"
    assert held("m.json", "[1]", "[1.0]", comparing).detail == "[0]: 1 -> 1.0 (the same number, int and float)"
    assert held("m.json", "[1.0]", "[1.00]", comparing).verdict == "equivalent"


def test_a_repeated_key_is_not_lost(held: Held, comparing: Comparing) -> None:
    found = held("m.json", '{"a": 1, "a": 2}', '{"a": 1}', comparing)
    assert found.detail == "a (2): only in the first"


def test_documents_on_lines_are_read_as_such(held: Held, comparing: Comparing) -> None:
    assert held("m.json", '{"a": 1}\n{"a": 2}\n', '{"a": 1}\n{"a": 3}\n', comparing).detail.startswith("[1].a: 2 -> 3")


@pytest.mark.parametrize("broken", ["", "{", '{"a": ', "nonsense", "[" * 100_000, "\x00", b"\xff\xfe\xfa", "9" * 5000])
def test_broken_it_is_compared_by_bytes(held: Held, comparing: Comparing, broken: str | bytes) -> None:
    found = held("m.json", "{}", broken, comparing)
    assert found.verdict == "different"
    assert found.detail.startswith("the second file cannot be read as json: ")
    assert found.detail.isprintable()


def test_too_large_it_is_compared_by_bytes(held: Held, comparing: Comparing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_document, "LARGEST", 5)
    assert "more than" in held("m.json", "[1, 2, 3]", "[1, 2, 4]", comparing).detail
