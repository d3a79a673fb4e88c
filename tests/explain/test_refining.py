"""The place of a change within a file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from samerun.explain.mixture import Mixture
from samerun.explain.refining import refine
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.store.objects import Objects

Coded = Callable[..., Run]
A = "a = 1\nb = 1\nc = 1\n"


class Asked:
    """Answers whether a mixture's file holds a text, and counts."""

    def __init__(self, a: Run, b: Run, objects: Objects, *wanted: str) -> None:
        self.runs = (a, b, objects)
        self.wanted = wanted
        self.count = 0

    def __call__(self, take: Callable[[Mixture], None]) -> bool:
        self.count += 1
        mixture = Mixture(*self.runs)
        take(mixture)
        return all(text in mixture.files["train.py"].decode() for text in self.wanted)


def found(coded: Coded, objects: Objects, b: str, *wanted: str, path: str = "train.py") -> tuple[list[str], int]:
    asked = Asked(coded({path: A}), coded({path: b}), objects, *wanted)
    return refine(Change("code", path), asked.runs, asked).places, asked.count


def test_the_piece_that_matters_is_named_by_its_line(coded: Coded, objects: Objects) -> None:
    places, count = found(coded, objects, "a = 2\nb = 2\nc = 2\n", "b = 2")
    assert places == ["train.py:2"]
    assert count <= 5


def test_pieces_that_matter_together_are_all_named(coded: Coded, objects: Objects) -> None:
    places, _ = found(coded, objects, "a = 2\nb = 2\nc = 2\n", "a = 2", "c = 2")
    assert places == ["train.py:1", "train.py:3"]


def test_a_single_piece_costs_no_run(coded: Coded, objects: Objects) -> None:
    assert found(coded, objects, "a = 1\nb = 9\nc = 1\n") == (["train.py:2"], 0)


def test_the_line_is_one_of_code(coded: Coded, objects: Objects) -> None:
    b = 'a = 1\nb = 1\n\n# what\n"""no"""\n\n\ndef f():\n    """Doc."""\n    return 1\n\n\nc = f()\n'
    assert found(coded, objects, b)[0] == ["train.py:5"]


def test_a_new_file_is_named_by_its_first_line_of_code_and_one_that_is_gone_as_a_whole(
    coded: Coded, objects: Objects
) -> None:
    without, having = coded({}), coded({"new.py": '"""What it is."""\n\n# more\na = 1\n'})
    asked = Asked(without, having, objects)
    assert refine(Change("code", "new.py"), asked.runs, asked).places == ["new.py:4"]
    asked = Asked(having, without, objects)
    assert refine(Change("code", "new.py"), asked.runs, asked).places == []
    assert asked.count == 0


@pytest.mark.parametrize("kind", ["data", "config"])
def test_only_code_is_set_apart(coded: Coded, objects: Objects, kind: str) -> None:
    asked = Asked(coded({"train.py": A}), coded({"train.py": "b"}), objects)
    assert refine(Change(kind, "train.py"), asked.runs, asked).places == []


@pytest.mark.parametrize(
    ("path", "a", "b"),
    [("run.sh", "a\nb\nc\n", "A\nb\nC\n"), ("train.py", "a = 1\nb = 1\nc = 1\n", "a = 2\nb = 1  # one\nc = 2\n")],
    ids=["the same text", "the same but for a comment"],
)
def test_where_no_piece_can_be_spared_all_are_named(coded: Coded, objects: Objects, path: str, a: str, b: str) -> None:
    asked = Asked(coded({path: a}), coded({path: b}), objects)
    questions: list[int] = []

    def never(take: Callable[[Mixture], None]) -> bool:
        questions.append(1)
        return False

    # Together the pieces are the whole file, which is known to suffice: that is not asked.
    assert refine(Change("code", path), asked.runs, never).places == [f"{path}:1", f"{path}:3"]
    assert questions


def test_a_comment_of_a_shell_script_is_no_place(coded: Coded, objects: Objects) -> None:
    asked = Asked(coded({"run.sh": "a\n"}), coded({"run.sh": "a\n\n# what\nb\n"}), objects)
    assert refine(Change("code", "run.sh"), asked.runs, asked).places == ["run.sh:4"]
    assert asked.count == 0


@pytest.mark.parametrize(
    ("b", "place"),
    [("b = 1\nc = 1\n", "train.py:1"), ("a = 1\nb = 1\n", "train.py:2"), ("a = 1\nc = 1\n", "train.py:2")],
    ids=["the first line", "the last line", "between"],
)
def test_lines_that_are_gone_are_named_by_where_they_were(coded: Coded, objects: Objects, b: str, place: str) -> None:
    assert found(coded, objects, b) == ([place], 0)


def test_what_means_the_same_has_no_place(coded: Coded, objects: Objects) -> None:
    assert found(coded, objects, "a = 1  # one\n\nb = (1)\nc = 1\n") == ([], 0)


def test_bytes_that_are_no_text_are_not_set_apart(coded: Coded, objects: Objects) -> None:
    a, b = coded({"train.py": A}), coded({"train.py": A})
    for kind in ("code", "data"):
        b.factors[kind]["train.py"] = {**b.factors[kind]["train.py"], "hash": objects.add_bytes(b"\xff\xfe")}
    asked = Asked(a, b, objects)
    assert refine(Change("code", "train.py"), asked.runs, asked).places == []


def test_what_takes_the_pieces_that_matter_is_handed_out(coded: Coded, objects: Objects) -> None:
    asked = Asked(coded({"train.py": A}), coded({"train.py": "a = 2\nb = 2\nc = 2\n"}), objects, "b = 2")
    take = refine(Change("code", "train.py"), asked.runs, asked).take
    assert take is not None
    mixture = Mixture(*asked.runs)
    take(mixture)
    assert mixture.files == {"train.py": b"a = 1\nb = 2\nc = 1\n"}


def test_where_all_pieces_matter_the_file_is_taken_as_it_is(coded: Coded, objects: Objects) -> None:
    asked = Asked(coded({"train.py": A}), coded({"train.py": "a = 2\nb = 1\nc = 2\n"}), objects, "a = 2", "c = 2")
    assert refine(Change("code", "train.py"), asked.runs, asked).take is None
