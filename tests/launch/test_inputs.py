"""Which content an input is said to have had: the one at its first open, or none, never a later one."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from samerun.basics.hashing import StatCache, hash_bytes, stat_key
from samerun.basics.redaction import Redactor
from samerun.launch.allowance import Allowance, KeepInputs
from samerun.launch.ground import Ground
from samerun.launch.inputs import InputFollower
from samerun.launch.keeping import Keeper
from samerun.launch.spool import SUFFIX, SpoolReader
from samerun.launch.tree import TreeReader
from samerun.record.files import FileFact
from samerun.record.observation import SeenFile
from samerun.store.objects import Objects


class Following:
    """A project whose inputs are followed from now on."""

    def __init__(self, top: Path, policy: KeepInputs = "small") -> None:
        self.project, self.spool = top / "project", top / "spool"
        self.spool.mkdir()
        self.objects = Objects(top / "objects")
        redactor = Redactor(key=b"k" * 32)
        tree = TreeReader(self.project, set(), self.objects, redactor, StatCache(top / "cache")).read()
        time.sleep(0.02)
        ground, keeper = Ground(self.project, self.project), Keeper(self.objects, redactor, Allowance(policy))
        self.follower = InputFollower(SpoolReader(self.spool), ground, tree, keeper, time.time_ns())
        self.follower.start()
        time.sleep(0.02)

    def opens(self, path: Path) -> SeenFile:
        """Return what a process sees at its first open."""
        return SeenFile(*stat_key(path))

    def reports(self, path: Path) -> None:
        """Have a process report that it opened a file."""
        facts = "\t".join(str(each) for each in stat_key(path))
        with open(self.spool / f"main{SUFFIX}", "a") as file:
            file.write(f"read\t{path}\t{facts}\n")

    def finish(self, **also: SeenFile) -> dict[str, FileFact]:
        return self.follower.finish({str(self.project / name.replace("_", ".")): seen for name, seen in also.items()})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a.csv").write_bytes(b"then")
    os.utime(folder / "a.csv", (10**9, 10**9))
    return folder


def test_a_reported_input_is_identified_while_the_program_runs(project: Path, tmp_path: Path) -> None:
    following = Following(tmp_path)
    following.reports(project / "a.csv")
    end = time.monotonic() + 10
    while "a.csv" not in following.follower.facts and time.monotonic() < end:
        time.sleep(0.01)
    (project / "a.csv").write_bytes(b"later")
    fact = following.finish()["a.csv"]
    assert (fact.hash, fact.kept, fact.read, following.follower.unfinished) == (hash_bytes(b"then"), True, True, 0)
    assert isinstance(fact.when, float)
    assert following.objects.read(hash_bytes(b"then")) == b"then"


def test_what_is_left_at_the_end_is_identified_then(project: Path, tmp_path: Path) -> None:
    following = Following(tmp_path)
    fact = following.finish(a_csv=following.opens(project / "a.csv"))["a.csv"]
    assert fact.hash == hash_bytes(b"then")
    assert following.follower.unfinished == 1


def test_an_input_that_was_overwritten_since_is_unknown(project: Path, tmp_path: Path) -> None:
    following = Following(tmp_path)
    seen = following.opens(project / "a.csv")
    (project / "a.csv").write_bytes(b"late")
    os.utime(project / "a.csv", (10**9, 10**9))
    fact = following.finish(a_csv=seen)["a.csv"]
    assert (fact.hash, fact.kept, fact.read) == (None, False, True)
    assert fact.why


def test_what_the_run_made_is_no_input(project: Path, tmp_path: Path) -> None:
    following = Following(tmp_path)
    (project / "new.csv").write_bytes(b"new")
    assert following.finish(new_csv=following.opens(project / "new.csv")) == {}


@pytest.mark.parametrize("touch", ["mode", "link"])
def test_another_mode_or_name_makes_it_no_other_file(project: Path, tmp_path: Path, touch: str) -> None:
    following = Following(tmp_path)
    if touch == "mode":
        (project / "a.csv").chmod(0o600)
    else:
        os.link(project / "a.csv", tmp_path / "other")
    fact = following.finish(a_csv=following.opens(project / "a.csv"))["a.csv"]
    assert (fact.hash, fact.kept) == (hash_bytes(b"then"), True)


def test_without_keeping_it_is_hashed(project: Path, tmp_path: Path) -> None:
    following = Following(tmp_path, "never")
    fact = following.finish(a_csv=following.opens(project / "a.csv"))["a.csv"]
    assert (fact.hash, fact.kept) == (hash_bytes(b"then"), False)
    assert list(following.objects.all()) == []


def test_a_file_outside_is_named_in_full(project: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.csv").write_bytes(b"out")
    following = Following(tmp_path)
    facts = following.follower.finish({str(tmp_path / "outside.csv"): following.opens(tmp_path / "outside.csv")})
    assert [(name, fact.state, fact.hash) for name, fact in facts.items()] == [
        (str(tmp_path / "outside.csv"), "outside", hash_bytes(b"out"))
    ]


def test_behind_a_link_lies_another_input(project: Path, tmp_path: Path) -> None:
    (project / "l.csv").symlink_to("a.csv")
    following = Following(tmp_path)
    facts = following.finish(l_csv=following.opens(project / "l.csv"))
    assert facts["l.csv"].link == "a.csv"
    assert facts["a.csv"].hash == hash_bytes(b"then")


def test_the_syntax_is_that_of_what_was_read(project: Path, tmp_path: Path) -> None:
    (project / "m.py").write_text("x = 1\n")
    following = Following(tmp_path)
    following.reports(project / "m.py")
    end = time.monotonic() + 10
    while "m.py" not in following.follower.facts and time.monotonic() < end:
        time.sleep(0.01)
    before = following.follower.facts["m.py"].syntax
    (project / "m.py").write_text("x = 2\n")
    assert following.finish()["m.py"].syntax == before is not None
