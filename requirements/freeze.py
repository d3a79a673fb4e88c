"""Write the two locks from what is installed: ``make lock`` after installing what was added or raised.

``core.lock`` is what samerun needs to run and to show its demonstration, ``dev.lock`` what the tests, the examples
and the checks need. A local part of a version (``2.13.0+cpu``) is left out: which build fits is the machine's affair.
"""

from __future__ import annotations

from importlib.metadata import distributions
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = Path(__file__).parent
CORE = ("blake3", "click", "editables", "hatchling", "msgspec", "numpy", "pyyaml", "rich", "scikit-learn")
DROPPED = ("pip", "samerun")


def installed() -> dict[str, tuple[str, str, list[str]]]:
    """Return canonical name -> (name, public version, requirements) of every installed distribution."""
    found = {}
    for distribution in distributions():
        name = distribution.metadata["Name"]
        version = distribution.version.partition("+")[0]
        found[canonicalize_name(name)] = (name, version, distribution.requires or [])
    return found


def needed(roots: tuple[str, ...], table: dict[str, tuple[str, str, list[str]]]) -> set[str]:
    """Return ``roots`` and all that they need, extras left out."""
    environment = {**default_environment(), "extra": ""}
    wanted: set[str] = set()
    waiting = [canonicalize_name(root) for root in roots]
    while waiting:
        name = waiting.pop()
        if name in wanted or name not in table:
            continue
        wanted.add(name)
        for text in table[name][2]:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate(environment):
                waiting.append(canonicalize_name(requirement.name))
    return wanted


def main() -> None:
    """Write both locks."""
    table = {name: row for name, row in installed().items() if name not in DROPPED}
    for lock, names in (("core.lock", needed(CORE, table)), ("dev.lock", set(table))):
        lines = [f"{table[name][0]}=={table[name][1]}" for name in sorted(names)]
        (FOLDER / lock).write_text("# Written by requirements/freeze.py (make lock).\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
