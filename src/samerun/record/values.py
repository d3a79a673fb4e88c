"""The values of a factor and the changes between two of them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from samerun.record.missing import Missing

Json = Any
"""A JSON value: null, bool, int, float, str, list or dict (recursive types slow mypy and msgspec down)."""

Values = dict[str, Json]
"""What one factor was in one run: subject -> value. A subject is what a change is named by: a path, an
option, a variable, a package."""

Reading = Values | Missing
"""What ``Factor.read`` returns: the values, or why there are none."""


class Change(Struct, frozen=True, omit_defaults=True):
    """One difference of one factor between two runs, as fine as it can be set apart."""

    kind: str
    subject: str
    a: Json = None
    b: Json = None
    where: str | None = None
    note: str = ""
