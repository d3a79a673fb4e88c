"""Where things are: the paths of a store and of a run folder, and how the store is found."""

from __future__ import annotations

import os
import re
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from samerun.basics import files

DEFAULT = Path("outputs", "experiments")
"""Where a store lies below a project's top folder."""

SPOOL = ".spool"
"""The folder of a run's reports, which no seal holds."""

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
_ID = re.compile(r"\d{8}_\d{6}_[0-9a-z]{6}\Z")
_README = """\
These are the experiments that samerun recorded.

  NAME/RUN_ID/   one run: run.json says what was run and what came of it, the other files are plain copies
  .samerun/      what the runs share: objects/ (file contents by BLAKE3), and an index and caches that can be deleted

Look at them with `samerun ls` and `samerun show RUN`. Remove one with `samerun rm RUN`, then `samerun gc`.
The .gitignore here keeps the folder out of git.
"""


class RunFolder:
    """The paths of one run folder; nothing of it need exist.

    Args:
        path: the folder itself.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RunFolder) and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)

    @property
    def id(self) -> str:
        """The run's id: the folder's name."""
        return self.path.name

    @property
    def record(self) -> Path:
        """``run.json``: the record, sealed last."""
        return self.path / "run.json"

    @property
    def config(self) -> Path:
        """``config.json``: the full configuration, where there is one."""
        return self.path / "config.json"

    @property
    def environment(self) -> Path:
        """``environment/``: packages and what they came from."""
        return self.path / "environment"

    @property
    def code(self) -> Path:
        """``code/``: git facts, the patch, untracked files."""
        return self.path / "code"

    @property
    def inputs(self) -> Path:
        """``inputs.json``: every file read."""
        return self.path / "inputs.json"

    @property
    def data(self) -> Path:
        """``data/``: locks of the data that was named before the start."""
        return self.path / "data"

    @property
    def logs(self) -> Path:
        """``logs/``."""
        return self.path / "logs"

    @property
    def train_log(self) -> Path:
        """``logs/train.log``: what the run printed."""
        return self.logs / "train.log"

    @property
    def metrics(self) -> Path:
        """``logs/metrics.jsonl``: the first process's metrics."""
        return self.logs / "metrics.jsonl"

    @property
    def tensorboard(self) -> Path:
        """``logs/tensorboard/``."""
        return self.logs / "tensorboard"

    @property
    def own_log(self) -> Path:
        """``logs/samerun.log``: what samerun itself had to say."""
        return self.logs / "samerun.log"

    @property
    def spool(self) -> Path:
        """``.spool/``: what the program's processes report while the run goes on; gone once it is sealed."""
        return self.path / SPOOL

    @property
    def checkpoints(self) -> Path:
        """``checkpoints/``."""
        return self.path / "checkpoints"

    @property
    def results(self) -> Path:
        """``results/``: the files that the run wrote."""
        return self.path / "results"

    @property
    def model_card(self) -> Path:
        """``model_card.md``."""
        return self.path / "model_card.md"

    @property
    def experiment_log(self) -> Path:
        """``experiment_log.json``."""
        return self.path / "experiment_log.json"

    def create(self) -> RunFolder:
        """Create the folder, private to this user."""
        files.make_folder(self.path)
        return self


