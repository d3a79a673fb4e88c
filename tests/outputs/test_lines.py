from __future__ import annotations

import pytest
from msgspec.structs import replace

from samerun.outputs.comparing import Comparing
from samerun.outputs.lines import compare_line


def test_equal_lines(comparing: Comparing) -> None:
    assert compare_line("line 1", "a", "a", comparing).verdict == "identical"


def test_a_differing_number_has_its_deviation(comparing: Comparing) -> None:
    found = compare_line("line 1", "acc: 0.9361 (2.3s)", "acc: 0.9333 (2.4s)", comparing)
    assert found.detail == "acc 0.9361 -> 0.9333 (-0.3 %)"
    assert found.deviation is not None
    assert found.deviation.max_abs == pytest.approx(0.0028)
    assert [(child.label, child.verdict, bool(child.volatile)) for child in found.children] == [
        ("acc", "different", False),
        ("span", "equivalent", True),
    ]


def test_nan_is_nan_and_no_number_beside_one(comparing: Comparing) -> None:
    found = compare_line("line 1", "loss nan", "loss 0.5", comparing)
    assert found.verdict == "different"
    assert found.deviation is not None
    assert found.deviation.max_abs == 0


def test_other_words(comparing: Comparing) -> None:
    assert compare_line("line 1", "cat 1", "dog 1", comparing).detail == "word cat -> dog"
    assert compare_line("line 1", "cat", "cat and dog", comparing).detail == '"cat" -> "cat and dog"'


def test_a_project_declares_names(comparing: Comparing) -> None:
    declared = replace(comparing, volatile_names=("gpu_power",))
    assert compare_line("line 1", "gpu power: 21.5", "gpu power: 22.5", comparing).verdict == "different"
    assert compare_line("line 1", "gpu power: 21.5", "gpu power: 22.5", declared).verdict == "equivalent"


def test_a_very_long_line_is_not_split(comparing: Comparing) -> None:
    found = compare_line("line 1", "x" * 2_000_000, "x" * 2_000_000 + "y", comparing)
    assert found.detail == "too long to be compared by words"
    assert len(found.a or "") <= 80
