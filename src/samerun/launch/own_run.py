"""A run that the program itself began, without ``samerun record``: what can be known from inside is kept.

It is read from the same table of factors as any other run; which files the program read cannot be
known from inside, and is said.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import structs

from samerun.basics.hashing import StatCache
from samerun.basics.redaction import Redactor
from samerun.factors import FACTORS
from samerun.factors.factor import Plan, Scene
from samerun.launch.artifact_outputs import artifact_outputs
from samerun.launch.found import make_redactor, refuse_store_around
from samerun.launch.ground import Ground
from samerun.launch.keeping import Keeper
from samerun.launch.logged import read_problems
from samerun.launch.results import Results
from samerun.launch.run_files import write_code, write_environment, write_summaries
from samerun.launch.tree import Tree, TreeReader, find_tree
from samerun.record.files import FileFact
from samerun.record.missing import Missing, NotCaptured
from samerun.record.observation import Observation, SeenProcess
from samerun.record.run import Place, Run, Status
from samerun.record.values import Json
from samerun.record.window import Window
from samerun.store import folder as run_folder
from samerun.store import metrics_log
from samerun.store.layout import RunFolder, StoreLayout, find_store, new_run_id
from samerun.store.objects import Objects
from samerun.version import VERSION

WHY = "the program was not started with `samerun record`"
_UNSEEN = ("data", "network", "os-entropy")


class OwnRun:
    """One run from its beginning to its seal.

    Args:
        name: the experiment's name.
        tags: words to find it by.
        seed: what the program asked to be seeded with.
    """

    def __init__(self, name: str, tags: Sequence[str], seed: int | None) -> None:
        self._cwd = Path.cwd()
        self._environment = dict(os.environ)
        self._root = find_tree(self._cwd)
        self._layout: StoreLayout = find_store(self._cwd, self._environment)
        refuse_store_around(self._root, self._layout)
        self._layout.create()
        self.redactor: Redactor = make_redactor(self._environment, self._layout, self._root, self._cwd)
        self._objects = Objects(self._layout.objects)
        skipped, cache = {self._layout.root}, StatCache(self._layout.stat_cache)
        self._reader = TreeReader(self._root, skipped, self._objects, self.redactor, cache)
        self._tree: Tree = self._reader.read()
        self._argv = command()
        self.folder: RunFolder = self._layout.run_folder(name, new_run_id(time.time())).create()
        self._clock, self._began_ns = time.monotonic(), time.time_ns()
        self._plan = Plan(self._argv, str(self._cwd), self._environment, seed=seed)
        self._run = self._first_record(name, tags)
        run_folder.save(self.folder, self._run)

    def _first_record(self, name: str, tags: Sequence[str]) -> Run:
        return Run(
            id=self.folder.id,
            name=name,
            command=self.redactor.arguments(self._argv),
            place=Place(str(self._root), str(self._cwd), self._tree.git, self._tree.no_git),
            status="running",
            started=time.time(),
            tags=[self.redactor.text(tag) for tag in tags],
            factors=self._factors(None, self._tree.files, {}),
            holder=run_folder.holder(),
            samerun=VERSION,
        )

    def finish(self, status: Status, exit_code: int | None, configuration: Mapping[str, Json]) -> Run:
        """Seal the run.

        Args:
            status: how it ended.
            exit_code: the program's exit status as far as it is known.
            configuration: what the program recorded.
        """
        results = Results(Ground(self._root, self._root), self._tree, self.folder, self._objects, self._keeper())
        outputs = [*results.gather([], self._reader.look_again(), self._began_ns), *artifact_outputs(self.folder)]
        said = [*self._tree.not_captured, NotCaptured("files read", WHY), *results.not_captured]
        run = structs.replace(
            self._run,
            status=status,
            exit_code=exit_code,
            seconds=time.monotonic() - self._clock,
            factors=self._factors(_observed(self._argv), self._with_read_code(), configuration),
            outputs=outputs,
            metrics=dict(metrics_log.last_values(self.folder.logs)),
            not_captured=list(dict.fromkeys([*said, *read_problems(self.folder)])),
            window=self._window(),
        )
        write_code(self.folder, self._tree, self._reader.patch_material(self._tree), self._objects, self.redactor)
        write_environment(self.folder, run)
        write_summaries(self.folder, run)
        run_folder.seal(self.folder, run)
        self._reader.save_cache()
        return run

    def _keeper(self) -> Keeper:
        return Keeper(self._objects, self.redactor)

    def _window(self) -> Window:
        holder = self._run.holder
        host, paths = holder.host if holder else "", (str(self._root), str(self.folder.path))
        return Window(self._run.started, time.time(), host, frozenset({os.getpid()}), paths, self.folder.id)

    def _factors(
        self, observed: Observation | None, files: Mapping[str, FileFact], configuration: Mapping[str, Json]
    ) -> dict[str, Json]:
        scene = Scene(
            argv=tuple(self._argv),
            cwd=self._cwd,
            tree=self._root,
            environment=self._environment,
            plan=self._plan,
            redactor=self.redactor,
            files=files,
            observed=observed,
            configuration=configuration,
        )
        readings = ((factor.kind, factor.read(scene)) for factor in FACTORS if factor.kind not in _UNSEEN)
        found = {kind: {"missing": each.why} if isinstance(each, Missing) else each for kind, each in readings}
        return {factor.kind: found.get(factor.kind, {"missing": WHY}) for factor in FACTORS}

    def _with_read_code(self) -> dict[str, FileFact]:
        """Return the folder's files, those marked as read that are modules of this process."""
        places = {os.path.realpath(path) for path in _module_files()}
        return {
            name: structs.replace(fact, read=True) if str(self._root / name) in places else fact
            for name, fact in self._tree.files.items()
        }


def command() -> list[str]:
    """Return the command by which this process was started."""
    words = list(getattr(sys, "orig_argv", [])) or [sys.executable, *sys.argv]
    return [sys.executable or words[0], *words[1:]]


def _module_files() -> list[str]:
    modules: list[Any] = list(sys.modules.values())
    found = (getattr(module, "__file__", None) for module in modules)
    return [path for path in found if isinstance(path, str)]


def _observed(argv: list[str]) -> Observation:
    """Return what a process can say of itself."""
    process = SeenProcess(
        label="main",
        pid=os.getpid(),
        executable=sys.executable,
        version=".".join(map(str, sys.version_info[:3])),
        prefix=sys.prefix,
        base_prefix=sys.base_prefix,
        argv=tuple(argv),
        sys_path=tuple(entry for entry in sys.path if isinstance(entry, str)),
    )
    return Observation(processes=(process,), imported=frozenset(name.partition(".")[0] for name in list(sys.modules)))
