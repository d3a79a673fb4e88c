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


def line_of(coded: Coded, objects: Objects, change: Change, text: str) -> str | None:
    return Sites(coded({"train.py": text}), objects).of(change)


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ('x = os.environ["A"]\n', True),
        ('x = os.environ.pop("A")\n', True),
        ('x = environ.setdefault("A", "1")\n', True),
        ('x = getenv("A")\n', True),
        ('x = os.environ.get("A", "b") or os.environ["A"]\n', True),
        ('os.environ["A"] = "1"\n', False),
        ('del os.environ["A"]\n', False),
        ('print("A")\n', False),
        ("x = os.environ[A]\n", False),
        ('x = os.environ[f"{A}"]\n', False),
        ('x = os.getenv("AB")\n', False),
    ],
)
@pytest.mark.parametrize("kind", ["environment-variable", "timezone", "precision"])
def test_how_a_variable_is_read(coded: Coded, objects: Objects, kind: str, text: str, is_read: bool) -> None:
    assert line_of(coded, objects, Change(kind, "A"), "import os\n" + text) == ("train.py:2" if is_read else None)


@pytest.mark.parametrize(
    ("declared", "option", "read"),
    [
        ('p.add_argument("-l", "--learn-rate")', "-l", "args.learn_rate"),
        ('p.add_argument("--one", "--two")', "--two", "args.one"),
        ('p.add_argument("-n")', "-n", "args.n"),
        ('p.add_argument("--x", dest="y")', "--x", "args.y"),
        ('click.option("--x", "plain")', "--x", "args.plain"),
        ("pass", "--not-declared", "args.not_declared"),
    ],
)
def test_the_name_under_which_an_option_is_found(
    coded: Coded, objects: Objects, declared: str, option: str, read: str
) -> None:
    assert line_of(coded, objects, Change("arguments", option), f"{declared}\nx = {read}\n") == "train.py:2"
    assert line_of(coded, objects, Change("arguments", option), f"{declared}\n{read} = 1\n") is None


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("c.json:a.b", 'x = c["a"]["b"]'),
        ("c.json:a.b", 'x = c.get("a", {}).get("b")'),
        ("c.json:a.b", "x = cfg.root.a.b"),
        ("c.json:a.b", 'y = c["b"]["a"]["other"]; x = c["a"].b'),
        ("c.json:a.b", 'x = ini.get("a", "b")'),
        ("c.json:b", 'x = c.setdefault("b", "c")'),
    ],
)
def test_how_a_key_is_read(coded: Coded, objects: Objects, subject: str, text: str) -> None:
    assert line_of(coded, objects, Change("config", subject), text + "\n") == "train.py:1"
    assert line_of(coded, objects, Change("config", subject), f"{text}\n{text}\n") is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('open("data/a.csv")\n', 1),
        ('open("./data/a.csv")\n', 1),
        ('open("a.csv")\n', 1),
        ('open(os.path.join("data", "a.csv"))\n', 1),
        ('P = os.path.join("data", "a.csv")\n\nopen(P)\n', 3),
        ('P = load("data/a.csv")\nprint(P)\n', 1),
        ('P = "a.csv"\n', 1),
        ('P = "a.csv"\nopen(P)\nopen(P)\n', None),
        ('open("other/a.csv")\n', None),
        ('open("data")\n', None),
        ('open("ta/a.csv")\n', None),
        ('open("/")\nopen("")\n', None),
    ],
)
def test_how_a_file_is_named(coded: Coded, objects: Objects, text: str, line: int | None) -> None:
    assert line_of(coded, objects, Change("data", "data/a.csv"), text) == (f"train.py:{line}" if line else None)


def test_only_a_decorated_function_has_options_as_parameters(coded: Coded, objects: Objects) -> None:
    text = "def f(*, lr):\n    return lr\n"
    assert line_of(coded, objects, Change("arguments", "--lr"), text) is None
    assert line_of(coded, objects, Change("arguments", "--lr"), "@app.command()\n" + text) == "train.py:3"


def test_a_word_by_its_place_without_a_known_command(coded: Coded, objects: Objects) -> None:
    assert line_of(coded, objects, Change("arguments", "argument 1"), "import sys\nx = sys.argv[1]\n") is None
