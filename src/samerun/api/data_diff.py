"""``diff`` of data: apart from its sisters, as it loads what compares every type of file."""

from __future__ import annotations

from samerun.api.data import data_cache
from samerun.data.differing import DataDiff, diff
from samerun.data.identity import Progress


def diff_data(
    a: str, b: str, *, details: bool = True, quick: bool = False, progress: Progress | None = None
) -> DataDiff:
    """Compare two folders, files or locks; see ``samerun.data.diff``."""
    return diff(a, b, details=details, quick=quick, cache=data_cache(), progress=progress)
