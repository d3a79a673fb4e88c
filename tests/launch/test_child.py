"""Real children: how they end, what they print, which signals reach them."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from samerun.errors import CannotStart
from samerun.launch.child import Ending, run_child

Log = list[tuple[str, bytes]]
SRC = str(Path(__file__).parents[2] / "src")


@pytest.fixture
def log() -> Log:
    """Collect what the child printed."""
    return []


@pytest.fixture
def child(log: Log, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ending]:
    """Run a shell script or an argument vector to its end."""

    def call(command: str | list[str], **options: object) -> Ending:
        argv = ["sh", "-c", command] if isinstance(command, str) else command
        cwd, environment = options.pop("cwd", str(tmp_path)), options.pop("environment", dict(os.environ))
        return run_child(argv, cwd, environment, lambda name, data: log.append((name, data)), **options)  # type: ignore[arg-type]

    return call


def printed(log: Log, stream: str) -> bytes:
    return b"".join(data for name, data in log if name == stream)


@pytest.mark.parametrize(("script", "status"), [("exit 0", 0), ("exit 3", 3), ("exit 255", 255), ("kill -9 $$", -9)])
def test_its_end_is_its_own(child: Callable[..., Ending], script: str, status: int) -> None:
    ending = child(script)
    assert ending.returncode == status
    assert 0 <= ending.seconds < 10
    assert abs(time.time() - ending.started) < 10
    assert ending.pid > 0


def test_both_streams_pass_on_and_are_kept(
    child: Callable[..., Ending], log: Log, capfd: pytest.CaptureFixture[str]
) -> None:
    child("echo out; echo err >&2; printf partial")
    seen = capfd.readouterr()
    assert (seen.out, seen.err) == ("out\npartial", "err\n")
    assert printed(log, "stdout") == b"out\npartial"
    assert printed(log, "stderr") == b"err\n"


def test_bytes_that_are_no_text_pass_unchanged(log: Log, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    argv = ["printf", r"\000\377\r\n\033[1m"]
    run_child(argv, "/", dict(os.environ), lambda name, data: log.append((name, data)))
    assert capfdbinary.readouterr().out == b"\0\xff\r\n\x1b[1m" == printed(log, "stdout")


def test_a_flood_is_kept_whole(child: Callable[..., Ending], log: Log, capfd: pytest.CaptureFixture[str]) -> None:
    child([sys.executable, "-c", "import sys; sys.stdout.write('x' * 20_000_000); sys.stderr.write('y' * 3_000_000)"])
    assert len(printed(log, "stdout")) == 20_000_000
    assert len(printed(log, "stderr")) == 3_000_000


def test_quiet_text_is_kept_and_stays_away_and_nothing_is_to_be_read(
    child: Callable[..., Ending], log: Log, capfd: pytest.CaptureFixture[str]
) -> None:
    child("echo out; echo err >&2; cat", quiet=True)
    assert capfd.readouterr() == ("", "")
    assert printed(log, "stdout") == b"out\n"


def test_the_environment_the_folder_and_the_path_are_the_given_ones(
    child: Callable[..., Ending], log: Log, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "own-program").write_text("#!/bin/sh\necho $A; pwd; env | wc -l\n")
    (tmp_path / "bin" / "own-program").chmod(0o755)
    child(["own-program"], environment={"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "A": "b"})
    assert printed(log, "stdout").split()[:2] == [b"b", os.fsencode(tmp_path)]


@pytest.mark.parametrize(
    ("argv", "status"), [(["no-such-program"], 127), (["./nothing"], 127), (["./plain"], 126), (["./folder"], 126)]
)
def test_what_cannot_be_started_has_the_shells_status(
    child: Callable[..., Ending], tmp_path: Path, argv: list[str], status: int
) -> None:
    (tmp_path / "plain").write_text("echo")
    (tmp_path / "folder").mkdir()
    with pytest.raises(CannotStart) as caught:
        child(argv)
    assert caught.value.facts["status"] == status
    assert argv[0] in caught.value.sentence


def test_a_folder_that_is_gone_is_named(child: Callable[..., Ending], tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="gone does not exist"):
        child(["true"], cwd=str(tmp_path / "gone"))


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no processor affinity")
def test_fewer_processors(child: Callable[..., Ending], log: Log) -> None:
    before = os.sched_getaffinity(0)
    child([sys.executable, "-c", "import os; print(len(os.sched_getaffinity(0)))"], cores=1)
    assert printed(log, "stdout") == b"1\n"
    assert os.sched_getaffinity(0) == before


def test_no_descriptor_is_left_open(child: Callable[..., Ending]) -> None:
    child("true")
    before = sorted(os.listdir("/proc/self/fd"))
    for quiet in (True, False):
        child("echo x", quiet=quiet)
        with pytest.raises(CannotStart):
            child(["no-such-program"], quiet=quiet)
    assert sorted(os.listdir("/proc/self/fd")) == before


def end(folder: Path) -> None:
    """Kill the grandchild whose number a script left, and wait until nothing follows its text any more."""
    os.kill(int((folder / "pid").read_text()), signal.SIGKILL)
    for thread in [each for each in threading.enumerate() if each.name == "samerun-text"]:
        thread.join(10)


def test_a_grandchild_that_stays_is_not_waited_for(child: Callable[..., Ending], log: Log, tmp_path: Path) -> None:
    began = time.monotonic()
    child("sleep 5 & echo $! > pid; echo done", quiet=True)
    assert time.monotonic() - began < 3
    assert printed(log, "stdout") == b"done\n"
    end(tmp_path)


def test_a_grandchild_that_never_stops_printing_is_not_waited_for(child: Callable[..., Ending], tmp_path: Path) -> None:
    child("yes & echo $! > pid", quiet=True)
    end(tmp_path)


def test_a_grandchild_that_prints_later_writes_into_nobodys_file(child: Callable[..., Ending], tmp_path: Path) -> None:
    child("(sleep 1; echo LATE) & echo done", quiet=True)
    opened = [open(tmp_path / str(number), "w+b") for number in range(8)]  # noqa: SIM115
    time.sleep(1.3)
    for file in opened:
        file.close()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b""] * 8


def harness(body: str, *argv: str) -> list[str]:
    """Return a command that runs a child as samerun does, in a process of its own."""
    code = f"""
    import os, sys
    from samerun.launch.child import run_child
    ending = run_child({list(argv)!r}, os.getcwd(), dict(os.environ), lambda name, data: None, {body})
    os.write(2, b"ended %d" % ending.returncode)
    """
    return [sys.executable, "-c", textwrap.dedent(code)]


@pytest.fixture
def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": SRC}


def test_all_text_arrives_though_the_reader_is_slow(environment: dict[str, str]) -> None:
    command = harness("", sys.executable, "-c", "print('x' * 150_000)")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        time.sleep(1.5)
        assert process.stdout is not None
        assert len(process.stdout.read()) == 150_001


def test_a_reader_that_goes_away_ends_the_child_as_without_samerun(environment: dict[str, str]) -> None:
    process = subprocess.Popen(harness("", "yes"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    assert process.stdout is not None
    process.stdout.read(1000)
    process.stdout.close()
    try:
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert b"ended -13" in process.stderr.read()
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def test_no_streams_at_all(environment: dict[str, str]) -> None:
    command = ["sh", "-c", 'exec "$@" >&- 2>&- <&-', "sh", *harness("", "sh", "-c", "echo x; echo y >&2; exit 4")]
    command[-1] = command[-1].replace('os.write(2, b"ended %d" % ending.returncode)', "sys.exit(ending.returncode)")
    assert subprocess.run(command, env=environment, check=False, timeout=20).returncode == 4


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGINT])
def test_a_signal_is_the_childs_to_answer(environment: dict[str, str], number: signal.Signals) -> None:
    answer = (
        "import signal, sys, time; "
        f"signal.signal({int(number)}, lambda *a: (print('got it', flush=True), sys.exit(7))); "
        "print('ready', flush=True); time.sleep(20)"
    )
    command = harness("", sys.executable, "-c", answer)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(number)
        assert process.stdout.read() == b"got it\n"
        assert process.stderr.read() == b"ended 7"


def test_a_child_that_dies_of_a_signal_says_which(environment: dict[str, str]) -> None:
    command = harness("", "sh", "-c", "echo ready; exec sleep 20")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.terminate()
        assert process.stderr.read() == b"ended -15"


def test_an_ignored_signal_stays_ignored(environment: dict[str, str]) -> None:
    command = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *harness("", "sh", "-c", "kill -HUP $$; echo alive")]
    done = subprocess.run(command, capture_output=True, env=environment, check=True, timeout=20)
    assert done.stdout == b"alive\n"


def test_handlers_are_put_back(child: Callable[..., Ending]) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGWINCH)}
    child("true")
    assert {number: signal.getsignal(number) for number in before} == before


def test_it_runs_outside_of_the_main_thread(child: Callable[..., Ending]) -> None:
    endings: list[Ending] = []
    thread = threading.Thread(target=lambda: endings.append(child("exit 5")))
    thread.start()
    thread.join()
    assert endings[0].returncode == 5


class Terminal:
    """A terminal with a process of its own session in it."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, environment)

    def read_until(self, text: bytes, seconds: float = 20.0) -> bytes:
        """Return what was shown up to a text; fails if it does not come."""
        seen, end = b"", time.monotonic() + seconds
        while text not in seen:
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            assert ready, f"{text!r} never came: {seen!r}"
            seen += os.read(self.master, 4096)
        return seen

    def close(self) -> None:
        os.close(self.master)
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)


