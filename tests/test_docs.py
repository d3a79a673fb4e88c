"""What is there is documented: every command with its real help, every option, every public name.

``SAMERUN_UPDATE_DOCS=1`` writes the help into the pages anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import click
import pytest

import samerun
from samerun.cli.main import COMMANDS, commands
from samerun.report.changes import KINDS

TOP = Path(__file__).parent.parent
PAGES = TOP / "docs" / "commands"
_BLOCK = re.compile(r"```text\n(Usage: .*?)```", re.DOTALL)
WIDTH = 90


def tree(name: str) -> list[tuple[str, ...]]:
    """Return a command and, if it is a group, the commands in it."""
    command = commands.get_command(click.Context(commands), name)
    below = command.list_commands(click.Context(command)) if isinstance(command, click.Group) else []
    return [(name,), *((name, each) for each in below)]


def found_command(names: tuple[str, ...]) -> tuple[click.Command, click.Context]:
    settings = {"help_option_names": ["-h", "--help"], "terminal_width": WIDTH}
    command: click.Command = commands
    context = click.Context(commands, info_name="samerun", **settings)  # type: ignore[arg-type]
    for name in names:
        assert isinstance(command, click.Group)
        below = command.get_command(context, name)
        assert below is not None
        command, context = below, click.Context(below, context, name)
    return command, context


def real_help(names: tuple[str, ...]) -> str:
    command, context = found_command(names)
    return command.get_help(context) + "\n"


ALL = [names for name in COMMANDS for names in tree(name)]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_holds_the_real_help(name: str) -> None:
    page = PAGES / f"{name}.md"
    text = page.read_text("utf-8")
    helps = [real_help(names) for names in tree(name)]
    if os.environ.get("SAMERUN_UPDATE_DOCS"):
        anew = iter(helps)
        text = _BLOCK.sub(lambda _: f"```text\n{next(anew)}```", text)
        page.write_text(text, "utf-8")
    assert _BLOCK.findall(text) == helps


@pytest.mark.parametrize("names", ALL, ids=" ".join)
def test_the_page_explains_every_option_in_words(names: tuple[str, ...]) -> None:
    command, _ = found_command(names)
    words = _BLOCK.sub("", (PAGES / f"{names[0]}.md").read_text("utf-8"))
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert [option.opts for option in options if not any(f"`{text}" in words for text in option.opts)] == []


@pytest.mark.parametrize("names", [names for names in ALL if len(names) > 1], ids=" ".join)
def test_the_line_of_help_of_a_command_in_a_group_is_its_own(names: tuple[str, ...]) -> None:
    command, _ = found_command(names)
    group, context = found_command(names[:-1])
    assert isinstance(group, click.Group)
    assert command.name == names[-1]
    assert f"{command.get_short_help_str(100)}\n" in group.get_help(context) + "\n"


def test_every_page_is_listed_and_of_a_command_that_is_there() -> None:
    index = (PAGES / "index.md").read_text("utf-8")
    pages = {page.stem for page in PAGES.glob("*.md")} - {"index", "query"}
    assert pages == set(COMMANDS)
    assert [name for name in COMMANDS if f"({name}.md)" not in index or COMMANDS[name] not in index] == []


def test_every_schema_is_documented() -> None:
    sources = "".join(path.read_text("utf-8") for path in (TOP / "src/samerun/cli").glob("*.py"))
    schemas = set(re.findall(r'print_document\(\s*"([a-z]+/\d+)"', sources))
    text = "".join(page.read_text("utf-8") for page in PAGES.glob("*.md"))
    assert len(schemas) >= 8
    assert [schema for schema in sorted(schemas) if f"samerun.{schema}" not in text] == []


def test_every_exit_status_is_documented() -> None:
    index = (PAGES / "index.md").read_text("utf-8")
    assert [status for status in (0, 1, 2, 3, 130, 141) if f"| {status} |" not in index] == []


def test_every_public_name_is_documented() -> None:
    text = "".join(page.read_text("utf-8") for page in [TOP / "README.md", *(TOP / "docs").rglob("*.md")])
    public = [name for name in samerun.__all__ if not name.startswith("_")]
    assert [name for name in public if not re.search(rf"`(samerun\.)?{name}\b", text)] == []


def test_every_kind_is_documented() -> None:
    text = "".join(page.read_text("utf-8") for page in (TOP / "docs").rglob("*.md"))
    assert [kind for kind in KINDS if f"`{kind}`" not in text] == []
