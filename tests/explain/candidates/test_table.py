"""Every change is a candidate once, of one kind, and what follows from another is none."""

from __future__ import annotations

from collections.abc import Callable

from samerun.explain.candidates.table import find_candidates, find_unread
from samerun.explain.mixture import Mixture
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
