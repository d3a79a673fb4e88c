"""Git asked only for what it knows, in a way that runs nothing of the repository.

Hooks, file system monitors, filters, text converters and external differs are configured by the repository, so a
recorder may not trigger them: only plumbing that reads the index and objects is called, never anything that looks at
the content of the work tree. A program called ``git`` in the current folder is never found either
(https://git-scm.com/docs/git-config, ``core.fsmonitor``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

TIMEOUT_S = 60.0
"""A git that takes longer (a dead network file system) counts as absent."""

_SHA256_DIGITS = 64

_SAFE = (
    "--no-optional-locks", "--no-pager", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}",
    "-c", "safe.directory=*", "-c", "core.quotePath=false", "-c", "protocol.allow=never",
)  # fmt: skip


class TrackedFile(Struct, frozen=True):
    """One entry of ``git ls-files``: ``blob`` is empty for an untracked file, a commit for a submodule."""

    path: str
    mode: int
    blob: str

    @property
    def is_submodule(self) -> bool:
        """Whether this entry is another repository (mode 160000)."""
        return self.mode == 0o160000


class Git:
    """One work tree, asked through the git of the PATH.

    Args:
        top: a folder of the work tree; answers are relative to it.
    """

    def __init__(self, top: Path, program: str) -> None:
        self.top = top
        self.program = program

    def ask(self, *arguments: str, given: bytes = b"") -> bytes:
        """Return what git prints.

        Raises:
            OSError: git cannot be started, fails or takes too long; the message is its own.
        """
        command = [self.program, *_SAFE, "-C", str(self.top), *arguments]
        try:
            done = subprocess.run(
                command, input=given, capture_output=True, timeout=TIMEOUT_S, env=_environment(self.top)
            )
        except subprocess.TimeoutExpired as error:
            raise OSError(f"git did not answer in {TIMEOUT_S:.0f} s") from error
        if done.returncode:
            raise OSError(done.stderr.decode("utf-8", "replace").strip() or f"git ended with {done.returncode}")
        return done.stdout

    def files(self) -> Iterator[TrackedFile]:
        """Yield every tracked file, and every untracked one that is not ignored; folders end with ``/``."""
        listing = self.ask("ls-files", "-z", "-t", "-s", "-c", "-o", "--exclude-standard")
        for entry in listing.split(b"\0"):
            if entry:
                yield _tracked(os.fsdecode(entry))

    def head(self) -> dict[str, str]:
        """Return ``commit`` and ``branch``; both empty in a repository without a commit."""
        try:
            commit, branch = (
                self.ask("rev-parse", "HEAD", "--abbrev-ref", "HEAD").decode("utf-8", "replace").split("\n")[:2]
            )
        except (OSError, ValueError):
            return {"commit": "", "branch": ""}
        return {"commit": commit, "branch": branch}

    def remote(self) -> str:
        """Return the address of ``origin`` as configured (a secret may be in it), or an empty string."""
        try:
            return self.ask("config", "--get", "remote.origin.url").decode("utf-8", "replace").strip()
        except OSError:
            return ""

    def blobs(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return the content of those blobs that exist, by name (``git cat-file --batch``: no filter runs)."""
        wanted = list(dict.fromkeys(names))
        if not wanted:
            return {}
        return dict(_parse_batch(self.ask("cat-file", "--batch", given="\n".join(wanted).encode() + b"\n")))


class NoGit(OSError):
    """There is no work tree, or none that git can read; the message says which."""


def open_git(folder: Path, environment: Mapping[str, str] = os.environ) -> Git:
    """Return the work tree that ``folder`` belongs to.

    Raises:
        NoGit: there is none, git is not installed, or git cannot read it.
    """
    top = next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)
    if top is None:
        raise NoGit("the folder is not in a git work tree")
    program = _find_program(environment)
    if program is None:
        raise NoGit("git is not installed")
    git = Git(top, program)
    try:
        git.ask("rev-parse", "--git-dir")
    except OSError as error:
        raise NoGit(f"git cannot read {top}: {error}") from error
    return git


def blob_name(content: bytes, like: str = "") -> str:
    """Return the name git gives to a blob of this content.

    Args:
        content: the raw bytes.
        like: another name of the same repository, which tells its format (SHA-1 if there is none).
    """
    import hashlib  # loads OpenSSL, which only recordings in a work tree need

    kind = hashlib.sha256 if len(like) == _SHA256_DIGITS else hashlib.sha1
    return kind(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _find_program(environment: Mapping[str, str]) -> str | None:
    entries = [entry for entry in environment.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(entry)]
    return shutil.which("git", path=os.pathsep.join(entries))


def _environment(top: Path) -> dict[str, str]:
    """Return variables under which git asks nobody, locks nothing, fetches nothing and is not led elsewhere.

    ``GIT_ALLOW_PROTOCOL`` counts for more than whatever ``protocol.*.allow`` the repository sets; the ceiling keeps a
    broken repository from being answered for by one above it.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {
        **kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none", "GIT_CEILING_DIRECTORIES": str(top.parent),
    }  # fmt: skip


def _tracked(entry: str) -> TrackedFile:
    r"""Read one entry: ``? path`` or ``H 100644 <blob> <stage>\\tpath``."""
    if entry.startswith("? "):
        return TrackedFile(entry[2:], 0, "")
    facts, _, path = entry.partition("\t")
    mode, blob = facts.split(" ")[1:3]
    return TrackedFile(path, int(mode, 8), blob)


def _parse_batch(answer: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each blob in the output of ``cat-file --batch``."""
    position = 0
    while position < len(answer):
        end = answer.index(b"\n", position)
        facts = answer[position:end].decode("utf-8", "replace").split(" ")
        position = end + 1
        if facts[-1] in ("missing", "ambiguous"):
            continue
        size = int(facts[2])
        yield facts[0], answer[position : position + size]
        position += size + 1
