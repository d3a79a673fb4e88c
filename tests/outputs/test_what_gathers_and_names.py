"""Gathering, naming and showing, over anything: limits hold, names have one reading, texts stay on one line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.outputs.field_names import UNITS, denies_time, roles_of, words
from samerun.outputs.gathering import LEFT_OUT, Gatherer
from samerun.outputs.showing import WIDTH, by_how_much, change, clean, count, is_number, short
from samerun.outputs.tokens import Token, name_before, skeleton, tokenise
from samerun.record.difference import Difference
from samerun.record.verdict import VERDICTS, worst

CHILDREN = st.lists(
    st.builds(Difference, st.text("abc", max_size=2), st.sampled_from(VERDICTS), volatile=st.sampled_from(["", "why"])),
    max_size=15,
)


@settings(deadline=None, max_examples=150)
@given(CHILDREN, st.integers(1, 4))
def test_what_is_gathered_is_kept_or_counted(children: list[Difference], most: int) -> None:
    gatherer = Gatherer(most)
    for child in children:
        gatherer.add(child)
    taken = [child for child in children if child.verdict != "identical"]
    assert gatherer.number() == len(taken)
    assert gatherer.verdict == worst(child.verdict for child in taken)
    assert gatherer.lead == next((child for child in taken if child.verdict == gatherer.verdict), None)
    assert gatherer.volatile == sum(bool(child.volatile) for child in taken)
    found = gatherer.finish("x").children
    for verdict in VERDICTS:
        ours = [child for child in taken if child.verdict == verdict]
        kept = [child for child in found if child.verdict == verdict and child.label != LEFT_OUT]
        assert kept == ours[:most]
        left = [child.detail for child in found if child.verdict == verdict and child.label == LEFT_OUT]
        assert left == ([f"and {len(ours) - most} more like these"] if len(ours) > most else [])


def test_what_was_kept_cannot_be_altered_from_outside() -> None:
    gatherer = Gatherer()
    gatherer.add(Difference("a", "different"))
    gatherer.kept.clear()
    assert len(gatherer.kept) == 1


WRITINGS = pytest.mark.parametrize(
    "write",
    ["_".join, "-".join, " ".join, ".".join, "/".join, lambda parts: parts[0] + "".join(map(str.title, parts[1:]))],
    ids=["snake", "kebab", "spaces", "dots", "path", "camel"],
)


@WRITINGS
@pytest.mark.parametrize(
    ("parts", "role"),
    [
        (["epoch", "time"], "span"),
        (["created", "at"], "moment"),
        (["run", "id"], "identity"),
        (["output", "dir"], "path"),
        (["host", "name"], ""),
        (["time", "to", "target"], ""),
        (["train", "loss"], ""),
        (["process", "id"], "pid"),
    ],
)
def test_a_name_says_the_same_however_it_is_written(write: object, parts: list[str], role: str) -> None:
    assert callable(write)
    name = write(parts)
    assert words(name) == tuple(parts)
    assert roles_of(name) == roles_of("_".join(parts))
    assert not role or getattr(roles_of(name), role)
    assert bool(roles_of(name)) == bool(role)


@pytest.mark.parametrize("unit", sorted(set(UNITS) - {"min", "mins"}))
def test_a_unit_behind_a_word_of_time_is_its_unit(unit: str) -> None:
    assert roles_of(f"fit_time_{unit}").unit == UNITS[unit]
    assert roles_of(f"fit_time_{unit}").span


@pytest.mark.parametrize("name", ["time_min", "duration_mins"])
def test_the_least_time_is_not_taken_for_minutes(name: str) -> None:
    assert roles_of(name).unit != 60


@pytest.mark.parametrize("name", ["timeout", "retry_delay", "time_limit", "sleep_seconds", "predicted_time", "n_times"])
def test_settings_and_results_deny_that_they_are_times(name: str) -> None:
    assert denies_time(name)


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=60))
def test_no_name_breaks_it(name: str) -> None:
    assert all(word == word.lower() for word in words(name))
    assert isinstance(bool(roles_of(name)), bool)
    assert not (roles_of(name).rate and roles_of(name).moment)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": 1}, "{1 keys}"),
        ((1, 2), "[2 items]"),
        (b"abc", "3 bytes"),
        ("a\nb", '"a\\nb"'),
        (1 << 2000, "an integer of 2001 bits"),
        (0.1, "0.1"),
        (None, "None"),
        (True, "True"),
    ],
)
def test_short_texts(value: object, text: str) -> None:
    assert short(value) == text


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        (1.0, 1.5, " (+50 %)"),
        (-1.0, -1.5, " (-50 %)"),
        (100.0, 99.7, " (-0.3 %)"),
        (1.0, -1.0, ""),
        (0.0, 1.0, ""),
        (1.0, 100.0, ""),
        (1, 1.0, " (the same number, int and float)"),
        (0.0, -0.0, " (differs only bitwise)"),
        (float("nan"), 1.0, ""),
        (True, 2, ""),
        ("1", "2", ""),
    ],
)
def test_how_much(a: object, b: object, said: str) -> None:
    assert by_how_much(a, b) == said
    assert change(a, b) == f"{short(a)} -> {short(b)}{said}"


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=600), st.integers(8, 120))
def test_a_shown_text_is_one_printable_line_of_bounded_width(text: str, width: int) -> None:
    shown = clean(text, width)
    assert shown.isprintable()
    assert len(shown) <= width
    assert shown == text or not text.isprintable() or len(text) > width
    assert len(clean(text)) <= WIDTH


def test_counts_have_their_plural() -> None:
    assert [count(number, "row") for number in (0, 1, 2, 12345)] == ["0 rows", "1 row", "2 rows", "12,345 rows"]
    assert count(2, "entry", "entries") == "2 entries"
    assert not is_number(True)


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("-2", -2), ("1.0", 1.0), ("1e3", 1000.0), ("nan", None), ("abc", None), ("1.2.3", None), ("", None)],
)
def test_the_number_of_a_token(text: str, number: float | None) -> None:
    found = Token("number", text).number
    assert (found, type(found)) == (number, type(number)) or (text == "nan" and found != found)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("loss: 0.5", "loss"),
        ("val_loss=0.5", "val_loss"),
        ('{"loss": 0.5', "loss"),
        ("train/loss 0.5", "loss"),  # a stroke is part of a name only where it stands for "per"
        ("a, 0.5", ""),
        ("0.5", ""),
        ("one two three four five 0.5", "two three four five"),
        ("ms/batch 12.5", "ms/batch"),
        ("epoch 3 loss 0.5", "loss"),
    ],
)
def test_the_name_before_the_last_number(line: str, name: str) -> None:
    tokens = tokenise(line)
    assert name_before(tokens, len(tokens) - 1) == name


@settings(deadline=None, max_examples=100)
@given(st.lists(st.floats(0, 1e9) | st.integers(0, 10**9), min_size=1, max_size=4), st.data())
def test_lines_that_differ_in_numbers_alone_have_one_skeleton(numbers: list[float], data: st.DataObject) -> None:
    others = [data.draw(st.integers(0, 10**6)) for _ in numbers]
    lines = [" ".join(f"name {each} |" for each in side) for side in (numbers, others)]
    assert skeleton(lines[0]) == skeleton(lines[1])
