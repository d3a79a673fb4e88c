"""From what was seen of a program that has ended to the final record of its run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module

from msgspec import structs

from samerun.basics import files
from samerun.factors.caches import is_by_product
from samerun.factors.clock import Clock, clock_seen
from samerun.factors.code import is_code
from samerun.factors.config import parse
from samerun.launch.artifact_outputs import artifact_outputs
from samerun.launch.child import Ending
from samerun.launch.ground import Ground
from samerun.launch.inputs import InputFollower
from samerun.launch.keeping import Keeper
from samerun.launch.logged import read_given, read_problems
from samerun.launch.measured import final_metrics, recorded_config
from samerun.launch.not_kept import not_kept
from samerun.launch.observe import observe
from samerun.launch.order import Launch
from samerun.launch.others import Others
from samerun.launch.results import Results
from samerun.launch.run_files import write_code, write_environment, write_summaries
from samerun.launch.scene import content_of, make_scene, read_factors
from samerun.launch.secrets import is_secret_name_of_file
from samerun.launch.shell_variables import read_by_shells
from samerun.launch.spool import read_spool
from samerun.launch.watch import FolderWatch
from samerun.outputs.volatile import normalise_name
from samerun.record.files import FileFact
from samerun.record.missing import NotCaptured
from samerun.record.observation import Observation, SeenFile
from samerun.record.output import Output
from samerun.record.run import Run, Status
from samerun.record.window import Window
from samerun.store import folder as run_folder
from samerun.store.layout import RunFolder
from samerun.store.objects import Objects


class Gathering:
    """Completes the record of one launch.

    Args:
        order: what was launched.
        folder: the run folder.
        keeper: the way into the store.
        run: the record as it stood before the start.
        started_ns: when the program started.
    """

    def __init__(self, order: Launch, folder: RunFolder, keeper: Keeper, run: Run, started_ns: int) -> None:
        self._order = order
        self._folder = folder
        self._keeper = keeper
        self._run = run
        self._started_ns = started_ns
        self._hashed_late = 0
        self._changed_since: list[NotCaptured] = []
        self._objects = Objects(order.layout.objects)
        self._others = Others(order.layout, folder, started_ns)

    def final(self, ending: Ending, watch: FolderWatch, follower: InputFollower, log_failed: str) -> Run:
        """Return the final record; inputs and outputs are hashed and kept on the way."""
        observed = observe(read_spool(self._folder.spool), self._order.redactor)
        written = self._written(observed, watch)
        inputs = follower.finish(self._reads(observed, watch, written))
        self._hashed_late = follower.unfinished
        results = Results(self._order.ground, self._order.tree, self._folder, self._objects, self._keeper)
        after = self._order.reader.look_again()
        found = results.gather(
            written,
            after,
            self._started_ns,
            lambda name: self._is_edited(name, observed),
            lambda name: self._is_of_others(name, observed),
        )
        outputs = [*found, *artifact_outputs(self._folder)]
        self._store_committed(inputs)
        given = read_given(self._folder)
        locked = self._locked(inputs, follower.earlier, found)
        inputs = {**inputs, **{name: fact for name, fact in locked.items() if fact.read}}
        joined = self._joined(inputs, {**self._overwritten(observed), **follower.earlier, **locked})
        variables = {**observed.variables, **dict.fromkeys(read_by_shells(self._order, inputs), True)}
        observed = structs.replace(observed, variables=variables)
        scene = make_scene(self._order, joined, observed, recorded_config(self._folder))
        not_seen = [
            *self._run.not_captured,
            *observed.not_captured,
            *(NotCaptured(str(self._order.ground.tree), reason) for reason in watch.reasons),
            *results.not_captured,
            *([] if self._order.parent else not_kept({**inputs, **locked}, self._order.tree.files)),
            *self._changed_since,
            *read_problems(self._folder),
            *([NotCaptured("printed text", log_failed)] if log_failed else []),
        ]
        return structs.replace(
            self._run,
            name=given.name or self._run.name,
            tags=list(dict.fromkeys([*self._run.tags, *given.tags])),
            status=status_of(ending.returncode),
            exit_code=ending.returncode,
            started=ending.started,
            seconds=ending.seconds,
            factors=read_factors(scene),
            outputs=outputs,
            metrics=final_metrics(self._folder, outputs),
            not_captured=list(dict.fromkeys(not_seen)),
            window=self._window(ending, observed, outputs),
        )

    def write(self, run: Run) -> None:
        """Write the files of the run folder, the record with the seal last."""
        order = self._order
        write_code(self._folder, order.tree, order.reader.patch_material(order.tree), self._objects, order.redactor)
        write_environment(self._folder, run)
        write_summaries(self._folder, run, self._hashed_late)
        try:
            run_folder.seal(self._folder, run)
        finally:  # not before: until then it tells other runs what this one wrote
            files.remove_tree(self._folder.spool)
        order.known.save()
        with suppress(OSError):
            order.reader.save_cache()

    def _written(self, observed: Observation, watch: FolderWatch) -> set[str]:
        """Return what was written, as the program saw it; the watch saw where it really lies, but not by whom."""
        ground = self._order.ground
        seen = {str(ground.tree / os.path.relpath(path, ground.real)) for path in watch.written}
        unclaimed = {path for path in seen - observed.written if not self._is_edited(ground.name(path), observed)}
        own = {path for path in unclaimed if not self._is_of_others(ground.name(path), observed)}
        return {path for path in observed.written | own if not self._is_untouched(path, observed)}

    def _is_of_others(self, name: str, observed: Observation) -> bool:
        """Say whether a file of the folder that nobody of this run reported was written by another run beside it.

        A run that has ended may have taken it for its own as well: that counts only where this one would have reported.
        """
        ground = self._order.ground
        path = os.path.join(ground.tree, name)
        if ground.real != ground.tree:
            return False
        return self._others.reported(path) or (_all_report(observed) and self._others.left(path))

    def _is_untouched(self, path: str, observed: Observation) -> bool:
        """Say whether a file was opened so that it could be written, and was not: a database that was only asked."""
        name = self._order.ground.name(path)
        key = self._order.tree.keys.get(name)
        before = observed.before.get(path, (key.size, key.mtime_ns) if key else None)
        try:
            facts = self._order.ground.on_disk(name).stat()
        except OSError:
            return False
        return before == (facts.st_size, facts.st_mtime_ns)

    def _is_edited(self, name: str, observed: Observation) -> bool:
        """Say whether a file that no process reported is one that a person saved in an editor while the program ran.

        That is code, and, where every process reports what it writes, whatever git shows.
        """
        known = self._order.tree.files.get(name)
        if known is None:
            return False
        return is_code(name) or (_all_report(observed) and known.state in ("committed", "changed", "untracked"))

    def _reads(self, observed: Observation, watch: FolderWatch, written: set[str]) -> dict[str, SeenFile]:
        """Return everything that was read: as reported, and what the watch saw being opened beyond that.

        Other runs beside this one open whatever there is, to know what it is; then the reports alone count.
        """
        ground, keys = self._order.ground, self._order.tree.keys
        names = {os.path.relpath(path, ground.real) for path in watch.opened} & keys.keys()
        beyond = {str(ground.tree / name): SeenFile(*keys[name]) for name in names}
        beyond = {path: seen for path, seen in beyond.items() if path not in observed.reads and path not in written}
        in_company = beyond and _all_report(observed) and ground.real == ground.tree and self._others.went_on
        return dict(observed.reads) if in_company else {**observed.reads, **beyond}

    def _joined(self, inputs: dict[str, FileFact], earlier: dict[str, FileFact]) -> dict[str, FileFact]:
        """Return the folder before the start joined with what was read, configuration files marked."""
        facts = {**self._order.tree.files, **earlier, **inputs}
        for name, fact in inputs.items():
            if (
                fact.hash
                and not is_secret_name_of_file(name)  # of one that holds a secret, the other keys can be told
                and not is_by_product(name)
                and parse(name, content_of(self._order, name, fact) or b"") is not None
            ):
                facts[name] = structs.replace(fact, configuration=True)
        return facts

    def _overwritten(self, observed: Observation) -> dict[str, FileFact]:
        """Return the files outside that were there before the program wrote them."""
        found = {self._order.ground.name(path): before for path, before in observed.before.items()}
        why = "the program wrote it and nothing read it before"
        return {
            name: FileFact(size, "outside", why=why, mtime_ns=moment)
            for name, (size, moment) in found.items()
            if os.path.isabs(name) and moment < self._started_ns
        }

    def _store_committed(self, inputs: dict[str, FileFact]) -> None:
        """Store the committed files that the run needed, so that the record outlives git's own clean-up."""
        for name, fact in inputs.items():
            known = fact.state == "committed" and fact.hash is not None and not fact.secret
            wanted = is_code(name) or not self._keeper.why_not(fact.size)
            if known and wanted and not self._objects.has(fact.hash or ""):
                with suppress(OSError):
                    self._keeper.keep(self._order.ground.on_disk(name))

    def _locked(
        self, inputs: dict[str, FileFact], earlier: dict[str, FileFact], outputs: list[Output]
    ) -> dict[str, FileFact]:
        """Return the facts of the data that was locked before the start, and hold it against its locks."""
        order = self._order
        if not order.locks:
            return {}
        # Loaded already, by whoever locked the data; a run without locks need not pay for it.
        data_locks = import_module("samerun.launch.data_locks")
        written = {output.path for output in outputs}
        self._changed_since = data_locks.changed_since(order.locks, order.ground, inputs, written)
        facts: dict[str, FileFact] = data_locks.locked_facts(
            order.locks, order.ground, {**order.tree.files, **earlier}, inputs, self._keeper
        )
        return facts

    def _window(self, ending: Ending, observed: Observation, outputs: list[Output]) -> Window:
        pids = frozenset({ending.pid, *(process.pid for process in observed.processes)})
        ground, holder = self._order.ground, self._run.holder
        stamped = stamped_folders((output.path for output in outputs), ground, self._order.plan.cwd)
        paths = tuple(dict.fromkeys((str(ground.tree), str(ground.real), str(self._folder.path), *stamped)))
        given = self._order.plan.conditions.get(Clock.kind, "")
        started, ended = clock_seen(given, ending.started, ending.started + ending.seconds)
        host = str(self._order.plan.setup.get("hostname") or (holder.host if holder else ""))
        return Window(started, ended, host, pids, paths, self._run.id)


