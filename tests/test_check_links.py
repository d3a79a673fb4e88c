"""Links of the pages are followed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parent.parent / "docs" / "check_links.py"


@pytest.fixture
def links(tmp_path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_links", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.TOP = tmp_path
    return module


def test_what_leads_nowhere_is_named(links: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    (tmp_path / "b.md").write_text("# The Second: one\n")
    page.write_text(
        "[x](b.md) [y](b.md#the-second-one) [z](c.md) [w](b.md#third) ![p](p.svg) [e](https://example.org)\n"
    )
    assert list(links.broken(page)) == [
        "a.md: c.md is not there",
        "a.md: b.md#third has no such heading",
        "a.md: p.svg is not there",
    ]


def test_links_in_code_are_no_links(links: ModuleType, tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("```\n[x](nothing.md)\n```\n")
    assert list(links.broken(page)) == []
