"""Record the run folder that a release leaves behind for all later ones: ``python tests/golden/make.py VERSION``.

Run once before a release, never again for one that is out. The program is plain Python; the folder must not tell where
it was made, so it is recorded below /tmp with the system's interpreter and next to no variables.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = Path("/tmp/golden-project")
PROGRAM = """\
import csv, json, os, random, sqlite3

rate = float(os.environ.get("RATE", "0.5"))
rows = [float(row["x"]) for row in csv.DictReader(open("data/points.csv"))]
weight = random.random()
for step in range(5):
    weight -= rate * (weight - sum(rows) / len(rows))
json.dump({"weight": weight, "rate": rate}, open("metrics.json", "w"))
open("notes-\\u00e9.txt", "w").write("done\\n")
connection = sqlite3.connect("steps.sqlite")
connection.execute("CREATE TABLE step (number INTEGER PRIMARY KEY, weight REAL)")
connection.execute("INSERT INTO step VALUES (5, ?)", (weight,))
connection.commit()
print("weight %.4f" % weight)
"""


def main(version: str) -> None:
    """Record the program and put its store, without what can be made again, below ``tests/golden/VERSION``."""
    target = HERE / version
    if target.exists():
        raise SystemExit(f"{target} is there already: a release's folder is never made again")
    shutil.rmtree(PROJECT, ignore_errors=True)
    (PROJECT / "data").mkdir(parents=True)
    (PROJECT / "train.py").write_text(PROGRAM, "utf-8")
    (PROJECT / "data" / "points.csv").write_text("x\n1.5\n2.5\n3.5\n")
    source = str(HERE.parent.parent / "src")
    start = (
        f"import sys; sys.path.insert(0, {source!r}); from samerun.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", start, "record", "-n", "golden", "-t", version, "--seed", "7", "--"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(PROJECT), "RATE": "0.25", "LANG": "C.UTF-8", "TZ": "UTC"}
    subprocess.run([*command, "/usr/bin/python3", "train.py"], cwd=PROJECT, env=environment, check=True)
    store = PROJECT / "outputs" / "experiments"
    shutil.copytree(store / "golden", target / "golden")
    shutil.copytree(store / ".samerun" / "objects", target / ".samerun" / "objects")


if __name__ == "__main__":
    main(sys.argv[1])
