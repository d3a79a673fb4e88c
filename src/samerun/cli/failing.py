"""Errors become sentences here and nowhere else; the exit status says who must act.

2    the user can mend it: one sentence, the next step
3    samerun is wrong: a log holds versions, platform and traceback
130  interrupted
141  whoever read the output went away
"""

from __future__ import annotations

import errno
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import click

from samerun.basics.files import make_folder, write_atomic
from samerun.basics.redaction import Redactor
from samerun.cli.printing import ReaderGone, print_document, say
from samerun.errors import CannotStart, SamerunError
from samerun.report.plain_words import clean
from samerun.version import VERSION

MENDABLE, FAULT, INTERRUPTED, READER_GONE = 2, 3, 130, 141

_WORLD = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the quota of this disk is used up",
    errno.EROFS: "the disk can only be read",
    errno.EACCES: "there is no permission",
    errno.EPERM: "there is no permission",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
    errno.ENOMEM: "there is not enough memory",
}
"""What an operating system's error says that no change of samerun would mend."""


def guarded(action: Callable[[list[str]], int], arguments: list[str]) -> int:
    """Carry out a command line and turn whatever it raises into sentences.

    Args:
        action: takes the arguments and returns the exit status.
        arguments: what follows ``samerun``.

    Returns:
        The exit status.
    """
    as_json = wants_json(arguments)
    try:
        return action(arguments)
    except SamerunError as error:
        return _refuse(error.sentence, error.next_step, as_json, _status(error, arguments))
    except click.UsageError as error:
        return _refuse(error.format_message(), _usage_step(error), as_json)
    except click.ClickException as error:
        return _refuse(error.format_message(), "", as_json)
    except (KeyboardInterrupt, click.Abort):
        say("samerun: interrupted")
        return INTERRUPTED
    except ReaderGone:
        return _reader_gone()
    except Exception as error:  # the edge to the shell: whatever else happens is a fault of samerun
        return _from_the_world(error, as_json) or _fault(error, arguments, as_json)


def wants_json(arguments: list[str]) -> bool:
    """Say whether ``--json`` was asked of samerun itself, not of the program after ``record``."""
    if arguments[:1] == ["record"]:
        return False
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in own


def _refuse(sentence: str, next_step: str, as_json: bool, status: int = MENDABLE) -> int:
    say(f"samerun: {clean(sentence)}")
    if next_step:
        say(f"  {clean(next_step)}")
    if as_json:
        print_document("error/1", {"error": sentence, "next": next_step})
    return status


def _status(error: SamerunError, arguments: list[str]) -> int:
    """Return 2, or what a shell returns for a command that cannot be started where ``record`` stands for the shell."""
    status = error.facts.get("status")
    if isinstance(error, CannotStart) and arguments[:1] == ["record"] and isinstance(status, int):
        return status
    return error.exit_code


def _usage_step(error: click.UsageError) -> str:
    path = error.ctx.command_path if error.ctx is not None else "samerun"
    return f"{path} --help lists what can be given."


def _reader_gone() -> int:
    # Python flushes standard output once more at its end, and would complain.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return READER_GONE


def _from_the_world(error: Exception, as_json: bool) -> int:
    """Refuse with a sentence where the disk or the rights are the reason; 0 where they are not."""
    if not isinstance(error, OSError):
        return 0
    if _is_nowhere():
        return _refuse("The folder in which this was called is not there any more.", "Change to another one.", as_json)
    if error.errno not in _WORLD:
        return 0
    place = f" at {error.filename}" if error.filename else ""
    return _refuse(f"Cannot go on: {_WORLD[error.errno]}{place}.", "Mend that and run the command again.", as_json)


def _is_nowhere() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False


def _fault(error: Exception, arguments: list[str], as_json: bool) -> int:
    report = fault_report(error, arguments)
    log = _write(report)
    sentence = f"samerun itself failed: {type(error).__name__}."
    next_step = f"The log is {log}; please report it." if log else "No log could be written; please report this."
    if log is None:
        say(report)
    return _refuse(sentence, next_step, as_json, FAULT)


def fault_report(error: Exception, arguments: list[str]) -> str:
    """Return what is needed to find a fault, without secrets: versions, platform, arguments, traceback."""
    redactor = Redactor(())
    trace = "".join(traceback.format_exception(error))
    lines = [
        f"samerun {VERSION}, Python {platform.python_version()} at {sys.executable}",
        f"{platform.platform()}, locale encoding {sys.getfilesystemencoding()}",
        f"samerun {' '.join(redactor.arguments(arguments))}",
        "",
        redactor.text(trace),
    ]
    return "\n".join(lines)


def _write(report: str) -> Path | None:
    """Write the log to the user's state folder, else to the temporary one; return its place."""
    import tempfile  # 3 ms that only a fault has to pay

    home = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    name = time.strftime(f"fault-%Y%m%d-%H%M%S-{os.getpid()}.log")
    for folder in (Path(home, "samerun"), Path(tempfile.gettempdir())):
        try:
            write_atomic(make_folder(folder) / name, report.encode("utf-8", "replace"))
        except OSError:
            continue
        return folder / name
    return None
