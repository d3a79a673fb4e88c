"""The handle for programs that ask: ``with samerun.run("name", config=cfg, seed=0) as run: run.log(...)``.

Under ``samerun record`` it joins the run that is being recorded; elsewhere, in a script or a notebook, it makes a run
of its own. Nothing here is ever raised into training: what cannot be kept is said once in the run's
``logs/samerun.log`` and is among the ``not_captured`` of the run.
"""

from __future__ import annotations

import atexit
import os
import sys
import time
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from samerun.basics import exact, files
from samerun.basics.redaction import Redactor, key_at
from samerun.launch import logged
from samerun.launch.artifacts import save_artifact
from samerun.launch.configuration import as_json
from samerun.launch.secrets import known_secrets
from samerun.record.missing import NotCaptured
from samerun.record.run import Status
from samerun.record.values import Json
from samerun.store.layout import RunFolder, StoreLayout
from samerun.store.metrics_log import MetricsWriter, rank_here

_JOINED = "SAMERUN_RUN"
_TREE = "SAMERUN_TREE"
_JOINED_BY = "SAMERUN_RUN_OF"
"""The process that made the run which ``SAMERUN_RUN`` names; only others join it."""

_active: list[ActiveRun] = []


class Summary(MutableMapping[str, Any]):
    """Results that belong to the whole run: ``run.summary["best"] = 0.93``. Each change is kept at once."""

    def __init__(self, run: ActiveRun) -> None:
        self._run = run
        self._values: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._values[name] = value
        self._run._keep_summary(self._values)

    def __delitem__(self, name: str) -> None:
        del self._values[name]
        self._run._keep_summary(self._values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class ActiveRun:
    """A run that is going on; made by ``samerun.run``, found again by ``samerun.current``.

    Its ``config`` is the configuration as plain values, ``summary`` a mapping for results of the whole run, ``id`` the
    run's id, ``folder`` its folder.
    """

    def __init__(self, folder: RunFolder, redactor: Redactor, own: Any = None) -> None:
        self.folder = folder.path
        self.id = folder.id
        self.config: dict[str, Json] = {}
        self.summary = Summary(self)
        self._folder = folder
        self._redactor = redactor
        self._own = own
        self._pid = os.getpid()
        self._said: set[str] = set()
        self._told = False
        self._ended = False
        self._error_before = getattr(sys, "last_value", None)
        self._metrics: MetricsWriter | None = None

    def __repr__(self) -> str:
        return f"<samerun run {self.id}>"

    def log(self, values: Mapping[str, Any], step: Any = None, epoch: Any = None) -> None:
        """Keep numbers; when it returns they survive a kill of the process (a problem is said, never raised).

        Args:
            values: name -> number of any library, or a mapping of them (``{"val": {"acc": 0.9}}`` is ``val.acc``).
            step: the step, kept as it is given.
            epoch: the epoch, likewise.
        """
        try:
            if self._metrics is None:
                self._metrics = MetricsWriter(self._folder.logs)
            self._metrics.log(values, step, epoch)
        except (TypeError, ValueError):
            self._log_what_can_be(values, step, epoch)
        except Exception as error:  # the edge to the user's program
            self._problem("metrics", error)

    def _log_what_can_be(self, values: Mapping[str, Any], step: Any, epoch: Any) -> None:
        """Keep the numbers among ``values``, and say what is none."""
        try:
            numbers = dict(self._numbers(values, ""))
            step, epoch = self._number("the step", step), self._number("the epoch", epoch)
            if numbers and self._metrics is not None:
                self._metrics.log(numbers, step, epoch)
        except Exception as error:  # the edge to the user's program
            self._problem("metrics", error)

    def _numbers(self, values: Mapping[Any, Any], above: str) -> Iterator[tuple[str, exact.Number]]:
        for name, value in values.items():
            if isinstance(value, Mapping):
                yield from self._numbers(value, f"{above}{name}.")
                continue
            number = self._number(f"metric {above}{name}", value)
            if number is not None:
                yield exact.plain_text(f"{above}{name}"), number

    def _number(self, what: str, value: Any) -> exact.Number | None:
        try:
            return None if value is None else exact.number_of(value)
        except Exception as error:  # a foreign number's own code may fail in any way
            self._problem(what, error)
            return None

    def artifact(self, thing: Any, name: str | None = None) -> Path | None:
        """Keep a file, a folder or an object with the run.

        Args:
            thing: a path; a text, bytes, a dict or list; a numpy array; a pandas or polars table; a figure; a tensor,
                module or state dict of torch.
            name: its name in the run; a path's own name by default.

        Returns:
            Where it was put, or None if it could not be kept (the reason is in the run's log).
        """
        try:
            if name is None:
                name = Path(thing).name if isinstance(thing, (str, os.PathLike)) else "artifact"
            return save_artifact(thing, files.make_folder(self.folder / logged.ARTIFACTS), name, self._redactor)
        except Exception as error:  # the edge to the user's program
            self._problem(f"artifact {name}", error)
            return None

    def _keep_summary(self, values: Mapping[str, Any]) -> None:
        try:
            document = self._redactor.document(as_json(values))
            files.write_atomic(self._folder.logs / "summary.json", msgspec.json.encode(document) + b"\n")
        except Exception as error:  # the edge to the user's program
            self._problem("summary", error)

    def _configure(self, config: Any) -> None:
        try:
            self.config = as_json(config)
            if config is not None and rank_here() == 0:
                document = self._redactor.document(self.config)
                text = msgspec.json.format(msgspec.json.encode(document), indent=2)
                files.write_atomic(self._folder.config, text + b"\n")
                _keep_hydra(self._folder, self._redactor)
        except Exception as error:  # the edge to the user's program
            self._problem("config", error)

    def _problem(self, what: str, error: BaseException) -> None:
        """Say once that something could not be kept; where even that cannot be written, say it to the user."""
        what, why = self._redactor.text(what), self._redactor.text(f"{type(error).__name__}: {error}")
        if f"{what}: {why}" in self._said:
            return
        self._said.add(f"{what}: {why}")
        try:
            line = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {what}: {why}"
            logged.add_problem(self._folder, NotCaptured(what, why))
            log = files.AppendFile(self._folder.own_log)
            log.append(exact.plain_text(line.replace("\n", " ")).encode() + b"\n")
            log.close()
        except Exception:  # the disk is full, or gone: training goes on, and is told once
            reason = getattr(error, "strerror", None) or type(error).__name__
            if not self._told:
                _say(f"samerun: {what} could not be kept ({reason}); training goes on\n")
            self._told = True

    def __enter__(self) -> ActiveRun:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(*_ending(error))

    def finish(self) -> None:
        """End the run; done by itself at the end of a ``with`` block and of the program."""
        self._end("finished", 0)

    def _end(self, status: Status, exit_code: int) -> None:
        """Seal an own run; a forked child leaves that to its parent."""
        if self._ended or self._pid != os.getpid():
            return
        self._ended = True
        if self in _active:
            _active.remove(self)
        try:
            if self._metrics is not None:
                self._metrics.close()
            if self._own is not None:
                _hand_back()
                self._own.finish(status, exit_code, self.config)
        except Exception as error:  # the edge to the user's program
            self._problem("the end of the run", error)

    def _end_at_exit(self) -> None:
        error = getattr(sys, "last_value", None)
        self._end(*_ending(error if error is not self._error_before else None))


def _ending(error: BaseException | None) -> tuple[Status, int]:
    """Return status and exit status for the exception with which a block was left."""
    if error is None:
        return "finished", 0
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", 130
    if isinstance(error, SystemExit):
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
        return ("finished" if code == 0 else "failed"), code
    return "failed", 1


def open_run(
    name: str | None = None, config: Any = None, seed: int | None = None, *, tags: Sequence[str] = ()
) -> ActiveRun:
    """Begin a run, or join the one that ``samerun record`` has begun.

    Args:
        name: the experiment's name; the script's by default.
        config: the configuration, in any of the forms that ``launch.configuration`` reads.
        seed: what to seed the generators of Python, numpy and torch with, as far as they are imported; None seeds none.
        tags: words to find the run by.

    Returns:
        The run, to be used in a ``with`` statement or until the program ends.
    """
    run = _joined() or _made(name or _script_name(), tags, seed)
    _active.append(run)
    try:
        if rank_here() == 0:
            marked = [run._redactor.text(tag) for tag in tags]
            logged.write_given(run._folder, logged.Given(name or "", marked, seed))
    except Exception as error:  # the edge to the user's program
        run._problem("name and tags", error)
    run._configure(config)
    if seed is not None:
        _seed(run, seed)
    atexit.register(run._end_at_exit)
    return run


def current() -> ActiveRun | None:
    """Return the run that was begun last and goes on, else the recorded run that this process belongs to, else None."""
    if not _active:
        joined = _joined()
        if joined is None:
            return None
        _active.append(joined)
    return _active[-1]


def _joined() -> ActiveRun | None:
    """Return a handle on the run that this process was started in."""
    path = os.environ.get(_JOINED)
    if not path or os.environ.get(_JOINED_BY) == str(os.getpid()) or not os.path.isdir(path):
        return None
    folder = RunFolder(Path(path))
    return ActiveRun(folder, _redactor_of(folder))


def _redactor_of(folder: RunFolder) -> Redactor:
    """Return the redactor of the store that a run folder lies in, with the secrets of this process's variables."""
    values = known_secrets(os.environ, Path.cwd(), Path(os.environ.get(_TREE) or "."))
    try:
        files.make_folder(folder.logs)
        return Redactor(values, key=key_at(StoreLayout(folder.path.parent.parent).key))
    except OSError:  # a full or read-only disk; then nothing is written either
        return Redactor(values)


def _made(name: str, tags: Sequence[str], seed: int | None) -> ActiveRun:
    """Make a run of the program's own; where there can be none, a handle that keeps nothing and says so."""
    try:
        # Late, and only here: it brings the factors and output types, which a program under `record` has no need of.
        own = import_module("samerun.launch.own_run").OwnRun(name, tags, seed)
        files.make_folder(own.folder.logs)
        os.environ[_JOINED], os.environ[_JOINED_BY] = str(own.folder.path), str(os.getpid())
        return ActiveRun(own.folder, own.redactor, own)
    except Exception as error:  # the edge to the user's program
        _say(f"samerun: no run can be kept here ({type(error).__name__}: {error}); the program goes on\n")
        return ActiveRun(RunFolder(Path(os.devnull, "none")), Redactor())


def _hand_back() -> None:
    for name in (_JOINED, _JOINED_BY):
        os.environ.pop(name, None)


def _script_name() -> str:
    script = Path(sys.argv[0]).stem if sys.argv and sys.argv[0] else ""
    return "notebook" if script.startswith("ipykernel") or not script or script == "-c" else script


def _seed(run: ActiveRun, seed: int) -> None:
    """Seed the generators of what the program has imported, and import nothing."""
    seeds = {"random": "seed", "numpy": "random.seed", "torch": "manual_seed", "tensorflow": "random.set_seed"}
    for library, path in seeds.items():
        function: Any = sys.modules.get(library)
        try:
            for attribute in path.split(".") if function is not None else ():
                function = getattr(function, attribute)
            if function is not None:
                function(seed % (1 << 32) if library == "numpy" else seed)
        except Exception as error:  # a library's own code may fail in any way
            run._problem(f"seeding {library}", error)


def _keep_hydra(folder: RunFolder, redactor: Redactor) -> None:
    """Keep Hydra's own ``.hydra/`` folder, if Hydra runs this program."""
    hydra = sys.modules.get("hydra.core.hydra_config")
    if hydra is None or not hydra.HydraConfig.initialized():
        return
    source = Path(hydra.HydraConfig.get().runtime.output_dir, ".hydra")
    for path in sorted(source.glob("*.yaml")) if source.is_dir() else ():
        text = redactor.text(files.read_bytes(path).decode("utf-8", "surrogateescape"))
        target = files.make_folder(folder.path / ".hydra") / path.name
        files.write_atomic(target, text.encode("utf-8", "surrogateescape"))


def _say(text: str) -> None:
    try:
        sys.stderr.write(text)
    except Exception:  # a closed or replaced stream
        return
