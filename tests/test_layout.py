"""The house keeps its order: who may import whom, how long things may be, what is never called.

Everything is read from the source with ``ast``; nothing of the package is imported here.
"""

from __future__ import annotations

import ast
import io
import statistics
import sys
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
SOURCE = TOP / "src" / "samerun"
TESTS = TOP / "tests"

# From the bottom to the top: a part imports only from rows below its own, and names in one row never each other.
ROWS = (
    ("errors", "version"),
    ("basics", "inside"),
    ("record",),
    ("factors", "outputs"),
    ("store", "compare", "state", "data", "checks", "statistics", "report"),
    ("launch",),
    ("explain",),
    ("integrations",),
    ("api",),
    ("cli", "web"),
    ("__init__", "__main__"),
)
HEIGHT = {part: height for height, row in enumerate(ROWS) for part in row}
# Scripts that are packaged to be run as a user's program would be; they are no part of the house.
GUESTS = ("demo",)

SMALL_MODULE = 20  # code lines; a module with fewer needs no test of its own
FUNCTION_MEDIAN, FUNCTION_P90, FUNCTION_MAX, FUNCTION_OVER_50 = 8, 25, 60, 0.015
FILE_MEDIAN, FILE_MAX = 130, 400
NESTING_P90 = 2

# The edges at which anything may go wrong without going further: the commands, what lives in a user's process, and the
# launcher once the program has ended, whose status is the program's and not ours.
BROAD_EXCEPT_ALLOWED = ("cli/", "inside/", "integrations/", "launch/handle.py", "launch/launcher.py")
# Where text goes out to a person.
PRINT_ALLOWED = ("cli/",)

BANNED_NAMES = {"eval", "exec"}
BANNED_ATTRIBUTES = {"extractall", "mktemp", "unsafe_load", "full_load", "Unpickler"}
BANNED_CALLS = {
    *(
        "pickle.load",
        "pickle.loads",
        "cPickle.loads",
        "cloudpickle.load",
        "cloudpickle.loads",
        "dill.load",
        "dill.loads",
    ),
    *(
        "marshal.load",
        "marshal.loads",
        "shelve.open",
        "joblib.load",
        "torch.load",
        "yaml.load",
        "os.system",
        "os.popen",
    ),
    *("pandas.read_pickle", "pd.read_pickle", "pickle.Unpickler"),
}
BANNED_KEYWORDS = {("shell", True), ("allow_pickle", True), ("weights_only", False)}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Import = ast.Import | ast.ImportFrom
NESTING = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)


