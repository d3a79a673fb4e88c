"""TensorFlow's switches, against a stand-in that has its functions; the real one is tried in its own environment."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from samerun.errors import SetTooLate
from samerun.state.switches import tensorflow as subject
from samerun.state.switches.switch import Asked
from samerun.state.switches.tensorflow import TensorFlow


class StandIn:
    """What the switches ask and set, with TensorFlow's names and its refusal to change threads once it runs."""

    def __init__(self) -> None:
        self.deterministic, self.tf32, self.threads, self.started = False, True, 0, False
        experimental = SimpleNamespace(
            tensor_float_32_execution_enabled=lambda: self.tf32,
            enable_tensor_float_32_execution=lambda value: setattr(self, "tf32", value),
        )
        threading = SimpleNamespace(
            get_intra_op_parallelism_threads=lambda: self.threads,
            get_inter_op_parallelism_threads=lambda: 0,
            set_intra_op_parallelism_threads=self.set_threads,
        )
        self.config = SimpleNamespace(experimental=experimental, threading=threading)
        self.internal = SimpleNamespace(
            is_op_determinism_enabled=lambda: self.deterministic,
            enable_op_determinism=lambda: setattr(self, "deterministic", True),
            disable_op_determinism=lambda: setattr(self, "deterministic", False),
        )
        self.context = SimpleNamespace(context=lambda: SimpleNamespace(_initialized=self.started))

    def set_threads(self, count: int) -> None:
        if self.started:
            raise RuntimeError("Intra op parallelism cannot be modified after initialization.")
        self.threads = count


@pytest.fixture
def tensorflow(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    library = StandIn()
    parts: dict[str, Any] = {
        "tensorflow": library,
        "tensorflow.python.framework.config": library.internal,
        "tensorflow.python.eager.context": library.context,
        "tensorflow.python.util._pywrap_util_port": SimpleNamespace(IsMklEnabled=lambda: True),
    }
    for name, part in parts.items():
        monkeypatch.setitem(sys.modules, name, part)
    return library


@pytest.mark.parametrize("level", ["warn", "strict", "portable", "off"])
def test_switches_are_set_and_given_back(tensorflow: StandIn, level: Any) -> None:
    asked = Asked(level, 3)
    before = TensorFlow().effective()
    flags = TensorFlow().capture(asked)
    TensorFlow().ask(asked)
    pinned = level == "portable"
    assert (tensorflow.deterministic, tensorflow.tf32) == (level != "off", not pinned)
    assert tensorflow.threads == (3 if pinned else 0)
    TensorFlow().restore(flags)
    assert TensorFlow().effective() == before


def test_threads_are_fixed_by_the_first_operation(tensorflow: StandIn) -> None:
    tensorflow.started = True
    with pytest.raises(SetTooLate, match="before its first operation") as caught:
        TensorFlow().ask(Asked("portable", 1))
    assert (caught.value.facts["variable"], caught.value.facts["value"]) == ("intra_op_parallelism_threads", "1")
    assert not tensorflow.deterministic
    tensorflow.threads = 1
    flags = TensorFlow().capture(Asked("portable"))
    TensorFlow().ask(Asked("portable", 1))
    TensorFlow().restore({**flags, "threads": 2})
    assert (tensorflow.threads, tensorflow.deterministic) == (1, False)


def test_onednn_is_decided_at_the_import(tensorflow: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "location_of", lambda name: None)
    assert TensorFlow().variables(Asked("portable")) == ()
    monkeypatch.setattr(subject, "location_of", lambda name: "/x")
    (variable,) = TensorFlow().variables(Asked("portable"))
    assert (variable.name, variable.value, variable.passed(), variable.effective()) == (subject.ONEDNN, "0", True, "1")
    assert not variable.agrees("1")
    assert TensorFlow().variables(Asked("strict")) == ()
    monkeypatch.delitem(sys.modules, "tensorflow.python.util._pywrap_util_port")
    assert variable.effective() is None
