"""The environment variables that shell scripts and makefiles expand.

No hook sees what a shell reads, so the names are taken from its text: from the scripts that the run read and from what
is given to a shell after ``-c``. The grammar is that of POSIX, Shell Command Language, 2.6.2 (Parameter Expansion), and
of GNU make, 6.2 and 6.10 (Basics of Variable References, Variables from the Environment).
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from samerun.basics import files
from samerun.factors.environment_variable import says_who_runs_it
from samerun.launch.order import Launch
from samerun.record.files import FileFact

MOST_BYTES = 64 * 1024
"""A longer script is not looked into."""

_SHELLS = ("sh", "bash", "zsh", "dash", "ksh")
_SCRIPTS = (".sh", ".bash", ".zsh", ".ksh", ".slurm", ".sbatch")
_MAKES = ("makefile", "gnumakefile")
_MAKE_SUFFIX = ".mk"
_SHEBANG = re.compile(rb"#![^\n]*\b(ba|z|da|k)?sh\b")

_COMMENT = re.compile(r"(?m)(?:^|(?<=\s))#[^'\"\n]*$")
_QUOTED = re.compile(r"""(?P<kept>"(?:\\.|[^"\\])*")|'[^']*'""")
_EXPANDED = re.compile(r"(?<!\\)\$(?:\{[#!]?)?(?P<name>[A-Za-z_]\w*)(?P<default>:?[-=?+])?")
_ASSIGNED = re.compile(r"(?m)(?:^|[;&|({]|\bdo|\bthen|\blocal|\bexport|\breadonly|\bdeclare)\s*([A-Za-z_]\w*)\+?=")
_BOUND = re.compile(r"\b(?:for|select|read(?:\s+-\w+)*)\s+([A-Za-z_]\w*)")

_MAKE_EXPANDED = re.compile(r"(?<!\$)\$[({]([A-Za-z_]\w*)[)}]|\$\$\{?([A-Za-z_]\w*)")
_MAKE_ASSIGNED = re.compile(r"(?m)^\s*(?:export\s+|override\s+)*([A-Za-z_]\w*)\s*(?:::?:?|\+|!)?=")
_MAKE_DEFAULT = re.compile(r"(?m)^\s*(?:export\s+)?([A-Za-z_]\w*)\s*\?=")


def read_by_shells(order: Launch, inputs: Mapping[str, FileFact]) -> frozenset[str]:
    """Return the names of the variables that the shells and makes of a run expand and do not set themselves.

    Args:
        order: the launch.
        inputs: what the run read, by its name in the record.
    """
    found = set(_given_to_a_shell(order.plan.argv))
    started = frozenset(os.path.basename(word) for word in order.plan.argv)
    for name, fact in inputs.items():
        if fact.size <= MOST_BYTES and not fact.secret and _may_be_script(name, fact, started):
            found |= _in_file(order, name)
    return frozenset(name for name in found if not says_who_runs_it(name))


def expanded(text: str) -> frozenset[str]:
    """Return the variables that a shell script takes from its environment.

    A name that the script itself gives a value counts only where it is asked for with a default: ``${LR:-0.1}``.
    """
    text = _QUOTED.sub(lambda found: found["kept"] or "", _COMMENT.sub("", text))
    own = {*_ASSIGNED.findall(text), *_BOUND.findall(text)}
    return frozenset(each["name"] for each in _EXPANDED.finditer(text) if each["default"] or each["name"] not in own)


def expanded_by_make(text: str) -> frozenset[str]:
    """Return the variables that a makefile takes from its environment: those it does not set, or sets with ``?=``."""
    text = _COMMENT.sub("", text)
    used = {name for pair in _MAKE_EXPANDED.findall(text) for name in pair if name}
    return frozenset(used - set(_MAKE_ASSIGNED.findall(text)) | set(_MAKE_DEFAULT.findall(text)))


def _given_to_a_shell(argv: Iterable[str]) -> Iterator[str]:
    words = list(argv)
    if words and os.path.basename(words[0]) in _SHELLS and "-c" in words[1:-1]:
        yield from expanded(words[words.index("-c", 1) + 1])


def _may_be_script(name: str, fact: FileFact, started: Collection[str]) -> bool:
    """Say whether to look into a file: data sets of many files without a suffix are not opened one by one.

    Args:
        name: the file, by its name in the record.
        fact: what is known of it.
        started: the names that the command line gives.
    """
    last = os.path.basename(name)
    suffix = os.path.splitext(last)[1]
    if suffix:
        return suffix in (*_SCRIPTS, _MAKE_SUFFIX)
    return last.lower() in _MAKES or bool(fact.mode & 0o111) or last in started


def _in_file(order: Launch, name: str) -> frozenset[str]:
    try:
        content = files.read_regular(order.ground.on_disk(name), MOST_BYTES)  # a pipe may lie there by now
    except OSError:
        return frozenset()
    if os.path.basename(name).lower() in _MAKES or name.endswith(_MAKE_SUFFIX):
        return expanded_by_make(content.decode("utf-8", "replace"))
    is_shell = name.endswith(_SCRIPTS) or _SHEBANG.match(content)
    return expanded(content.decode("utf-8", "replace")) if is_shell else frozenset()
