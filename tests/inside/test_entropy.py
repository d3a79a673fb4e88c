"""The stream: no two draws share a key, and the same draw of a replay gets the same bits."""

from __future__ import annotations

import functools
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.inside import entropy, events, identity

GIVEN = {"SAMERUN_ENTROPY": "1f" * 32}
SCRIPT = """
import numpy
for _ in range(9):
    numpy.random.default_rng()
def other():
    return numpy.random.SeedSequence()
other()
"""


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """The events that are written; everything is as in a new process called ``main``."""
    written: list[tuple[Any, ...]] = []
    monkeypatch.setattr(events, "emit", lambda *fields: written.append(fields))
    monkeypatch.setattr(identity, "_process", identity._Process("main", ""))
    for name in ("_ordinals", "_places"):
        monkeypatch.setattr(entropy, name, {})
    monkeypatch.setattr(entropy, "_source", entropy._Source())
    monkeypatch.setattr(entropy, "_unsupplied", set())
    return written


def begin(label: str = "main", **more: str) -> None:
    entropy._ordinals.clear()
    identity._process = identity._Process(label, "")
    entropy.install({**GIVEN, **more})


@pytest.mark.usefixtures("told")
def test_the_same_draw_gives_the_same_bits_and_any_other_key_others() -> None:
    begin()
    first = [entropy.draw("python", 256), entropy.draw("python", 256), entropy.draw("numpy", 256)]
    begin()
    again = [entropy.draw("python", 256), entropy.draw("python", 256), entropy.draw("numpy", 256)]
    begin("main/f1")
    child = [entropy.draw("python", 256)]
    begin(SAMERUN_ENTROPY="2f" * 32)
    other_run = [entropy.draw("python", 256)]
    assert first == again
    assert len({*first, *child, *other_run}) == 5


@pytest.mark.usefixtures("told")
def test_without_entropy_nothing_is_supplied() -> None:
    begin(SAMERUN_ENTROPY="")
    assert entropy.draw("python", 64) is None
    assert not entropy.supplies("python")


def test_without_entropy_the_draw_is_noted_all_the_same(told: list[tuple[Any, ...]]) -> None:
    begin(SAMERUN_ENTROPY="")
    entropy.draw("python", 64)
    assert told[0][:4] == ("entropy", "python", 1, 64)


@pytest.mark.usefixtures("told")
def test_a_released_source_is_left_to_the_system() -> None:
    begin(SAMERUN_RELEASED="numpy,torch")
    assert entropy.draw("numpy", 64) is None
    assert entropy.draw("python", 64) is not None


def test_an_entropy_that_is_none_is_a_fault_and_no_exception(told: list[tuple[Any, ...]]) -> None:
    begin()
    entropy._source.key = "no bytes"  # type: ignore[assignment]
    assert entropy.draw("python", 64) is None
    assert told[-1][0] == "fault"


@pytest.mark.usefixtures("told")
def test_threads_that_draw_at_the_same_time_do_not_change_places() -> None:
    def round_of(order: list[int]) -> dict[int, int | None]:
        begin()
        drawn: dict[int, int | None] = {}
        for number in order:
            draw = functools.partial(lambda n: drawn.update({n: entropy.draw("numpy", 64)}), number)
            thread = threading.Thread(target=draw, name=f"T{number}")
            thread.start()
            thread.join()
        return drawn

    assert round_of([1, 2, 3]) == round_of([3, 1, 2])


@pytest.mark.usefixtures("told")
def test_many_threads_never_share_a_draw() -> None:
    begin()
    drawn: list[int | None] = []

    def many() -> None:
        drawn.extend([entropy.draw("numpy", 128) for _ in range(200)])

    threads = [threading.Thread(target=many, name="same") for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(drawn)) == 800


@pytest.mark.usefixtures("told")
@settings(deadline=None, max_examples=50)
@given(st.integers(1, 5000))
def test_a_draw_has_the_bits_that_were_asked_for(bits: int) -> None:
    key = ("main", "numpy", "", "1")
    value = entropy._stream(b"k" * 32, key, bits)
    assert 0 <= value < 2**bits
    assert value == entropy._stream(b"k" * 32, key, bits + 700) & (2**bits - 1)


def test_the_users_line_is_noted_once_and_less_and_less_often(observe: Any) -> None:
    spool = observe(SCRIPT)
    drawn = [
        event.record
        for event in spool.events
        if type(event.record).__name__ == "Entropy" and event.record.source == "numpy" and not event.record.importing
    ]
    lines = [(record.line, record.ordinal) for record in drawn]
    assert [line for line, _ in lines] == [4, 4, 4, 4, 6]
    assert [ordinal - lines[0][1] for _, ordinal in lines] == [0, 1, 3, 7, 9]
    assert {record.file for record in drawn} == {str(observe.tree / "script.py")}


def test_unsupplied_is_said_once_a_line(told: list[tuple[Any, ...]]) -> None:
    for line in (3, 3, 4):
        entropy.unsupplied("os.urandom", "a.py", line)
    assert [fields[3] for fields in told] == [3, 4]


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("released", "supplied"),
    [
        ("", {"python", "numpy", "torch", "torch.cuda"}),
        ("torch", {"python", "numpy"}),
        ("*", set()),
        ("*,!torch", {"torch", "torch.cuda"}),
        ("*,!python,!numpy", {"python", "numpy"}),
    ],
)
def test_sources_are_released_one_by_one_or_all_but_some(released: str, supplied: set[str]) -> None:
    begin(SAMERUN_RELEASED=released)
    sources = ("python", "numpy", "torch", "torch.cuda")
    assert {source for source in sources if entropy.draw(source, 64) is not None} == supplied


def test_what_is_taken_silently_is_not_noted(told: list[tuple[Any, ...]]) -> None:
    begin(SAMERUN_RELEASED="*")
    told.clear()
    first = [entropy.silent("os", 64), entropy.silent("os", 64)]
    begin()
    assert [entropy.silent("os", 64), entropy.silent("os", 64)] == first
    assert told == []
    entropy.install({})
    assert entropy.silent("os", 64) is None


@pytest.mark.usefixtures("told")
def test_a_line_may_draw_the_same_whenever_it_draws() -> None:
    begin(SAMERUN_RELEASED="*,=numpy")
    assert entropy.draw("python", 64) is None
    here = [entropy.draw("numpy", 64) for _ in range(3)]
    there = entropy.draw("numpy", 64)
    assert here[0] == here[1] == here[2] != there
    assert there is not None
