from __future__ import annotations

import pytest
from msgspec.structs import replace

from samerun.outputs.comparing import Comparing
from samerun.outputs.volatile import drawn_names, normalise_name, own, why_volatile
from samerun.record.window import NamedWindow

U1 = "1e8b9ea0-1111-4222-8333-444444444444"
U2 = "2e8b9ea0-1111-4222-8333-444444444444"


@pytest.mark.parametrize(
    ("name", "a", "b"),
    [
        ("epoch_time", 3.2, 4.1),
        ("time", 12, 13),
        ("created_at", "2024-06-10T06:13:30Z", "2024-06-11T10:00:20Z"),
        ("timestamp", 1718000010.0, 1718100010.0),
        ("date", "2024-06-10", "2024-06-11"),
        ("hostname", "box", "other"),
        ("pid", 4711, 815),
        ("log_dir", "/home/u/exp/logs", "/w/2/logs"),
        ("anything", "/home/u/exp/logs", "/w/2/logs"),
        ("tmpdir", "/tmp/tmpab12cd34/x", "/tmp/tmpzz12cd34/x"),
        ("run_id", U1, U2),
        ("run_id", "20240610_061320_abc123", "20240611_100000_def456"),
        ("samples_per_second", 123.0, 140.0),
        ("eta", "0:01:00", "0:00:40"),
    ],
)
def test_volatile(name: str, a: object, b: object, comparing: Comparing) -> None:
    assert why_volatile((name,), a, b, comparing)


@pytest.mark.parametrize(
    ("name", "a", "b"),
    [
        ("loss", 3.2, 4.1),
        ("time_to_target", 3.2, 4.1),
        ("timesteps", 3, 4),
        ("epoch_time", 3.2, 400.0),
        ("epoch_time", -3.2, 3.2),
        ("epoch_time", True, False),
        ("epoch_time", None, 3.2),
        ("eta", 0.3, 0.1),
        ("created_at", "2024-06-10T06:13:30Z", "2024-06-10T06:13:31Z"),
        ("created_at", "2020-01-01", "2024-06-11"),
        ("birth_date", "2024-06-10", "2024-06-11"),
        ("hostname", "box", "elsewhere"),
        ("pid", 4711, 4712),
        ("log_dir", "/home/u/exp/best_3", "/w/2/best_5"),
        ("log_dir", "/data/a", "/data/b"),
        ("run_id", "one", "two"),
        ("id", U1, U2),
        ("seed", 1718000010, 1718100010),
        ("updates", 10, 12),
        ("samples_per_second", -1.0, 3.0),
    ],
)
def test_not_volatile(name: str, a: object, b: object, comparing: Comparing) -> None:
    assert not why_volatile((name,), a, b, comparing)


def test_each_side_is_judged_by_its_own_run(comparing: Comparing) -> None:
    assert not why_volatile(("timestamp",), 1718100010.0, 1718000010.0, comparing)
    assert not why_volatile(("pid",), 815, 4711, comparing)


def test_a_group_lends_its_name(comparing: Comparing) -> None:
    assert why_volatile(("timings", "train"), 1.2, 1.3, comparing)
    assert not why_volatile(("timings", "n_batches"), 12, 13, comparing)
    assert not why_volatile(("metrics", "train"), 1.2, 1.3, comparing)


def test_a_project_declares_names(comparing: Comparing) -> None:
    declared = replace(comparing, volatile_names=("my_*", "gpu.power"))
    assert why_volatile(("my_field",), "a", "b", declared)
    assert why_volatile(("gpu", "power"), 1, 2, declared)
    assert not why_volatile(("cpu", "power"), 1, 2, declared)


def test_own_names_become_placeholders(comparing: Comparing) -> None:
    ours = own("/home/u/exp/a.pt on box, 20240610_061320_abc123", comparing.a)
    assert ours == own("/w/2/a.pt on other, 20240611_100000_def456", comparing.b)
    assert "boxes" in own("boxes", comparing.a)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("runs/Jun10_06-13-20_box/x", "runs/{time}_box/x"),
        ("events.out.tfevents.1718000000.box.12.0", "events.out.tfevents.{time}.0"),
        ("lightning_logs/version_3/metrics.csv", "lightning_logs/version_{version}/metrics.csv"),
        ("out/20240610_061320/x", "out/{time}/x"),
        ("outputs/2024-06-10/06-13-20/a.log", "outputs/{time}/{time}/a.log"),
        (f"f_{U1}.json", "f_{uuid}.json"),
        ("run-7/x", "run-{version}/x"),
        ("model_v2.pt", "model_v{version}.pt"),
        ("log_1718000000.txt", "log_{time}.txt"),
        ("resnet50.pt", "resnet50.pt"),
        ("epoch_12.pt", "epoch_12.pt"),
        ("fold_3/pred.npy", "fold_3/pred.npy"),
        ("checkpoint-500/model.safetensors", "checkpoint-500/model.safetensors"),
    ],
)
def test_normalise_name(name: str, expected: str) -> None:
    assert normalise_name(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("out/exp_8878afb7/vocab.txt", "out/exp_{uuid}/vocab.txt"),
        ("model-0a1b2c.pt", "model-{uuid}.pt"),
        ("step_00000123.npz", "step_00000123.npz"),
        ("lr_1e-05.txt", "lr_1e-05.txt"),
        ("facade.png", "facade.png"),
        ("fold_a1.csv", "fold_a1.csv"),
    ],
)
def test_the_beginning_of_a_uuid_is_known_by_letters_and_digits(name: str, expected: str) -> None:
    assert normalise_name(name) == expected


def test_normalise_name_knows_the_run() -> None:
    assert normalise_name("a/abc/x", "abc") == "a/{run}/x"


def test_names_that_a_run_drew_for_its_outputs_are_told_by_a_moment_or_a_uuid() -> None:
    paths = ["runs/exp-20240610_061330-3f9a81/metrics.json", "runs/exp-20240610_061330-3f9a81/model_v2.pt", "a.txt"]
    assert drawn_names(paths) == (("exp-20240610_061330-3f9a81", "exp-{time}-{uuid}"),)
    assert drawn_names(["log_20240610_061330.txt"])[0] == ("log_20240610_061330.txt", "log_{time}.txt")
    assert drawn_names(["a-20240610_061330/x", "a-20240610_071330/x"]) == ()


def test_a_drawn_name_may_stand_in_any_field_and_the_rest_must_agree() -> None:
    one, other = "exp-20240610_061330", "exp-20240610_071330"
    a, b = (NamedWindow(0.0, 1.0, names=((name, "exp-{time}"),)) for name in (one, other))
    both = Comparing(a, b)
    assert why_volatile(("label",), one, other, both) == "a path or name of the run"
    assert why_volatile(("label",), f"best of {one}", f"worst of {other}", both) == ""
    assert why_volatile(("label",), other, one, both) == ""
