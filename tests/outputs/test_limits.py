from __future__ import annotations

from pathlib import Path

import pytest

from samerun.outputs.limits import MEGABYTE, check_size
from samerun.outputs.reading import Unreadable


def test_a_file_beyond_the_limit_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with path.open("wb") as file:
        file.truncate(3 * MEGABYTE)
    check_size(path, 3 * MEGABYTE)
    with pytest.raises(Unreadable, match="3 MB is more than the 2 MB"):
        check_size(path, 2 * MEGABYTE)
