"""The child process: started as the user's own command would be, its printed text passed on and kept.

Standard input is inherited. Standard output and error go through a pipe each, or through a pseudo-terminal where the
user's is a terminal, so that ``isatty``, colours and buffering are what they would be. The text reaches the user byte
for byte; the log gets it redacted.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from types import FrameType

try:
    import fcntl
    import pty
    import termios
except ImportError:  # not a POSIX system: no pseudo-terminals, pipes only
    pty = None  # type: ignore[assignment]

from samerun.basics.process import kill_tree
from samerun.errors import CannotStart

CHUNK = 1 << 16
HEED_MS = 100
"""How long a signal to us may wait, in the worst case, before it is handed on."""

DRAIN_S = 0.3
"""How long is waited, after the child has ended, for text of its own children that still hold the pipe."""

MOST_PENDING = 1 << 20
"""More text than the system keeps in a pipe: after so much of it, what is still to come is not the ended child's."""

_FORWARDED = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCONT") if hasattr(signal, name)
)


@dataclass(frozen=True)
class Ending:
    """How a child ended: ``returncode`` as ``subprocess`` gives it (negative: the signal); ``timed_out``: by us."""

    returncode: int
    started: float
    seconds: float
    pid: int
    timed_out: bool = False


class Tee:
    """One stream of the child: what is read from it goes to the log, and to the user's descriptor if there is one."""

    def __init__(self, target: int | None, log: Callable[[bytes], None]) -> None:
        self.target = target
        self._log = log
        self._terminal = pty is not None and target is not None and os.isatty(target)
        self.source, self.given = _terminal_pair() if self._terminal else os.pipe()

    def pass_on(self) -> int:
        """Pass on what is there; return how many bytes, 0 at the end of the stream or when its reader has gone."""
        try:
            data = os.read(self.source, CHUNK)
        except OSError:  # EIO: a pseudo-terminal whose last writer has gone
            return 0
        if not data:
            return 0
        self._log(data)
        return len(data) if self.target is None or _write_all(self.target, data) else 0

    def resize(self) -> None:
        """Give the pseudo-terminal the size of the user's terminal."""
        if self._terminal and self.target is not None:
            with suppress(OSError):
                fcntl.ioctl(self.source, termios.TIOCSWINSZ, fcntl.ioctl(self.target, termios.TIOCGWINSZ, b"\0" * 8))


def _terminal_pair() -> tuple[int, int]:
    """Return a pseudo-terminal that changes no byte: the user's terminal does its own output processing."""
    master, slave = pty.openpty()
    attributes = termios.tcgetattr(slave)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(slave, termios.TCSANOW, attributes)
    return master, slave


def _write_all(descriptor: int, data: bytes) -> bool:
    """Write to the user's stream; False if its reader has gone (``| head``): the child is then to learn of it.

    A stream that was closed from the start, or a terminal that hung up, is passed over.
    """
    view = memoryview(data)
    while len(view):
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:
            _wait([descriptor], select.POLLOUT)
        except BrokenPipeError:
            return False
        except OSError:
            return True
    return True


def _wait(descriptors: Iterable[int], events: int, timeout: int | None = None) -> list[int]:
    """Return the descriptors that are ready (or have ended); ``select`` would fail beyond a thousand open files."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, events)
    return [descriptor for descriptor, _ in poll.poll(timeout)]


class _Pump(threading.Thread):
    """Passes on both streams until both have ended, which may be after the child if it has left children of its own."""

    def __init__(self, tees: list[Tee]) -> None:
        super().__init__(daemon=True, name="samerun-text")
        self._tees = tees
        self._wake, self._woken_by = os.pipe()
        self._ended = False
        self._since = 0
        self._drained = threading.Event()

    def run(self) -> None:
        open_ones = {tee.source: tee for tee in self._tees}
        try:
            while open_ones:
                for source in self._ready(list(open_ones)):
                    count = open_ones[source].pass_on()
                    self._since += count if self._ended else 0
                    if not count:
                        del open_ones[source]
                        os.close(source)
        finally:
            self._drained.set()

    def _ready(self, sources: list[int]) -> list[int]:
        """Wait until something is to be read; say so if nothing of the ended child's text is left."""
        ended = self._ended
        ready = _wait(sources, select.POLLIN, 0)
        if ended and (not ready or self._since >= MOST_PENDING):
            self._drained.set()
        if not ready:
            woken_by = [] if ended else [self._wake]
            ready = _wait([*sources, *woken_by], select.POLLIN)
        return [source for source in ready if source != self._wake]

    def finish(self) -> None:
        """Wait for all that the child wrote, however slowly it is read, and a moment for its children's text."""
        self._ended = True
        os.write(self._woken_by, b"x")
        self._drained.wait()
        self.join(DRAIN_S)
        os.close(self._woken_by)
        os.close(self._wake)


