"""The channel: whatever a program does to its descriptors, a line is whole or absent, and nothing is raised."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from samerun.inside import events
from samerun.launch import reported
from samerun.launch.spool import read_spool
from tests.inside.conftest import Observe


@pytest.fixture
def channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A channel of this process, in a folder of its own."""
    monkeypatch.setattr(events, "_channel", events._Channel())
    events.open_channel(str(tmp_path), "main")
    yield tmp_path
    if events._is_ours(events._channel):
        os.close(events._channel.descriptor)


def test_a_label_is_claimed_once(channel: Path) -> None:
    assert (events.label(), events.spool()) == ("main", str(channel))
    first = events._channel
    assert events.open_channel(str(channel), "main") == "main~2"
    assert events.open_channel(str(channel), "main/f1") == "main/f1"
    assert sorted(path.name for path in channel.iterdir()) == ["main,f1.events", "main.events", "main~2.events"]
    assert events._is_ours(first)  # the same process is not a forked child: its descriptors are its own affair


def test_the_first_line_says_who(channel: Path) -> None:
    process = read_spool(channel).processes["main"]
    assert (process.pid, process.parent_pid) == (os.getpid(), os.getppid())
    assert (process.executable, process.prefix) == (sys.executable, sys.prefix)
    assert process.version == "%d.%d.%d" % sys.version_info[:3]


def test_a_file_is_for_its_owner_alone(channel: Path) -> None:
    assert stat.S_IMODE((channel / "main.events").stat().st_mode) == 0o600


def test_a_spool_that_cannot_be_written_records_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_channel", events._Channel())
    assert events.open_channel(str(tmp_path / "absent"), "main") == ""
    events.emit("remove", "/x")


def test_a_long_label_is_cut(channel: Path) -> None:
    assert events.open_channel(str(channel), "m" * 300).startswith("m" * 300)
    assert events.open_channel(str(channel), "m" * 301)


def test_a_descriptor_that_became_anothers_is_not_written_to(channel: Path, tmp_path: Path) -> None:
    victim = os.open(tmp_path / "victim", os.O_WRONLY | os.O_CREAT)
    os.dup2(victim, events._channel.descriptor)
    events._channel.checked = 0.0
    events.emit("remove", "/still here")
    assert (tmp_path / "victim").read_bytes() == b""
    assert read_spool(channel).of(reported.Removed) == [reported.Removed("/still here")]
    os.close(victim)


def test_a_closed_descriptor_is_opened_again(channel: Path) -> None:
    os.close(events._channel.descriptor)
    events._channel.checked = 0.0
    events.emit("remove", "/still here")
    assert read_spool(channel).of(reported.Removed) == [reported.Removed("/still here")]


def test_a_full_disk_loses_one_line_only(channel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(events, "_WRITE", lambda descriptor, data: write(descriptor, data[:5]))
    events.emit("remove", "/lost")
    monkeypatch.setattr(events, "_WRITE", write)
    events.emit("remove", "/kept")
    spool = read_spool(channel)
    assert spool.of(reported.Removed) == [reported.Removed("/kept")]
    assert spool.unreadable == 1


def test_a_fault_is_an_event(channel: Path) -> None:
    events.fault("somewhere", ValueError("one\ttwo\n"))
    assert read_spool(channel).of(reported.FaultSeen) == [reported.FaultSeen("somewhere", "ValueError", "one\ttwo\n")]


def test_what_a_signal_handler_raises_is_the_programs() -> None:
    def handler(number: int, frame: object) -> None:
        raise TimeoutError("the program's own")

    def careless(*_: object) -> None:
        raise TimeoutError("the program's own")

    for each in (handler, careless, lambda number, frame: handler(0, None)):
        with pytest.raises(TimeoutError) as theirs:
            each(14, sys._getframe())
        assert events.is_foreign(theirs.value)
    with pytest.raises(AttributeError) as ours:
        events.escaped(None)  # type: ignore[arg-type]
    assert not events.is_foreign(ours.value)


def test_a_time_limit_reaches_the_program_wherever_it_strikes(observe: Observe) -> None:
    """A handler that raises between two of our instructions is not swallowed."""
    observe(
        """
import os, signal

class Late(Exception):
    pass

def late(*_):
    raise Late

signal.signal(signal.SIGALRM, late)
caught = 0
for _ in range(300):
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0004)
        while True:
            open("new%d" % os.urandom(4)[0], "w").close()
            os.environ.get("HOME")
    except Late:
        caught += 1
print(caught)
"""
    )
    assert observe.output == "300\n"
    assert "Late" not in observe.errors


def test_a_daemon_that_closes_everything_goes_on(observe: Observe) -> None:
    spool = observe(
        """
import os, time
os.closerange(3, 2000)
files = [open("many%d" % n, "w") for n in range(600)]
time.sleep(0.02)
open("last", "w").write("x")
for f in files:
    f.write("mine"); f.close()
print({open("many%d" % n).read() for n in range(600)})
"""
    )
    assert observe.output == "{'mine'}\n"
    assert f"{observe.tree}/last" in {each.path for each in spool.of(reported.Write)}


def test_a_killed_program_leaves_what_it_said(observe: Observe) -> None:
    spool = observe("import os, signal; open('before', 'w'); os.kill(os.getpid(), signal.SIGKILL)", check=False)
    assert [each.path for each in spool.of(reported.Write)] == [f"{observe.tree}/before"]
    assert spool.of(reported.Exit) == []
