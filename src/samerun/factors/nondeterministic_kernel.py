"""Whether deterministic kernels were asked for."""

from __future__ import annotations

from collections.abc import Iterator

from samerun.factors.condition import MODE
from samerun.factors.factor import Plan, Scene, Variables
from samerun.record.values import Reading, Values

HELD = "held"
"""What a question asks for, beyond ``--deterministic``: that kernels alone are other ones, and fresh memory is not."""

CUBLAS = "CUBLAS_WORKSPACE_CONFIG"

_ASKED = {CUBLAS: ":4096:8", "TF_DETERMINISTIC_OPS": "1", "FLASH_ATTENTION_DETERMINISTIC": "1", "NCCL_ALGO": "Ring"}


class NondeterministicKernel(Variables):
    """``--deterministic``, ``--portable``, and what the libraries said at the end."""

    kind = "nondeterministic-kernel"
    names = (CUBLAS, "TF_DETERMINISTIC_OPS", "FLASH_ATTENTION_DETERMINISTIC", "NCCL_ALGO")
    given_too = ("--deterministic", "--portable")
    advised = "record it with --deterministic, or call `torch.use_deterministic_algorithms(True)`"

    def read(self, scene: Scene) -> Reading:
        """Return which of the two options was given, the variables, and the libraries' own flags."""
        effective = scene.observed.effective if scene.observed else {}
        flags = {
            name: value for name, value in sorted(effective.items()) if "determinis" in name or "benchmark" in name
        }
        options = {"--deterministic": scene.plan.deterministic, "--portable": scene.plan.portable}
        given = {option: True for option, chosen in options.items() if chosen}
        # The plan's variables, not the user's: --deterministic sets some of them, and a replay has them from the start.
        variables = {name: value for name, value in sorted(scene.plan.environment.items()) if self.owns(name)}
        return {**given, **variables, **flags}

    def give(self, plan: Plan, values: Values) -> None:
        """Ask for the same."""
        super().give(plan, values)
        plan.deterministic = bool(values.get("--deterministic"))
        if values.get(MODE):
            plan.conditions[self.kind] = values[MODE]
        plan.portable = bool(values.get("--portable"))
        if plan.deterministic:
            plan.environment.setdefault(CUBLAS, ":4096:8")

    def held(self, values: Values) -> Values | None:
        """Return that deterministic kernels are asked for, of every library; what the user set is kept."""
        return {**_ASKED, **values, "--deterministic": True, MODE: HELD}

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield the same, for a program that was run without."""
        if not values.get("--deterministic"):
            yield {**_ASKED, **values, "--deterministic": True, MODE: HELD}
