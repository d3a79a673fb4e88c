"""A run's readings, as they come from a record."""

from __future__ import annotations

from typing import Any

import pytest

from samerun.record.missing import Missing
from samerun.record.run import Place, Run


def run(**facts: Any) -> Run:
    return Run("id", "n", ["a"], Place("/t", "/t/c"), facts.pop("status", "finished"), 1.0, **facts)


def test_values_are_returned_as_they_are() -> None:
    assert run(factors={"seed": {"--seed": 1}}).reading("seed") == {"--seed": 1}
    assert run(factors={"seed": {}}).reading("seed") == {}


@pytest.mark.parametrize("stored", [{"missing": "because"}, Missing("because")])
def test_a_missing_reading_keeps_its_reason(stored: object) -> None:
    assert run(factors={"seed": stored}).reading("seed") == Missing("because")


def test_a_factor_of_another_time_is_missing() -> None:
    assert isinstance(run().reading("seed"), Missing)


def test_a_variable_called_missing_is_no_missing_reading() -> None:
    values = {"missing": {"missing": "not set"}, "other": "1"}
    assert run(factors={"environment-variable": values}).reading("environment-variable") == values


def test_where_it_was_started_and_whether_it_ended() -> None:
    assert run().cwd == "/t/c"
    assert run().ended
    assert not run(status="running").ended
