"""The environment variables that the program read, and those that libraries read natively."""

from __future__ import annotations

import re
from collections.abc import Iterator

from samerun.factors.factor import ABSENT, Plain, Plan, Scene
from samerun.factors.hash_order import HashOrder
from samerun.factors.instruction_set import InstructionSet
from samerun.factors.locale import Locale
from samerun.factors.nondeterministic_kernel import NondeterministicKernel
from samerun.factors.precision import Precision
from samerun.factors.thread_count import ThreadCount
from samerun.factors.timezone import Timezone
from samerun.record.values import Change, Json, Reading, Values

NATIVE = re.compile(
    r"(CUDA|CUBLAS|CUDNN|NCCL|GLOO|TORCH|PYTORCH|TF|XLA|JAX|KMP|GOMP|TBB|HIP|ROCR|MIOPEN|TRITON|HF|TRANSFORMERS|TOKENIZERS"
    r"|KERAS|MALLOC|LD|DNNL|NVIDIA|XGBOOST|NUMBA|POLARS|OPENCV|WORLD|LOCAL|MASTER|SLURM|OMPI|PMI)_\w+|RANK|WORLD_SIZE|PYTHON\w+"
)
"""Names that libraries read in C, where no hook sees them."""

_UNIMPORTANT = re.compile(
    r"PATH|HOME|PWD|OLDPWD|SHELL|SHLVL|USER|LOGNAME|TERM|COLORTERM|DISPLAY|_|COLUMNS|LINES|TMPDIR|TEMP|TMP|HOSTNAME"
    r"|XDG_\w+|SSH_\w+|DBUS_\w+|LS_COLORS|NO_COLOR|FORCE_COLOR|CLICOLOR\w*|PY_COLORS|SAMERUN_\w+"
    r"|VIRTUAL_ENV\w*|CONDA_\w+|UV_\w+|PS1|EDITOR|PAGER|LESS\w*|GIT_\w+|MPLBACKEND|JPY_\w+|SLURM_JOB\w*|GITHUB_\w+|RUNNER_\w+|CI"
)
"""Names that say where and by whom a program is run; kept only where the user's own code read them."""

_ALLOCATED = re.compile(r"\w*VISIBLE_DEVICES|(SLURM|PMI|OMPI)_\w+")
"""What a scheduler gives a process for now: never taken away or put back."""

_OWNERS = (
    HashOrder(), ThreadCount(), InstructionSet(), Timezone(), Locale(), NondeterministicKernel(), Precision(),
)  # fmt: skip


OTHER_HOME = "<another path of the same folder>"
_OTHER_USER = "somebody"


class EnvironmentVariable(Plain):
    """The variables, by name; one that the user's own code looked for and did not find is a value too."""

    kind = "environment-variable"
    advised = "set it to the value that the other run had"

    def read(self, scene: Scene) -> Reading:
        """Return the redacted values of the variables that matter."""
        seen = scene.observed.variables if scene.observed else {}
        names = {name for name in scene.environment if NATIVE.fullmatch(name)} | set(seen)
        return {
            name: scene.redactor.variable(name, scene.environment[name]) if name in scene.environment else ABSENT
            for name in sorted(names)
            if _matters(name, seen.get(name, False)) and (name in scene.environment or seen.get(name, False))
        }

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return the variables whose values differ; not set, and not looked for, are alike."""
        return [change for change in super().differences(a, b) if not _is_unset(change.a, change.b)]

    def give(self, plan: Plan, values: Values) -> None:
        """Set and unset the variables; a secret must be in the present environment, and is said if it is not.

        What libraries read natively and was not set is unset too.
        """
        for name in [name for name in plan.environment if NATIVE.fullmatch(name) and _matters(name, False)]:
            if name not in values and not _ALLOCATED.fullmatch(name):
                del plan.environment[name]
        for name, value in values.items():
            if value == ABSENT:
                plan.environment.pop(name, None)
            elif value == OTHER_HOME:
                plan.setup["other_home"] = True
            elif _ALLOCATED.fullmatch(name) and name in plan.environment:
                continue
            elif "<redacted:" not in value:
                plan.environment[name] = value
            elif name not in plan.environment:
                plan.notes.append(f"the variable {name} held a secret, which was not kept, and is not set now")

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield another name of the user and another path of the home folder: who runs it ought not to matter."""
        yield {**values, "HOME": OTHER_HOME, "USER": _OTHER_USER, "LOGNAME": _OTHER_USER}


def says_who_runs_it(name: str) -> bool:
    """Say whether a variable is about who runs a program and where, which a script that names it seldom depends on."""
    return _UNIMPORTANT.fullmatch(name) is not None


def _is_unset(*values: Json) -> bool:
    return all(value is None or value == ABSENT for value in values)


def _matters(name: str, read_by_user: bool) -> bool:
    if name.startswith("SAMERUN_") or any(owner.owns(name) for owner in _OWNERS):
        return False
    return read_by_user or not says_who_runs_it(name)
