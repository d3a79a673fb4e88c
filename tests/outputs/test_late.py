from __future__ import annotations

import subprocess
import sys

import pytest

from samerun.outputs.late import Late, how_to_install

HEAVY = ("numpy", "pyarrow", "PIL", "h5py", "torch", "pandas")


def test_a_name_is_looked_up_once() -> None:
    library = Late("math")
    assert library.pi == library.__dict__["pi"]


def test_what_is_missing_says_how_to_get_it() -> None:
    with pytest.raises(ImportError) as caught:
        Late("no_such_library_here").something  # noqa: B018
    assert "pip install 'no_such_library_here'" in how_to_install(caught.value)
    assert "pip install 'samerun[data]'" in how_to_install(ImportError(name="pyarrow.parquet"))


def test_the_table_of_types_imports_no_library() -> None:
    code = f"import sys, samerun.outputs; print([name for name in {HEAVY!r} if name in sys.modules])"
    environment = {"PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout == "[]\n"
