"""Programs that cannot be checked: they fail as they are, wait for somebody, or leave nothing."""

from __future__ import annotations

import re

from samerun.basics import files
from samerun.compare.outputs import STDOUT
from samerun.errors import CannotCheck
from samerun.explain.checking.bench import Bench
from samerun.explain.judging import Kept

_TAIL_BYTES = 1 << 14
_TERMINAL = re.compile(
    r"EOFError: EOF when reading|Inappropriate ioctl for device|not a tty|no tty|stdin is not a terminal"
    r"|not a terminal|_curses\.error|termios\.error|the input device is not",
    re.IGNORECASE,
)


def refuse_failing(bench: Bench) -> None:
    """Refuse a program that fails in every run; one that fails in some is what ``check`` is for.

    Raises:
        CannotCheck: it fails as it is.
    """
    base = bench.base
    if base.run.status == "finished":
        return
    again = bench.holding(())
    again.agrees(1)
    if again.runs[0].run.status == "finished":
        return
    raise refusal(base)


def refusal(failed: Kept) -> CannotCheck:
    """Return the error that says how a program fails, with its last words."""
    text = _last_text(failed)
    run = failed.run
    facts = {"run": run.id, "exit_code": run.exit_code}
    if _TERMINAL.search(text):
        return CannotCheck(
            "The command needs somebody at a terminal, and here there is nobody: it reads from the keyboard and fails.",
            "Give it what it asks for as options or in a file, so that it runs by itself.",
            **facts,
        )
    how = f"was ended by signal {-(run.exit_code or 0)}" if (run.exit_code or 0) < 0 else f"fails ({run.exit_code})"
    words = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it printed nothing")
    return CannotCheck(
        f"The command {how} as it is, in each of two runs: {words[:200]}",
        f"Make it run to its end, then check it. All that it printed: samerun show {run.id}",
        **facts,
    )


def silence_note(base: Kept) -> list[str]:
    """Return a sentence where a run left nothing that could be compared."""
    printed = base.folder.path / STDOUT
    has_printed = printed.is_file() and printed.stat().st_size > 0
    if base.run.outputs or base.run.metrics or has_printed:
        return []
    return ["It leaves no file and no metric and prints nothing: only how it ends can be compared."]


def _last_text(kept: Kept) -> str:
    path = kept.folder.logs / "train.log"
    try:
        return files.read_bytes(path)[-_TAIL_BYTES:].decode("utf-8", "replace")
    except OSError:
        return ""
