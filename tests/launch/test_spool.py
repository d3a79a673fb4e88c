"""Event files are read back as they were written, and as far as they are whole."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.inside import events
from samerun.launch import reported
from samerun.launch.spool import Event, SpoolReader, parse, read_spool

PROCESS = "process\tmain/f1\t12\t11\t1700000000000000000\t/python\t3.12.1\t/env\t/usr\tpython\ttrain.py\t--lr\t0.1\n"


def spool_with(folder: Path, text: str, name: str = "main.events") -> Path:
    folder.mkdir(exist_ok=True)
    with (folder / name).open("ab") as stream:
        stream.write(text.encode("utf-8", "surrogateescape"))
    return folder


def test_every_event_has_its_record(tmp_path: Path) -> None:
    lines = (
        "syspath\t/a\t/b\nimport\ttorch\nread\t/d\t5\t1\t2\t3\t4\nwrite\t/o\t1\ttruncate\t7\t8\nabsent\t/n\nlist\t/l\n"
        "rename\t/a\t/b\nlink\t/a\t/b\nremove\t/r\nrmdir\t/f\nmkdir\t/m\nvariable\tHOME\t1\t0\n"
        "native\ttorch\tload\t/t\tread\nsocket\texample.org\t443\nlaunch\tmain/s1\t/bin/cp\tcp\ta\tb\n"
        "entropy\tnumpy\t0\t128\ttrain.py\t3\t0\t1\nunsupplied\tos.urandom\ttrain.py\t4\ndrawn\ttorch\n"
        "effective\ttorch.threads\t2\nfault\there\tValueError\twhy\nexit\t1700000000000000001\n"
    )
    spool = read_spool(spool_with(tmp_path, PROCESS + lines))
    assert spool.unreadable == 0
    assert [event.record for event in spool.events[1:]] == [
        reported.SearchPath(("/a", "/b")),
        reported.Imported("torch"),
        reported.Read("/d", 5, 1, 2, 3, 4),
        reported.Write("/o", True, "truncate", 7, 8),
        reported.Absent("/n"),
        reported.Listed("/l"),
        reported.Renamed("/a", "/b"),
        reported.Linked("/a", "/b"),
        reported.Removed("/r"),
        reported.Removed("/f", folder=True),
        reported.Made("/m"),
        reported.Variable("HOME", True, False),
        reported.Native("torch", "load", "/t", "read"),
        reported.Socket("example.org", "443"),
        reported.Launch("main/s1", "/bin/cp", ("cp", "a", "b")),
        reported.Entropy("numpy", 0, 128, "train.py", 3, False, True),
        reported.Unsupplied("os.urandom", "train.py", 4),
        reported.Drawn("torch"),
        reported.Effective("torch.threads", "2"),
        reported.FaultSeen("here", "ValueError", "why"),
        reported.Exit(1700000000000000001),
    ]
    assert {event.label for event in spool.events} == {"main/f1"}
    assert spool.processes["main/f1"].argv == ("python", "train.py", "--lr", "0.1")
    assert spool.by_process(reported.Drawn) == [("main/f1", reported.Drawn("torch"))]


def test_a_torn_line_and_lines_that_mean_nothing_are_counted(tmp_path: Path) -> None:
    torn = "read\t/a\t1\nread\t/b\tx\t1\t1\t1\t1\nnews\t1\n\nremove\t/r\nimport\tnum"
    spool = read_spool(spool_with(tmp_path, PROCESS + torn))
    assert spool.of(reported.Removed) == [reported.Removed("/r")]
    assert spool.of(reported.Imported) == []
    assert spool.unreadable == 4


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert read_spool(tmp_path / "none").events == ()


def test_a_file_without_its_first_line_is_named_by_its_name(tmp_path: Path) -> None:
    spool = read_spool(spool_with(tmp_path, "drawn\ttorch\n", "main,f1.events"))
    assert spool.events == (Event("main/f1", reported.Drawn("torch")),)


def test_a_follower_gets_each_event_once(tmp_path: Path) -> None:
    reader = SpoolReader(tmp_path / "spool")
    assert reader.new_events() == []
    folder = spool_with(tmp_path / "spool", PROCESS + "import\tnum")
    assert len(reader.new_events()) == 1
    assert reader.pending() == 1
    spool_with(folder, "py\n")
    assert reader.new_events() == [Event("main/f1", reported.Imported("numpy"))]
    spool_with(folder, "drawn\ttorch\n", "main,s1.events")
    assert reader.new_events() == [Event("main/s1", reported.Drawn("torch"))]
    assert reader.new_events() == []


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=5))
@settings(deadline=None, max_examples=300)
def test_what_is_escaped_inside_is_read_back(fields: list[str]) -> None:
    line = "\t".join(["launch", "main", *map(events.escaped, fields)]).encode("utf-8", "surrogateescape")
    assert b"\n" not in line
    assert parse(line) == reported.Launch("main", fields[0], tuple(fields[1:]))


@given(st.binary(max_size=80))
@settings(deadline=None, max_examples=300)
def test_no_line_is_too_strange(line: bytes) -> None:
    parse(line)


def test_a_name_that_is_no_utf8_comes_through() -> None:
    name = b"/data/\xff\xfe".decode(sys.getfilesystemencoding(), "surrogateescape")
    assert parse(b"absent\t" + events.escaped(name).encode("utf-8", "surrogateescape")) == reported.Absent(name)


def test_local_sockets() -> None:
    assert reported.Socket("127.0.0.1", "80").local
    assert reported.Socket("localhost", "80").local
    assert not reported.Socket("192.0.2.1", "80").local


def test_a_draw_has_its_line_and_older_records_have_none() -> None:
    assert parse(b"drawn\tpython\ttrain.py\t3") == reported.Drawn("python", "train.py", 3)
    assert parse(b"drawn\tpython\t\t0") == parse(b"drawn\tpython") == reported.Drawn("python")
    assert parse(b"drawn\tpython\ttrain.py\tx") is None


@pytest.mark.parametrize(
    "event", ["process", "read", "write", "before", "rename", "launch", "entropy", "drawn", "exit"]
)
@pytest.mark.parametrize("count", range(4))
def test_an_event_that_was_cut_off_costs_itself_alone(tmp_path: Path, event: str, count: int) -> None:
    cut = "\t".join([event, *["1"] * count])
    (tmp_path / "main.events").write_text(f"absent\tfirst\n{cut}\nabsent\tlast\n")
    found = read_spool(tmp_path)
    assert [each.path for each in found.of(reported.Absent)] == ["first", "last"]
