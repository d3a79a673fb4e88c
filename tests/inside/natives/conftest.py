"""How libraries that are not installed are stood in for: modules of the same names with functions of the same shape."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from samerun.launch import reported
from samerun.launch.spool import Spool
from tests.inside.conftest import Observe

Told = dict[str, list[str]]


@pytest.fixture
def tell(observe: Observe) -> Callable[..., Told]:
    """Run a program beside stand-in modules; return the names of the files read and (with how) written."""

    def run(program: str, modules: dict[str, str] | None = None, files: tuple[str, ...] = ()) -> Told:
        for name, text in (modules or {}).items():
            lay_out(observe.tree, name, text)
        for name in files:
            (observe.tree / name).parent.mkdir(exist_ok=True, parents=True)
            (observe.tree / name).write_bytes(b"1")
        spool = observe(program)
        assert [each for each in spool.of(reported.FaultSeen) if each.place.startswith("watching")] == []
        return {"read": reads(observe, spool), "written": writes(observe, spool)}

    return run


def lay_out(tree: Path, name: str, text: str) -> None:
    *packages, module = name.split(".")
    folder = tree
    for package in packages:
        folder = folder / package
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
    (folder / f"{module}.py").write_text(text)


def reads(observe: Observe, spool: Spool) -> list[str]:
    paths = [each.path.removeprefix(f"{observe.tree}/") for each in spool.of(reported.Read)]
    return [path for path in paths if not path.endswith(".py")]


def writes(observe: Observe, spool: Spool) -> list[str]:
    return [f"{each.path.removeprefix(f'{observe.tree}/')} {each.how}" for each in spool.of(reported.Write)]