@dataclass(frozen=True)
class Module:
    """One source file and what was read out of it."""

    path: Path
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def relative(self) -> str:
        return self.path.relative_to(SOURCE).as_posix()

    @property
    def name(self) -> str:
        parts = ("samerun", *self.path.relative_to(SOURCE).with_suffix("").parts)
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def part(self) -> str:
        return part_of(self.name)

    def at(self, node: ast.AST) -> str:
        return f"{self.relative}:{getattr(node, 'lineno', 0)}"

    def imports(self) -> Iterator[tuple[Import, list[str]]]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield node, [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                origin = self._origin(node)
                # ``from samerun import errors`` imports the part, not the top.
                yield node, [f"{origin}.{alias.name}" for alias in node.names] if origin == "samerun" else [origin]

    def _origin(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name.split(".") if self.path.name == "__init__.py" else self.name.split(".")[:-1]
        return ".".join([*package[: len(package) - node.level + 1], *filter(None, [node.module])])

    def functions(self) -> Iterator[Function]:
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


def part_of(name: str) -> str:
    pieces = name.split(".")
    return pieces[1] if len(pieces) > 1 else "__init__"


def read(folder: Path) -> list[Module]:
    files = sorted(folder.rglob("*.py"))
    guests = [folder / guest for guest in GUESTS]
    return [Module(path, path.read_text("utf-8")) for path in files if not any(g in path.parents for g in guests)]


@pytest.fixture(scope="module")
def modules() -> list[Module]:
    return read(SOURCE)


def inside_functions(module: Module) -> Iterator[tuple[Import, list[str]]]:
    late = {id(node) for function in module.functions() for node in ast.walk(function) if isinstance(node, Import)}
    return ((node, names) for node, names in module.imports() if id(node) in late)


def holds(breaches: Iterable[str]) -> None:
    """Fail with every breach on a line of its own."""
    found = list(breaches)
    if found:
        pytest.fail("\n".join(["", *found]), pytrace=False)


def is_own(name: str) -> bool:
    return name == "samerun" or name.startswith("samerun.")


# ---------------------------------------------------------------------- who imports whom


def test_every_part_has_its_row(modules: list[Module]) -> None:
    holds(sorted({module.part for module in modules} - set(HEIGHT)))


def wrong_ways(module: Module) -> Iterator[str]:
    for node, names in module.imports():
        for target in (part_of(name) for name in names if is_own(name)):
            if target != module.part and HEIGHT.get(target, 99) >= HEIGHT.get(module.part, -1):
                yield f"{module.at(node)}: {module.part} imports {target}"


def test_imports_go_down_only(modules: list[Module]) -> None:
    holds(breach for module in modules for breach in wrong_ways(module))


def test_inside_imports_nothing_of_the_package_and_only_the_standard_library(modules: list[Module]) -> None:
    breaches = []
    for module in modules:
        if module.part != "inside":
            continue
        for node, names in module.imports():
            own = isinstance(node, ast.ImportFrom) and node.level > 0
            known = sys.stdlib_module_names | {"_samerun_inside", "sitecustomize", "usercustomize"}
            breaches += [f"{module.at(node)}: {n}" for n in names if not own and n.split(".")[0] not in known]
    holds(breaches)


def test_inside_is_written_for_the_oldest_python_a_program_may_bring(modules: list[Module]) -> None:
    for module in modules:
        if module.part == "inside":
            ast.parse(module.text, filename=module.relative, feature_version=(3, 9))


def test_no_module_of_ours_is_imported_inside_a_function(modules: list[Module]) -> None:
    late = [
        f"{module.at(node)}: {names}"
        for module in modules
        for node, names in inside_functions(module)
        if any(is_own(name) for name in names) or (isinstance(node, ast.ImportFrom) and node.level)
    ]
    holds(late)


def test_an_import_inside_a_function_says_why(modules: list[Module]) -> None:
    silent = [
        module.at(node)
        for module in modules
        for node, _ in inside_functions(module)
        if not any("#" in line for line in module.lines[max(node.lineno - 3, 0) : node.end_lineno])
    ]
    holds(silent)


def test_no_cycles(modules: list[Module]) -> None:
    known = {module.name for module in modules}
    graph = {
        module.name: {target for node, names in module.imports() for target in owners(node, names, known)}
        - {module.name}
        for module in modules
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def owners(node: Import, names: list[str], known: set[str]) -> set[str]:
    """``from samerun.store import index`` belongs to ``samerun.store.index`` where there is such a module."""
    below = {f"{name}.{alias.name}" for alias in node.names for name in names if isinstance(node, ast.ImportFrom)}
    return (below & known) or (set(names) & known)


def test_imports_are_absolute_outside_of_inside(modules: list[Module]) -> None:
    relative = [
        module.at(node)
        for module in modules
        for node, _ in module.imports()
        if module.part != "inside" and isinstance(node, ast.ImportFrom) and node.level
    ]
    holds(relative)


# ---------------------------------------------------------------------- how big things are


def docstring_lines(node: ast.AST) -> int:
    if ast.get_docstring(node) is None:  # type: ignore[arg-type]
        return 0
    first = node.body[0]  # type: ignore[attr-defined]
    return int(first.end_lineno - first.lineno + 1)


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring_lines(function)


def depth(node: ast.AST) -> int:
    return max((isinstance(child, NESTING) + depth(child) for child in ast.iter_child_nodes(node)), default=0)


def measured(modules: list[Module]) -> list[tuple[int, str]]:
    """The length and the place of every function that is not inside another one."""
    return [
        (length(function), f"{module.at(function)} {function.name}")
        for module in modules
        for function in top_functions(module.tree)
    ]


def top_functions(node: ast.AST) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield child
        else:
            yield from top_functions(child)


def p90(values: list[int]) -> float:
    return statistics.quantiles(values, n=10)[-1]


def test_functions_keep_their_budgets(modules: list[Module]) -> None:
    functions = sorted(measured(modules), reverse=True)
    lengths = [count for count, _ in functions]
    holds(f"{count} lines: {where}" for count, where in functions if count > FUNCTION_MAX)
    assert statistics.median(lengths) <= FUNCTION_MEDIAN
    assert p90(lengths) <= FUNCTION_P90, functions[: len(functions) // 10]
    assert sum(count > 50 for count in lengths) <= FUNCTION_OVER_50 * len(lengths) + 1


def test_files_keep_their_budgets(modules: list[Module]) -> None:
    sizes = sorted(((len(module.lines), module.relative) for module in modules), reverse=True)
    holds(f"{count} lines: {where}" for count, where in sizes if count > FILE_MAX)
    assert statistics.median(count for count, _ in sizes) <= FILE_MEDIAN


def test_nesting_keeps_its_budget(modules: list[Module]) -> None:
    assert p90([depth(function) for module in modules for function in top_functions(module.tree)]) <= NESTING_P90


# ---------------------------------------------------------------------- what is tested


def code_lines(module: Module) -> int:
    tokens = tokenize.generate_tokens(io.StringIO(module.text).readline)
    quiet = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)
    lines = {n for t in tokens if t.type not in quiet for n in range(t.start[0], t.end[0] + 1)}
    documented = (ast.Module, ast.ClassDef, *Function.__args__)  # type: ignore[attr-defined]
    return len(lines) - sum(docstring_lines(node) for node in ast.walk(module.tree) if isinstance(node, documented))


def does_something(module: Module) -> bool:
    """Say whether it has a function with a body: records and protocols alone are tested by those who use them."""
    return any(length(function) > 2 for function in module.functions())


def test_each_module_has_its_test(modules: list[Module]) -> None:
    missing = []
    for module in modules:
        name = module.path.parent.name if module.path.name == "__init__.py" else module.path.stem
        namesake = TESTS / module.path.relative_to(SOURCE).with_name(f"test_{name.strip('_')}.py")
        if code_lines(module) > SMALL_MODULE and does_something(module) and not namesake.exists():
            missing.append(f"{module.relative} wants {namesake.relative_to(TOP)}")
    holds(missing)


def test_there_is_as_much_test_as_source(modules: list[Module]) -> None:
    tests = sum(len(path.read_text("utf-8").splitlines()) for path in TESTS.rglob("*.py"))
    assert tests >= sum(len(module.lines) for module in modules)


def test_tests_are_no_package() -> None:
    assert list(TESTS.rglob("__init__.py")) == []


# ---------------------------------------------------------------------- what is never done


def banned(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            wrong = called in BANNED_NAMES | BANNED_CALLS or called.rpartition(".")[2] in BANNED_ATTRIBUTES
            keywords = {(k.arg, k.value.value) for k in node.keywords if isinstance(k.value, ast.Constant)}
            if wrong or keywords & BANNED_KEYWORDS:
                yield f"{module.at(node)}: {ast.unparse(node)[:80]}"
        if isinstance(node, Import) and any(alias.name in ("pickle", "marshal", "shelve") for alias in node.names):
            yield f"{module.at(node)}: {ast.unparse(node)}"


def test_nothing_from_a_run_could_be_executed(modules: list[Module]) -> None:
    holds(breach for module in [*modules, *read(TOP / "benchmarks")] for breach in banned(module))


@pytest.mark.parametrize(
    "line",
    [
        "eval(x)",
        "torch.load(p)",
        "np.load(p, allow_pickle=True)",
        "yaml.load(t)",
        "run(c, shell=True)",
        "z.extractall(p)",
        "tempfile.mktemp()",
        "import pickle",
    ],
)
def test_the_ban_finds(line: str) -> None:
    assert list(banned(Module(SOURCE / "x.py", line)))


@pytest.mark.parametrize("line", ["re.compile(p).exec", "np.load(p, allow_pickle=False)", "import pickletools"])
def test_the_ban_leaves(line: str) -> None:
    assert not list(banned(Module(SOURCE / "x.py", line)))


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Say whether it swallows anything; one that tidies up and raises again swallows nothing."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    return handler.type is None or ast.unparse(handler.type) in ("Exception", "BaseException")


def test_broad_excepts_stand_at_the_edges_only(modules: list[Module]) -> None:
    holds(
        module.at(node)
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and is_broad(node)
        and not module.relative.startswith(BROAD_EXCEPT_ALLOWED)
    )


def test_only_the_commands_print(modules: list[Module]) -> None:
    holds(
        module.at(node)
        for module in modules
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "print"
        and not module.relative.startswith(PRINT_ALLOWED)
    )
