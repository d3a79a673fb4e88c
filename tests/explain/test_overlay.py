"""Single distributions in folders of their own."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from samerun.errors import CannotReplay
from samerun.explain.overlay import Interpreter, Overlays, version_of

TARGET = Interpreter(sys.executable)


class Environment(Interpreter):
    """An environment that is one folder."""

    def __init__(self, folder: Path, tag: str = "") -> None:
        super().__init__("/nowhere/python")
        vars(self)["_said"] = ([str(folder)], tag or TARGET.tag)


def distribution(folder: Path, name: str, version: str, files: dict[str, str]) -> Path:
    """Install a distribution by hand, with its list of files."""
    metadata = folder / f"{name}-{version}.dist-info"
    metadata.mkdir(parents=True)
    rows = [f"{name}-{version}.dist-info/METADATA,,", f"{name}-{version}.dist-info/RECORD,,", "../../bin/tool,,"]
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(text)}")
    (metadata / "RECORD").write_text("\n".join(rows) + "\n")
    return metadata


def said(folder: Path, code: str) -> str:
    """Return what the interpreter prints with a folder in front."""
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_an_interpreter_says_what_it_finds() -> None:
    assert TARGET.tag == sys.implementation.cache_tag
    assert version_of(TARGET.packages["pytest"]) == pytest.__version__
    metadata = TARGET.metadata_of("pytest")
    assert metadata is not None
    assert metadata.name == f"pytest-{pytest.__version__}.dist-info"
    assert TARGET.metadata_of("no-such-distribution") is None


def test_one_that_is_gone_finds_nothing() -> None:
    gone = Interpreter("/no/such/python")
    assert (gone.exists, gone.search_path, gone.packages, gone.tag) == (False, [], {}, "")


def test_a_version_is_copied_from_an_environment_that_has_it(tmp_path: Path) -> None:
    distribution(tmp_path / "there", "tiny", "1.5", {"tiny/__init__.py": "V = 'one'\n", "tiny/part.py": ""})
    overlays = Overlays(tmp_path / "kept", {"there": Environment(tmp_path / "there")})
    folder = overlays.folder("tiny", {"version": "1.5"}, TARGET)
    code = "import tiny.part, importlib.metadata as m; print(tiny.V, m.version('tiny'))"
    assert said(folder, code) == "one 1.5"
    assert not (tmp_path / "bin").exists()
    assert overlays.folder("tiny", {"version": "1.5"}, TARGET) == folder


def test_a_file_that_was_changed_since_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    distribution(tmp_path / "there", "tiny", "1.5", {"tiny/__init__.py": "V = 'one'\n"})
    (tmp_path / "there/tiny/__init__.py").write_text("V = 'changed'\n")
    overlays = Overlays(tmp_path / "kept", {"there": Environment(tmp_path / "there")})
    with pytest.raises(CannotReplay, match=r"tiny 1\.5 is in no environment any more"):
        overlays.folder("tiny", {"version": "1.5"}, TARGET)


@pytest.mark.parametrize("name", ["../out.py", "/out.py"])
def test_a_list_that_leads_out_of_the_folder_copies_nothing_there(tmp_path: Path, name: str) -> None:
    metadata = distribution(tmp_path / "there", "tiny", "1.5", {"tiny.py": "V = 1\n"})
    (tmp_path / "out.py").write_text("x")
    with open(metadata / "RECORD", "a") as file:
        file.write(f"{name},,\n")
    folder = Overlays(tmp_path / "kept" / "deep", {"x": Environment(tmp_path / "there")}).folder(
        "tiny", {"version": "1.5"}, TARGET
    )
    assert sorted(path.name for path in folder.parent.rglob("*.py")) == ["tiny.py"]


def test_what_is_compiled_for_another_interpreter_is_not_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    distribution(tmp_path / "there", "tiny", "1.5", {"tiny.so": "x"})
    distribution(tmp_path / "there", "pure", "1.5", {"pure.py": "x = 1\n"})
    overlays = Overlays(tmp_path / "kept", {"there": Environment(tmp_path / "there", "cpython-399")})
    assert (overlays.folder("pure", {"version": "1.5"}, TARGET) / "pure.py").is_file()
    with pytest.raises(CannotReplay, match="could not be installed"):
        overlays.folder("tiny", {"version": "1.5"}, TARGET)


def test_one_that_shall_not_be_there_cannot_be_imported(tmp_path: Path) -> None:
    folder = Overlays(tmp_path / "kept", {}).folder("more-itertools", None, TARGET)
    code = "try:\n import more_itertools\nexcept ModuleNotFoundError as e:\n print(e, e.name)"
    assert said(folder, code) == "No module named 'more_itertools' more_itertools"


def test_what_lies_in_a_folder_cannot_be_installed(tmp_path: Path) -> None:
    facts = {"version": "1", "origin": '{"url": "file:///x", "dir_info": {"editable": true}}'}
    with pytest.raises(CannotReplay, match="installed from a folder"):
        Overlays(tmp_path / "kept", {}).folder("mine", facts, TARGET)
