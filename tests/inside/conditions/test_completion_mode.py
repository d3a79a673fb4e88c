"""What was asked for about the order of completion: which threads dawdle, which lines are noted and when."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

import pytest

from samerun.inside.conditions import completion_mode
from tests.inside.conditions.racing import noted


@pytest.fixture(autouse=True)
def nothing_asked() -> Iterator[None]:
    yield
    completion_mode._mode = ""
    completion_mode._dawdling.clear()


@pytest.mark.parametrize(
    ("mode", "held", "varied", "late"),
    [
        ("ordered", True, False, []),
        ("reversed", False, True, [0, 2]),
        ("delayed", False, True, [1, 3]),
        ("watch", False, False, []),
    ],
)
def test_each_mode_is_one_thing(mode: str, held: bool, varied: bool, late: list[int]) -> None:
    completion_mode._mode = mode
    assert (completion_mode.is_held(), completion_mode.is_varied()) == (held, varied)
    assert completion_mode.is_reversed() == (mode == "reversed")
    assert [number for number in range(4) if completion_mode.is_late(number)] == late


def test_only_a_thread_that_dawdles_waits_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(completion_mode, "_SLEEP", slept.append)
    completion_mode.dawdle()
    assert slept == []
    completion_mode.dawdle_from_now_on(is_worker=True)
    assert slept == []
    completion_mode.dawdle_from_now_on(is_worker=False)
    for _ in range(50):
        completion_mode.dawdle()
    assert slept == [completion_mode.DAWDLE] * completion_mode.DAWDLES


def test_a_function_is_wrapped_wherever_it_was_taken_over() -> None:
    def add(a: int, b: int = 1) -> int:
        """Add."""
        return a + b

    first, second, other = (
        types.SimpleNamespace(add=add),
        types.SimpleNamespace(add=add),
        types.SimpleNamespace(add=max),
    )

    def double(original: Any, *args: Any, **kwargs: Any) -> int:
        return 2 * int(original(*args, **kwargs))

    completion_mode.wrap(first, "add", double, second, other, None)
    assert first.add is second.add
    assert first.add(1, b=2) == 6
    assert (first.add.__name__, first.add.__doc__) == ("add", "Add.")
    assert other.add is max


def test_what_a_library_does_at_its_import_is_nobodys(observe: Any) -> None:
    (observe.tree / "own.py").write_text("import threading\nthread = threading.Thread(target=int)\nthread.start()\n")
    folder = observe.tree / "site-packages"
    folder.mkdir()
    (folder / "library.py").write_text("import threading\nthread = threading.Thread(target=int)\nthread.start()\n")
    assert noted(observe, "sys.path.append('site-packages')\nimport library\n") == []
    assert len(noted(observe, "import own\n")) == 1
