"""Whatever a person gets wrong is one sentence and the next step, with exit status 2, from the real command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import SAMERUN, Box, is_sentence, make_box

pytestmark = pytest.mark.faults

READING = (["show"], ["replay"], ["diff", "last"], ["rm"])


@pytest.fixture
def with_run(box: Box) -> Box:
    box.write("train.py", "open('out.txt', 'w').write('1')\n")
    assert box.record("train.py").returncode == 0
    return box


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """A box with one run for all that change nothing in it."""
    box = make_box(tmp_path_factory.mktemp("refusals"))
    box.write("train.py", "open('out.txt', 'w').write('1')\n")
    assert box.record("train.py").returncode == 0
    return box


def refused(box: Box, *arguments: str, words: tuple[str, ...] = ()) -> None:
    done = box.samerun(*arguments)
    assert is_sentence(done, *words), (arguments, done.returncode, done.stdout, done.stderr)
    assert len(done.stderr.splitlines()) >= 2, "the next step is said"
    assert done.stdout == ""


@pytest.mark.parametrize("command", READING)
def test_an_empty_store(command: list[str], box: Box) -> None:
    refused(box, command[0], *["last"] * (2 if command[0] == "diff" else 1), words=("no runs yet", "samerun record"))
    assert box.samerun("ls").returncode == 0
    assert not box.store.exists(), "looking makes no store"


@pytest.mark.parametrize(
    "name",
    ["nothing", "last~9", "20300101_000000_zzzzzz", "", "../..", "/", "-1", "last~x", "a" * 300, "é\n"],
)
@pytest.mark.parametrize("command", READING)
def test_an_unknown_run(command: list[str], name: str, shared: Box) -> None:
    refused(shared, *command, "--", name)


def test_a_name_that_could_be_several(with_run: Box) -> None:
    with_run.record("train.py")
    refused(with_run, "show", "20", words=("could be any of 2 runs", "Give more of the id"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["lss"], ["record"], ["record", "--"], ["record", "--no-such", "--", "true"],
        ["record", "--seed", "x", "--", "true"],
        ["record", "--keep-inputs", "most", "--", "true"], ["show"], ["show", "--jsonn", "last"], ["diff", "last"],
        ["diff", "last", "last", "last"], ["replay", "last", "--rtol", "many"], ["replay", "last", "--env", "other"],
        ["ls", "--where", "metrics.acc >"], ["ls", "--where", "__import__('os').system('touch canary')"],
        ["ls", "--sort", "("], ["replay", "last", "--rtol", "-1"], ["replay", "last", "--rtol", "nan"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_bad_command_line(arguments: list[str], shared: Box) -> None:
    refused(shared, *arguments)
    assert not (shared.work / "canary").exists()
    assert len(list(shared.store.glob("*/*/run.json"))) == 1, "nothing was run, and nothing removed"


def test_a_run_that_still_goes_on(with_run: Box) -> None:
    code = "print('ready', flush=True); import time; time.sleep(60)"
    command = [*SAMERUN, "record", "--", sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=with_run.work, env=with_run.environment, stdout=subprocess.PIPE,
                          start_new_session=True) as child:  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        assert with_run.rows()[0]["status"] == "running"
        assert with_run.samerun("show", "last").returncode == 0
        refused(with_run, "replay", "last", words=("has not ended yet",))
        refused(with_run, "diff", "last", "last~1", words=("has not ended yet",))
        assert with_run.samerun("rm", "last").returncode == 2
        os.killpg(child.pid, signal.SIGKILL)
    assert with_run.rows()[0]["status"] == "killed"


def test_a_newer_schema_is_refused_and_left_as_it_is(with_run: Box) -> None:
    record = next(with_run.store.glob("*/*/run.json"))
    record.write_text(record.read_text().replace("samerun.run/1", "samerun.run/99"))
    before = with_run.state()
    for command in READING[:3]:  # removing one needs no understanding of it
        refused(
            with_run,
            command[0],
            *["last"] * (2 if command[0] == "diff" else 1),
            words=("later samerun", "Update samerun"),
        )
    assert "damaged" in with_run.samerun("ls").stdout
    run_files = {name: facts for name, facts in with_run.state().items() if not name.startswith(".samerun")}
    assert run_files == {name: facts for name, facts in before.items() if not name.startswith(".samerun")}


def test_a_refusal_with_json_is_a_document(with_run: Box) -> None:
    done = with_run.samerun("show", "nothing", "--json")
    assert done.returncode == 2
    document = json.loads(done.stdout)
    assert (document["schema"], bool(document["error"]), bool(document["next"])) == ("samerun.error/1", True, True)


def test_a_folder_that_is_gone(with_run: Box, tmp_path: Path) -> None:
    """The command is given in a folder that somebody removed meanwhile."""
    gone = tmp_path / "gone"
    script = f'mkdir {gone} && cd {gone} && rmdir {gone} && exec "$@"'
    for arguments in (["ls"], ["show", "last"], ["record", "--", "true"]):
        done = with_run.type("sh", "-c", script, "sh", *SAMERUN, *arguments)
        assert done.returncode in (0, 2), done.stderr
        assert "Traceback" not in done.stderr
        assert "samerun itself failed" not in done.stderr
