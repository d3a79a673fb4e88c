"""What shells and makes take from their environment is known from their text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun import api
from samerun.factors.factor import ABSENT
from samerun.launch.shell_variables import MOST_BYTES, expanded, expanded_by_make
from tests.lab import Lab, lab

__all__ = ["lab"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("python train.py --lr $LR", {"LR"}),
        ('echo "${A}_x" "$B/c" ${C:-1} ${D-2} ${E:?must} ${F:+x} ${G:=4} ${#H}', set("ABCDEFGH")),
        ("echo '$A' \"it's $B, don't\" \\$C $1 $@ $? $$", {"B"}),
        ("# uses $A\nrun $B # and $C\n", {"B"}),
        ("A=1\nexport B=2; C=3 run $A $B $C $D", {"D"}),
        ("A=${A:-1}\nrun $A", {"A"}),
        ("for x in 1 2; do run $x $Y; done\nwhile read -r z; do run $z; done", {"Y"}),
        ('if [ -n "$A" ]; then B=1; run $B; fi', {"A"}),
        ("awk '{print $name}' < $A | sed \"s/a$/b/\"", {"A"}),
        ("cat <<END\n$A\nEND\n", {"A"}),
        ("x=$((A + $B))", {"B"}),
        ("", set()),
    ],
)
def test_a_script_expands_these(text: str, names: set[str]) -> None:
    assert expanded(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("LR ?= 0.1\nNAME = x\nall:\n\tpython t.py --lr $(LR) --name $(NAME) --seed ${SEED}\n", {"LR", "SEED"}),
        ("all:\n\tfor i in 1; do echo $$HOST_DIR $$i; done\n", {"HOST_DIR", "i"}),
        ("A := 1\nB += 2\nC ::= 3\nexport D = 4\nE != date\nx:\n\techo $(A)$(B)$(C)$(D)$(E)\n", set()),
        ("# $(A)\nx: $(wildcard *.c)\n\tcc $< -o $@\n", set()),
    ],
)
def test_a_makefile_expands_these(text: str, names: set[str]) -> None:
    assert expanded_by_make(text) == names


@given(st.text(max_size=200) | st.text("$(){}'\"#=:-?A b\n\\", max_size=60))
@settings(deadline=None, max_examples=150)
def test_any_text_is_read_without_fail(text: str) -> None:
    for found in (expanded(text), expanded_by_make(text)):
        assert all(name.isidentifier() for name in found)


def variables(lab: Lab, *command: str) -> dict[str, object]:
    run = api.record(list(command)).run
    reading = run.reading("environment-variable")
    assert isinstance(reading, dict)
    return reading


@pytest.fixture
def scripted(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    (lab.folder / "run.sh").write_text('set -e\necho "$LEVEL ${OTHER:-none} $HOME" > out.txt\n')
    monkeypatch.setenv("LEVEL", "3")
    monkeypatch.setenv("UNNAMED", "4")
    monkeypatch.delenv("OTHER", raising=False)
    return lab


def test_a_script_that_ran_tells_its_variables(scripted: Lab) -> None:
    found = variables(scripted, "bash", "run.sh")
    assert (found["LEVEL"], found["OTHER"]) == ("3", ABSENT)
    assert not {"UNNAMED", "HOME"} & set(found)


def test_what_a_shell_is_given_as_text_counts(scripted: Lab) -> None:
    assert variables(scripted, "sh", "-c", "echo $LEVEL > out.txt")["LEVEL"] == "3"
    assert "LEVEL" not in variables(scripted, "sh", "-c", "echo '$LEVEL' > out.txt")


def test_a_script_without_an_ending_is_known_by_its_first_line(scripted: Lab) -> None:
    for name, first in (("go", "#!/usr/bin/env bash\n"), ("other", "")):
        (scripted.folder / name).write_text(f"{first}echo $LEVEL > out.txt\n")
    assert "LEVEL" in variables(scripted, "bash", "go")
    assert "LEVEL" not in variables(scripted, "bash", "other")


def test_a_pipe_in_the_place_of_a_script_is_not_waited_for(scripted: Lab) -> None:
    (scripted.folder / "go").write_text("#!/bin/sh\necho $LEVEL > out.txt; rm go; mkfifo go\n")
    assert "LEVEL" not in variables(scripted, "sh", "go")


def test_data_without_an_ending_is_not_looked_into(scripted: Lab) -> None:
    for name, mode in (("words", 0o644), ("tool", 0o755)):
        (scripted.folder / name).write_text(f"#!/bin/sh\necho ${name.upper()}\n")
        (scripted.folder / name).chmod(mode)
    found = variables(scripted, sys.executable, "-c", "open('words').read(), open('tool').read(), open('o', 'w')")
    assert "TOOL" in found
    assert "WORDS" not in found


def test_a_long_script_is_not_looked_into(scripted: Lab) -> None:
    (scripted.folder / "run.sh").write_text("echo $LEVEL > out.txt\n" + "#" * MOST_BYTES + "\n")
    assert "LEVEL" not in variables(scripted, "bash", "run.sh")


def test_a_replay_has_the_variable_that_the_script_had(scripted: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    run = api.record(["bash", "run.sh"]).run
    monkeypatch.setenv("LEVEL", "9")
    monkeypatch.setenv("OTHER", "set by now")
    assert api.replay(run.id).verdict == "identical"


def test_the_names_are_those_that_a_shell_itself_expands(tmp_path: Path) -> None:
    script = "A=${A:-x}; echo \"$A|${B}|$C\" '$D'"
    names = sorted(expanded(script))
    environment = {**os.environ, **{name: f"<{name}>" for name in "ABCD"}}
    said = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=True).stdout
    assert [name for name in "ABCD" if f"<{name}>" in said] == names
