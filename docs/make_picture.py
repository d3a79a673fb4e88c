"""Draw ``docs/terminal.svg`` from a real session: ``python docs/make_picture.py``.

The commands are typed into a terminal of their own in a temporary folder, with the script of the quickstart; what they
print, colours and all, is drawn by rich.
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

from rich.console import Console
from rich.text import Text

TOP = Path(__file__).parent.parent
PICTURE = TOP / "docs" / "terminal.svg"
WIDTH, HEIGHT = 104, 50
SESSION = (
    "samerun record -- python train.py --lr 0.1",
    "samerun replay last",
    "samerun record -- python train.py --lr 0.3",
    "samerun diff last~1 last",
)


def script() -> str:
    """Return the quickstart's script, as it stands in the README."""
    found = re.search(
        r"^```python\n# train\.py\n(.*?)^```", (TOP / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    if found is None:
        raise SystemExit("README.md has no block that begins with '# train.py'")
    return found[1]


def typed(command: str, folder: Path) -> str:
    """Run a command in a terminal of its own and return what appeared there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "TERM": "xterm-256color", "COLUMNS": str(WIDTH)}
    child = subprocess.Popen(command.split(), cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    # The terminal's other end is gone when the command has ended: that is an error of input here, not an empty read.
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass
    os.close(ours)
    child.wait()
    return shown.decode("utf-8", "replace").replace("\r\n", "\n").rstrip("\n")


def main() -> None:
    """Hold the session and draw it."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "experiment")
        project.mkdir()
        (project / "train.py").write_text(script())
        for command in SESSION:
            console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
            console.print(Text.from_ansi(typed(command, project).replace(f"{folder}/", "~/")))
            console.print()
    drawn = console.export_svg(title="samerun", unique_id="samerun")
    # Without the fonts that would be fetched from elsewhere: the reader's own fixed-width font does as well.
    PICTURE.write_text(re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()
