"""Errors carry their facts, a sentence and the next step."""

from __future__ import annotations

import inspect

import pytest

from samerun import errors
from samerun.errors import Fault, SamerunError, UnknownRun

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, SamerunError) and kind.__module__ == errors.__name__
]


def test_the_sentence_and_the_next_step_are_read_together() -> None:
    error = UnknownRun("No run is called x.", "`samerun ls` lists them.", text="x")
    assert str(error) == "No run is called x. `samerun ls` lists them."
    assert (error.sentence, error.next_step, error.facts) == (
        "No run is called x.",
        "`samerun ls` lists them.",
        {"text": "x"},
    )


def test_without_a_next_step_the_sentence_stands_alone() -> None:
    assert str(SamerunError("The disk is gone.")) == "The disk is gone."


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_the_user_can_mend_ends_with_2_and_is_in_the_picture(kind: type[SamerunError]) -> None:
    assert kind.exit_code == 2
    assert errors.__doc__ is not None
    assert kind.__name__ in errors.__doc__
    assert kind.__doc__


def test_a_fault_is_no_error_of_the_user() -> None:
    assert Fault.exit_code == 3
    assert not issubclass(Fault, SamerunError)
