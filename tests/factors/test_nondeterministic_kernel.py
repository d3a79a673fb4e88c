"""Deterministic kernels: what was asked for, and that a replay asks for the same."""

from __future__ import annotations

from collections.abc import Callable

from samerun.factors.factor import Plan, Scene
from samerun.factors.nondeterministic_kernel import CUBLAS, NondeterministicKernel
from samerun.record.observation import Observation


def test_nothing_was_asked_for(scene: Callable[..., Scene], ended: Callable[..., Observation]) -> None:
    observed = ended(effective={"torch deterministic": "False", "cudnn.benchmark": "True", "torch threads": "2"})
    assert NondeterministicKernel().read(scene(observed=observed)) == {
        "cudnn.benchmark": "True",
        "torch deterministic": "False",
    }


def test_a_replay_of_a_deterministic_run_is_no_change(scene: Callable[..., Scene], plan: Callable[..., Plan]) -> None:
    recorded = Plan([], "/", {CUBLAS: ":4096:8", "TF_DETERMINISTIC_OPS": "1"}, deterministic=True)
    values = NondeterministicKernel().read(scene(plan=recorded, environment={}))
    assert isinstance(values, dict)
    again = plan()
    NondeterministicKernel().give(again, values)
    assert again.deterministic
    assert again.environment == recorded.environment
    replayed = NondeterministicKernel().read(scene(plan=again, environment=again.environment))
    assert isinstance(replayed, dict)
    assert NondeterministicKernel().differences(values, replayed) == []


def test_a_users_own_setting_is_kept(scene: Callable[..., Scene], plan: Callable[..., Plan]) -> None:
    values = NondeterministicKernel().read(scene(environment={CUBLAS: ":16:8"}))
    assert values == {CUBLAS: ":16:8"}
    present = plan(**{CUBLAS: ":4096:8"})
    NondeterministicKernel().give(present, values)
    assert present.environment == {CUBLAS: ":16:8"}
    assert not present.deterministic


def test_portable_is_given_again(scene: Callable[..., Scene], plan: Callable[..., Plan]) -> None:
    recorded = Plan([], "/", {}, deterministic=True, portable=True)
    values = NondeterministicKernel().read(scene(plan=recorded, environment={}))
    again = plan()
    NondeterministicKernel().give(again, values)
    assert (again.deterministic, again.portable) == (True, True)
    plain = NondeterministicKernel().read(scene(environment={}))
    subjects = [change.subject for change in NondeterministicKernel().differences(plain, values)]
    assert subjects == ["--deterministic", "--portable"]


def test_held_every_library_is_asked_and_what_the_user_set_stays(plan: Callable[..., Plan]) -> None:
    present = plan()
    factor = NondeterministicKernel()
    factor.give(present, factor.held({"NCCL_ALGO": "Tree", "torch.cudnn_benchmark": "True"}) or {})
    assert present.deterministic
    assert present.conditions == {"nondeterministic-kernel": "held"}
    assert present.environment == {
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8", "FLASH_ATTENTION_DETERMINISTIC": "1", "NCCL_ALGO": "Tree",
        "TF_DETERMINISTIC_OPS": "1",
    }  # fmt: skip


def test_it_is_varied_only_where_it_was_not_asked_for() -> None:
    (asked,) = NondeterministicKernel().variations({})
    assert asked["--deterministic"] is True
    assert list(NondeterministicKernel().variations(asked)) == []
