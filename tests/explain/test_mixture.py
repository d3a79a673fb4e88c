"""The first run's values with some of the second one's in their place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from samerun.basics.hashing import hash_file
from samerun.basics.redaction import Redactor, key_at
from samerun.errors import CannotReplay
from samerun.explain.mixture import FILES, Mixture, can_be_had, content_of, fact_of, is_unchanged
from samerun.factors.factor import ABSENT
from samerun.record.run import Run
from samerun.store.layout import StoreLayout
from samerun.store.objects import Objects

Make = Callable[..., Run]


def test_only_what_is_taken_is_given(make_run: Make, objects: Objects) -> None:
    a, b = make_run(timezone={"TZ": "UTC", "x": "1"}), make_run(timezone={"TZ": "Asia/Tokyo"})
    mixture = Mixture(a, b, objects)
    assert mixture.given == {}
    mixture.take("timezone", "TZ")
    assert mixture.given == {"timezone": {"TZ": "Asia/Tokyo", "x": "1"}}
    mixture.take("timezone", "x")
    assert mixture.given == {"timezone": {"TZ": "Asia/Tokyo"}}
    assert a.reading("timezone") == {"TZ": "UTC", "x": "1"}


def test_a_variable_that_the_second_run_alone_knows_is_unset(make_run: Make, objects: Objects) -> None:
    a, b = (make_run(environment_variable=each) for each in ({"A": "1", "B": "2"}, {"B": "3", "C": "4"}))
    mixture = Mixture(a, b, objects)
    mixture.unset_the_others()
    assert mixture.given == {"environment-variable": {"A": "1", "B": "2", "C": ABSENT}}
    mixture.take("environment-variable", "C")
    assert mixture.given["environment-variable"]["C"] == "4"
    alike = Mixture(a, a, objects)
    alike.unset_the_others()
    assert alike.given == {}


def test_a_factor_that_only_the_second_run_knows(make_run: Make, objects: Objects) -> None:
    mixture = Mixture(make_run(), make_run(locale={"LANG": "C"}), objects)
    mixture.take("locale", "LANG")
    assert mixture.given == {"locale": {"LANG": "C"}}


def test_a_file_stands_in_both_factors_of_files(coded: Make, objects: Objects) -> None:
    a, b = coded({"a.py": "1", "gone.py": "x"}), coded({"a.py": "2", "new.py": "3"})
    mixture = Mixture(a, b, objects)
    for path in ("a.py", "new.py", "gone.py"):
        mixture.take_file(path)
    for kind in ("code", "data"):
        held = {path: objects.read(fact["hash"]) for path, fact in mixture.given[kind].items()}
        assert held == {"a.py": b"2", "new.py": b"3"}


def test_a_content_is_put_in_place_of_a_file(coded: Make, objects: Objects) -> None:
    mixture = Mixture(coded({"a.py": "1"}), coded({"a.py": "2"}), objects)
    mixture.put_file("a.py", b"new")
    fact = mixture.given["code"]["a.py"]
    assert (objects.read(fact["hash"]), fact["size"], mixture.files) == (b"new", 3, {"a.py": b"new"})


def test_a_content_comes_from_the_store_or_the_unchanged_file(make_run: Make, objects: Objects, tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("here")
    digest = Objects(tmp_path / "other").add_bytes(b"here")
    facts = {"kept.txt": {"size": 4, "hash": digest}, "changed.txt": {"size": 4, "hash": "0" * 64}}
    run = make_run(tree=tmp_path, code={**facts, "secret.txt": {"size": 4, "hash": digest, "secret": True}})
    assert content_of(run, "kept.txt", objects) == b"here"
    for path in ("changed.txt", "secret.txt", "nothing.txt"):
        assert content_of(run, path, objects) is None


def test_a_record_that_cannot_be_understood_is_said(make_run: Make) -> None:
    with pytest.raises(CannotReplay, match=r"a\.py"):
        fact_of(make_run(code={"a.py": {"size": "many"}}), "a.py")


def test_a_factor_that_could_not_be_read_has_no_values(make_run: Make, objects: Objects) -> None:
    mixture = Mixture(make_run(seed={"missing": "cut"}), make_run(seed={"missing": "cut"}), objects)
    assert (mixture.values("seed"), mixture.others("seed")) == ({}, {})
    mixture.take("seed", "--seed")
    assert mixture.given == {"seed": {}}


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [({}, ["code"]), ({"read": True}, ["code", "data"]), ({"locked": True}, ["code", "data"])],
    ids=["nobody read it", "read", "locked"],
)
def test_only_what_was_read_or_locked_is_data(
    make_run: Make, objects: Objects, facts: dict[str, bool], kinds: list[str]
) -> None:
    mixture = Mixture(make_run(code={}, data={}), make_run(code={"a.csv": {"size": 1, **facts}}), objects)
    mixture.take_file("a.csv")
    assert [kind for kind in FILES if "a.csv" in mixture.given.get(kind, {})] == kinds


def test_a_file_that_neither_has_is_taken_away_without_a_word(make_run: Make, objects: Objects) -> None:
    mixture = Mixture(make_run(code={"a.py": {"size": 1}}), make_run(), objects)
    mixture.take_file("b.py")
    assert mixture.given == {"code": {"a.py": {"size": 1}}, "data": {}}


def test_what_described_the_old_content_goes_with_it(make_run: Make, objects: Objects) -> None:
    old = {"size": 1, "hash": "0" * 64, "blob": "b", "syntax": "s", "secret": True, "read": True, "mode": 0o755}
    run = make_run(code={"a.py": old}, data={"a.py:key": 1})
    mixture = Mixture(run, run, objects)
    mixture.put_file("a.py", b"new one")
    fact = mixture.given["code"]["a.py"]
    assert set(fact) == {"size", "hash", "read", "mode", "kept", "state"}
    assert (fact["size"], fact["kept"], fact["state"], fact["mode"]) == (7, True, "changed", 0o755)
    assert mixture.given["data"] == {"a.py:key": 1}
    assert run.reading("code")["a.py"] is old  # type: ignore[index]
    assert old["blob"] == "b"


def test_the_last_content_that_was_put_in_counts(coded: Make, objects: Objects) -> None:
    mixture = Mixture(coded({"a.py": "1"}), coded({}), objects)
    for content in (b"first", b"second"):
        mixture.put_file("a.py", content)
    assert mixture.files == {"a.py": b"second"}
    assert {objects.read(mixture.given[kind]["a.py"]["hash"]) for kind in FILES} == {b"second"}


def test_a_hash_that_is_none_has_no_content(make_run: Make, objects: Objects) -> None:
    for digest in ("../../x", "", None):
        assert content_of(make_run(code={"a.py": {"size": 1, "hash": digest}}), "a.py", objects) is None


def test_the_facts_of_data_come_before_those_of_code(make_run: Make) -> None:
    run = make_run(code={"a.csv": {"size": 1}, "b.csv": {"size": 2}}, data={"a.csv": {"size": 3}, "b.csv": None})
    assert [getattr(fact_of(run, path), "size", None) for path in ("a.csv", "b.csv", "c.csv")] == [3, 2, None]
    assert fact_of(make_run(data={"missing": "cut"}), "a.csv") is None


def test_a_file_with_a_secret_can_be_had_where_it_lies_unchanged(make_run: Make, tmp_path: Path) -> None:
    layout = StoreLayout(tmp_path / "store")
    layout.shared.mkdir(parents=True)
    objects = Objects(layout.objects)
    env = tmp_path / ".env"
    env.write_text("TOKEN=abc")
    mark = Redactor(key=key_at(layout.key)).mark(hash_file(env))
    a, b = (make_run(tmp_path, code=files) for files in ({}, {".env": {"size": 9, "hash": mark, "secret": True}}))
    assert can_be_had(".env", a, b, objects)
    assert content_of(b, ".env", objects) is None  # what would be copied into the store
    env.write_text("TOKEN=xyz")
    assert not can_be_had(".env", a, b, objects)
    env.unlink()
    assert not can_be_had(".env", a, b, objects)


def test_a_file_is_unchanged_by_its_content_else_by_size_and_time(coded: Make, make_run: Make) -> None:
    a, b = coded({"same": "1", "other": "1"}), coded({"same": "1", "other": "2", "new": "3"})
    assert [is_unchanged(path, a, b) for path in ("same", "other", "new", "none")] == [True, False, False, False]
    a, b = (make_run(code={"x": {"size": 1, "hash": None, "mtime_ns": each}}) for each in (5, 5))
    assert is_unchanged("x", a, b)
