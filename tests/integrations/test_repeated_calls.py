"""A function called in fresh processes: what is asked for, what is refused, and what a failing test is told."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from samerun.errors import BadOption
from samerun.integrations.repeated_calls import Call, Limits, check_call, complaint
from samerun.record.cause import Cause, Check, Sensitivity


def steady(value: int = 1) -> int:
    return value


def test_the_command_names_the_function_and_what_it_is_given() -> None:
    order = json.loads(Call(steady, (2,), {"value": 3}).command()[-1])
    assert order["function"] == "steady"
    assert os.path.samefile(order["file"], __file__)
    assert (order["args"], order["kwargs"]) == ([2], {"value": 3})
    assert "" not in order["path"]


def test_what_another_process_cannot_find_is_refused() -> None:
    def inner() -> None:
        """Do nothing."""

    for function in (inner, lambda: 1):
        with pytest.raises(BadOption, match="cannot be called in another process"):
            Call(function, (), {}).command()
    with pytest.raises(BadOption, match="cannot be handed"):
        Call(steady, (object(),), {}).command()


@pytest.mark.parametrize(("times", "vary", "words"), [(1, None, "in 1 calls"), (2, ["moon"], "no condition 'moon'")])
def test_what_means_nothing_is_refused(tmp_path: Path, times: int, vary: list[str] | None, words: str) -> None:
    with pytest.raises(BadOption, match=words):
        check_call(Call(steady, (), {}), tmp_path, times=times, vary=vary, tolerances=(0.0, 0.0), limits=Limits())


CALL = Call(steady, (), {})
CAUSE = Cause("hash-order", "PYTHONHASHSEED", "train.py:3", "they differ", "sort it")
NEAR = Sensitivity("thread-count", "train.py:4", "by rounding", "fix it", "OMP_NUM_THREADS", True)
FAR = Sensitivity("clock", None, "another day", "keep it out", "")


def test_a_function_that_repeats_itself_has_no_complaint() -> None:
    assert complaint(CALL, Check(True, True)) == ""
    assert complaint(CALL, Check(True, True, sensitive_to=(NEAR,))) == ""


def test_a_cause_is_told_with_its_line_and_advice() -> None:
    message = complaint(CALL, Check(False, True, (CAUSE,), (NEAR,)))
    assert message.splitlines() == [
        "steady does not repeat itself",
        "  hash-order (PYTHONHASHSEED) at train.py:3",
        "    they differ",
        "    do: sort it",
    ]


def test_what_ought_not_to_matter_and_does_is_told() -> None:
    message = complaint(CALL, Check(True, True, (), (FAR,)))
    assert message.startswith("steady repeats itself, but its result depends on what ought not to matter\n  clock\n")


def test_a_difference_without_a_cause_is_a_complaint_too() -> None:
    message = complaint(CALL, Check(False, False, notes=("With all held still it does not agree with itself.",)))
    assert message == "steady does not repeat itself\nWith all held still it does not agree with itself."
