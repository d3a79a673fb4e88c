"""Tensors: what the comparison with strace does not reach."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.inside.conftest import Observe

Tell = Callable[..., dict[str, list[str]]]


def test_modes_of_pytables(tell: Tell) -> None:
    fake = "class File:\n    def __init__(self, filename, mode='r', title=''): pass\n"
    program = "from tables.file import File\nFile('a'); File('b', 'w'); File('c', mode='a'); File('d', 'r+')"
    told = tell(program, {"tables.file": fake}, ("a", "d"))
    assert told == {"read": ["a", "d"], "written": ["b truncate", "c update", "d update"]}


def test_torchvision(tell: Tell) -> None:
    fake = "def read_file(path): pass\ndef read_image(path, mode=0): pass\ndef write_file(filename, data): pass\n"
    program = "import torchvision.io.image as i\ni.read_image('a.png'); i.read_file(path='b'); i.write_file('c', 0)"
    told = tell(program, {"torchvision.io.image": fake}, ("a.png", "b"))
    assert told == {"read": ["a.png", "b"], "written": ["c truncate"]}


def test_hdf5_kept_in_memory_is_no_file(tell: Tell) -> None:
    pytest.importorskip("h5py")
    program = """
import h5py
h5py.File("memory", "w", driver="core", backing_store=False).close()
h5py.File("kept", "w", driver="core", backing_store=True).close()
with h5py.File("plain", "w", libver="latest") as f:
    f["a"] = 1
try:
    h5py.File("plain", "x")
except OSError:
    pass
try:
    h5py.File("gone")
except OSError:
    pass
"""
    assert tell(program)["written"] == ["kept truncate", "plain truncate"]


def test_a_shared_mapping_writes_through(tell: Tell) -> None:
    pytest.importorskip("torch")
    program = "import torch as t\nt.from_file('a', size=1, dtype=t.uint8); t.UntypedStorage.from_file('b', True, 1)"
    assert tell(program, files=("a", "b")) == {"read": ["a", "b"], "written": ["b update"]}


def test_saving_and_loading_is_unchanged(observe: Observe) -> None:
    """The same bytes with and without, and classes that are still what they were."""
    pytest.importorskip("torch")
    pytest.importorskip("safetensors")
    program = """
import hashlib, inspect, io, pickle, torch, safetensors.torch as st, safetensors
from safetensors import safe_open
torch.manual_seed(0)
m = torch.nn.Linear(3, 2)
torch.save(m.state_dict(), "m.pt"); st.save_file(m.state_dict(), "m.st")
for name in ("m.pt", "m.st"):
    print(hashlib.sha256(open(name, "rb").read()).hexdigest())
print(sorted(torch.load("m.pt")), sorted(st.load_file("m.st")), inspect.signature(torch.load))
with safe_open("m.st", framework="pt", device="cpu") as f:
    print(sorted(f.keys()), isinstance(f, safe_open), type(f).__name__)
b = io.BytesIO(); torch.save(m, b)
print(len(b.getvalue()), isinstance(m.weight.untyped_storage(), torch.UntypedStorage))
for function in (torch.load, torch.from_file):
    print(pickle.loads(pickle.dumps(function)) is function)
try:
    safe_open("gone.st", framework="pt")
except Exception as error:
    print(type(error).__name__)
try:
    torch.save(m, "/gone/m.pt")
except RuntimeError as error:
    print(str(error)[:40])
"""
    observe(program)
    recorded = observe.output
    observe(program, bare=True)
    assert recorded == observe.output
    assert "RuntimeError" not in recorded