class StoreLayout:
    """The paths of a store; nothing of it need exist.

    Args:
        root: the folder that holds the runs.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def __repr__(self) -> str:
        return f"StoreLayout({str(self.root)!r})"

    @property
    def shared(self) -> Path:
        """``.samerun/``: what the runs share."""
        return self.root / ".samerun"

    @property
    def objects(self) -> Path:
        """``.samerun/objects/``: contents by BLAKE3."""
        return self.shared / "objects"

    @property
    def index(self) -> Path:
        """``.samerun/index.sqlite``: can be deleted at any time."""
        return self.shared / "index.sqlite"

    @property
    def environments(self) -> Path:
        """``.samerun/environments/``: rebuilt environments."""
        return self.shared / "environments"

    @property
    def workspaces(self) -> Path:
        """``.samerun/workspaces/``: where replays run."""
        return self.shared / "workspaces"

    @property
    def trials(self) -> Path:
        """``.samerun/trials/``: the runs that answered questions, by the run that they were made from."""
        return self.shared / "trials"

    @property
    def stat_cache(self) -> Path:
        """``.samerun/hashes``: the cache of hashes; can be deleted at any time."""
        return self.shared / "hashes"

    @property
    def input_hashes(self) -> Path:
        """``.samerun/input-hashes``: hashes of big inputs that have not changed; can be deleted at any time."""
        return self.shared / "input-hashes"

    @property
    def data_cache(self) -> Path:
        """``.samerun/data/``: what is remembered of data sets, and where it lies; can be deleted at any time."""
        return self.shared / "data"

    @property
    def lineage(self) -> Path:
        """``.samerun/lineage.sqlite``: which run read or wrote what; can be deleted at any time."""
        return self.shared / "lineage.sqlite"

    @property
    def key(self) -> Path:
        """``.samerun/key``: what redactions in this store are marked with."""
        return self.shared / "key"

    @property
    def exists(self) -> bool:
        """Whether the store's folder is there."""
        return self.root.is_dir()

    def create(self) -> StoreLayout:
        """Create the store, with a .gitignore and a README for whoever finds it; many processes may do so at once."""
        files.make_folder(self.objects)
        for name, text in ((".gitignore", "*\n"), ("README.txt", _README)):
            path = self.root / name
            if not path.exists():
                files.write_atomic(path, text.encode())
        return self

    def run_folder(self, name: str, run_id: str) -> RunFolder:
        """Return the folder of a run of this name; the name is made fit for a folder."""
        return RunFolder(self.root / folder_name(name) / run_id)

    def run_folders(self) -> Iterator[RunFolder]:
        """Yield every run folder, by name and id; links are not followed."""
        return (RunFolder(Path(path)) for path in self.run_paths())

    def run_paths(self) -> Iterator[str]:
        """Yield the path of every run folder as text (ten thousand ``Path`` objects cost a tenth of a second)."""
        for name in _folders(self.root):
            if name.startswith("."):
                continue
            above = os.path.join(self.root, name)
            for run_id in _folders(above):
                if is_run_id(run_id):
                    yield f"{above}/{run_id}"


def _folders(path: Path | str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []


def new_run_id(now: float) -> str:
    """Return a new id: the local time in seconds and six letters from the operating system.

    Args:
        now: seconds since the epoch.
    """
    # os.urandom, never `random`: a program's own generator must not be drawn from. 252 = 7 * 36 keeps the letters even.
    letters: list[str] = []
    while len(letters) < 6:
        letters += [_LETTERS[byte % 36] for byte in os.urandom(8) if byte < 252]
    return time.strftime("%Y%m%d_%H%M%S_", time.localtime(now)) + "".join(letters[:6])


def is_run_id(text: str) -> bool:
    """Say whether ``text`` has the form of a run's id."""
    return _ID.match(text) is not None


def folder_name(name: str) -> str:
    """Return ``name`` as one harmless folder name: letters, digits, ``.``, ``-`` and ``_``, at most 80 of them."""
    plain = re.sub(r"[^\w.\-]+", "-", name, flags=re.ASCII).strip("-.")[:80]
    return plain or "run"


def find_store(start: Path, environment: Mapping[str, str]) -> StoreLayout:
    """Find where the store is, whether it exists yet or not.

    Args:
        start: the folder from which to look (where the command was started).
        environment: the variables; ``SAMERUN_STORE`` wins.

    Returns:
        The store of ``SAMERUN_STORE``, else of ``[tool.samerun] store`` in the nearest pyproject.toml, else
        ``outputs/experiments`` below the nearest folder upwards that has such a store, a .git or a pyproject.toml,
        else below ``start``.
    """
    start = Path(os.path.abspath(start))
    given = environment.get("SAMERUN_STORE")
    if given:
        return StoreLayout(_real(start / Path(given).expanduser()))
    upwards = [start, *start.parents]
    told = _told(upwards)
    if told is not None:
        return StoreLayout(told)
    top = next((folder for folder in upwards if _is_top(folder)), start)
    return StoreLayout(top / DEFAULT)


def _told(upwards: list[Path]) -> Path | None:
    """Return what the nearest pyproject.toml says, if it says anything that can be understood."""
    project = next((folder for folder in upwards if (folder / "pyproject.toml").is_file()), None)
    if project is None:
        return None
    with suppress(OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError):
        data = tomllib.loads(files.read_bytes(project / "pyproject.toml").decode())
        store = data.get("tool", {}).get("samerun", {}).get("store")
        if isinstance(store, str) and store:
            return _real(project / Path(store).expanduser())
    return None


def _real(path: Path) -> Path:
    """Return a path without links: by whatever name it is called, a store in a project must be known for one."""
    return Path(os.path.realpath(path))


def _is_top(folder: Path) -> bool:
    return any((folder / name).exists() for name in (DEFAULT / ".samerun", ".git", "pyproject.toml"))
