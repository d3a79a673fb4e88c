from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

import pytest

from samerun.outputs import json_lines, recognise
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference

Held = Callable[..., Difference]


def test_recognised_and_not_its_neighbours() -> None:
    assert recognise("m.jsonl", b"{").kind == "jsonl"
    assert recognise("m.ndjson", b"{").kind == "jsonl"
    assert not json_lines.recognises(PurePosixPath("m.json"), b"{}")
    assert not json_lines.recognises(PurePosixPath("m.log"), b"{}")


def test_rewritten_it_is_equivalent(held: Held, comparing: Comparing) -> None:
    found = held("m.jsonl", '{"a":1,"b":NaN}\n{"a":2}\n', '{"b": NaN, "a": 1}\r\n\r\n{"a": 2}', comparing)
    assert (found.label, found.verdict, found.children) == ("jsonl", "equivalent", ())


def test_its_twin(held: Held, comparing: Comparing) -> None:
    rows = [f'{{"step": {step}, "loss": {step / 8}, "time": {step / 4}}}' for step in range(20)]
    other = [row.replace("0.375", "0.5") for row in rows]
    found = held("m.jsonl", "\n".join(rows), "\n".join(other), comparing)
    assert found.verdict == "different"
    assert found.detail == "1 of 20 rows differs; first: row 4: loss: 0.375 -> 0.5 (+33 %)"
    assert found.deviation is not None
    assert (found.deviation.where, found.deviation.max_abs) == ("row 4", 0.125)


def test_volatile_fields(held: Held, comparing: Comparing) -> None:
    a, b = '{"loss": 1, "timestamp": 1718000001.5}\n', '{"loss": 1, "timestamp": 1718100001.5}\n'
    found = held("m.jsonl", a, b, comparing)
    assert found.verdict == "equivalent"
    assert [node.label for node in found.ignored()] == ["timestamp"]


def test_rows_that_one_side_lacks_and_torn_rows(held: Held, comparing: Comparing) -> None:
    found = held("m.jsonl", '{"a": 1}\n', '{"a": 1}\n{"a": 2}\n{"a"', comparing)
    assert found.detail.startswith("1 -> 3 rows; 2 of 3 rows differ; first: row 2: only in the second")
    assert held("m.jsonl", '{"a": 1}\n{"a"', '{"a": 1}\n{"b"', comparing).verdict == "different"


@pytest.mark.parametrize("hostile", [b"\xff\xfe\x00", b"\x00", b"[" * 50_000 + b"\n"])
def test_hostile_content_is_a_difference(held: Held, comparing: Comparing, hostile: bytes) -> None:
    assert held("m.jsonl", b'{"a": 1}\n', hostile, comparing).verdict == "different"
    assert held("m.jsonl", b"", hostile, comparing).verdict == "different"
