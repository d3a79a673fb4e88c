"""Read leases: the kernel's word that nobody changes a file, and that whoever wants to waits for us (fcntl(2)).

Granted only where nobody has the file open for writing, to its owner (or with CAP_LEASE). Whoever opens it for writing
or cuts it meanwhile is held up until the lease is given back, at most 45 seconds.
"""

from __future__ import annotations

import errno
import fcntl
import signal
from contextlib import suppress

_SET_SIGNAL = getattr(fcntl, "F_SETSIG", 10)
_GET_LEASE = getattr(fcntl, "F_GETLEASE", 1025)
_SET_LEASE = getattr(fcntl, "F_SETLEASE", None)


def take_lease(descriptor: int) -> bool | None:
    """Take a read lease of a file that is open for reading only (3 µs).

    Returns:
        True if it was granted; False if somebody has the file open, or mapped, for writing; None if nobody can tell:
        another user's file, a file system without leases, a system without them.
    """
    if _SET_LEASE is None:
        return None
    try:
        # Should somebody open the file for writing, the kernel tells us: by a signal that is passed over by default,
        # instead of SIGIO, which ends the process.
        fcntl.fcntl(descriptor, _SET_SIGNAL, signal.SIGURG)
        fcntl.fcntl(descriptor, _SET_LEASE, fcntl.F_RDLCK)
    except OSError as error:
        return False if error.errno == errno.EAGAIN else None
    return True


def is_wanted(descriptor: int) -> bool:
    """Say whether somebody waits for a lease to be given back (1 µs)."""
    return fcntl.fcntl(descriptor, _GET_LEASE) != fcntl.F_RDLCK


def give_back(descriptor: int) -> None:
    """Give a lease back; closing the file does so too."""
    with suppress(OSError):
        fcntl.fcntl(descriptor, _SET_LEASE or 0, fcntl.F_UNLCK)
