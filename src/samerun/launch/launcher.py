"""The one launcher: a plan, a ground to run on, and what is known of the folder become a run.

``record`` is a launch with the factors as they are found, a replay a launch with the recorded ones; everything after
that is the same: the child, what is seen of it, the outputs, the seal.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import structs

from samerun import inside
from samerun.basics import files
from samerun.basics.redaction import RedactedStream, Redactor
from samerun.factors import FACTORS
from samerun.factors.code import is_code
from samerun.factors.config import parse
from samerun.factors.factor import Plan, Scene
from samerun.launch.child import Ending, run_child
from samerun.launch.ground import Ground
from samerun.launch.inputs import InputFollower
from samerun.launch.keeping import Keeper, KeepInputs
from samerun.launch.measured import final_metrics, recorded_config
from samerun.launch.observe import observe
from samerun.launch.results import Results
from samerun.launch.run_files import write_code, write_environment, write_summaries
from samerun.launch.spool import SpoolReader, read_spool
from samerun.launch.tree import Tree, TreeReader
from samerun.launch.watch import FolderWatch
from samerun.record.files import FileFact
from samerun.record.missing import Missing, NotCaptured
from samerun.record.observation import Observation, SeenFile
from samerun.record.run import Place, Run, Status
from samerun.record.values import Json
from samerun.record.window import Window
from samerun.store import folder as run_folder
from samerun.store.layout import RunFolder, StoreLayout, new_run_id
from samerun.store.objects import Objects

INSIDE = str(Path(inside.__file__).parent)


@dataclass
class Launch:
    """What is to be launched.

    Args:
        name: the experiment's name.
        plan: the factors to be given.
        ground: where the program runs.
        tree: the folder before the start; its reader looks again afterwards.
        found: the user's variables.
        layout: the store.
        redactor: keeps secrets away from the disk.
        tags: words to find the run by.
        parent: the run that this one replays.
        keep_inputs: which inputs are kept.
        quiet: whether the program's text stays away from the user's terminal.
        through: wraps the command and the run folder's path in whatever it is started through (a mount namespace).
        version: samerun's own version.
    """

    name: str
    plan: Plan
    ground: Ground
    tree: Tree
    reader: TreeReader
    found: dict[str, str]
    layout: StoreLayout
    redactor: Redactor
    tags: tuple[str, ...] = ()
    parent: str | None = None
    keep_inputs: KeepInputs = "small"
    quiet: bool = False
    through: Callable[[list[str], RunFolder], list[str]] = lambda command, folder: command
    notes: list[NotCaptured] = field(default_factory=list)
    version: str = ""


@dataclass(frozen=True)
class Launched:
    """A run that has ended, where it lies, and how the child ended."""

    run: Run
    folder: RunFolder
    ending: Ending


def launch(order: Launch) -> Launched:
    """Run a command to its end and keep the run.

    Raises:
        CannotStart: the command cannot be started; nothing is kept then.
        OSError: the store cannot be written before the start.
    """
    return _Launching(order).go()


class _Launching:
    """One launch on its way, in the order of its methods."""

    def __init__(self, order: Launch) -> None:
        self.order = order
        self.folder = order.layout.run_folder(order.name, new_run_id(time.time())).create()
        self.spool = files.make_folder(self.folder.path / ".spool")
        files.make_folder(self.folder.logs)
        self.objects = Objects(order.layout.objects)
        self.keeper = Keeper(self.objects, order.redactor, order.keep_inputs)
        self.log = _TextLog(self.folder, order.redactor)
        self.not_captured = [*order.tree.not_captured, *order.notes]
        self.run = self._first_record()

    def go(self) -> Launched:
        order = self.order
        run_folder.save(self.folder, self.run)
        watch = FolderWatch([order.ground.real], skip=self._is_skipped)
        watch.start()
        started_ns = time.time_ns()
        follower = InputFollower(SpoolReader(self.spool), order.ground, order.tree, self.keeper, started_ns)
        try:
            follower.start()
            ending = self._run_child()
        except BaseException:
            files.remove_tree(self.folder.path)
            raise
        finally:
            watch.stop()
        self.log.close()
        self._seal(ending, watch, follower, started_ns)
        return Launched(self.run, self.folder, ending)

    def _first_record(self) -> Run:
        """Return the record as it stands before the start."""
        order = self.order
        place = Place(str(order.ground.tree), order.plan.cwd, order.tree.git, order.tree.no_git)
        if order.ground.real != order.ground.tree:
            place = structs.replace(place, workspace=str(order.ground.real))
        return Run(
            id=self.folder.id,
            name=order.name,
            command=order.redactor.arguments(order.plan.argv),
            place=place,
            status="running",
            started=time.time(),
            parent=order.parent,
            tags=list(order.tags),
            factors=_read_factors(self._scene(order.tree.files, None, {})),
            holder=run_folder.holder(),
            samerun=order.version,
        )

    def _scene(self, facts: dict[str, FileFact], observed: Observation | None, configuration: dict[str, Json]) -> Scene:
        order = self.order
        return Scene(
            tuple(order.plan.argv), Path(order.plan.cwd), order.ground.tree, order.found, order.plan, order.redactor,
            facts, observed, self._content, configuration,
        )  # fmt: skip

    def _content(self, name: str) -> bytes | None:
        try:
            return self.order.ground.on_disk(name).read_bytes()
        except OSError:
            return None

    def _is_skipped(self, path: Path) -> bool:
        return self.order.reader.is_skipped(path.name, str(path))

    def _run_child(self) -> Ending:
        order = self.order
        command = order.through(list(order.plan.argv), self.folder)
        environment = child_environment(order.plan, self.folder, self.spool, order.ground)
        cwd = order.plan.cwd if command == order.plan.argv else "/"
        return run_child(command, cwd, environment, self.log, quiet=order.quiet, cores=order.plan.cores)

    def _seal(self, ending: Ending, watch: FolderWatch, follower: InputFollower, started_ns: int) -> None:
        """Write all that is known now; what cannot be written is said, the program's own end stays what it was."""
        spool = read_spool(self.spool)
        observed = observe(spool, self.order.redactor)
        after = self.order.reader.look_again()
        written = self._written(observed, watch)
        inputs = follower.finish(self._all_reads(observed, watch, written, started_ns))
        results = Results(self.order.ground, self.order.tree, self.folder, self.objects, self.keeper)
        outputs = results.gather(written, after, started_ns)
        facts = self._joined(inputs)
        configuration = recorded_config(self.folder)
        self.not_captured += [
            *observed.not_captured,
            *watch.not_captured,
            *results.not_captured,
            *self._unknown(inputs),
        ]
        self.run = structs.replace(
            self.run,
            status=status_of(ending.returncode),
            exit_code=ending.returncode,
            started=ending.started,
            seconds=ending.seconds,
            factors=_read_factors(self._scene(facts, observed, configuration)),
            outputs=outputs,
            metrics=final_metrics(self.folder, outputs),
            not_captured=list(dict.fromkeys([*self.not_captured, *self._from_inside()])),
            window=self._window(ending, observed),
        )
        self._store_committed(inputs)
        self._write_files()

    def _written(self, observed: Observation, watch: FolderWatch) -> set[str]:
        """Return what was written, as the program saw it; the watch saw where it really lies."""
        ground = self.order.ground
        seen = {str(ground.tree / os.path.relpath(path, ground.real)) for path in watch.written if not is_code(path)}
        return set(observed.written) | seen

    def _all_reads(
        self, observed: Observation, watch: FolderWatch, written: set[str], started_ns: int
    ) -> dict[str, SeenFile]:
        reads = dict(observed.reads)
        ground = self.order.ground
        for path in watch.opened:
            name = os.path.relpath(path, ground.real)
            seen = str(ground.tree / name)
            key = self.order.tree.keys.get(name)
            if seen not in reads and seen not in written and key is not None:
                reads[seen] = SeenFile(key.size, key.mtime_ns, key.ctime_ns, key.inode, key.device)
        return reads

    def _joined(self, inputs: dict[str, FileFact]) -> dict[str, FileFact]:
        """Return the folder before the start joined with what was read, configuration files marked."""
        facts = {**self.order.tree.files, **inputs}
        for name, fact in inputs.items():
            if fact.hash and not fact.secret and parse(name, self._content(name) or b"") is not None:
                facts[name] = structs.replace(fact, configuration=True)
        return facts

    def _unknown(self, inputs: dict[str, FileFact]) -> list[NotCaptured]:
        return [
            NotCaptured(name, fact.why)
            for name, fact in inputs.items()
            if fact.link is None and not fact.kept and fact.why and fact.why != "nothing read it"
        ]

    def _from_inside(self) -> list[NotCaptured]:
        """Return what a program's own ``samerun.run`` could not keep."""
        with suppress(Exception):
            return list(run_folder.load(self.folder, whole=False).not_captured)
        return []

    def _window(self, ending: Ending, observed: Observation) -> Window:
        pids = frozenset({ending.pid, *(process.pid for process in observed.processes)})
        paths = (str(self.order.ground.tree), str(self.order.ground.real), str(self.folder.path))
        holder = self.run.holder
        ended = ending.started + ending.seconds
        return Window(
            ending.started, ended, holder.host if holder else "", pids, tuple(dict.fromkeys(paths)), self.run.id
        )

    def _store_committed(self, inputs: dict[str, FileFact]) -> None:
        """Store the committed files that the run needed, so that the record outlives git's own clean-up."""
        for name, fact in inputs.items():
            if fact.state == "committed" and fact.hash and not self.objects.has(fact.hash):
                with suppress(OSError):
                    self.keeper.keep(self.order.ground.on_disk(name))

    def _write_files(self) -> None:
        order = self.order
        write_code(self.folder, order.tree, order.reader.patch_material(order.tree), self.objects, order.redactor)
        write_environment(self.folder, self.run)
        write_summaries(self.folder, self.run)
        files.remove_tree(self.spool)
        run_folder.seal(self.folder, self.run)
        with suppress(OSError):
            order.reader.save_cache()


