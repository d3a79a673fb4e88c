"""A command in a mount namespace of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samerun.launch import enter

Enter = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def call(tmp_path: Path, mounted: None) -> Enter:
    """Start a shell script in a namespace: ``call("cat x", binds=[...], overlays=[...])``."""

    def start(script: str | list[str], **plan: Any) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "mounts.json"
        path.write_text(
            json.dumps({"cwd": "/", "binds": [], "overlays": [], "told": str(tmp_path / "told.jsonl"), **plan})
        )
        command = ["sh", "-c", script] if isinstance(script, str) else script
        argv = [sys.executable, "-I", "-S", enter.__file__, str(path), "--", *command]
        return subprocess.run(argv, capture_output=True, text=True, check=False)

    return start


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """Make the folders ``mine`` and ``other``, each with a file that says so."""
    made = {name: tmp_path / name for name in ("mine", "other")}
    for name, path in made.items():
        path.mkdir()
        (path / "a.txt").write_text(name)
    return made


def bind(source: Path, target: Path, **facts: Any) -> dict[str, Any]:
    return {"source": str(source), "target": str(target), **facts}


def test_another_folder_lies_over_the_users_own(call: Enter, folders: dict[str, Path]) -> None:
    mine = folders["mine"]
    done = call(f"cat {mine}/a.txt; echo changed > {mine}/a.txt; rm -f {mine}/b", binds=[bind(folders["other"], mine)])
    assert done.stdout == "other"
    assert (mine / "a.txt").read_text() == "mine"
    assert (folders["other"] / "a.txt").read_text() == "changed\n"


def test_what_is_shown_read_only_cannot_be_written(call: Enter, folders: dict[str, Path]) -> None:
    other, mine = folders["other"], folders["mine"]
    done = call(f"echo x > {mine}/a.txt", binds=[bind(other, mine, read_only=True)])
    assert "Read-only" in done.stderr
    assert (other / "a.txt").read_text() == "other"


def test_a_file_over_a_file(call: Enter, folders: dict[str, Path]) -> None:
    done = call(
        f"cat {folders['mine']}/a.txt",
        binds=[bind(folders["other"] / "a.txt", folders["mine"] / "a.txt", read_only=True)],
    )
    assert done.stdout == "other"


def test_what_a_mount_hides_can_shine_through_it(call: Enter, folders: dict[str, Path]) -> None:
    mine, other = folders["mine"], folders["other"]
    (mine / "env").mkdir()
    (mine / "env" / "x").write_text("shines")
    (other / "env").mkdir()
    done = call(f"cat {mine}/a.txt {mine}/env/x", binds=[bind(other, mine), bind(mine / "env", mine / "env")])
    assert done.stdout == "othershines"


@pytest.mark.parametrize("odd", ["with space", "co:lon", "com,ma", "back\\slash", "日本"])
def test_a_layer_takes_the_writes(call: Enter, tmp_path: Path, odd: str) -> None:
    target, upper, work = (tmp_path / odd / name for name in ("target", "upper", "work"))
    for folder in (target, upper, work):
        folder.mkdir(parents=True)
    (target / "a.txt").write_text("mine")
    layer = {"target": str(target), "upper": str(upper), "work": str(work)}
    done = call(["sh", "-c", 'cat "$1/a.txt"; echo changed > "$1/a.txt"', "sh", str(target)], overlays=[layer])
    if done.returncode == enter.FAILED:
        pytest.skip("no overlays in a namespace here")
    assert done.stdout == "mine"
    assert (target / "a.txt").read_text() == "mine"
    assert (upper / "a.txt").read_text() == "changed\n"


@pytest.mark.parametrize(("script", "status"), [("exit 7", 7), ("kill -9 $$", -9)])
def test_the_command_is_the_process(call: Enter, script: str, status: int) -> None:
    assert call(script).returncode == status


@pytest.mark.parametrize(("command", "status"), [("no-such-program", 127), ("/etc", 126)])
def test_what_cannot_be_started_has_the_shells_status(call: Enter, command: str, status: int) -> None:
    assert call([command]).returncode == status


def test_who_one_is_stays(call: Enter) -> None:
    assert call("id -u; id -g").stdout.split() == [str(os.getuid()), str(os.getgid())]


def test_where_it_starts(call: Enter, tmp_path: Path) -> None:
    assert call("pwd", cwd=str(tmp_path)).stdout.strip() == str(tmp_path)


@pytest.mark.parametrize("plan", [{"binds": [{"source": "/nowhere", "target": "/tmp"}]}, {"cwd": "/nowhere"}])
def test_a_mount_that_fails_is_reported_and_nothing_starts(call: Enter, tmp_path: Path, plan: dict[str, Any]) -> None:
    done = call(f"touch {tmp_path}/started", **plan)
    assert done.returncode == enter.FAILED
    assert "nowhere" in (tmp_path / "mounts.json.failed").read_text()
    assert not (tmp_path / "started").exists()


def test_nothing_is_mounted_outside(call: Enter, folders: dict[str, Path]) -> None:
    before = Path("/proc/self/mounts").read_text()
    call("true", binds=[bind(folders["other"], folders["mine"])])
    assert Path("/proc/self/mounts").read_text() == before


def test_settings_are_made_around_the_command(call: Enter) -> None:
    setup = {"umask": 0o77, "hostname": "elsewhere", "same_addresses": True}
    done = call("umask; uname -n; cat /proc/self/personality", setup=setup)
    assert done.stdout.split() == ["0077", "elsewhere", "00040000"]


def test_the_command_has_a_number_of_its_own_and_its_children_the_next(call: Enter) -> None:
    script = "echo $$ $PPID; sh -c 'echo $$; :'; cat /proc/$$/comm; ls /proc | grep -c '^[0-9]'"
    done = call(script, setup={"first_pid": 4242})
    number, parent, child, name, count = done.stdout.split()
    assert (number, parent, child, name) == ("4242", "1", "4243", "sh")
    assert int(count) < 6


@pytest.mark.parametrize(
    ("script", "status"), [("exit 7", 7), ("kill -9 $$", -9), ("kill -TERM $$", -15), ("kill -INT $$", -2)]
)
def test_it_ends_as_the_command_does(call: Enter, script: str, status: int) -> None:
    assert call(script, setup={"first_pid": 4242}).returncode == status


def test_orphans_are_waited_for_and_end_with_the_command(call: Enter) -> None:
    script = "(sleep 60 & ) ; (exit 3); sleep 0.1; ps -o stat= --ppid 1 2>/dev/null | grep -c Z; true"
    done = call(script, setup={"first_pid": 90})
    assert done.returncode == 0
    assert done.stdout.split() in (["0"], [])


def test_a_signal_is_handed_on(call: Enter, tmp_path: Path, mounted: None) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"cwd": "/", "binds": [], "overlays": [], "setup": {"first_pid": 4242}}))
    script = "trap 'echo heard; exit 5' TERM; echo ready; while :; do sleep 0.05; done"
    argv = [sys.executable, "-I", "-S", enter.__file__, str(path), "--", "sh", "-c", script]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        assert process.stdout.read() == "heard\n"
    assert process.returncode == 5


def test_when_the_outer_process_is_killed_nothing_is_left(call: Enter, tmp_path: Path, mounted: None) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({"cwd": "/", "binds": [], "overlays": [], "setup": {"first_pid": 4242}}))
    argv = [sys.executable, "-I", "-S", enter.__file__, str(path), "--", "sh", "-c", "echo ready; sleep 60"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.kill()
        assert process.stdout.read() == ""  # the pipe closes when its last holder has gone


def test_what_the_system_refuses_is_told_and_the_command_runs(call: Enter, tmp_path: Path) -> None:
    done = call("umask", setup={"hostname": "x" * 100, "umask": 0o77})
    assert done.stdout.strip() == "0077"
    (told,) = map(json.loads, (tmp_path / "told.jsonl").read_text().splitlines())
    assert told["what"] == "setting"
    assert told["why"].startswith("hostname could not be set: ")


def test_without_a_mount_table_of_its_own_no_number_is_set(call: Enter, tmp_path: Path) -> None:
    done = call("echo $$; umask", separate=False, setup={"first_pid": 4242, "umask": 0o77})
    assert done.stdout.split()[1] == "0077"
    assert done.stdout.split()[0] != "4242"
    assert "no mount namespaces" in (tmp_path / "told.jsonl").read_text()


def test_nothing_is_told_where_all_was_set(call: Enter, tmp_path: Path) -> None:
    call("true", setup={"umask": 0o22})
    assert not (tmp_path / "told.jsonl").exists()