def _all_report(observed: Observation) -> bool:
    """Say whether each process that was started reported what it did."""
    silent = any(each.what.startswith("child process") for each in observed.not_captured)
    return bool(observed.processes) and not silent


def stamped_folders(names: Iterable[str], ground: Ground, cwd: str) -> list[str]:
    """Return the folders that a run made for itself under a name with a time or a uuid, as Hydra does.

    They are paths of the run: absolute ones, and relative to where it was started.
    """
    folders: dict[str, None] = {}
    for name in names:
        parts = name.split("/")[:-1]
        stamped = [number for number, part in enumerate(parts, 1) if _is_stamped("/".join(parts[:number]), part)]
        if stamped:
            absolute = os.path.join(ground.tree, *parts[: stamped[-1]]) if parts[0] else "/".join(parts[: stamped[-1]])
            folders.update({absolute: None, os.path.relpath(absolute, cwd): None})
    return list(folders)


def _is_stamped(path: str, part: str) -> bool:
    """Say whether the last part of a path is a time or a uuid, where need be by what stands before it."""
    pattern = normalise_name(path).rpartition("/")[2]
    return pattern != part and ("{time}" in pattern or "{uuid}" in pattern)


def status_of(returncode: int) -> Status:
    """Return the word for a return code as ``subprocess`` gives it."""
    if returncode == 0:
        return "finished"
    if returncode in (-2, 130):
        return "interrupted"
    return "killed" if returncode < 0 else "failed"