class _TextLog:
    """What the program prints, redacted: ``logs/train.log`` in the order of arrival, ``logs/stdout.log`` apart."""

    def __init__(self, folder: RunFolder, redactor: Redactor) -> None:
        self._streams = {name: RedactedStream(redactor) for name in ("stdout", "stderr")}
        self._files = {name: os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) for name, path in
                       (("all", folder.train_log), ("stdout", folder.logs / "stdout.log"))}  # fmt: skip
        self.failed = ""

    def __call__(self, name: str, data: bytes) -> None:
        """Keep one piece of text; a full disk is remembered and never stops the program's text from passing on."""
        self._write(name, self._streams[name].feed(data))

    def _write(self, name: str, text: bytes) -> None:
        if not text or not self._files:
            return
        try:
            os.write(self._files["all"], text)
            if name == "stdout":
                os.write(self._files["stdout"], text)
        except OSError as error:
            self.failed = f"what was printed could not be kept: {error.strerror}"

    def close(self) -> None:
        """Write what is left and close the files."""
        for name, stream in self._streams.items():
            self._write(name, stream.finish())
        for descriptor in self._files.values():
            os.close(descriptor)
        self._files = {}


def child_environment(plan: Plan, folder: RunFolder, spool: Path, ground: Ground) -> dict[str, str]:
    """Return the child's variables: the plan's, and those by which samerun's bootstrap is entered."""
    environment = dict(plan.environment)
    before = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = f"{INSIDE}{os.pathsep}{before}" if before else INSIDE
    environment["SAMERUN_SPOOL"] = str(spool)
    environment["SAMERUN_TREE"] = str(ground.tree)
    environment["SAMERUN_RUN"] = str(folder.path)
    environment["SAMERUN_ENTROPY"] = plan.entropy
    environment["SAMERUN_PROCESS"] = "main"
    if plan.seed is not None:
        environment["SAMERUN_SEED"] = str(plan.seed)
    if plan.deterministic:
        environment["SAMERUN_DETERMINISTIC"] = "1"
    return environment


def status_of(returncode: int) -> Status:
    """Return the word for a return code as ``subprocess`` gives it."""
    if returncode == 0:
        return "finished"
    if returncode in (-2, 130):
        return "interrupted"
    return "killed" if returncode < 0 else "failed"


def _read_factors(scene: Scene) -> dict[str, Json]:
    """Read every factor of the table; a reading that is missing is kept with its reason."""
    readings = ((factor.kind, factor.read(scene)) for factor in FACTORS)
    return {kind: {"missing": reading.why} if isinstance(reading, Missing) else reading for kind, reading in readings}
