"""The snippets of the guide run as they stand: page by page, in order, in an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
PAGES = sorted((TOP / "docs" / "guide").glob("*.md"))
_SNIPPET = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_snippets_run(page: Path, tmp_path: Path) -> None:
    snippets = _SNIPPET.findall(page.read_text("utf-8"))
    assert snippets, f"{page.name} shows nothing that runs"
    script = tmp_path / "page.py"
    script.write_text("\n".join(snippets), "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(TOP / "src")}
    done = subprocess.run([sys.executable, script.name], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_page_is_in_the_index(page: Path) -> None:
    assert f"(guide/{page.name})" in (TOP / "docs" / "index.md").read_text("utf-8")
