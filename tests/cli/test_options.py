"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
import pytest

from samerun.cli.options import tolerance

NOTHING = click.Argument(["run"])


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_what_is_no_tolerance(value: float) -> None:
    with pytest.raises(click.BadParameter):
        tolerance(click.Context(click.Command("diff")), NOTHING, value)


def test_what_is_a_tolerance(samerun: Callable[..., Any]) -> None:
    assert tolerance(click.Context(click.Command("diff")), NOTHING, 1e-6) == 1e-6
