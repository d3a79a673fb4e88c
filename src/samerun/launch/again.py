"""A launch with recorded factors: what ``replay`` does, and every question that is answered by running again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from samerun.basics import files
from samerun.basics.exact import path_of
from samerun.basics.hashing import StatCache
from samerun.basics.redaction import Redactor
from samerun.errors import CannotReplay
from samerun.factors import FACTORS
from samerun.factors.factor import Factor, Plan
from samerun.factors.working_directory import ELSEWHERE, WorkingDirectory
from samerun.launch import enter
from samerun.launch.allowance import Allowance
from samerun.launch.found import make_redactor
from samerun.launch.git_folder import put_git
from samerun.launch.ground import Ground
from samerun.launch.launcher import Launched, launch
from samerun.launch.layers import can_be_covered, make_layers
from samerun.launch.moved import tree_now
from samerun.launch.order import Launch
from samerun.launch.other_path import move_paths
from samerun.launch.revealing import reveal
from samerun.launch.secrets import known_secrets
from samerun.launch.surroundings import SetUp, refused, surround
from samerun.launch.through import Through, environments_of
from samerun.launch.tree import Tree, TreeReader
from samerun.launch.workspace import Workspace, WorkspaceBuilder
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Values
from samerun.store.layout import StoreLayout
from samerun.store.objects import Objects

NO_NAMESPACE = "SAMERUN_NO_NAMESPACE"
"""Set to anything, it has replays run in a folder of another path, as on systems without mount namespaces."""

TRACE = "trace"
"""Given to a replay (with any values), it has the program's own lines followed; see ``inside.tracing``."""


@dataclass(frozen=True)
class Replayed:
    """A replay that has ended, with sentences about what could not be given."""

    launched: Launched
    notes: list[str]


@dataclass(frozen=True)
class Again:
    """A prepared replay.

    ``launch`` is ready to go; ``workspace`` is removed after it; ``notes`` are sentences about what could not be given;
    ``lacking`` what the run read and is not to be had any more.
    """

    launch: Launch
    workspace: Workspace
    notes: list[str] = field(default_factory=list)

    @property
    def mounting_failed(self) -> bool:
        """Whether the kernel refused a mount, so that the command never started."""
        report = self.workspace.folder.parent / "mounts.json.failed"
        return report.is_file() and report.stat().st_size > 0


