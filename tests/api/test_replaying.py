"""Replays: the verdicts that people get."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from samerun import api
from samerun.errors import RunStillGoing
from tests.lab import DRAW, Lab, changes


@pytest.mark.parametrize(
    "script",
    [
        "import random\n" + DRAW.format("[random.random() for _ in range(5)]"),
        "import random\n" + DRAW.format("random.Random().random()"),
        "import numpy as np\n" + DRAW.format("(np.random.rand(3), np.random.default_rng().random(3))"),
        DRAW.format("list({'a', 'b', 'c', 'd', 'e', 'f'})"),
    ],
    ids=["random", "Random()", "numpy", "sets"],
)
def test_an_unseeded_script_is_random_and_replays_identically(lab: Lab, mode: str, script: str) -> None:
    first, second = lab.record(script), lab.record()
    done = lab.replay(first)
    assert done.verdict == "identical"
    assert changes(done, mode) == []
    assert lab.replay(second).verdict == "identical"
    if "sets" not in script and "list(" not in script:
        assert lab.read(first, "out.txt") != lab.read(second, "out.txt")


def test_an_unseeded_torch_script_replays_identically(lab: Lab) -> None:
    pytest.importorskip("torch")
    run = lab.record(
        """
        import torch
        model = torch.nn.Linear(4, 2)
        torch.save(model.state_dict(), "model.pt")
        print(torch.rand(3))
        """
    )
    done = lab.replay(run)
    assert done.verdict == "identical"
    assert [each.path for each in done.outputs] == ["model.pt"]


def test_a_seed_is_given_again(lab: Lab) -> None:
    runs = [lab.record("import random\n" + DRAW.format("random.random()"), seed=3) for _ in range(2)]
    assert lab.read(runs[0], "out.txt") == lab.read(runs[1], "out.txt")
    done = lab.replay(runs[0])
    assert (done.verdict, done.factors_changed) == ("identical", [])


def test_a_deterministic_run_replays_without_changes(lab: Lab, mode: str) -> None:
    run = lab.record("import os\n" + DRAW.format("os.environ['CUBLAS_WORKSPACE_CONFIG']"), deterministic=True)
    done = lab.replay(run)
    assert (done.verdict, changes(done, mode)) == ("identical", [])


def test_a_portable_run_is_the_same_whatever_the_shell_has_set(
    lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "import os\n" + DRAW.format("sorted(n + '=' + v for n, v in os.environ.items() if 'NUM_THREADS' in n)")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    run = lab.record(script, portable=True)
    assert "'OMP_NUM_THREADS=1'" in lab.read(run, "out.txt")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    done = lab.replay(run)
    assert (done.verdict, changes(done, mode)) == ("identical", [])


def test_what_only_the_clock_decides_is_different(lab: Lab) -> None:
    done = lab.replay(lab.record("import time\n" + DRAW.format("time.perf_counter_ns() % 1_000_003")))
    assert done.verdict == "different"
    assert done.outputs[0].detail


def test_a_cache_that_makes_a_difference(lab: Lab, mode: str) -> None:
    script = """
        import os
        if not os.path.exists("cache.txt"):
            open("cache.txt", "w").write("computed")
            open("out.txt", "w").write("slow")
        else:
            open("out.txt", "w").write("fast " + open("cache.txt").read())
    """
    first, second = lab.record(script), lab.record()
    assert lab.read(first, "out.txt") == "slow"
    assert lab.replay(first).verdict == "identical"
    assert lab.replay(second).verdict == "identical"


@pytest.mark.parametrize("special", ["NaN", "Infinity", "1e400", "1" * 400])
def test_numbers_that_json_has_no_place_for(lab: Lab, special: str) -> None:
    lab.write(config_json=f'{{"clip": {special}}}')
    run = lab.record(
        f"import json\njson.load(open('config.json'))\nopen('metrics.json', 'w').write('{{\"loss\": {special}}}')\n"
    )
    assert "loss" in run.metrics
    done = lab.replay(run)
    assert (done.verdict, done.factors_changed) == ("identical", [])


def test_a_failed_run_is_incomplete_though_it_fails_again(lab: Lab) -> None:
    run = lab.record("open('out.txt', 'w').write('x')\nraise SystemExit(2)\n")
    assert lab.replay(run).verdict == "incomplete"


def test_printed_text_is_the_result_of_a_run_that_leaves_nothing_else(lab: Lab, mode: str) -> None:
    lab.write(data_txt="1")
    run = lab.record("print('loss', open('data.txt').read())\n")
    done = lab.replay(run)
    assert [(each.path, each.verdict) for each in done.outputs] == [("(printed text)", "identical")]


def test_a_run_that_goes_on_is_not_replayed(lab: Lab) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from samerun import api; api.record(['sleep', '20'])"],
        env={**os.environ, "PYTHONPATH": str(Path(api.__file__).parents[1])},
    )
    try:
        end = time.monotonic() + 20
        while not list(lab.folder.rglob("*_*_*/run.json")) and time.monotonic() < end:
            time.sleep(0.05)  # the folder is there a moment before its record
        with pytest.raises(RunStillGoing):
            api.replay("last")
    finally:
        process.kill()
        process.wait()


def test_a_replay_can_be_replayed(lab: Lab, mode: str) -> None:
    run = lab.record("import random\n" + DRAW.format("random.random()"))
    done = lab.replay(run)
    assert done.replay.parent == run.id
    again = lab.replay(done.replay)
    assert again.verdict == "identical"
    assert lab.read(again.replay, "out.txt") == lab.read(run, "out.txt")


def test_tolerances(lab: Lab) -> None:
    run = lab.record(
        "import json, time\njson.dump({'loss': 1 + time.time_ns() % 1000 * 1e-9}, open('metrics.json', 'w'))\n"
    )
    assert lab.replay(run).verdict == "different"
    done = lab.replay(run, rtol=1e-3)
    assert done.verdict == "within-tolerance"
