"""The code: the files of the project's folder as they were before the start, and sources read from elsewhere."""

from __future__ import annotations

from pathlib import PurePosixPath

import msgspec

from samerun.factors.factor import Plain, Plan, Scene
from samerun.record.files import FileFact
from samerun.record.values import Change, Reading, Values

SUFFIXES = frozenset(
    (".py", ".pyx", ".pxd", ".pyw", ".ipynb", ".sh", ".bash", ".zsh", ".c", ".cc", ".cpp", ".cxx", ".cu", ".cuh")
    + (".h", ".hpp", ".hip", ".rs", ".go", ".jl", ".r", ".lua", ".pl", ".rb", ".js", ".ts", ".java", ".scala", ".kt")
    + (
        ".swift",
        ".f",
        ".f90",
        ".m",
        ".sql",
        ".slurm",
        ".sbatch",
        ".mk",
        ".cmake",
        ".triton",
        ".j2",
        ".jinja",
        ".so",
        ".pyd",
    )
)
"""A file that ends in one of these is code; every other file that a program reads is data (or configuration)."""

NAMES = frozenset({"makefile", "snakefile", "dockerfile", "justfile", "rakefile"})


def is_code(path: str) -> bool:
    """Say whether a file is code, by its name."""
    pure = PurePosixPath(path)
    return pure.suffix.lower() in SUFFIXES or pure.name.lower() in NAMES


class Code(Plain):
    """Every file of the project's folder, of which those that are code and were read count as changes."""

    kind = "code"

    def read(self, scene: Scene) -> Reading:
        """Return the facts of each file of the folder before the start; outside of it, of sources and what it wrote."""
        return {
            path: msgspec.to_builtins(fact)
            for path, fact in scene.files.items()
            if fact.state != "outside" or is_code(path) or not (fact.read or fact.locked)
        }

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return the source files that were read in either run and whose syntax trees differ.

        A file whose comments, docstrings or layout alone changed is no change.
        """
        paths = [path for path in {**a, **b} if is_code(path) and _was_read(path, a, b)]
        return [_change(path, a.get(path), b.get(path)) for path in sorted(paths) if _differs(a.get(path), b.get(path))]

    def give(self, plan: Plan, values: Values) -> None:
        """Put every file of the folder into the workspace."""
        plan.files.update({path: msgspec.convert(fact, FileFact) for path, fact in values.items()})

    def advice(self, change: Change) -> str:
        """Return how to see the change."""
        return f"{change.subject} changed between the two runs: read its difference, or run the older version"


def _was_read(path: str, a: Values, b: Values) -> bool:
    return any((values.get(path) or {}).get("read") for values in (a, b))


def _differs(a: dict[str, object] | None, b: dict[str, object] | None) -> bool:
    if a is None or b is None:
        return True
    if a.get("hash") == b.get("hash"):
        return False
    return a.get("syntax") is None or a.get("syntax") != b.get("syntax")


def _change(path: str, a: dict[str, object] | None, b: dict[str, object] | None) -> Change:
    return Change(Code.kind, path, (a or {}).get("hash"), (b or {}).get("hash"), where=path)
