from __future__ import annotations

import random
import subprocess
import sys
import textwrap
import types
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from samerun.errors import CannotRestore
from samerun.state import layers
from samerun.state.generators import capture, restore
from samerun.state.generators.generator import Generator, Plain
from samerun.state.layers import Layer


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = capture()
    monkeypatch.setattr(layers, "layers", [Layer()])
    yield
    restore(before)


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def drawn() -> tuple[float, float, float]:
    return random.random(), float(np.random.rand()), float(torch.rand(1))


def test_a_layer_seeds_and_gives_back() -> None:
    layers.begin(3, None)
    first = drawn()
    ahead_state = capture()
    ahead = drawn()
    restore(ahead_state)
    layers.add(layer := Layer())
    layers.begin(3, None)
    assert drawn() == first
    layers.remove(layer)
    assert drawn() == ahead


def test_a_layer_that_ends_early_leaves_what_it_holds_to_the_one_above() -> None:
    layers.begin(3, None)
    before = capture()
    layers.add(one := Layer())
    layers.begin(4, None)
    layers.add(other := Layer())
    layers.begin(5, None)
    inside = capture()
    layers.remove(one)
    assert capture() == inside
    layers.remove(other)
    assert capture() == before


def test_one_that_cannot_be_given_back_keeps_none_of_the_others() -> None:
    def fail() -> None:
        raise CannotRestore("It is gone.")

    before = capture()
    layers.add(layer := Layer())
    layer.held = {"first": fail, **layer.held, "last": fail}
    layers.begin(4, None)
    with pytest.raises(CannotRestore):
        layers.remove(layer)
    assert capture() == before


def test_a_library_imported_later_is_as_if_it_had_been_there() -> None:
    printed = run(
        """
        from samerun.state import layers
        from samerun.state.layers import Layer
        layers.begin(3, None)
        layers.add(one := Layer())
        layers.begin(4, None)
        layers.add(two := Layer())
        layers.begin(5, None)
        import numpy as np, torch
        print(np.random.rand(), float(torch.rand(1)))
        layers.remove(two)
        print(np.random.rand(), float(torch.rand(1)))
        layers.remove(one)
        print(np.random.rand(), float(torch.rand(1)))
        """
    )
    for line, seed in zip(printed.splitlines(), (5, 4, 3), strict=True):
        generator = torch.Generator().manual_seed(seed)
        assert line == f"{np.random.RandomState(seed).rand()} {float(torch.rand(1, generator=generator))}"


def test_a_library_imported_in_a_block_of_an_unseeded_program_is_unseeded_after_it() -> None:
    code = """
        from samerun.state import layers
        from samerun.state.layers import Layer
        layers.add(one := Layer())
        layers.begin(4, None)
        import numpy as np
        np.random.rand()
        layers.remove(one)
        print(np.random.rand())
        """
    assert run(code) != run(code)


def test_the_last_seed_before_the_import_is_the_one() -> None:
    printed = run(
        """
        from samerun.state import layers
        layers.begin(3, None)
        layers.begin(4, None)
        import numpy as np
        print(np.random.rand())
        """
    )
    assert printed.strip() == str(np.random.RandomState(4).rand())


def test_one_finder_is_enough_and_the_import_looks_as_ever() -> None:
    printed = run(
        """
        import sys
        before = len(sys.meta_path)
        from samerun.state import layers
        assert len(sys.meta_path) == before
        layers.begin(3, None)
        layers.begin(4, None)
        assert len(sys.meta_path) == before + 1
        import numpy.random
        print(type(numpy.random.__spec__.loader).__name__, type(numpy.random.__loader__).__name__)
        """
    )
    assert printed.split() == ["SourceFileLoader", "SourceFileLoader"]


def test_a_forked_child_seeds_what_it_imports() -> None:
    printed = run(
        """
        import os
        from samerun.state import layers
        layers.begin(3, None)
        child = os.fork()
        if not child:
            import numpy as np
            print(np.random.rand(), flush=True)
            os._exit(0)
        os.waitpid(child, 0)
        """
    )
    assert printed.strip() == str(np.random.RandomState(3).rand())


class Broken(Generator):
    """A library that cannot be seeded."""

    name = "broken"
    module = "samerun_test_broken"

    def present(self) -> bool:
        return True

    def seed(self, seed: int, rank: int | None = None) -> None:
        raise RuntimeError("no such device")

    def capture(self) -> Plain:
        return None

    def check(self, state: Plain) -> str:
        return ""

    def restore(self, state: Plain) -> None:
        return None


def test_what_cannot_be_seeded_at_its_import_is_warned_of_and_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    layers.begin(3, None)
    monkeypatch.setattr(layers, "GENERATORS", (Broken(),))
    with pytest.warns(RuntimeWarning, match="broken was imported after the seed was set.*no such device"):
        layers._arrived("samerun_test_broken", types.ModuleType("samerun_test_broken"))
