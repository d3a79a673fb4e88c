"""The variables that a program or its libraries read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from samerun.factors.environment_variable import EnvironmentVariable
from samerun.factors.factor import ABSENT, Plan, Scene
from samerun.record.observation import Observation
from samerun.record.values import Values

Read = Callable[..., Values]


@pytest.fixture
def read(scene: Callable[..., Scene], ended: Callable[..., Observation]) -> Read:
    """Read the factor: ``read({"A": "1"}, {"A": True})`` with the variables set and those seen being read."""

    def call(environment: Mapping[str, str], seen: Mapping[str, bool] | None = None) -> Values:
        values = EnvironmentVariable().read(scene(environment=environment, observed=ended(variables=seen or {})))
        assert isinstance(values, dict)
        return values

    return call


def test_what_nobody_read_does_not_matter(read: Read) -> None:
    assert read({"FOO": "1"}) == {}


def test_what_the_user_read_matters_whether_set_or_not(read: Read) -> None:
    assert read({"FOO": "1", "HOME": "/h"}, {"FOO": True, "BAR": True, "HOME": True}) == {
        "BAR": ABSENT,
        "FOO": "1",
        "HOME": "/h",
    }


def test_what_a_library_read_matters_where_it_is_set(read: Read) -> None:
    assert read({"FOO": "1", "HOME": "/h"}, {"FOO": False, "BAR": False, "HOME": False}) == {"FOO": "1"}


def test_what_libraries_read_in_c_matters_unseen(read: Read) -> None:
    names = {"CUDA_VISIBLE_DEVICES": "0", "XLA_FLAGS": "x", "WORLD_SIZE": "2", "PYTHONPATH": "src", "RANKING": "no"}
    assert set(read(names)) == set(names) - {"RANKING"}


@pytest.mark.parametrize("name", ["OMP_NUM_THREADS", "PYTHONHASHSEED", "TZ", "LC_ALL", "MKL_CBWR", "SAMERUN_RUN"])
def test_what_has_a_kind_of_its_own_is_left_to_it(read: Read, name: str) -> None:
    assert read({name: "1"}, {name: True}) == {}


def test_secrets_are_marked(read: Read) -> None:
    values = read(
        {"WANDB_API_KEY": "hunter2hunter2", "URL": "https://me:hunter2hunter2@h/"}, {"WANDB_API_KEY": True, "URL": True}
    )
    assert "hunter2" not in str(values)


def test_giving_sets_and_unsets(plan: Callable[..., Plan]) -> None:
    present = plan(FOO="now", OTHER="x", BAR="set since")
    EnvironmentVariable().give(present, {"FOO": "then", "BAR": ABSENT})
    assert present.environment == {"FOO": "then", "OTHER": "x"}


def test_giving_unsets_what_libraries_would_read_and_was_not_set(plan: Callable[..., Plan]) -> None:
    present = plan(XLA_FLAGS="--fast", TORCH_LOGS="all", PATH="/bin", HOME="/h", LD_LIBRARY_PATH="/lib", CI="1")
    EnvironmentVariable().give(present, {"TORCH_LOGS": "none"})
    assert present.environment == {
        "TORCH_LOGS": "none",
        "PATH": "/bin",
        "HOME": "/h",
        "CI": "1",
    }


def test_giving_leaves_the_variables_of_other_kinds_alone(plan: Callable[..., Plan]) -> None:
    present = plan(PYTHONHASHSEED="1", PYTHONUTF8="1", OMP_NUM_THREADS="2", CUBLAS_WORKSPACE_CONFIG=":4096:8")
    EnvironmentVariable().give(present, {})
    assert set(present.environment) >= {"PYTHONHASHSEED", "PYTHONUTF8", "OMP_NUM_THREADS"}


def test_a_secret_is_taken_from_the_present_environment_or_its_lack_is_said(
    read: Read, plan: Callable[..., Plan]
) -> None:
    values = read({"API_KEY": "hunter2hunter2"}, {"API_KEY": True})
    here, not_here = plan(API_KEY="hunter2hunter2"), plan()
    EnvironmentVariable().give(here, values)
    EnvironmentVariable().give(not_here, values)
    assert here.environment == {"API_KEY": "hunter2hunter2"}
    assert here.notes == []
    assert "API_KEY" not in not_here.environment
    assert "API_KEY" in not_here.notes[0]


def test_a_changed_variable_is_named() -> None:
    changes = EnvironmentVariable().differences({"FOO": "1", "SAME": "x"}, {"FOO": ABSENT, "SAME": "x"})
    assert [(change.subject, change.a, change.b) for change in changes] == [("FOO", "1", ABSENT)]


def test_looked_for_in_vain_and_not_looked_for_are_alike() -> None:
    assert EnvironmentVariable().differences({"FOO": ABSENT}, {}) == []
    assert EnvironmentVariable().differences({}, {"FOO": ABSENT}) == []


def test_what_a_scheduler_gives_for_now_stays(plan: Callable[..., Plan]) -> None:
    present = plan(CUDA_VISIBLE_DEVICES="3", SLURM_PROCID="1")
    EnvironmentVariable().give(present, {"CUDA_VISIBLE_DEVICES": "0", "RANK": "0"})
    assert present.environment == {"CUDA_VISIBLE_DEVICES": "3", "SLURM_PROCID": "1", "RANK": "0"}
    elsewhere = plan()
    EnvironmentVariable().give(elsewhere, {"CUDA_VISIBLE_DEVICES": "0"})
    assert elsewhere.environment == {"CUDA_VISIBLE_DEVICES": "0"}


def test_who_runs_it_is_varied(plan: Callable[..., Plan]) -> None:
    (other,) = EnvironmentVariable().variations({"DEBUG": "1"})
    EnvironmentVariable().give(present := plan(HOME="/home/me", USER="me"), other)
    assert present.setup == {"other_home": True}
    assert present.environment == {"HOME": "/home/me", "USER": "somebody", "LOGNAME": "somebody", "DEBUG": "1"}
    changed = [each.subject for each in EnvironmentVariable().differences({"DEBUG": "1"}, other)]
    assert changed == ["HOME", "USER", "LOGNAME"]
