"""The command line, option by option."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.basics.redaction import Redactor
from samerun.factors.arguments import Arguments, Words, options, words_of
from samerun.factors.factor import Plan, Scene


def changes(a: str, b: str) -> list[tuple[str, object, object]]:
    found = Arguments().differences({"argv": a.split()}, {"argv": b.split()})
    return [(change.subject, change.a, change.b) for change in found]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("python t.py --lr 0.1", "python t.py --lr 0.2", [("--lr", "0.1", "0.2")]),
        ("python t.py --lr=0.1", "python t.py --lr 0.1", []),
        ("python t.py --lr -0.1", "python t.py --lr -1e-3", [("--lr", "-0.1", "-1e-3")]),
        ("python t.py --flag", "python t.py", [("--flag", True, None)]),
        ("python t.py --a 1 --b 2", "python t.py --b 2 --a 1", []),
        ("python t.py model.lr=1", "python t.py model.lr=2", [("model.lr", "1", "2")]),
        ("python t.py +model.lr=1", "python t.py +model.lr=2", [("model.lr", "1", "2")]),
        ("python t.py in out", "python t.py in other", [("argument 2", "out", "other")]),
        ("python a.py", "python b.py", [("program", "a.py", "b.py")]),
        ("/usr/bin/python3.11 t.py", "/venv/bin/python t.py", []),
        ("/usr/bin/torchrun t.py", "torchrun t.py", []),
        ("python -m pkg.train", "python -m pkg.test", [("-m", "pkg.train", "pkg.test")]),
        ("python t.py --x 1 --x 2", "python t.py --x 1 --x 3", [("--x", ["1", "2"], ["1", "3"])]),
        ("python t.py --x 1 --x 2", "python t.py --x 2 --x 1", [("--x", ["1", "2"], ["2", "1"])]),
        ("python t.py -v", "python t.py -v -v", [("-v", True, [True, True])]),
    ],
)
def test_what_differs_is_named_by_its_option(a: str, b: str, expected: list[tuple[str, object, object]]) -> None:
    assert changes(a, b) == expected


@pytest.mark.parametrize("flags", ["-u", "-O", "-B -u", "-X utf8", "-W error", "-Xutf8 -Wignore"])
def test_an_option_of_the_interpreter_does_not_swallow_the_script(flags: str) -> None:
    changed = changes(f"python {flags} t.py --lr 1", "python t.py --lr 1")
    assert not {"program", "--lr"} & {subject for subject, _, _ in changed}


def test_the_interpreters_own_options_are_no_options_of_the_script() -> None:
    assert options(["python", "-O", "t.py", "-O"])["-O"] is True
    assert changes("python -O t.py", "python t.py -O") != []


def test_an_option_given_three_times_is_one_list() -> None:
    assert options(["python", "t.py", "--x", "1", "--x", "2", "--x", "3"])["--x"] == ["1", "2", "3"]


@pytest.mark.parametrize("argv", [[], ["python"], ["./run.sh"], [""], ["python", "--"], ["python", "t.py", "--", "-x"]])
def test_odd_commands_are_read(argv: list[str]) -> None:
    assert isinstance(options(argv), dict)
    assert Arguments().differences({"argv": argv}, {"argv": argv}) == []


VALUES = st.text(min_size=1).filter(lambda text: not text.startswith("-") and "=" not in text)
NAMES = st.from_regex(r"--[a-z][a-z0-9-]{0,8}", fullmatch=True)


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(NAMES, VALUES, max_size=6), st.booleans())
def test_every_option_comes_back_with_its_value(given_options: dict[str, str], joined: bool) -> None:
    words = [[f"{name}={value}"] if joined else [name, value] for name, value in given_options.items()]
    found = options(["python", "t.py", *(word for pair in words for word in pair)])
    assert found == {"program": "t.py", **given_options}


def test_secrets_are_marked_and_are_missing_at_a_replay(scene: Callable[..., Scene]) -> None:
    values = Arguments().read(scene(argv=("python", "t.py", "--api-key", "hunter2hunter2", "--lr", "1")))
    assert isinstance(values, dict)
    assert "hunter2" not in str(values)
    plan = Plan([], "/", {})
    Arguments().give(plan, values)
    assert plan.argv[:3] == ["python", "t.py", "--api-key"]
    assert plan.argv[4:] == ["--lr", "1"]
    assert plan.notes == []


def test_equal_secrets_are_no_change_and_others_are(scene: Callable[..., Scene]) -> None:
    redactor = Redactor(key=b"k" * 32)
    read = [
        Arguments().read(scene(argv=("t", "--token", secret), redactor=redactor))
        for secret in ("abcabc1", "abcabc1", "x9x9x9y")
    ]
    assert Arguments().differences(read[0], read[1]) == []  # type: ignore[arg-type]
    assert [each.subject for each in Arguments().differences(read[0], read[2])] == ["--token"]  # type: ignore[arg-type]


WORDS = st.sampled_from(
    ["python", "python3.11", "-u", "-X", "utf8", "-Wignore", "--check-hash-based-pycs", "t.py", "--lr", "-1", "--lr=2"]
    + ["model.lr=3", "+a=b", "--", "-", "", "=", "-m", "a b", "--x-y.z"]
)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from([[], ["python"]]), st.lists(WORDS | st.text(max_size=4), max_size=8))
def test_the_words_in_order_are_the_command_again(interpreter: list[str], rest: list[str]) -> None:
    argv = [*interpreter, *rest]
    assert [word for each in words_of(argv) for word in each.words] == argv


@settings(deadline=None, max_examples=60)
@given(st.lists(WORDS, max_size=8))
def test_another_path_of_the_interpreter_is_no_change(argv: list[str]) -> None:
    commands = [[path, *argv] for path in ("/usr/bin/python3.12", "C:/py/python.exe", "/opt/pypy3")]
    assert options(commands[0]) == options(commands[1]) == options(commands[2])


@pytest.mark.parametrize(
    ("command", "given_words"),
    [
        ("python -Xutf8 t.py", [("", ("python",)), ("python -X", ("-Xutf8",)), ("program", ("t.py",))]),
        ("python -X utf8 t.py", [("", ("python",)), ("python -X", ("-X", "utf8")), ("program", ("t.py",))]),
        ("python -W", [("", ("python",)), ("python -W", ("-W",))]),
        ("run.sh --lr 1", [("program", ("run.sh",)), ("--lr", ("--lr", "1"))]),
        ("t --a --b=1 c", [("program", ("t",)), ("--a", ("--a",)), ("--b", ("--b=1",)), ("argument 1", ("c",))]),
    ],
)
def test_words_that_belong_together(command: str, given_words: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(each.name, each.words) for each in words_of(command.split())] == given_words


def test_an_assignment_keeps_what_follows_the_first_sign() -> None:
    assert words_of(["t.py", "~db=a=b"])[1:] == [Words("db", "a=b", ("~db=a=b",))]
    assert options(["t.py", "++model/lr=", "--url=a=b"]) == {"program": "t.py", "model/lr": "", "--url": "a=b"}


def test_what_follows_a_flag_and_is_no_option_is_its_value() -> None:
    assert options(["t.py", "--flag", "--lr=1", "--n", "-5", "-"]) == {
        "program": "t.py",
        "--flag": True,
        "--lr": "1",
        "--n": "-5",
        "argument 1": "-",
    }
