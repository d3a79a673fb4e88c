"""The machine: processor, GPU, driver, system libraries."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from pathlib import Path

from samerun.factors.factor import Plain, Plan, Scene
from samerun.record.values import Change, Reading, Values

HOST = "host name"
UMASK = "umask"
_COMPARED = ("processor", "instruction sets", "architecture", "gpu", "driver", "libc", "system")


class Machine(Plain):
    """Read from the kernel's own files, without starting anything; what libraries reported is added at the end."""

    kind = "machine"
    advised = "results may differ within rounding between machines; run both on one"

    def read(self, scene: Scene) -> Reading:
        """Return what is known of this machine."""
        effective = scene.observed.effective if scene.observed else {}
        reported = {name: value for name, value in sorted(effective.items()) if _is_of_machine(name)}
        return {**_processor(), **_system(), **_graphics(), **reported}

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return the parts that may change results; a kernel's patch level is none."""
        changes = super().differences(a, b)
        return [each for each in changes if each.subject in _COMPARED or _is_reported(each)]

    def give(self, plan: Plan, values: Values) -> None:
        """Give the machine another name, or the process another mask of permissions, if that is asked for."""
        if values.get(HOST):
            plan.setup["hostname"] = values[HOST]
            if "HOSTNAME" in plan.environment:
                plan.environment["HOSTNAME"] = values[HOST]
        if values.get(UMASK):
            plan.setup["umask"] = int(values[UMASK], 8)

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield what can be another here: the host's name, and how private new files are (a setting of its shells)."""
        yield {**values, HOST: "another-host", UMASK: "077"}


def _is_reported(change: Change) -> bool:
    """Say whether libraries reported it at the end of both runs: a process that is killed before reports nothing."""
    return _is_of_machine(change.subject) and change.a is not None and change.b is not None


def _is_of_machine(name: str) -> bool:
    return (
        re.search(r"cuda|cudnn|nccl|gpu|blas|capability|lapack|mkl|onednn|build", name) is not None
        and "threads" not in name
    )


def _processor() -> Values:
    facts: Values = {"architecture": platform.machine(), "cores": os.cpu_count()}
    text = _read("/proc/cpuinfo")
    model = re.search(r"^model name\s*: (.*)$", text, re.MULTILINE)
    flags = re.search(r"^(?:flags|Features)\s*: (.*)$", text, re.MULTILINE)
    if model:
        facts["processor"] = model[1].strip()
    if flags:
        vector = [flag for flag in flags[1].split() if re.match(r"avx|sse|fma|f16c|amx|sve|asimd|neon|bf16", flag)]
        facts["instruction sets"] = " ".join(sorted(vector))
    return facts


def _system() -> Values:
    libc = " ".join(platform.libc_ver()) if os.name == "posix" and platform.system() == "Linux" else ""
    memory = re.search(r"^MemTotal:\s*(\d+)", _read("/proc/meminfo"), re.MULTILINE)
    return {
        "system": platform.system(),
        "kernel": platform.release(),
        "libc": libc.strip(),
        "memory_mib": int(memory[1]) // 1024 if memory else None,
    }


def _graphics() -> Values:
    driver = re.search(r"Kernel Module.*?(\d+\.\d+[.\d]*)", _read("/proc/driver/nvidia/version"))
    if not driver:
        return {}
    cards = sorted(Path("/proc/driver/nvidia/gpus").glob("*/information"))
    models = [re.search(r"^Model:\s*(.*)$", _read(str(card)), re.MULTILINE) for card in cards]
    return {"driver": driver[1], "gpu": ", ".join(model[1] for model in models if model)}


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8", "replace")
    except OSError:
        return ""
