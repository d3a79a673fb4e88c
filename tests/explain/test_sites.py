"""The line that reads a value, where the source leaves no doubt."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from samerun.explain.sites import Sites
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.store.objects import Objects

Coded = Callable[..., Run]

PROGRAM = """\
import argparse, os, sys, yaml
from pathlib import Path
p = argparse.ArgumentParser()
p.add_argument("path")
p.add_argument("--learning-rate", "--lr", dest="rate", type=float)
p.add_argument("--steps")
p.add_argument("-n", "--name")
args = p.parse_args()
rate = args.rate
for step in range(args.steps): print(args.steps)
print(args.name, args.path)
scale = os.environ["SCALE"]
quiet = os.environ.get("QUIET", "")
twice = os.getenv("TWICE") or os.environ["TWICE"]
again = os.getenv("TWICE")
DATA = Path("data") / "train.csv"
rows = open(DATA).read()
other = open("data/notes.txt").read()
conf = yaml.safe_load(open("conf.yaml"))
lr = conf["optim"]["lr"]
opt = conf["optim"]
decay = opt["decay"]
width = conf.model.width
drop = ini.getfloat("model", "drop")
table = {"test.csv": 1}
seed = sys.argv[2]
"""


@pytest.fixture
def sites(coded: Coded, objects: Objects) -> Sites:
    argv = {"argv": ["python", "train.py", "x", "7"]}
    return Sites(coded({"train.py": PROGRAM, "other.py": "y = 1\n"}, arguments=argv), objects)


@pytest.mark.parametrize(
    ("kind", "subject", "line"),
    [
        ("arguments", "--lr", 9),
        ("arguments", "--learning-rate", 9),
        ("arguments", "--steps", 10),
        ("arguments", "-n", 11),
        ("arguments", "argument 2", 26),
        ("arguments", "argument 1", 11),
        ("arguments", "--nowhere", None),
        ("environment-variable", "SCALE", 12),
        ("environment-variable", "QUIET", 13),
        ("environment-variable", "TWICE", None),
        ("thread-count", "OMP_NUM_THREADS", None),
        ("data", "data/train.csv", 17),
        ("data", "data/notes.txt", 18),
        ("data", "data/nothing.csv", None),
        ("config", "conf.yaml:optim.lr", 20),
        ("config", "conf.yaml:optim.decay", 22),
        ("config", "conf.yaml:model.width", 23),
        ("config", "conf.ini:model.drop", 24),
        ("config", "conf.yaml:nothing", None),
        ("package", "yaml", None),
    ],
)
def test_the_one_line_that_reads_it(sites: Sites, kind: str, subject: str, line: int | None) -> None:
    assert sites.of(Change(kind, subject)) == (f"train.py:{line}" if line else None)


def test_a_known_place_is_told_below_the_folder(sites: Sites) -> None:
    assert sites.of(Change("unseeded-numpy", "numpy", where="/project/train.py:3")) == "train.py:3"
    assert sites.of(Change("unseeded-numpy", "numpy", where="/lib/x.py:3")) == "/lib/x.py:3"


def test_a_parameter_of_a_command_of_click(coded: Coded, objects: Objects) -> None:
    text = (
        '@click.command()\n@click.option("--lr")\ndef main(lr):\n    w = 1\n    return w * lr\n\n\ndef g(lr):\n    lr\n'
    )
    assert Sites(coded({"train.py": text}), objects).of(Change("arguments", "--lr")) == "train.py:5"


def test_code_that_is_gone_has_no_lines(make_run: Callable[..., Run], objects: Objects) -> None:
    run = make_run(code={"train.py": {"size": 1, "hash": "0" * 64, "read": True}})
    assert Sites(run, objects).of(Change("arguments", "--lr")) is None
