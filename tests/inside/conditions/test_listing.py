"""Folders are listed in another order, or in one and the same, and nothing else about a listing changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from samerun.launch.reported import Used

SOURCE = Path(__file__).parents[3] / "src" / "samerun"
NAMES = ("b.csv", "d.csv", "a.csv", "e.csv", "c.csv", "notes.txt")
LISTERS = {
    "listdir": "os.listdir('data')",
    "scandir": "[entry.name for entry in os.scandir('data')]",
    "walk": "[name for _, _, names in os.walk('data') for name in names]",
    "fwalk": "[name for _, _, names, _ in os.fwalk('data') for name in names]",
    "glob": "[os.path.basename(path) for path in glob.glob('data/*')]",
    "iglob": "[os.path.basename(path) for path in glob.iglob('data/**', recursive=True) if path != 'data/']",
    "iterdir": "[path.name for path in pathlib.Path('data').iterdir()]",
    "path glob": "[path.name for path in pathlib.Path('data').glob('*')]",
    "rglob": "[path.name for path in pathlib.Path('.').rglob('*') if path.parent.name == 'data']",
    "bytes": "[os.fsdecode(name) for name in os.listdir(b'data')]",
    "descriptor": "os.listdir(descriptor)",
    "scanned descriptor": "[entry.name for entry in os.scandir(descriptor)]",
}
SCRIPT = """
import json, os
{before}
import glob, pathlib
descriptor = os.open('data', os.O_RDONLY)
print(json.dumps({{
{lines}
}}))
"""


def conditions(mode: str) -> dict[str, str]:
    return {"SAMERUN_CONDITIONS": f"listing-order={mode}"}


def script(before: str = "") -> str:
    return SCRIPT.format(before=before, lines="\n".join(f"    {name!r}: {text}," for name, text in LISTERS.items()))


@pytest.fixture
def data(observe: Any) -> Path:
    folder: Path = observe.tree / "data"
    folder.mkdir()
    for name in NAMES:
        (folder / name).write_text(name)
    return folder


def test_every_way_of_listing_is_sorted_or_turned_round(observe: Any, data: Path, python: str) -> None:
    observe(script(), python=python)
    plain = json.loads(observe.output)
    observe(script(), python=python, env=conditions("sorted"))
    assert json.loads(observe.output) == dict.fromkeys(LISTERS, sorted(NAMES))
    observe(script(), python=python, env=conditions("reversed"))
    assert {name: names[::-1] for name, names in json.loads(observe.output).items()} == plain


def test_a_shuffle_is_the_same_each_time_and_neither_sorted_nor_turned_round(observe: Any, data: Path) -> None:
    observe(script(), env=conditions("shuffled"))
    first = json.loads(observe.output)
    observe(script(), env=conditions("shuffled"))
    assert json.loads(observe.output) == first
    assert set(map(tuple, first.values())) == {tuple(first["listdir"])}
    assert sorted(first["listdir"]) == sorted(NAMES)
    assert first["listdir"] not in (sorted(NAMES), sorted(NAMES)[::-1])


def test_modules_that_were_imported_before_are_reached(observe: Any, data: Path, python: str) -> None:
    before = f"import glob, pathlib, sys\nsys.path.insert(0, {str(SOURCE)!r})\n"
    observe(
        script(before + "from inside.conditions import listing\nlisting.install('sorted')"), python=python, bare=True
    )
    assert json.loads(observe.output) == dict.fromkeys(LISTERS, sorted(NAMES))


def test_an_entry_is_what_it_was(observe: Any, data: Path, python: str) -> None:
    (data / "deep").mkdir()
    observe(
        """
        import os
        with os.scandir('data') as entries:
            first = next(entries)
            print(type(first).__name__, first.name, first.path, first.is_file(), first.stat().st_size)
            assert iter(entries) is entries
        assert list(entries) == []
        entries = os.scandir(b'data')
        print(next(entries).name)
        entries.close()
        print([entry.name for entry in os.scandir('data') if entry.is_dir()])
        print(os.listdir in os.supports_fd, os.scandir in os.supports_fd)
        try:
            os.listdir('nowhere')
        except FileNotFoundError as error:
            print(error.filename)
        for bad in (lambda: os.scandir('nowhere'), lambda: os.listdir('data/a.csv')):
            try:
                bad()
            except OSError as error:
                print(type(error).__name__)
        """.replace("\n        ", "\n"),
        python=python,
        env=conditions("sorted"),
    )
    assert observe.output.splitlines() == [
        "DirEntry a.csv data/a.csv True 5", "b'a.csv'", "['deep']", "True True", "nowhere", "FileNotFoundError",
        "NotADirectoryError",
    ]  # fmt: skip


LIBRARY = """
import os, shutil, sys, threading
from concurrent.futures import ThreadPoolExecutor
shutil.copytree('data', 'copy')
print(os.listdir('data')[0])
print(sorted(os.listdir('data'))[0])
with ThreadPoolExecutor(1) as pool:
    print(list(pool.map(os.listdir, ['data']))[0][0])
"""


def test_sites_restrict_it_to_lines_of_the_program(observe: Any, data: Path) -> None:
    both = "import os\nfirst = os.listdir('data')\nsecond = os.listdir('data')\nprint(first == second)\n"
    observe(both, env=conditions("reversed@script.py:3"))
    assert observe.output == "False\n"
    observe(both, env=conditions("reversed@script.py:9"))
    assert observe.output == "True\n"
    observe(both, env=conditions("reversed@script.py:2,script.py:3"))
    assert observe.output == "True\n"


def test_a_watch_notes_the_lines_and_changes_nothing(observe: Any, data: Path) -> None:
    observe(script())
    plain = observe.output
    observe(script(), env=conditions("watch"))
    assert observe.output == plain
    spool = observe(LIBRARY, env=conditions("watch"))
    noted = [(each.kind, each.file, each.line) for each in used(spool)]
    assert {line for _, _, line in noted} == {4, 5, 6, 0}
    assert {(kind, file) for kind, file, _ in noted} == {("listing-order", "script.py"), ("listing-order", "")}


def used(spool: Any) -> list[Used]:
    return list(spool.of(Used))


def test_imports_and_what_libraries_list_at_import_stay_as_they_are(observe: Any) -> None:
    (observe.tree / "own").mkdir()
    (observe.tree / "own" / "__init__.py").write_text("")
    (observe.tree / "own" / "part.py").write_text("VALUE = 3\n")
    spool = observe("import json, email, sqlite3, own.part\nprint(own.part.VALUE)\n", env=conditions("watch"))
    assert used(spool) == []
    observe("import json, email, sqlite3, own.part\nprint(own.part.VALUE)\n", env=conditions("shuffled"))
    assert observe.output == "3\n"


def test_children_list_in_the_same_order(observe: Any, data: Path) -> None:
    observe(
        "import multiprocessing, os, subprocess, sys\n"
        "def work(): print(os.listdir('data'), flush=True)\n"
        "if __name__ == '__main__':\n"
        "    for method in ('fork', 'spawn'):\n"
        "        child = multiprocessing.get_context(method).Process(target=work)\n"
        "        child.start()\n"
        "        child.join()\n"
        "    subprocess.run([sys.executable, '-c', \"import os; print(os.listdir('data'))\"])\n",
        env=conditions("sorted"),
    )
    assert observe.output == f"{sorted(NAMES)}\n" * 3


def test_nothing_is_replaced_unless_it_is_asked_for(observe: Any) -> None:
    observe("import os\nprint(type(os.listdir).__name__, type(os.scandir).__name__)\n")
    assert observe.output.split() == ["builtin_function_or_method"] * 2
