from __future__ import annotations

import os
import random
import signal
import threading
import warnings
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from samerun.state import layers, turns
from samerun.state.current import Current, put_back
from samerun.state.generators import capture, restore
from samerun.state.layers import Layer
from samerun.state.scoped import seeded
from samerun.state.seeds import seed_everything


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    states, before = capture(), put_back(Current())
    monkeypatch.setattr(layers, "layers", [Layer()])
    yield
    put_back(before)
    restore(states)


def block() -> None:
    with seeded(4):
        pass


def seeding() -> None:
    seed_everything(4)


@pytest.mark.parametrize("work", [block, seeding])
def test_a_thread_that_waits_long_says_for_which_line_once(
    work: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    warned = threading.Event()
    said: list[str] = []

    def note(message: Warning | str, *rest: Any, **more: Any) -> None:
        said.append(str(message))
        warned.set()

    monkeypatch.setattr(warnings, "warn", note)

    thread = threading.Thread(target=work)
    with seeded(3):
        line = layers.layers[-1].where
        thread.start()
        assert warned.wait(10)
        thread.join(0.2)
        assert thread.is_alive()
    thread.join(10)
    assert not thread.is_alive()
    assert len(said) == 1
    assert line in said[0]
    assert line.startswith(__file__)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*")
def test_a_child_forked_while_another_thread_has_a_block_does_not_wait_for_it() -> None:
    inside, done = threading.Event(), threading.Event()

    def work() -> None:
        with seeded(4):
            inside.set()
            done.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    inside.wait(10)
    child = os.fork()
    if not child:
        signal.alarm(20)  # rather than waiting for ever
        with seeded(3):
            value = random.random()
        os._exit(0 if value == random.Random(3).random() and len(layers.layers) == 1 else 1)
    status = os.waitpid(child, 0)[1]
    done.set()
    thread.join()
    assert status == 0


def test_a_seeding_is_not_lost_in_the_block_of_another_thread() -> None:
    thread = threading.Thread(target=seeding)
    with seeded(3):
        thread.start()
        thread.join(0.05)
        assert thread.is_alive()
    thread.join(10)
    assert random.random() == random.Random(4).random()


def test_the_warning_is_about_the_callers_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    for work in (block, seeding):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            thread = threading.Thread(target=work)
            with seeded(3):
                thread.start()
                thread.join(0.3)
            thread.join(10)
        assert [one.filename for one in caught] == [__file__]
        assert caught[0].lineno in range(work.__code__.co_firstlineno, work.__code__.co_firstlineno + 3)


def suspended() -> Generator[float, None, None]:
    with seeded(3):
        yield random.random()


def in_a_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


def test_a_suspended_block_may_be_closed_in_another_thread() -> None:
    ahead = random.getstate()
    generator = suspended()
    next(generator)
    in_a_thread(generator.close)
    assert random.getstate() == ahead
    in_a_thread(block)  # nobody has it any more


def test_a_block_of_a_thread_that_has_ended_may_be_closed() -> None:
    generator = suspended()
    in_a_thread(lambda: next(generator))
    generator.close()
    block()
    in_a_thread(block)


def test_a_thread_keeps_its_turn_until_its_last_block_ends() -> None:
    generator = suspended()
    with seeded(4):
        next(generator)
        in_a_thread(generator.close)
        waiting = threading.Thread(target=block, daemon=True)
        waiting.start()
        waiting.join(0.05)
        assert waiting.is_alive()
    waiting.join(10)
    assert not waiting.is_alive()
