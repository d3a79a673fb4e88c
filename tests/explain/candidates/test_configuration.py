"""A key is taken over and every other one stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from samerun.explain.candidates.configuration import make, with_key
from samerun.explain.mixture import Mixture
from samerun.factors.config import parse
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.store.objects import Objects

FILES = {
    "c.yaml": (
        "a: 1  # one\noptim:\n  lr: 0.1\n  name: sgd\n",
        "a: 2\noptim:\n  lr: 0.2\n  name: sgd\nmodel:\n  drop: 0.5\n  width: 3\n",
    ),
    "c.json": (
        '{"a": 1, "optim": {"lr": 0.1, "name": "sgd"}}',
        '{"optim": {"name": "sgd", "lr": 0.2}, "a": 2, "model": {"drop": 0.5, "width": 3}}',
    ),
    "c.toml": (
        "a = 1\n[optim]\nlr = 0.1\nname = 'sgd'\n",
        "a = 2\n[optim]\nlr = 0.2\nname = 'sgd'\n[model]\ndrop = 0.5\nwidth = 3\n",
    ),
    "c.ini": (
        "[optim]\na = 1\nlr = 0.1\nname = sgd\n",
        "[optim]\na = 2\nlr = 0.2\nname = sgd\n[model]\ndrop = 0.5\nwidth = 3\n",
    ),
}


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("key", ["optim.lr", "model.drop", "model.width"])
@pytest.mark.parametrize("way", ["to", "back"])
def test_one_key_changes_and_no_other(path: str, key: str, way: str) -> None:
    texts = [text.encode() for text in FILES[path]]
    mine, theirs = texts if way == "to" else reversed(texts)
    before, other = parse(path, mine), parse(path, theirs)
    after = parse(path, with_key(path, mine, theirs, key))
    assert before is not None
    assert other is not None
    assert after is not None
    assert after.get(key) == other.get(key)
    assert {name: value for name, value in after.items() if name != key} == {
        name: value for name, value in before.items() if name != key
    }


def test_every_other_byte_stays_where_a_line_can_be_taken() -> None:
    mine, theirs = (text.encode() for text in FILES["c.yaml"])
    assert with_key("c.yaml", mine, theirs, "optim.lr") == mine.replace(b"0.1", b"0.2")


@pytest.mark.parametrize("path", FILES)
def test_all_keys_make_the_other_document(path: str) -> None:
    now, theirs = (text.encode() for text in FILES[path])
    for key in parse(path, theirs) or {}:
        now = with_key(path, now, theirs, key)
    assert parse(path, now) == parse(path, theirs)


def test_keys_that_were_taken_before_stay(coded: Callable[..., Run], objects: Objects) -> None:
    a, b = (coded({"c.yaml": text}) for text in FILES["c.yaml"])
    mixture = Mixture(a, b, objects)
    for key in ("optim.lr", "model.drop"):
        candidate = make(Change("config", f"c.yaml:{key}"), a, b, objects)
        assert candidate is not None
        candidate.take(mixture)
    wanted = {"a": 1, "optim.lr": 0.2, "optim.name": "sgd", "model.drop": 0.5}
    assert parse("c.yaml", mixture.files["c.yaml"]) == wanted


def test_a_file_that_only_the_second_run_has_comes_with_the_key(coded: Callable[..., Run], objects: Objects) -> None:
    a, b = coded({}), coded({"c.yaml": "a: 1\n"})
    candidate = make(Change("config", "c.yaml:a"), a, b, objects)
    assert candidate is not None
    mixture = Mixture(a, b, objects)
    candidate.take(mixture)
    assert mixture.files == {"c.yaml": b"a: 1\n"}
    assert mixture.given["data"]["c.yaml"]["hash"] == objects.add_bytes(b"a: 1\n")


def test_a_content_that_was_not_kept_cannot_be_tried(make_run: Callable[..., Run], objects: Objects) -> None:
    a, b = (make_run(code={"c.yaml": {"size": 3, "hash": each * 64}}) for each in "01")
    candidate = make(Change("config", "c.yaml:a"), a, b, objects)
    assert candidate is not None
    assert "not kept" in candidate.unable


def test_what_the_program_recorded_itself_follows_from_something_else(
    make_run: Callable[..., Run], objects: Objects
) -> None:
    assert make(Change("config", "config.json:lr"), make_run(), make_run(), objects) is None


def test_a_file_that_the_second_run_has_no_more_is_taken_away(coded: Callable[..., Run], objects: Objects) -> None:
    a, b = coded({"c.yaml": "a: 1\n"}), coded({})
    candidate = make(Change("config", "c.yaml:a", 1), a, b, objects)
    assert candidate is not None
    assert candidate.unable == ""
    mixture = Mixture(a, b, objects)
    candidate.take(mixture)
    assert mixture.given == {"code": {}, "data": {}}


@pytest.mark.parametrize(
    ("path", "mine", "theirs", "key", "expected"),
    [
        ("c.yaml", "a: 1 # x\nb: 2\n", "a: 3\nb: 4\n", "a", "a: 3\nb: 2\n"),
        ("c.yaml", "a: 1\n", "a: 1\nb: 2\n", "b", "a: 1\nb: 2\n"),
        ("c.yaml", "a: 1\nb: 2\n", "a: 1\n", "b", "a: 1\n"),
        ("c.toml", "a = 1\nb = 2\n", "a = 3\nb = 4\n", "b", "a = 1\nb = 4\n"),
        ("c.yaml", "{a: 1, b: 2}\n", "{a: 3, b: 4}\n", "b", "a: 1\nb: 4\n"),
        ("c.json", '{"a": 1, "b": 2}', '{"a": 3, "b": 4}', "a", '{\n  "a": 3,\n  "b": 2\n}'),
        ("c.yaml", "a: [\n", "a: 3\n", "a", "a: 3\n"),
        ("c.json", "no document", '{"a": 1}', "a", '{"a": 1}'),
    ],
    ids=["line", "new line", "gone", "toml", "one line", "document", "broken", "broken json"],
)
def test_the_bytes_that_come_of_it(path: str, mine: str, theirs: str, key: str, expected: str) -> None:
    assert with_key(path, mine.encode(), theirs.encode(), key) == expected.encode()


def test_a_key_that_neither_has_gives_the_other_file() -> None:
    assert with_key("c.yaml", b"a: 1\n", b"a: 2\n", "nowhere") == b"a: 2\n"


def test_the_order_in_which_keys_are_taken_makes_no_difference() -> None:
    mine, theirs = (text.encode() for text in FILES["c.toml"])
    keys = list(parse("c.toml", theirs) or {})
    for order in (keys, keys[::-1]):
        now = mine
        for key in order:
            now = with_key("c.toml", now, theirs, key)
        assert parse("c.toml", now) == parse("c.toml", theirs)


@pytest.mark.parametrize("path", FILES)
def test_a_file_that_comes_can_have_one_key_alone(path: str) -> None:
    _, theirs = (text.encode() for text in FILES[path])
    assert parse(path, with_key(path, b"", theirs, "optim.lr")) == {"optim.lr": (parse(path, theirs) or {})["optim.lr"]}


def test_a_key_of_a_file_that_the_first_run_did_not_read_has_its_value_there(
    coded: Callable[..., Run], objects: Objects
) -> None:
    a, b = coded({"c.json": '{"k": 3, "same": 1}'}), coded({"c.json": '{"k": 4, "same": 1}'})
    candidate = make(Change("config", "c.json:k", None, 4), a, b, objects)
    assert candidate is not None
    assert candidate.change.a == 3
    assert make(Change("config", "c.json:same", None, 1), a, b, objects) is None
