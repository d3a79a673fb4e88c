"""The metrics of a checkpoint as plain numbers."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Mapping
from typing import Any

from samerun.errors import BadOption


def plain_metrics(metrics: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return metrics as Python's own numbers and text.

    Args:
        metrics: None, or numbers by name; arrays and tensors of one element are numbers.

    Raises:
        BadOption: one is neither a number nor text, or they have no names.
    """
    if metrics is not None and not isinstance(metrics, Mapping):
        raise BadOption(f"metrics is a {type(metrics).__qualname__}, no dict.", 'Give metrics={"loss": loss}.')
    return {str(name): _plain(str(name), value) for name, value in (metrics or {}).items()}


def _plain(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    item = getattr(value, "item", None)
    try:
        value = item() if callable(item) else value
    except (RuntimeError, ValueError) as error:
        raise BadOption(f"The metric {name} is not one number.", "Give its mean, or each under its name.") from error
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value)
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise BadOption(f"The metric {name} is a {type(value).__qualname__}, no number.", "Give a number.") from error


def warn_if_missing(wanted: str | None, metrics: Mapping[str, Any], *, stacklevel: int) -> None:
    """Say so where metrics were given, but not the one that the best checkpoint is known by."""
    if wanted is None or not metrics or wanted in metrics:
        return
    near = difflib.get_close_matches(wanted, metrics, 1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(sorted(metrics)[:10])}."
    warnings.warn(
        f"keep_best={wanted!r} is not among the metrics, so this checkpoint cannot become the best. {hint}",
        stacklevel=stacklevel,
    )