def fill_streams() -> None:
    """Open what is closed of the descriptors 0 to 2, so that no file of the store gets a stream's number.

    Else the program's text would go there, unredacted. The child's own stay closed: the descriptors are not inherited.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(descriptor)


def run_child(
    argv: Sequence[str],
    cwd: str,
    environment: Mapping[str, str],
    log: Callable[[str, bytes], None],
    *,
    quiet: bool = False,
    cores: int | None = None,
    started: Callable[[int], object] = lambda pid: None,
    timeout_s: float | None = None,
) -> Ending:
    """Run a command to its end.

    Args:
        argv: the command, found on the PATH of ``environment``.
        cwd: where it starts.
        environment: its variables.
        log: called with ``stdout`` or ``stderr`` and each piece of text.
        quiet: whether the text stays away from the user's streams (a replay).
        cores: how many processors it may use; None for all.
        started: called with the process id once it runs.
        timeout_s: after how many seconds it is killed with everything that it has started; None never.

    Raises:
        CannotStart: the command is not there (``status`` 127) or cannot be executed (126).
    """
    sinks = (None, None) if quiet else (1, 2)
    tees = [Tee(sink, partial(log, name)) for sink, name in zip(sinks, ("stdout", "stderr"), strict=True)]
    for tee in tees:
        tee.resize()
    began, clock = time.time(), time.monotonic()
    with _signals_left_to_the_child() as adopt:
        child = _start(argv, cwd, environment, tees, cores, subprocess.DEVNULL if quiet else None)
        adopt(child, tees)
        pump = _Pump(tees)
        pump.start()
        started(child.pid)
        in_time = _wait_for(child, None if timeout_s is None else clock + timeout_s)
        pump.finish()
    return Ending(child.returncode, began, time.monotonic() - clock, child.pid, not in_time)


def _wait_for(child: subprocess.Popen[bytes], deadline: float | None) -> bool:
    """Wait for the child's end, never so deep that a signal to us is not heeded; False if it had to be killed.

    Python runs a handler between its own instructions: a signal that comes just before a blocking ``waitpid`` would
    be handed on when the child has ended, which may be tomorrow.
    """
    try:
        descriptor = os.pidfd_open(child.pid)
    except (AttributeError, OSError):  # not Linux, or an old one
        descriptor = -1
    in_time = True
    while child.returncode is None:
        if descriptor < 0 or _wait([descriptor], select.POLLIN, HEED_MS):
            with suppress(subprocess.TimeoutExpired):
                child.wait(HEED_MS / 1000)
        if in_time and deadline is not None and time.monotonic() > deadline and child.returncode is None:
            in_time = False
            kill_tree(child.pid)
    if descriptor >= 0:
        os.close(descriptor)
    return in_time


def _start(
    argv: Sequence[str], cwd: str, environment: Mapping[str, str], tees: list[Tee], cores: int | None, stdin: int | None
) -> subprocess.Popen[bytes]:
    allowed = os.sched_getaffinity(0) if cores is not None and hasattr(os, "sched_setaffinity") else None
    try:
        if allowed is not None and cores is not None:
            os.sched_setaffinity(0, sorted(allowed)[:cores])  # inherited by the child, taken back below
        return subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=dict(environment),
            stdin=stdin,
            stdout=tees[0].given,
            stderr=tees[1].given,
            close_fds=False,
        )
    except (OSError, ValueError, IndexError) as error:  # ValueError: a NUL in the command; IndexError: no command
        for tee in tees:
            os.close(tee.source)
        raise _cannot_start(argv, cwd, error) from error
    finally:
        if allowed is not None:
            os.sched_setaffinity(0, allowed)
        for tee in tees:
            os.close(tee.given)


def _cannot_start(argv: Sequence[str], cwd: str, error: Exception) -> CannotStart:
    status = 127 if isinstance(error, FileNotFoundError) else 126
    if not argv or not argv[0]:
        return CannotStart("There is no command to start.", "Name one: samerun record -- python train.py", status=127)
    if not os.path.isdir(cwd):
        return CannotStart(
            f"The folder {cwd} does not exist.", "Start the command in a folder that is there.", status=status
        )
    why = "was not found" if status == 127 else f"cannot be started ({getattr(error, 'strerror', error)})"
    return CannotStart(f"The command {argv[0]!r} {why}.", "Check its spelling and the PATH.", status=status)


@contextmanager
def _signals_left_to_the_child() -> Iterator[Callable[[subprocess.Popen[bytes], list[Tee]], None]]:
    """Have the child decide what a signal does: Ctrl-C reaches it from the terminal, others are handed on."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda child, tees: None
        return
    holder: list[tuple[subprocess.Popen[bytes], list[Tee]]] = []

    def hand_on(number: int, frame: FrameType | None) -> None:
        for child, _ in holder:
            with suppress(ProcessLookupError):
                child.send_signal(number)

    def resize(number: int, frame: FrameType | None) -> None:
        for _, tees in holder:
            for tee in tees:
                tee.resize()

    # Handlers, not SIG_IGN: an ignored signal would stay ignored in the child.
    wanted = {signal.SIGINT: _interrupted(hand_on), **dict.fromkeys(_FORWARDED, hand_on)}
    if hasattr(signal, "SIGWINCH"):
        wanted[signal.SIGWINCH] = resize
    ignored = {number for number in wanted if signal.getsignal(number) is signal.SIG_IGN}
    before = {number: signal.signal(number, handler) for number, handler in wanted.items() if number not in ignored}
    try:
        yield lambda child, tees: holder.append((child, tees))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupted(hand_on: Callable[[int, FrameType | None], None]) -> Callable[[int, FrameType | None], None]:
    """Return a handler for SIGINT: from a terminal the child has it already, from ``kill`` it has not."""
    return (lambda number, frame: None) if sys.stdin is not None and _is_terminal_foreground() else hand_on


def _is_terminal_foreground() -> bool:
    try:
        return os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False