@pytest.fixture
def terminal(environment: dict[str, str]) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def open_one(body: str, *argv: str) -> Terminal:
        opened.append(Terminal(harness(body, *argv), environment))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def test_in_a_terminal_the_child_has_one_too(terminal: Callable[..., Terminal]) -> None:
    shown = (
        "import sys, os; print(sys.stdout.isatty(), sys.stderr.isatty(), sys.stdin.isatty(), os.get_terminal_size(1))"
    )
    seen = terminal("", sys.executable, "-c", shown).read_until(b"ended 0")
    assert b"True True True" in seen
    assert b"\r\r\n" not in seen


def test_it_has_the_terminals_size(terminal: Callable[..., Terminal]) -> None:
    answer = "import os; input('go'); print(os.get_terminal_size(1), flush=True)"
    opened = terminal("", sys.executable, "-c", answer)
    opened.read_until(b"go")
    fcntl.ioctl(opened.master, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 77, 0, 0))
    time.sleep(0.3)
    os.write(opened.master, b"\n")
    assert b"columns=77, lines=33" in opened.read_until(b"ended 0")


def test_ctrl_c_reaches_it_once(terminal: Callable[..., Terminal]) -> None:
    answer = (
        "import signal, time\ncount = []\nsignal.signal(2, lambda *a: count.append(1))\nprint('ready', flush=True)\n"
        "end = time.monotonic() + 1\n"
        "while time.monotonic() < end: time.sleep(0.05)\n"
        "print('interrupted', len(count), 'times')"
    )
    opened = terminal("", sys.executable, "-c", answer)
    opened.read_until(b"ready")
    os.write(opened.master, b"\x03")
    assert b"interrupted 1 times" in opened.read_until(b"ended 0")


def test_it_can_ask_and_be_answered(terminal: Callable[..., Terminal]) -> None:
    opened = terminal("", sys.executable, "-c", "print('hello', input('name? '))")
    opened.read_until(b"name? ")
    os.write(opened.master, b"you\n")
    assert b"hello you" in opened.read_until(b"ended 0")
