"""The real TensorFlow at each level."""

from __future__ import annotations

import pytest

tensorflow = pytest.importorskip("tensorflow")

from samerun.errors import SetTooLate  # noqa: E402
from samerun.state.determinism import deterministic  # noqa: E402
from samerun.state.switches.tensorflow import TensorFlow  # noqa: E402


def test_a_level_is_in_force_inside_the_block_only() -> None:
    before = TensorFlow().effective()
    with deterministic("strict"):
        assert TensorFlow().effective()["op_determinism"] is True
        tensorflow.random.set_seed(1)
        first = tensorflow.random.uniform([3]).numpy().tolist()
        tensorflow.random.set_seed(1)
        assert tensorflow.random.uniform([3]).numpy().tolist() == first
    assert TensorFlow().effective() == before


def test_threads_cannot_be_pinned_once_an_operation_has_run(monkeypatch: pytest.MonkeyPatch) -> None:
    tensorflow.constant(1.0) + 1
    before = TensorFlow().effective()
    with pytest.raises(SetTooLate):
        deterministic("portable", threads=3)
    assert TensorFlow().effective() == before
