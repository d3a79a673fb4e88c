"""Thread counts: variables first, else processors, else what libraries say."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from samerun.factors.factor import Plan, Scene
from samerun.factors.thread_count import ThreadCount, cores_allowed
from samerun.record.observation import Observation
from samerun.record.values import Change


def subjects(a: dict[str, object], b: dict[str, object]) -> list[str]:
    return [change.subject for change in ThreadCount().differences(a, b)]


def test_variables_processors_and_reports_are_read(
    scene: Callable[..., Scene], ended: Callable[..., Observation]
) -> None:
    observed = ended(effective={"torch threads": "2", "torch precision": "highest"})
    values = ThreadCount().read(scene(environment={"OMP_NUM_THREADS": "2", "A": "1"}, observed=observed))
    assert values == {"OMP_NUM_THREADS": "2", "cores": cores_allowed(), "torch threads": "2"}


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system has no processor affinity")
def test_a_planned_number_of_processors_is_what_it_has(scene: Callable[..., Scene]) -> None:
    values = ThreadCount().read(scene(plan=Plan([], "/", {}, cores=1)))
    assert isinstance(values, dict)
    assert values["cores"] == 1


def test_a_variable_explains_all_the_rest() -> None:
    a = {"OMP_NUM_THREADS": "1", "cores": 2, "torch threads": "1"}
    assert subjects(a, {"OMP_NUM_THREADS": "2", "cores": 4, "torch threads": "2"}) == ["OMP_NUM_THREADS"]
    assert subjects({"cores": 2, "torch threads": "1"}, {"cores": 4, "torch threads": "2"}) == ["cores"]
    assert subjects({"cores": 2, "torch threads": "1"}, {"cores": 2, "torch threads": "2"}) == ["torch threads"]


def test_fewer_processors_are_given_as_processors(plan: Callable[..., Plan], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samerun.factors.thread_count.cores_allowed", lambda: 8)
    present = plan(OMP_NUM_THREADS="8")
    ThreadCount().give(present, {"cores": 2})
    assert (present.cores, present.environment, present.notes) == (2, {}, [])


def test_more_processors_are_asked_for_and_said(plan: Callable[..., Plan], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samerun.factors.thread_count.cores_allowed", lambda: 2)
    present = plan()
    ThreadCount().give(present, {"cores": 8, "OMP_NUM_THREADS": "3"})
    assert present.cores is None
    assert present.environment["OMP_NUM_THREADS"] == "3"
    assert present.environment["MKL_NUM_THREADS"] == "8"
    assert "8 processors" in present.notes[0]


def test_variations_are_one_and_one_more() -> None:
    varied = list(ThreadCount().variations({"cores": 2}))
    assert [each["OMP_NUM_THREADS"] for each in varied] == ["1", "3"]


def test_a_count_that_one_run_alone_reported_is_no_change() -> None:
    factor = ThreadCount()
    assert factor.differences({"cores": 2, "libgomp threads": "2"}, {"cores": 2}) == []
    assert factor.differences({"cores": 2, "libgomp threads": "2"}, {"cores": 2, "libgomp threads": "1"}) != []
    assert factor.differences({"cores": 2, "OMP_NUM_THREADS": "2"}, {"cores": 2}) != []


def test_held_is_one_thread_whatever_the_program_asks_for(plan: Callable[..., Plan]) -> None:
    held = ThreadCount().held({"cores": cores_allowed(), "OMP_NUM_THREADS": "4"})
    assert held is not None
    present = plan(OMP_NUM_THREADS="4")
    ThreadCount().give(present, held)
    assert present.conditions == {"thread-count": "one"}
    assert {present.environment[name] for name in ("OMP_NUM_THREADS", "POLARS_MAX_THREADS", "NPROC")} == {"1"}
    assert present.cores is None


def test_loaders_are_varied_where_some_were_seen(
    scene: Callable[..., Scene], ended: Callable[..., Observation], plan: Callable[..., Plan]
) -> None:
    values = ThreadCount().read(scene(observed=ended(used={"thread-count": ("train.py:8",)})))
    assert isinstance(values, dict)
    assert values["places"] == ["train.py:8"]
    last = list(ThreadCount().variations(values))[-1]
    assert (last["mode"], last.get("OMP_NUM_THREADS")) == ("workers", None)
    present = plan()
    ThreadCount().give(present, {**last, "sites": ["train.py:8"]})
    assert present.conditions == {"thread-count": "workers@train.py:8"}


def test_loaders_are_varied_where_torch_was_used_and_nobody_looked_for_them() -> None:
    def modes(**values: object) -> list[object]:
        return [each.get("mode") for each in ThreadCount().variations({"cores": 2, **values})]

    assert modes() == [None, None]
    assert modes(**{"torch.threads": "2"})[2:] == ["workers"]
    assert modes(**{"torch.threads": "2", "mode": "watch"}) == ["watch", "watch"]


def test_what_was_asked_for_is_no_change(scene: Callable[..., Scene]) -> None:
    asked = ThreadCount().read(scene(plan=Plan([], "/", {}, conditions={"thread-count": "one"})))
    assert isinstance(asked, dict)
    assert asked["mode"] == "one"
    assert subjects(asked, {"cores": asked["cores"], "places": ["a.py:1"]}) == []


def test_advice_on_workers_is_another() -> None:
    assert "index of the sample" in ThreadCount().advice(Change("thread-count", "num_workers"))
    assert "OMP_NUM_THREADS" in ThreadCount().advice(Change("thread-count", "cores"))
