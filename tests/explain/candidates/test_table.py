"""Every change is a candidate once, of one kind, and what follows from another is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from samerun.explain.candidates.table import find_candidates, find_unread
from samerun.explain.mixture import Mixture
from samerun.factors.data import ABSENT_FILE
from samerun.record.output import Output
from samerun.record.run import Run
from samerun.store.objects import Objects

Make = Callable[..., Run]


def named(a: Run, b: Run, objects: Objects) -> list[tuple[str, str]]:
    return [(each.change.kind, each.change.subject) for each in find_candidates(a, b, objects)]


def test_what_people_change_comes_first(make_run: Make, objects: Objects) -> None:
    a, b = (
        make_run(
            timezone={"TZ": each},
            package={"x": {"version": each, "imported": True}, "y": {"version": each}},
            arguments={"argv": ["python", "train.py", "--lr", each]},
            machine={"processor": each, "architecture": "x"},
            environment_variable={"SCALE": each},
            thread_count={"cores": 2, "torch.threads": each},
            seed={"--seed": each},
            working_directory={"tree": "/project", "below": each},
        )
        for each in "12"
    )
    assert named(a, b, objects) == [
        ("arguments", "--lr"),
        ("environment-variable", "SCALE"),
        ("package", "x"),
        ("seed", "--seed"),
        ("machine", "processor"),
        ("timezone", "TZ"),
        ("working-directory", "working directory"),
    ]


def test_what_cannot_be_given_says_why(make_run: Make, objects: Objects) -> None:
    a, b = (make_run(machine={"gpu": each}) for each in "12")
    (found,) = find_candidates(a, b, objects)
    assert found.unable == "gpu cannot be changed on this machine"


def test_each_candidate_can_be_taken(make_run: Make, objects: Objects) -> None:
    a, b = (
        make_run(
            timezone={"TZ": each}, seed={"--seed": each}, python={"version": each, "executable": f"/{each}/python"}
        )
        for each in "12"
    )
    mixture = Mixture(a, b, objects)
    for candidate in find_candidates(a, b, objects):
        candidate.take(mixture)
    assert mixture.given == {"timezone": {"TZ": "2"}, "seed": {"--seed": "2"}}
    assert mixture.python == "/2/python"


def test_a_file_that_was_there_all_the_time_is_no_change(coded: Make, objects: Objects) -> None:
    a, b = coded({"train.py": "x", "d.csv": "1"}), coded({"train.py": "x", "d.csv": "1"})
    b.factors["code"]["d.csv"] = {**b.factors["code"]["d.csv"], "read": False}
    del b.factors["data"]["d.csv"]
    assert named(a, b, objects) == []


def test_a_content_that_was_not_kept_cannot_be_tried(coded: Make, objects: Objects) -> None:
    a, b = coded({"d.csv": "1"}), coded({"d.csv": "2"})
    for kind in ("code", "data"):
        b.factors[kind]["d.csv"] = {**b.factors[kind]["d.csv"], "hash": "0" * 64}
    (found,) = find_candidates(a, b, objects)
    assert "not kept" in found.unable


def test_what_the_first_run_left_is_named_so(coded: Make, objects: Objects) -> None:
    a, b = coded({}), coded({"last.txt": "1"})
    a.outputs.append(Output("last.txt", "text", 1, "0" * 64, "results/last.txt"))
    try:
        assert named(a, b, objects) == [("leftover-state", "last.txt")]
    finally:
        a.outputs.clear()


def test_a_configuration_that_the_first_run_left_is_one_candidate(coded: Make, objects: Objects) -> None:
    b = coded({"last.json": '{"n": 1, "m": 2}'}, config={"last.json:n": 1, "last.json:m": 2})
    for fact in (b.factors["code"]["last.json"], b.factors["data"]["last.json"]):
        fact["configuration"] = True
    a = structs.replace(coded({}, config={}), outputs=[Output("last.json", "json", 1, "0" * 64, "results/last.json")])
    assert named(a, b, objects) == [("leftover-state", "last.json")]


def test_a_file_that_was_found_as_the_first_run_left_it_is_named_so(coded: Make, objects: Objects) -> None:
    before, after = coded({"n.txt": "1"}), coded({"n.txt": "2"})
    wrote = after.factors["data"]["n.txt"]["hash"]
    left = structs.replace(before, outputs=[Output("n.txt", "text", 1, wrote, "results/n.txt")])
    assert named(left, after, objects) == [("leftover-state", "n.txt")]
    edited = structs.replace(before, outputs=[Output("n.txt", "text", 1, "0" * 64, "results/n.txt")])
    assert named(edited, after, objects) == [("data", "n.txt")]


@pytest.mark.parametrize("looked_for", [True, False])
def test_a_configuration_that_is_gone_is_one_candidate(coded: Make, objects: Objects, looked_for: bool) -> None:
    a = coded({"c.json": '{"n": 1, "m": 2}'}, config={"c.json:n": 1, "c.json:m": 2})
    for kind in ("code", "data"):
        a.factors[kind]["c.json"]["configuration"] = True
    b = coded({}, config={})
    if looked_for:
        b.factors["data"]["c.json"] = ABSENT_FILE
    assert named(a, b, objects) == [("data", "c.json")]


def test_a_configuration_that_was_looked_for_in_vain_is_one_candidate(coded: Make, objects: Objects) -> None:
    a, b = coded({}, config={}), coded({"c.json": '{"n": 1, "m": 2}'}, config={"c.json:n": 1, "c.json:m": 2})
    for kind in ("code", "data"):
        b.factors[kind]["c.json"]["configuration"] = True
    assert named(a, b, objects) == [("config", "c.json:n"), ("config", "c.json:m")]
    a.factors["data"]["c.json"] = ABSENT_FILE
    assert named(a, b, objects) == [("data", "c.json")]


def test_a_key_of_a_file_that_one_run_alone_read_is_no_change(coded: Make, objects: Objects) -> None:
    a, b = (coded({"c.json": '{"lr": 1}'}, config=config) for config in ({"c.json:lr": 1}, {}))
    assert named(a, b, objects) == []


def test_files_that_nothing_read_are_found_apart(make_run: Make, objects: Objects) -> None:
    unread = {"size": 1, "hash": None, "why": "nothing read it", "mtime_ns": 5}
    a = make_run(code={"same.txt": unread, "gone.txt": unread, "d/": {"size": 0}})
    b = make_run(code={"same.txt": unread, "new.txt": unread, "tool.sh": unread, "__pycache__/x.pyc": unread})
    assert find_candidates(a, b, objects) == []
    found = [(each.change.kind, each.change.subject, each.unable) for each in find_unread(a, b, objects)]
    assert found == [("data", "gone.txt", ""), ("data", "new.txt", ""), ("code", "tool.sh", "")]


def test_a_trial_never_runs_in_the_second_runs_folder(make_run: Make, objects: Objects) -> None:
    a = make_run(working_directory={"tree": "/one", "below": "."})
    moved = make_run(working_directory={"tree": "/two", "below": "."})
    (found,) = find_candidates(a, moved, objects)
    assert "another path" in found.unable
    inner = make_run(working_directory={"tree": "/two", "below": "sub"})
    (found,) = find_candidates(a, inner, objects)
    mixture = Mixture(a, inner, objects)
    found.take(mixture)
    assert (found.unable, mixture.given) == ("", {"working-directory": {"tree": "/one", "below": "sub"}})


@pytest.mark.parametrize(
    ("kind", "subject", "values"),
    [
        ("timezone", "TZ", ["UTC", "Asia/Tokyo"]),
        ("locale", "LANG", ["C", "de_DE.UTF-8"]),
        ("environment_variable", "SCALE", ["1", "2"]),
        ("thread_count", "OMP_NUM_THREADS", ["1", "2"]),
    ],
)
def test_a_variable_is_taken_over_alone(
    make_run: Make, objects: Objects, kind: str, subject: str, values: list[str]
) -> None:
    a, b = (make_run(**{kind: {subject: each, "OTHER": "same"}}) for each in values)
    (found,) = find_candidates(a, b, objects)
    mixture = Mixture(a, b, objects)
    found.take(mixture)
    name = kind.replace("_", "-")
    assert (found.change.kind, found.change.subject, found.unable) == (name, subject, "")
    assert mixture.given == {name: {subject: values[1], "OTHER": "same"}}


def test_two_runs_alike_have_no_candidates(coded: Make, objects: Objects) -> None:
    a, b = (coded({"train.py": "x"}, timezone={"TZ": "UTC"}, seed={"--seed": 1}) for _ in range(2))
    assert find_candidates(a, b, objects) == []
    assert find_unread(a, b, objects) == []


def test_code_comes_before_data(coded: Make, objects: Objects) -> None:
    a, b = (coded({"z.py": each, "a.csv": each}) for each in ("x", "y"))
    assert named(a, b, objects) == [("code", "z.py"), ("data", "a.csv")]


def test_a_file_that_is_gone_can_be_taken_away(coded: Make, objects: Objects) -> None:
    a, b = coded({"train.py": "x", "d.csv": "1"}), coded({"train.py": "x"})
    (found,) = find_candidates(a, b, objects)
    mixture = Mixture(a, b, objects)
    found.take(mixture)
    assert (found.change.subject, found.unable) == ("d.csv", "")
    assert all(set(mixture.given[kind]) == {"train.py"} for kind in ("code", "data"))


@pytest.mark.parametrize(
    ("mine", "theirs", "is_change"),
    [
        ({"size": 1, "mtime_ns": 5}, {"size": 1, "mtime_ns": 5}, False),
        ({"size": 1, "mtime_ns": 5}, {"size": 1, "mtime_ns": 6}, True),
        ({"size": 1, "mtime_ns": 5}, {"size": 2, "mtime_ns": 5}, True),
        ({"size": 1, "hash": "a" * 64}, {"size": 1, "hash": "a" * 64, "mtime_ns": 9}, False),
        ({"size": 1, "hash": "a" * 64}, {"size": 1, "hash": "b" * 64}, True),
        ({"size": 1, "hash": "a" * 64}, {"size": 1}, False),
        ({"size": 1}, {"size": 1, "read": True}, False),
    ],
)
def test_when_a_file_that_nothing_read_is_another(
    make_run: Make, objects: Objects, mine: dict[str, Any], theirs: dict[str, Any], is_change: bool
) -> None:
    a, b = make_run(code={"x.dat": mine}), make_run(code={"x.dat": theirs})
    assert [each.change.subject for each in find_unread(a, b, objects)] == (["x.dat"] if is_change else [])


def test_a_run_that_knows_of_no_files_has_none_unread(make_run: Make, objects: Objects) -> None:
    assert find_unread(make_run(), make_run(code={"missing": "cut"}), objects) == []
