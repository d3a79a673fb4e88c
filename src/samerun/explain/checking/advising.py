"""What to do about what ``check`` found, in one sentence that fits the line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from samerun.explain.advice import advice_on
from samerun.record.values import Change

Calls = Sequence[str]
"""The names of what the line calls."""


def advise(kind: str, subject: str, calls: Calls) -> str:
    """Return one sentence to act on.

    Args:
        kind: the cause.
        subject: the thing.
        calls: what the line calls; empty where the line is not known.
    """
    if subject in _OF_SUBJECTS:
        return _OF_SUBJECTS[subject]
    fitting = _FITTING.get(kind)
    return (fitting(calls) if fitting else "") or _STANDING.get(kind) or advice_on(Change(kind, subject))


def called_for(kind: str, calls: Calls) -> str:
    """Return which of the calls on a line is the one that a kind is about; empty where none is known to be."""
    pattern = _CALLED.get(kind)
    return next((call for call in calls if pattern and pattern.search(call)), "")


def _listing(calls: Calls) -> str:
    called = called_for("listing-order", calls)
    name = called.rpartition(".")[2]
    if name == "scandir":
        return f"sort the entries: `sorted({called}(...), key=lambda entry: entry.name)`"
    if name in ("walk", "fwalk"):
        return f"sort within the loop over `{called}(...)`: `dirs.sort()`, and go through `sorted(files)`"
    return f"sort the names: `sorted({called}(...))`" if called else ""


def _numpy(calls: Calls) -> str:
    names = [call.rpartition(".")[2] for call in calls]
    if "default_rng" in names:
        return "pass a seed: `np.random.default_rng(0)`"
    if made := next((name for name in names if name in _BIT_GENERATORS), None):
        return f"pass a seed: `{made}(0)`"
    is_drawn_here = any(".random." in call for call in calls)
    if not is_drawn_here and any(name in _SPLITTING for name in names):
        return "pass `random_state=0` to the splitter or estimator where it is made, or seed first: `np.random.seed(0)`"
    if not is_drawn_here and (learner := next((name for name in names if _takes_random_state(name)), None)):
        return f"pass `random_state=0` to `{learner}`, or seed numpy first: `np.random.seed(0)`"
    if not is_drawn_here and any(name.startswith("fit") for name in names):
        return "pass `random_state=0` to the estimator where it is made, or seed numpy first: `np.random.seed(0)`"
    return "seed it before this line: `np.random.seed(0)`; better, draw from `np.random.default_rng(0)`"


_SPLITTING = (
    "split",
    "cross_val_score",
    "cross_val_predict",
    "cross_validate",
    "learning_curve",
    "permutation_test_score",
)
_BIT_GENERATORS = ("RandomState", "Generator", "SeedSequence", "PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")


def _takes_random_state(name: str) -> bool:
    """Say whether a name looks like one of scikit-learn's or pandas', which take ``random_state``."""
    return bool(re.fullmatch(r"[A-Z]\w+|train_test_split|make_\w+|sample|shuffle|resample", name))


def _python(calls: Calls) -> str:
    if any(call.rpartition(".")[2] == "Random" for call in calls):
        return "pass a seed: `random.Random(0)`"
    return "seed it before this line: `random.seed(0)`; better, draw from `random.Random(0)`"


def _torch(calls: Calls) -> str:
    names = [call.rpartition(".")[2] for call in calls]
    if "DataLoader" in names:
        return "seed it before this line: `torch.manual_seed(0)`, or pass `generator=torch.Generator().manual_seed(0)`"
    return "seed it before this line: `torch.manual_seed(0)`"


def _entropy(calls: Calls) -> str:
    called = called_for("os-entropy", calls)
    made = f"`{called}(...)` draws" if called else "the system's random bits are drawn"
    return f"{made} anew in each run: derive the value from a seed, or keep it out of the results"


def _clock(calls: Calls) -> str:
    called = called_for("clock", calls)
    if called.rpartition(".")[2].startswith(("monotonic", "perf_counter", "process_time")):
        return f"keep `{called}(...)` out of what is calculated: stop after a number of steps, not after a span of time"
    return f"keep `{called}(...)` out of what is calculated: use a fixed seed or date" if called else ""


def _hash(calls: Calls) -> str:
    if "hash" not in calls:
        return ""
    return "use `zlib.crc32(...)` in place of `hash(...)`, which is salted anew at each start, or set PYTHONHASHSEED=0"


def _completion(calls: Calls) -> str:
    names = [call.rpartition(".")[2] for call in calls]
    if "imap_unordered" in names:
        return "take the results in the order of the tasks: `imap` in place of `imap_unordered`"
    if "as_completed" in names:
        return "take the results in the order of the tasks: go through the list of futures, not `as_completed(...)`"
    if "Parallel" in names:
        return 'take the results in the order of the tasks: `Parallel(return_as="list")`'
    return "take the results in the order in which the tasks were given, or sort them by a key before using them"


_FITTING: dict[str, Callable[[Calls], str]] = {
    "hash-order": _hash,
    "listing-order": _listing,
    "unseeded-numpy": _numpy,
    "unseeded-python": _python,
    "unseeded-torch": _torch,
    "os-entropy": _entropy,
    "clock": _clock,
    "completion-order": _completion,
}

_OF_SUBJECTS = {
    "polars": "pass `seed=0` to the call, or seed polars before this line: `pl.set_random_seed(0)`",
    "num_workers": "fix `num_workers`: each worker draws numbers of its own; or draw by the index of the sample",
}
"""What to do about things that are not what their kind mostly is: libraries without a kind, workers."""

_STANDING = {
    "hash-order": "sort what comes out of the set before using it, or start it with PYTHONHASHSEED=0",
    "clock": "keep the time out of what is calculated: use a fixed seed or date",
    "process-id": "keep the process id out of what is calculated: number the processes yourself",
    "memory-address": "do not sort, hash or seed by `id()` or by objects without a hash of their own",
    "uninitialised-memory": "fill the memory before it is read: `np.zeros`, `torch.zeros` in place of `empty`",
    "thread-count": "fix the thread count: OMP_NUM_THREADS before the start, `torch.set_num_threads(...)` inside",
    "nondeterministic-kernel": "call `torch.use_deterministic_algorithms(True)`, or record it with --deterministic",
    "leftover-state": "start from an empty folder, or do not read what an earlier run left",
    "environment-variable": "keep the variable out of what is calculated, or set it to a fixed value before the start",
    "machine": "keep the machine's name, and what it has, out of what is calculated",
    "network": "keep a copy of what is fetched, with its hash",
}

_CALLED = {
    "listing-order": re.compile(r"(^|\.)(listdir|scandir|walk|i?glob|rglob|iterdir|fwalk)$"),
    "clock": re.compile(
        r"(^|\.)(time|time_ns|now|utcnow|today|monotonic\w*|perf_counter\w*|localtime|gmtime|strftime)$"
    ),
    "os-entropy": re.compile(r"(^|\.)(urandom|getrandom|token_\w+|randbelow|randbits|choice|uuid[14]|SystemRandom)$"),
    "process-id": re.compile(r"(^|\.)(getpid|getppid)$"),
    "uninitialised-memory": re.compile(r"(^|\.)(empty\w*|new_empty|ndarray|resize_?)$"),
    "completion-order": re.compile(r"(^|\.)(as_completed|imap_unordered|apply_async|map_async|wait|Parallel|get)$"),
}
"""Which call on a line a kind is about."""
