"""Every error samerun raises on purpose, as one tree.

    SamerunError                 exit 2: the user can mend it
    ├── UnknownRun               no run, or several, answer to the name given
    ├── BadOption                an option or argument does not mean anything
    ├── BadQuery                 a ``--where`` or ``--sort`` expression cannot be read
    ├── DamagedRun               a run folder cannot be opened as far as is needed
    ├── NewerSchema              the run was written by a later samerun
    ├── RunStillGoing            the run has not ended yet
    ├── CannotReplay             something the run needs is not here any more
    ├── CannotStart              the command cannot be started
    ├── MissingExtra             an optional part is not installed
    ├── StoreTrouble             the store cannot be read or written
    ├── UnsafePath               a path from outside leads out of the folder it belongs to
    ├── BadInput                 a model or a table that was handed over cannot be used as it is
    ├── BadSeed                  a seed is no whole number between 0 and 2**64 - 1
    ├── SetTooLate               a switch of a library can no longer be set in this process
    ├── CannotSave               a checkpoint cannot be written
    ├── CannotRestore            a state or a checkpoint does not fit what it is to be put into
    ├── CannotCheck              a program cannot be checked: it fails as it is, or does not end
    ├── CannotVerify             a training cannot be judged as it was given
    ├── DamagedCheckpoint        a checkpoint is cut short, changed, or was made by something else
    ├── BadLock                  a lock of data cannot be trusted or read
    ├── BadTable                 a table holds what cannot be identified by its content
    ├── BadSplit                 keys, shares or parts from which no split can be made or checked
    └── MissingData              data is not where it is said to be, or cannot be read
    Fault                        exit 3: samerun itself is wrong

Each error carries its facts as attributes, one sentence that says what and where, and the next step.
"""

from __future__ import annotations


class SamerunError(Exception):
    """What the user can mend: a sentence and the next step.

    Args:
        sentence: what is wrong, and where.
        next_step: what to do about it.
        facts: whatever else a program may want to know, as keyword arguments.
    """

    exit_code = 2

    def __init__(self, sentence: str, next_step: str = "", **facts: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.sentence} {self.next_step}".strip()


class UnknownRun(SamerunError):
    """No run, or more than one, answers to the name given."""


class BadOption(SamerunError):
    """An option or an argument does not mean anything."""


class BadQuery(SamerunError):
    """A ``--where`` or ``--sort`` expression cannot be read."""


class DamagedRun(SamerunError):
    """A run folder cannot be opened as far as is needed."""


class NewerSchema(SamerunError):
    """The run was written by a later samerun than this one."""


class RunStillGoing(SamerunError):
    """The run has not ended yet."""


class CannotReplay(SamerunError):
    """Something that the run needs is not here any more."""


class CannotStart(SamerunError):
    """The command cannot be started; its exit status is the shell's for that case (126 or 127)."""


class MissingExtra(SamerunError):
    """An optional part of samerun is not installed."""


class StoreTrouble(SamerunError):
    """The store cannot be read or written."""


class UnsafePath(SamerunError):
    """A path from outside leads out of the folder it belongs to."""


class BadInput(SamerunError):
    """A model or a table that was handed over cannot be used as it is."""


class BadSeed(SamerunError):
    """A seed is no whole number between 0 and 2**64 - 1."""


class SetTooLate(SamerunError):
    """A switch of a library can no longer be set in this process."""


class CannotSave(SamerunError):
    """A checkpoint cannot be written."""


class CannotRestore(SamerunError):
    """A state or a checkpoint does not fit what it is to be put into."""


class CannotCheck(SamerunError):
    """A program cannot be checked: it fails as it is, needs somebody at a terminal, or does not end."""


class CannotVerify(SamerunError):
    """A training cannot be judged as it was given: it trains nothing, ends too early, or does not repeat."""


class DamagedCheckpoint(SamerunError):
    """A checkpoint is cut short, changed, or was made by something else."""


class BadLock(SamerunError):
    """A lock of data cannot be trusted or read."""


class BadTable(SamerunError):
    """A table, or a file that should hold one, cannot be identified by its content."""


class BadSplit(SamerunError):
    """Keys, shares or parts from which no split can be made or checked."""


class MissingData(SamerunError):
    """Data is not where it is said to be, or cannot be read."""


class Fault(Exception):
    """A fault of samerun itself: exit status 3, with the place of the log."""

    exit_code = 3
