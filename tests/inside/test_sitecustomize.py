"""The way in leaves no trace in the program."""

from __future__ import annotations

from pathlib import Path

from samerun.launch import reported
from tests.inside.conftest import INSIDE, Observe


def test_our_folder_is_off_the_path_and_stays_for_children(observe: Observe, python: str) -> None:
    observe("import os, sys; print([p for p in sys.path if 'inside' in p], os.environ['PYTHONPATH'])", python=python)
    assert observe.output == f"[] {INSIDE}\n"


def test_the_hidden_sitecustomize_is_imported(observe: Observe, tmp_path: Path, python: str) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "sitecustomize.py").write_text("import builtins\nbuiltins.mine = __file__\n")
    program = "import sitecustomize, sys; print(mine, sys.modules['sitecustomize'].__file__)"
    observe(program, env={"PYTHONPATH": f"{INSIDE}:{other}"}, python=python)
    assert observe.output == f"{other}/sitecustomize.py {other}/sitecustomize.py\n"


def test_a_hidden_sitecustomize_that_fails_fails_as_it_would(observe: Observe, tmp_path: Path, python: str) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "sitecustomize.py").write_text("raise ValueError('mine')\n")
    spool = observe("print(1)", env={"PYTHONPATH": f"{INSIDE}:{other}"}, python=python)
    recorded = observe.errors
    observe("print(1)", env={"PYTHONPATH": str(other)}, python=python, bare=True)
    assert recorded == observe.errors
    assert "mine" in recorded
    assert spool.of(reported.Process)


def test_without_a_spool_nothing_is_started(observe: Observe) -> None:
    observe("import sys; print([f for f in sys.meta_path if 'samerun' in str(f)])", env={"SAMERUN_SPOOL": None})
    assert observe.output == "[]\n"


def test_a_spool_that_is_gone_does_not_matter(observe: Observe, python: str) -> None:
    observe("open('x', 'w').write('1'); print(1)", env={"SAMERUN_SPOOL": "/absent/spool"}, python=python)
    assert (observe.output, observe.errors) == ("1\n", "")


def test_a_samerun_that_the_program_imports_is_another_one(observe: Observe) -> None:
    observe(
        "import sys; from samerun.inside import events\n"
        "print(events.label() or 'none', '_samerun_inside.events' in sys.modules)",
        env={"PYTHONPATH": f"{INSIDE}:{INSIDE.parents[1]}"},
    )
    assert observe.output == "none True\n"


def test_the_programs_wish_to_keep_no_compiled_files_is_kept(observe: Observe) -> None:
    (observe.tree / "helper.py").write_text("")
    observe("import helper, sys; print(sys.dont_write_bytecode)", env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert observe.output == "True\n"
    assert not (observe.tree / "__pycache__").exists()


def test_isolated_pythons_are_left_alone(observe: Observe) -> None:
    observe("script.py", before=(), check=False)  # there is no such file: what Python says is what it says
    assert "can't open file" in observe.errors
    for option in ("-I", "-E", "-S"):
        assert observe(option, "-c", "pass").events == ()
