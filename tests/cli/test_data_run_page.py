"""The data of a run as a page and as a document."""

from __future__ import annotations

import os

from samerun.api.data_copies import Copy
from samerun.api.data_of_runs import DataFile, RunData
from samerun.cli.data_run_page import run_data_document, run_data_page

GOOD = DataFile("a.csv", "/p/a.csv", "unchanged", 10, "a" * 64)


def found(*files: DataFile, quick: bool = False) -> RunData:
    return RunData("r1", all(file.state == "unchanged" for file in files), quick, files, {})


def test_all_the_same() -> None:
    assert run_data_page(found(GOOD)) == "same: 1 file, 10 bytes, as the run r1 found them, by bytes\n"
    assert "by stat" in run_data_page(found(GOOD, quick=True))


def test_what_is_not_and_where_copies_are() -> None:
    here = os.path.abspath("copy")
    changed = DataFile("b\x1b.csv", "/p/b", "changed", 5, "b" * 64, "5 bytes became 6", (Copy("file", here),))
    gone = DataFile("c.csv", "/p/c", "gone", 5, "c" * 64, "", (Copy("git", "12ab"), Copy("store", "/far/away/x")))
    lost = DataFile("d.csv", "/p/d", "gone", 5, "d" * 64)
    assert run_data_page(found(GOOD, changed, gone, lost)) == (
        "different from what the run r1 found: 1 changed, 2 gone of 4 files, 25 bytes\n\n"
        "changed (1)\n  b\\x1b.csv: 5 bytes became 6\n    the same content: copy\n\n"
        "gone (2)\n  c.csv\n    in git, as blob: 12ab\n    a copy in the store: /far/away/x\n"
        "  d.csv\n    no copy was found\n"
    )


def test_what_is_only_unknown() -> None:
    page = run_data_page(found(GOOD, DataFile("e", "/p/e", "unknown", 0, "", "it was overwritten")))
    assert page.startswith("not all known from what the run r1 found: 1 unknown of 2 files")
    assert "e: it was overwritten" in page


def test_long_lists_are_cut() -> None:
    many = [DataFile(f"{number}", f"/p/{number}", "gone", 1, "a" * 64) for number in range(30)]
    assert "and 10 more; --all shows them" in run_data_page(found(*many))
    assert "more; --all" not in run_data_page(found(*many), everything=True)


def test_the_document() -> None:
    document = run_data_document(found(GOOD))
    assert list(document) == ["same", "run", "quick", "roots", "counts", "files"]
    assert document["counts"] == {"unchanged": 1, "changed": 0, "gone": 0, "new": 0, "unknown": 0}
    assert document["files"][0] == {
        "path": "a.csv", "place": "/p/a.csv", "state": "unchanged", "size": 10, "blake3": "a" * 64, "detail": "",
        "copies": (),
    }  # fmt: skip
