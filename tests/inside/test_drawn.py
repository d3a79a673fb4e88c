"""A hidden generator that was drawn from without ever being seeded is named, with the line of the user's own code."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun.launch import reported
from samerun.launch.spool import Spool
from tests.inside.conftest import Observe

POOL = """
import multiprocessing, random, sys, time
def draw(number):
    random.random()
    return number
if __name__ == "__main__":
    random.seed(1)
    context = multiprocessing.get_context(sys.argv[1])
    process = context.Process(target=draw, args=(1,))
    process.start()
    process.join()
    pool = context.Pool(1)
    pool.map(draw, [1])
    pool.terminate()
"""


def drawn(spool: Spool, label: str = "main") -> dict[str, int]:
    """Return the line for each source that a process drew from."""
    return {record.source: record.line for at, record in spool.by_process(reported.Drawn) if at == label}


def library(observe: Observe, text: str) -> dict[str, str]:
    """Put a library ``lib`` where libraries are, and return the variables that let a program find it."""
    folder = observe.run / "site-packages"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lib.py").write_text(text, "utf-8")
    return {"ALSO": str(folder)}


FIND = "import os, sys; sys.path.append(os.environ['ALSO'])\n"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("", {}),
        ("random.random()", {"python": 2}),
        ("\nrandom.gauss(0, 1)\nrandom.random()", {"python": 3}),
        ("random.shuffle([1, 2])", {"python": 2}),
        ("from random import random as draw, randint\ndraw()\nrandint(1, 2)", {"python": 3}),
        ("random._inst.choice([1, 2])", {"python": 2}),
        ("random.seed(1); random.random()", {}),
        ("from random import random as draw\nrandom.seed(1); draw()", {}),
        ("random.random()\nrandom.seed(1); random.random()", {"python": 2}),
        ("random.seed(1)\nrandom.seed()\nrandom.random()", {"python": 4}),
        ("random.setstate(random.getstate()); random.random()", {}),
        ("random.Random(3).random(); random.Random().random()", {}),
    ],
)
def test_the_first_line_that_drew_is_named(observe: Observe, script: str, expected: dict[str, int]) -> None:
    spool = observe("import random\n" + script)
    assert drawn(spool) == expected
    assert {record.file for record in spool.of(reported.Drawn)} <= {str(observe.tree / "script.py")}
    assert not spool.of(reported.FaultSeen)


def test_it_is_told_once(observe: Observe) -> None:
    script = "import os, random\nfor _ in range(2):\n    random.seed()\n    random.random()\n"
    spool = observe(script + "if os.fork() == 0: random.random()\nelse: os.wait()")
    assert len(spool.of(reported.Drawn)) == 1


def test_every_python_tells_it(observe: Observe, python: str) -> None:
    assert drawn(observe("import random\nrandom.sample(range(9), 2)", python=python)) == {"python": 2}


def test_what_a_library_draws_at_its_import_is_not_the_programs(observe: Observe) -> None:
    pytest.importorskip("numpy")
    draws = "import random, numpy\nrandom.randint(1, 9)\nnumpy.random.rand()\n"
    script = FIND + "import random, lib\n"
    found = library(observe, draws)
    assert drawn(observe(script, env=found)) == {}
    both = script + "random.random()\nlib.numpy.random.rand()"
    assert drawn(observe(both, env=found)) == {"python": 3, "numpy": 4}


def test_what_the_programs_own_modules_draw_at_their_import_is(observe: Observe) -> None:
    (observe.tree / "mine.py").write_text("import random\n\nrandom.random()\n", "utf-8")
    spool = observe("import mine")
    assert drawn(spool) == {"python": 3}
    assert Path(spool.of(reported.Drawn)[0].file).name == "mine.py"


def test_what_a_library_draws_for_itself_is_not_and_what_it_draws_for_the_program_is(observe: Observe) -> None:
    text = """
import atexit, random, threading
def on_its_own():
    thread = threading.Thread(target=random.random)
    thread.start()
    thread.join()
    atexit.register(random.random)
def asked():
    return random.random()
