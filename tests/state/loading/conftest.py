"""What every test of the loader's parts leaves as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from samerun.state.current import current, put_back
from samerun.state.loading.reseeding import capture_global_generators, restore_global_generators


@pytest.fixture(autouse=True)
def _given_back() -> Iterator[None]:
    under, states = current(), capture_global_generators()
    yield
    restore_global_generators(states)
    put_back(under)
