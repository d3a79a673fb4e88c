"""Lineage as a page."""

from __future__ import annotations

from samerun.record.lineage import Lineage, RunNode, Use
from samerun.report.lineage_page import lineage_page

A, B, C = ("a" * 64, "b" * 64, "c" * 64)
RUNS = {
    "r1": RunNode("r1", "clean", "finished", 100.0, 1.0, None, "/s/r1"),
    "r2": RunNode("r2", "tr\x1b[31min", "failed", 200.0, 1.0, None, "/s/r2"),
    "r3": RunNode("r3", "train", "finished", 300.0, 1.0, "r2", "/s/r3"),
}
WROTE_A, READ_B = Use("r1", "wrote", "/p/a.csv", A, 10), Use("r1", "read", "/p/b.csv", B, 20)
READ_A, WROTE_C = Use("r2", "read", "/p/a.csv", A, 10), Use("r2", "wrote", "/p/c.pt", C, 30)
LOCKED_A = Use("r3", "locked", "/q/copy.csv", A, 10)
FOUND = Lineage("a.csv", "", (A,), (LOCKED_A, READ_A, WROTE_A), (WROTE_A, READ_B), (READ_A, LOCKED_A, WROTE_C), RUNS)


def page(lineage: Lineage, everything: bool = False) -> str:
    return lineage_page(lineage, 300.0, lambda path: path.removeprefix("/p/"), everything)


def test_users_and_both_directions() -> None:
    assert (
        page(FOUND)
        == f"""\
a.csv
  {A[:16]}  10 bytes

written by
  r1 clean (finished, 3 min ago), as a.csv

read by
  r2 tr\\x1b[31min (failed, 1 min ago), as a.csv

locked by
  r3 train (finished, just now, a replay of r2), as /q/copy.csv

came from
  written by r1 clean (finished, 3 min ago)
    b.csv  {B[:16]}  20 bytes

went into
  read by r2 tr\\x1b[31min (failed, 1 min ago)
    c.pt  {C[:16]}  30 bytes
  read by r3 train (finished, just now, a replay of r2)
"""
    )


def test_a_run() -> None:
    lineage = Lineage("last", "r2", (), (READ_A, WROTE_C), (READ_A, WROTE_A, READ_B), (WROTE_C,), RUNS)
    text = page(lineage)
    assert text.startswith("last: the run r2 tr\\x1b[31min (failed, 1 min ago)\n\nread\n  a.csv")
    assert "came from\n  a.csv  aaaaaaaaaaaaaaaa  10 bytes\n    written by r1" in text


def test_nobody_knows_it() -> None:
    lineage = Lineage("zz", "", (C,), runs=RUNS, elsewhere=(READ_A,))
    assert page(lineage) == (
        f"zz: no run here read or wrote this content ({C[:16]})\n\nother contents at this path\n"
        f"  {A[:16]}  read by r2 tr\\x1b[31min (failed, 1 min ago)\n"
    )


def test_several_contents_of_one_path() -> None:
    lineage = Lineage("gone.csv", "", (A, B), (WROTE_A, READ_B), runs=RUNS)
    assert page(lineage).startswith(f"gone.csv, 2 contents that were there\n  {A[:16]}  10 bytes\n  {B[:16]}")


def test_long_lists_are_cut_unless_all_is_asked_for() -> None:
    uses = tuple(Use(f"n{number}", "read", f"/p/{number}", A, 10) for number in range(30))
    runs = {use.run: RunNode(use.run, "x", "finished", 1.0, 1.0, None, "/s") for use in uses}
    lineage = Lineage("a", "", (A,), uses, (), uses, runs, cut=True)
    assert page(lineage).count("and 18 more; --all shows them") == 2
    assert "more; --all" not in page(lineage, everything=True)
    assert page(lineage).endswith("there is more than was followed; --all follows it\n")


def test_a_run_that_comes_twice_is_told_once() -> None:
    both = (Use("r1", "read", "/p/x", A, 1), Use("r1", "read", "/p/y", B, 1), Use("r1", "wrote", "/p/z", C, 1))
    text = page(Lineage("x", "", (A, B), both[:2], (), both, RUNS))
    assert text.count("/p/z") + text.count("z  cccc") == 1
    assert text.count("see above") == 1
