"""A command's module is imported when the command is called, and not before."""

from __future__ import annotations

import sys

import click
import pytest

from samerun.cli.lazy_group import LazyGroup

GROUP = LazyGroup(name="g", table={"gc": "Free.", "ls": "List.", "sub-verb": "None."}, prefix="samerun.cli.")


def test_names_and_lines_are_known_without_an_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.import_module", None)
    context = click.Context(GROUP)
    assert GROUP.list_commands(context) == ["gc", "ls", "sub-verb"]
    assert "Free." in GROUP.get_help(context)


def test_a_command_is_loaded_from_its_module() -> None:
    command = GROUP.get_command(click.Context(GROUP), "gc")
    assert command is sys.modules["samerun.cli.gc"].command
    assert GROUP.get_command(click.Context(GROUP), "rm") is None
    with pytest.raises(ModuleNotFoundError, match="sub_verb"):
        GROUP.get_command(click.Context(GROUP), "sub-verb")


@pytest.mark.parametrize(("name", "hint"), [("gcc", "Did you mean gc?"), ("xyz", "There are: gc, ls, sub-verb.")])
def test_an_unknown_command(name: str, hint: str) -> None:
    with pytest.raises(click.UsageError) as caught:
        GROUP.resolve_command(click.Context(GROUP), [name])
    assert hint in caught.value.message