def run_again(
    run: Run,
    layout: StoreLayout,
    environment: Mapping[str, str],
    version: str,
    *,
    python: str | None = None,
    given: Mapping[str, Values] | None = None,
    timeout_s: float | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> Replayed:
    """Run a recorded run again in a workspace that is removed afterwards.

    Args:
        run: the recorded run, whole.
        layout: its store.
        environment: the present variables; those that the run read get their recorded values.
        version: samerun's own version.
        python: another interpreter to use in place of the recorded one (a rebuilt environment).
        given: factors whose values are to be other than the recorded ones, by kind.
        timeout_s: after how many seconds the program is killed; None never.
        tell: is told in words what is being done.

    Raises:
        CannotReplay: data that the run read is neither where it was nor in the store.
        CannotStart: the command cannot be started any more.
    """
    elsewhere = (given or {}).get(WorkingDirectory.kind, {}).get(ELSEWHERE)
    for mounts in (True, False) if can_mount() and not elsewhere else (False,):
        tell("building the workspace")
        again = prepare_again(run, layout, environment, version, mounts=mounts, python=python, given=given)
        again.launch.timeout_s = timeout_s
        try:
            tell(f"running {' '.join(run.command)}")
            done = launch(again.launch)
            if mounts and done.ending.returncode == enter.FAILED and again.mounting_failed:
                files.remove_tree(done.folder.path)
                continue
            return Replayed(done, [*again.notes, *refused(done.run)])
        finally:
            clear(again)
    raise AssertionError("a launch without mounts always returns")


def prepare_again(
    run: Run,
    layout: StoreLayout,
    environment: Mapping[str, str],
    version: str,
    *,
    mounts: bool,
    python: str | None = None,
    given: Mapping[str, Values] | None = None,
) -> Again:
    """Build a workspace and a plan from a recorded run; arguments and errors as in ``run_again``.

    ``mounts`` says whether the workspace is mounted over the original folder.
    """
    _refuse_kernel(run)
    plan = make_plan(run, environment, given or {})
    plan.files = {path_of(name): fact for name, fact in plan.files.items()}  # as the program will see them
    _refuse_writes_outside(run, mounts)
    original = Path(run.place.tree)
    redactor = make_redactor(environment, layout, original)
    plan.argv, not_known = reveal(plan.argv, known_secrets(environment, original), redactor)
    plan.notes += not_known
    _refuse_missing_command(plan)
    now = tree_now(original, layout.run_folder(run.name, run.id), plan.files)
    builder = WorkspaceBuilder(Objects(layout.objects), original, mounts, redactor, now)
    home = files.make_folder(layout.shared / "workspaces" / f"{run.id}-{os.urandom(4).hex()}")
    try:
        workspace = builder.build(home / "tree", plan.files)
        _refuse_if_lacking(run, workspace)
        if python is not None:
            plan.argv = with_python(plan.argv, python, run)
            plan.environment["PATH"] = os.pathsep.join(
                (os.path.dirname(python), plan.environment.get("PATH", os.defpath))
            )
        surround(plan, home)
        launch = _launch(run, layout, redactor, version, plan, workspace, mounts)
    except BaseException:
        files.remove_tree(home)
        raise
    return Again(launch, workspace, [*plan.notes, *_placeholder_notes(workspace)])


def make_plan(run: Run, environment: Mapping[str, str], given: Mapping[str, Values]) -> Plan:
    """Return the plan that every factor of the table has written its recorded (or given) values into."""
    plan = Plan(
        [], run.place.cwd, {name: value for name, value in environment.items() if not name.startswith("SAMERUN_")}
    )
    for factor in FACTORS:
        values = given.get(factor.kind, run.reading(factor.kind))
        if not isinstance(values, Missing):
            _give(factor, plan, values, run)
    if TRACE in given:  # no factor: it is how closely the program is watched
        plan.conditions[TRACE] = "on"
    return plan


def _give(factor: Factor, plan: Plan, values: Values, run: Run) -> None:
    try:
        factor.give(plan, values)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise CannotReplay(
            f"The run {run.id} cannot be replayed: its record of the factor {factor.kind} cannot be understood.",
            "Its folder is damaged or was made by something else; `samerun show` says what is not whole.",
            factor=factor.kind,
        ) from error


def clear(again: Again) -> None:
    """Remove the workspace of a replay that has ended."""
    for private in again.launch.ground.outside.values():
        files.remove_tree(private.parent)
    files.remove_tree(again.workspace.folder.parent)


def _refuse_if_lacking(run: Run, workspace: Workspace) -> None:
    if not workspace.lacking:
        return
    first = [f"{name} ({why})" for name, why in sorted(workspace.lacking.items())[:3]]
    more = f" and {len(workspace.lacking) - 3} more" if len(workspace.lacking) > 3 else ""
    raise CannotReplay(
        f"The run {run.id} read files that are not to be had any more: {', '.join(first)}{more}.",
        "Put them back where they were, with the content that they had, and replay again.",
        lacking=workspace.lacking,
    )


def _refuse_kernel(run: Run) -> None:
    if any("ipykernel" in word or "kernel_launcher" in word for word in run.command):
        raise CannotReplay(
            f"The run {run.id} was made in the kernel of a notebook, which does nothing until somebody executes cells.",
            "Record the whole notebook instead: samerun record -- jupyter nbconvert --to notebook --execute NOTEBOOK",
        )


def _refuse_writes_outside(run: Run, mounts: bool) -> None:
    """Refuse what no layer would keep away from the user's own files."""
    outside = [output.path for output in run.outputs if os.path.isabs(output.path)]
    if outside and mounts:
        outside = [path for path in outside if not can_be_covered(path)]
    if outside:
        raise CannotReplay(
            f"The run {run.id} wrote {outside[0]}, outside of its folder, and a replay would overwrite it here.",
            "Have the program write below its own folder."
            + ("" if mounts else " Or replay it where mount namespaces work (Linux)."),
            outside=outside,
        )


def _refuse_missing_command(plan: Plan) -> None:
    """Refuse a command that is not on the PATH any more, before anything is built for it."""
    program = plan.argv[0] if plan.argv else ""
    if os.sep not in program and shutil.which(program, path=plan.environment.get("PATH", os.defpath)) is None:
        raise CannotReplay(
            f"The command {program!r} of this run is not found any more.",
            "Activate the environment that it was recorded in, or replay with `--env rebuild`.",
            command=program,
        )


def _placeholder_notes(workspace: Workspace) -> list[str]:
    count = len(workspace.placeholders)
    return [f"{count} files that the run did not read stand in the workspace by name and size only"] if count else []


def _launch(
    run: Run,
    layout: StoreLayout,
    redactor: Redactor,
    version: str,
    plan: Plan,
    workspace: Workspace,
    mounts: bool,
) -> Launch:
    original = Path(run.place.tree)
    tree = Tree(original, dict(plan.files), dict(workspace.keys), run.place.git, run.place.no_git)
    ground = (
        Ground(original, workspace.folder, make_layers(run, workspace, plan.files, Objects(layout.objects)))
        if mounts
        else Ground(workspace.folder, workspace.folder)
    )
    reader = TreeReader(
        workspace.folder, {layout.root}, Objects(layout.objects), redactor, StatCache(layout.stat_cache)
    )
    order = Launch(
        name=run.name, plan=plan, ground=ground, tree=tree, reader=reader, found=_as_found(run, plan), layout=layout,
        redactor=redactor, tags=tuple(run.tags), parent=run.id, allowance=Allowance("never"), quiet=True,
        version=version,
    )  # fmt: skip
    git_objects = put_git(workspace.folder, original, run.place.git) if run.place.git else None
    if mounts:
        order.through = Through(environments_of(run), layout, plan, workspace, ground, git_objects)
    else:
        move_paths(order, original, workspace.folder)
        if plan.setup:
            order.through = SetUp(plan, workspace.folder.parent)
    return order


def _as_found(run: Run, plan: Plan) -> dict[str, str]:
    """Return the variables as the recorded run found them: those that the recorder set itself count as unset again."""
    found = dict(plan.environment)
    hash_seed = run.reading("hash-order")
    if not isinstance(hash_seed, Missing) and hash_seed.get("found") == "unset":
        found.pop("PYTHONHASHSEED", None)
    return found


def can_mount() -> bool:
    """Say whether a mount namespace can be made here, by making one (about 20 ms)."""
    if sys.platform != "linux" or os.environ.get(NO_NAMESPACE):
        return False
    probe = f"import sys; sys.argv=['enter']; import runpy; runpy.run_path({enter.__file__!r})['_separate']()"
    try:
        done = subprocess.run([sys.executable, "-I", "-S", "-c", probe], capture_output=True, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def with_python(argv: list[str], python: str, run: Run) -> list[str]:
    """Return a command that uses the programs of another environment: the interpreter, torchrun, other scripts."""
    bin_folder = os.path.dirname(python)
    name = os.path.basename(argv[0])
    if re.fullmatch(r"python[\d.]*", name):
        return [python, *argv[1:]]
    script = os.path.join(bin_folder, name)
    return [script, *argv[1:]] if os.path.exists(script) else argv
