"""How the tests of ``inside`` start a program with the bootstrap, as ``samerun record`` does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from samerun.launch.spool import Spool, read_spool

INSIDE = Path(__file__).parents[2] / "src" / "samerun" / "inside"
ENTROPY = "5a" * 32
VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")


def interpreter(version: str) -> str | None:
    """Return a Python of this version (``3.12``), as the machine has it: this one, on the path, or pyenv's."""
    if version == "%d.%d" % sys.version_info[:2]:
        return sys.executable
    managed = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
    candidates = [str(path) for path in managed] + [shutil.which(f"python{version}") or ""]
    return next((path for path in candidates if path and _works(path, version)), None)


def _works(path: str, version: str) -> bool:
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([path, "-I", "-c", question], capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return False
    return answer.stdout.strip() == version


@pytest.fixture(params=VERSIONS)
def python(request: pytest.FixtureRequest) -> str:
    """A Python of each version that a program may bring; a test is skipped for those that are not here."""
    found = interpreter(request.param)
    if found is None:
        pytest.skip(f"no Python {request.param} on this machine")
    return found


@dataclass
class Observe:
    """Starts scripts in ``tree`` with the bootstrap; ``spool`` after a call is what the processes reported.

    Called with a script's text (written to ``script.py``) or, where ``script`` ends in ``.py``, with the name of one
    that is there, or ``-c``/``-m`` as arguments. ``python`` is the interpreter; ``bare`` leaves the bootstrap out.
    ``env`` adds variables, None takes one away. ``output`` and ``errors`` are what it printed, ``status`` its exit
    status, which ``check`` wants to be 0.
    """

    tree: Path
    run: Path
    output: str = ""
    errors: str = ""
    status: int = 0
    count: int = 0
    spool_folder: Path = field(default_factory=Path)

    def __call__(
        self,
        script: str,
        *argv: str,
        env: Mapping[str, str | None] | None = None,
        python: str = sys.executable,
        bare: bool = False,
        check: bool = True,
        cwd: Path | None = None,
        before: tuple[str, ...] = (),
        timeout: float = 120,
    ) -> Spool:
        """Run a script and return what its processes reported."""
        self.count += 1
        self.spool_folder = self.run / f"spool{self.count}"
        self.spool_folder.mkdir(parents=True)
        command = [*before, python, *self._command(script), *argv]
        ended = subprocess.run(
            command,
            cwd=cwd or self.tree,
            env=self._environment(env or {}, bare),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        self.output, self.errors, self.status = ended.stdout, ended.stderr, ended.returncode
        assert not check or ended.returncode == 0, ended.stderr
        return read_spool(self.spool_folder)

    def _command(self, script: str) -> list[str]:
        if script.startswith("-") or script.endswith(".py"):
            return [script]
        (self.tree / "script.py").write_text(script, "utf-8")
        return ["script.py"]

    def _environment(self, changes: Mapping[str, str | None], bare: bool) -> dict[str, str]:
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("SAMERUN", "PYTEST"))}
        variables.pop("PYTHONPATH", None)
        variables["PYTHONHASHSEED"] = "1"
        given: dict[str, str | None] = {}
        if not bare:
            given = {
                "PYTHONPATH": str(INSIDE),
                "SAMERUN_SPOOL": str(self.spool_folder),
                "SAMERUN_TREE": str(self.tree),
                "SAMERUN_RUN": str(self.run),
                "SAMERUN_ENTROPY": ENTROPY,
                "SAMERUN_PROCESS": "main",
            }
        variables |= {name: value for name, value in (given | dict(changes)).items() if value is not None}
        return {name: value for name, value in variables.items() if changes.get(name, "") is not None}


@pytest.fixture
def observe(tmp_path: Path) -> Observe:
    """Start scripts with the bootstrap in ``tmp_path/tree``; see ``Observe``."""
    tree = tmp_path / "tree"
    tree.mkdir()
    return Observe(tree.resolve(), tmp_path.resolve() / "run")