"""
    script = FIND + "import lib\nlib.on_its_own()\n"
    assert drawn(observe(script, env=library(observe, text))) == {}
    assert drawn(observe(script + "lib.asked()", env=library(observe, text))) == {"python": 4}


def test_a_library_that_is_the_program_or_a_pools_task_has_no_line(observe: Observe) -> None:
    text = "import random\nif __name__ == '__main__':\n    random.random()\n"
    folder = library(observe, text)["ALSO"]
    pool = "import random, concurrent.futures as c\nwith c.ThreadPoolExecutor() as p: p.submit(random.random).result()"
    assert drawn(observe(pool)) == {"python": 0}
    spool = observe("-m", "lib", cwd=Path(folder))
    assert [(record.file, record.line) for record in spool.of(reported.Drawn)] == [("", 0)]


@pytest.mark.parametrize(
    ("method", "labels"),
    [
        ("fork", ("main/f1", "main/f2")),
        ("spawn", ("main/SpawnProcess-1", "main/SpawnPoolWorker-2")),
        ("forkserver", ("main/ForkServerProcess-1", "main/ForkServerPoolWorker-2")),
    ],
)
def test_workers_tell_it_even_those_that_are_killed(observe: Observe, method: str, labels: tuple[str, ...]) -> None:
    spool = observe(POOL, method)
    assert [drawn(spool, label) for label in labels] == [{"python": 4}, {"python": 4}]
    assert drawn(spool) == {}
    assert {Path(record.file).name for record in spool.of(reported.Drawn)} == {"script.py"}


def test_a_command_and_a_module_have_their_places(observe: Observe) -> None:
    spool = observe("-c", "import random\nrandom.random()")
    assert spool.of(reported.Drawn) == [reported.Drawn("python", "<string>", 2)]
    (observe.tree / "train.py").write_text("import random\nrandom.random()\n", "utf-8")
    assert observe("-m", "train").of(reported.Drawn) == [reported.Drawn("python", str(observe.tree / "train.py"), 2)]


def test_a_notebook_has_its_cells(observe: Observe) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    cells = [nbformat.v4.new_code_cell(text) for text in ("import random", "x = 1\nrandom.random()")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), observe.tree / "book.ipynb")
    run = "import nbformat, nbclient\nnbclient.NotebookClient(nbformat.read('book.ipynb', 4)).execute()"
    assert nbclient
    assert observe(run).of(reported.Drawn) == [reported.Drawn("python", "In[2]", 2)]


NUMPY = [
    ("", {}),
    ("np.random.rand()", {"numpy": 2}),
    ("from numpy.random import rand\nrand(2)", {"numpy": 3}),
    ("np.random.get_state()\nnp.random.shuffle([1, 2])", {"numpy": 3}),
    ("np.random.mtrand._rand.normal()", {"numpy": 2}),
    ("np.random.seed(0); np.random.rand()", {}),
    ("np.random.rand()\nnp.random.seed(0)", {"numpy": 2}),
    ("np.random.mtrand._rand.seed(0)\nnp.random.rand()", {}),
    ("np.random.set_state(np.random.get_state()); np.random.rand()", {}),
    ("np.random.default_rng().random(); np.random.RandomState(1).rand()", {}),
]


@pytest.mark.parametrize(("script", "expected"), NUMPY)
def test_numpys_generator_tells_the_line_too(observe: Observe, script: str, expected: dict[str, int]) -> None:
    pytest.importorskip("numpy")
    spool = observe("import numpy as np\n" + script)
    assert drawn(spool) == expected
    assert not spool.of(reported.FaultSeen)


@pytest.mark.parametrize(
    ("needs", "script", "expected"),
    [
        ("sklearn", "from sklearn.utils import shuffle\n\nshuffle([1, 2, 3])", {"numpy": 3}),
        ("sklearn", "from sklearn.linear_model import Ridge\nRidge().fit([[1], [2]], [1, 2])", {}),
        ("scipy", "import scipy.stats\nscipy.stats.norm.rvs()", {"numpy": 2}),
        ("pandas", "import pandas\npandas.Series([1, 2, 3]).sample(2)", {"numpy": 2}),
        ("networkx", "import networkx\nnetworkx.gnp_random_graph(5, 0.5)", {"python": 2}),
        ("rich", "import rich.style", {}),
    ],
)
def test_the_line_that_called_a_library_is_named(
    observe: Observe, needs: str, script: str, expected: dict[str, int]
) -> None:
    pytest.importorskip(needs)
    assert drawn(observe(script)) == expected


def test_a_library_in_a_worker_of_loky_has_no_line(observe: Observe) -> None:
    pytest.importorskip("sklearn")
    script = """
from joblib import Parallel, delayed
from sklearn.utils import shuffle
if __name__ == "__main__":
    Parallel(n_jobs=2)(delayed(shuffle)([1, 2, 3]) for _ in range(4))
"""
    found = observe(script).by_process(reported.Drawn)
    assert {record for _, record in found} == {reported.Drawn("numpy")}
    assert {label.rpartition("/")[2].partition("-")[0] for label, _ in found} == {"LokyProcess"}


TORCH = [
    ("", {}),
    ("torch.rand(1)", {"torch": 0}),
    ("torch.manual_seed(1); torch.rand(1)", {}),
    ("torch.manual_seed(1); torch.nn.Linear(2, 1)", {}),
    ("\ntorch.nn.Linear(2, 1)\ntorch.manual_seed(1)", {"torch": 3}),
    ("\ntorch.nn.Embedding(2, 1)\n", {"torch": 3}),
    ("torch.nn.init.zeros_(torch.empty(2))\ntorch.rand(1)", {"torch": 0}),
    ("from torch.nn.init import normal_\ntorch.rand(1)", {"torch": 0}),
    ("torch.nn.init.normal_(torch.empty(2), generator=torch.Generator())", {}),
    ("torch.nn.Linear(2, 1)\nimport os; os.kill(os.getpid(), 9)", {"torch": 2}),
]


@pytest.mark.parametrize(("script", "expected"), TORCH)
def test_torch_tells_the_line_of_the_first_layer(observe: Observe, script: str, expected: dict[str, int]) -> None:
    pytest.importorskip("torch")
    spool = observe("import torch\n" + script + "\n", check="kill" not in script)
    assert {name: line for name, line in drawn(spool).items() if name == "torch"} == expected
    assert not spool.of(reported.FaultSeen)


def test_a_layer_of_a_library_is_its_own_if_it_was_made_at_the_import(observe: Observe) -> None:
    pytest.importorskip("torch")
    text = "import torch\nlayer = torch.nn.Linear(2, 1)\ndef make():\n    layer.reset_parameters()\n"
    found = library(observe, text)
    assert "torch" not in drawn(observe(FIND + "import lib\n", env=found))
    assert drawn(observe(FIND + "import lib\nlib.make()\n", env=found))["torch"] == 3
    assert drawn(observe(FIND + "import lib\nlib.torch.rand(1)\n", env=found))["torch"] == 0
