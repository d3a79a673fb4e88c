from __future__ import annotations

import io
import random
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from samerun.errors import CannotRestore
from samerun.state import generators
from samerun.state.generators.states import capture, restore


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = capture()
    yield
    restore(before)


def drawn() -> list[float]:
    python = [random.random(), random.gauss(0, 1)]
    return [*python, *np.random.rand(2), np.random.randn(), *torch.rand(2).tolist(), float(torch.randn(1))]


def test_all_go_on_from_where_they_were() -> None:
    drawn()
    states = capture()
    assert {"python", "numpy", "torch"} <= set(states)
    ahead = drawn()
    assert restore(states) == {}
    assert drawn() == ahead


def test_torch_reads_the_states_back_without_running_code() -> None:
    states = capture()
    file = io.BytesIO()
    torch.save(states, file)
    file.seek(0)
    read = torch.load(file, weights_only=True)
    assert read == states
    ahead = drawn()
    assert restore(read) == {}
    assert drawn() == ahead


def test_a_state_goes_on_in_another_process() -> None:
    states = capture()
    ahead = drawn()
    code = (
        "import random, numpy as np, torch\n"
        "from samerun.state.generators import restore\n"
        f"assert restore({states!r}) == {{}}\n"
        "python = [random.random(), random.gauss(0, 1)]\n"
        "numpy = [*np.random.rand(2), np.random.randn()]\n"
        "print([float(one) for one in [*python, *numpy, *torch.rand(2).tolist(), torch.randn(1)]])"
    )
    done = subprocess.run([sys.executable, "-"], input=code, capture_output=True, text=True)
    assert done.stdout.strip() == str([float(one) for one in ahead]), done.stderr


def test_what_is_not_here_is_said_and_the_rest_is_restored() -> None:
    states = {**capture(), "tensorflow": None, "mersenne": 3}
    ahead = drawn()
    reasons = restore(states)
    assert drawn() == ahead
    assert reasons["mersenne"] == "this samerun knows no generator of that name"
    if "tensorflow" not in sys.modules:
        assert reasons["tensorflow"] == "tensorflow is not imported in this process"


@pytest.mark.parametrize("name", ["python", "numpy", "torch"])
@pytest.mark.parametrize("wrong", [None, b"", {}, 3, {"words": b""}])
def test_one_malformed_state_and_nothing_is_restored(name: str, wrong: Any) -> None:
    states = {**capture(), name: wrong}
    drawn()
    before = capture()
    with pytest.raises(CannotRestore):
        restore(states)
    assert capture() == before


@pytest.mark.parametrize("states", [None, 3, [], b"", "python"])
def test_what_is_no_dictionary_is_refused(states: Any) -> None:
    with pytest.raises(CannotRestore, match="dictionary"):
        restore(states)


def test_some_states_alone_restore_those() -> None:
    states = capture()
    python, ahead = random.random(), torch.rand(1)
    restore({"torch": states["torch"]})
    assert torch.equal(torch.rand(1), ahead)
    assert random.random() != python


def test_nothing_is_imported_for_it() -> None:
    code = (
        "import sys\n"
        "from samerun.state import generators\n"
        "from samerun.state.seeds import seed_everything\n"
        "seed_everything(1)\n"
        "assert set(generators.capture()) == {'python'}, generators.capture().keys()\n"
        "assert generators.restore({'torch': b'', 'numpy': {}}).keys() == {'torch', 'numpy'}\n"
        "print([name for name in ('numpy', 'torch', 'tensorflow', 'jax') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_generator_has_a_name_of_its_own() -> None:
    names = [generator.name for generator in generators.GENERATORS]
    assert len(set(names)) == len(names)
    assert {"python", "numpy", "torch", "torch-cuda", "torch-xpu", "torch-mps", "tensorflow", "keras"} == set(names)
    assert generators.capture is capture
    assert generators.restore is restore
