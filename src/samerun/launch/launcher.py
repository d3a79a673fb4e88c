"""The one launcher: a plan, a ground to run on, and what is known of the folder become a run.

``record`` is a launch with the factors as they are found, a replay a launch with the recorded ones; everything after
that is the same: the child, what is seen of it, the outputs, the seal.
"""

from __future__ import annotations

import os
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

from msgspec import structs

from samerun import inside
from samerun.basics import files
from samerun.errors import CannotStart
from samerun.factors.factor import Plan
from samerun.inside.identity import rank_in
from samerun.launch.child import Ending, fill_streams, run_child
from samerun.launch.ground import Ground
from samerun.launch.inputs import InputFollower
from samerun.launch.keeping import Keeper
from samerun.launch.order import Launch
from samerun.launch.scene import make_scene, read_factors
from samerun.launch.spool import SpoolReader
from samerun.launch.standard_input import StandardInput
from samerun.launch.text_log import TextLog
from samerun.launch.watch import FolderWatch
from samerun.record.run import Place, Run
from samerun.store import folder as run_folder
from samerun.store.layout import RunFolder, new_run_id
from samerun.store.objects import Objects

INSIDE = str(Path(inside.__file__).parent)


@dataclass(frozen=True)
class Launched:
    """A run that has ended, where it lies, how the child ended, and what went wrong in keeping it, if anything did."""

    run: Run
    folder: RunFolder
    ending: Ending
    trouble: str = ""


def launch(order: Launch) -> Launched:
    """Run a command to its end and keep the run.

    Raises:
        CannotStart: the command cannot be started; nothing is kept then.
        OSError: the store cannot be written before the start.
    """
    fill_streams()
    folder = order.layout.run_folder(order.name, new_run_id(time.time())).create()
    try:
        launching = _Launching(order, folder)
    except BaseException:
        files.remove_tree(folder.path)
        raise
    return launching.go()


class _Launching:
    """One launch on its way, in the order of its methods."""

    def __init__(self, order: Launch, folder: RunFolder) -> None:
        self.order = order
        self.folder = folder
        self.spool = files.make_folder(self.folder.spool)
        files.make_folder(self.folder.logs)
        self.objects = Objects(order.layout.objects)
        self.keeper = Keeper(self.objects, order.redactor, order.allowance, order.known)
        self.log = TextLog(self.folder, order.redactor)
        self.run = self._first_record()
        if order.locks:  # loaded already, by whoever locked the data
            data_locks = import_module("samerun.launch.data_locks")
            locks = data_locks.put_locks(order.locks, self.folder, order.ground)
            gaps = [*self.run.not_captured, *data_locks.links_out_of(order.locks, order.ground)]
            self.run = structs.replace(self.run, locks=locks, not_captured=gaps)
        run_folder.save(self.folder, self.run)

    def go(self) -> Launched:
        order = self.order
        watch = FolderWatch([order.ground.real], skip=self._is_skipped)
        watch.start()
        started_ns = time.time_ns()
        follower = InputFollower(SpoolReader(self.spool), order.ground, order.tree, self.keeper, started_ns)
        given = StandardInput()
        try:
            follower.start()
            ending = self._run_child(started_ns)
        except CannotStart:
            files.remove_tree(self.folder.path)
            raise
        finally:
            watch.stop()
            self.log.close()
        if not order.quiet:
            self.run = structs.replace(self.run, not_captured=[*self.run.not_captured, *given.not_captured()])
        trouble = self._seal(ending, watch, follower, started_ns)
        follower.stop()
        return Launched(self.run, self.folder, ending, trouble)

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
            tags=[order.redactor.text(tag) for tag in order.tags],
            not_captured=[*order.tree.not_captured, *order.notes],
            factors=read_factors(make_scene(order, order.tree.files)),
            holder=run_folder.holder(),
            samerun=order.version,
        )

    def _is_skipped(self, path: Path) -> bool:
        return self.order.reader.is_skipped(path.name, str(path))

    def _run_child(self, started_ns: int) -> Ending:
        order = self.order
        command = order.through(list(order.plan.argv), self.folder)
        environment = child_environment(order.plan, self.folder, self.spool, order.ground)
        environment["SAMERUN_STARTED"] = str(started_ns)
        cwd = order.plan.cwd if command == order.plan.argv else "/"
        return run_child(
            command,
            cwd,
            environment,
            self.log,
            quiet=order.quiet,
            cores=order.plan.cores,
            started=_load_the_rest,
            timeout_s=order.timeout_s,
        )

    def _seal(self, ending: Ending, watch: FolderWatch, follower: InputFollower, started_ns: int) -> str:
        """Write all that is known now; return what went wrong, in a sentence: the program's end stays as it was."""
        first = self.run
        try:
            gathering = _load_the_rest().Gathering(self.order, self.folder, self.keeper, self.run, started_ns)
            self.run = gathering.final(ending, watch, follower, self.log.failed)
            gathering.write(self.run)
        except OSError as error:
            self._keep_the_end(self.run, ending)
            return f"The run ended, but its record could not be written: {error.strerror or error}."
        except Exception as error:  # the edge to the user's program, whose status must not become ours
            self._keep_the_end(first, ending)
            return f"The run ended, but its record is not whole: samerun's own fault, kept in {self._report(error)}."
        return ""

    def _keep_the_end(self, run: Run, ending: Ending) -> None:
        """Keep at least how the program ended, unsealed: nobody is to take the run for killed."""
        code, started, seconds = ending.returncode, ending.started, ending.seconds
        status = _load_the_rest().status_of(code)
        self.run = structs.replace(run, status=status, exit_code=code, started=started, seconds=seconds)
        with suppress(OSError):
            run_folder.save(self.folder, self.run)

    def _report(self, error: Exception) -> Path:
        """Write the traceback to the run's own log."""
        text = self.order.redactor.text("".join(traceback.format_exception(error)))
        with suppress(OSError):
            files.write_atomic(self.folder.own_log, text.encode("utf-8", "replace"))
        return self.folder.own_log


def _load_the_rest(pid: int = 0) -> ModuleType:
    """Load what is needed after the program's end while it runs: 25 ms that would else delay its start.

    The only reason why this import stands in a function; it leads down, from the launcher to a part of its own.
    """
    return import_module("samerun.launch.gathering")


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
    environment["SAMERUN_RANK"] = rank_in(environment)
    if plan.seed is not None:
        environment["SAMERUN_SEED"] = str(plan.seed)
    if plan.deterministic:
        environment["SAMERUN_DETERMINISTIC"] = "portable" if plan.portable else "1"
    for name, text in _asked(plan).items():
        if text:
            environment[name] = text
    return environment


def _asked(plan: Plan) -> dict[str, str]:
    """Return what the program's processes are asked to hold still, to vary, or to leave to the system."""
    return {
        "SAMERUN_RELEASED": ",".join(plan.released),
        "SAMERUN_ENTROPY_OF": ",".join(f"{source}={entropy}" for source, entropy in plan.entropy_of.items()),
        "SAMERUN_CONDITIONS": "\n".join(f"{kind}={value}" for kind, value in plan.conditions.items()),
    }
