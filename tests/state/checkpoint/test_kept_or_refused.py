"""Whatever a checkpoint takes can be loaded again; what cannot be is refused when it is saved, not when it is needed.

The encoder and the decoder each have a table of what they know: here both are held against all types that the
installed numpy, torch and ml_dtypes have.
"""

from __future__ import annotations

import collections
import copy
import datetime
import decimal
import enum
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hn

from samerun.errors import CannotSave
from samerun.state.checkpoint.checkpoint_file import read_file, write_file
from samerun.state.checkpoint.content import pack, unpack
from samerun.state.checkpoint.dtypes import LATER, STORAGES, is_kept, is_kept_array, name_of

ml_dtypes = pytest.importorskip("ml_dtypes")

TORCHS = sorted({each for each in vars(torch).values() if isinstance(each, torch.dtype)}, key=str)
NUMPYS = [*np.typecodes["All"], "<M8[25us]", ">f4", ">c16", "S3", "U3", "V3", "<m8[D]"]
OTHERS = [
    np.dtype(kind)
    for name in dir(ml_dtypes)
    if isinstance(kind := getattr(ml_dtypes, name), type) and issubclass(kind, np.generic)
]


def outcome(value: Any) -> Any:
    """Return what comes back of a value, or the sentence that refuses it; anything else goes on as it is."""
    try:
        data = pack({"v": value})
    except CannotSave as error:
        return error.sentence
    return unpack(data)["v"]


@pytest.mark.filterwarnings("ignore:ComplexHalf support", "ignore:torch.quantize_per_tensor")
@pytest.mark.parametrize("dtype", TORCHS, ids=str)
def test_a_tensor_of_any_type_comes_back_or_is_refused(dtype: torch.dtype) -> None:
    try:
        tensor = torch.empty(3, dtype=dtype)
    except (RuntimeError, NotImplementedError, TypeError):
        pytest.skip(f"this torch makes no tensor of {dtype}")
    found = outcome(tensor)
    if is_kept(dtype):
        assert (found.dtype, found.shape) == (dtype, (3,))
        assert found.view(torch.uint8).tolist() == tensor.view(torch.uint8).tolist()
    else:
        assert found in (f"v is a tensor of {dtype}.", "v is a tensor that is quantised.")


@pytest.mark.parametrize("dtype", TORCHS, ids=str)
def test_a_type_itself_comes_back_or_is_refused(dtype: torch.dtype) -> None:
    found = outcome(dtype)
    assert found is dtype if is_kept(dtype) else "a type that no checkpoint holds" in found


def test_the_types_with_a_name_are_those_of_this_torch() -> None:
    assert len({*STORAGES, *LATER.values()}) == len(STORAGES) + len(LATER)
    assert all(getattr(torch, name) is dtype for name, dtype in LATER.items())
    assert all(getattr(torch, name_of(dtype)) is dtype for dtype in STORAGES)
    usual = (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.bool, torch.complex64)
    assert all(map(is_kept, usual))


@pytest.mark.parametrize("code", NUMPYS)
def test_an_array_of_any_type_of_numpys_comes_back_or_is_refused(code: str) -> None:
    for array in (np.zeros((2, 2), code), np.zeros((), code), *np.zeros(1, code)):
        found = outcome(array)
        if code == "O":
            assert isinstance(found, int if isinstance(array, int) else str)
        elif is_kept_array(np.dtype(code)):
            assert (isinstance(found, np.generic), found.dtype, found.shape) == (
                isinstance(array, np.generic),
                array.dtype,
                array.shape,
            )
            assert np.array_equal(found, array) or np.isnat(array).all()
        else:
            assert str(found).startswith("v is ")


@pytest.mark.parametrize("dtype", OTHERS, ids=str)
def test_an_array_that_names_itself_by_its_size_alone_is_refused(dtype: np.dtype[Any]) -> None:
    """What JAX gives for bfloat16: numpy writes its type as two raw bytes, and nobody would know it again."""
    for array in (np.zeros(2, dtype), np.zeros(2, dtype)[0]):
        found = outcome(array)
        assert found == f"v is an array of {dtype}." if isinstance(found, str) else found.dtype == dtype


def test_records_and_texts_of_any_length_are_refused() -> None:
    for dtype in (np.dtype([("a", "f4"), ("b", "i8")]), np.dtypes.StringDType()):
        assert "is an array of" in outcome(np.empty(1, dtype))
    assert "is an array of" in outcome(np.array([{}, 1]))


class Colour(enum.Enum):
    RED = 1


class Grade(enum.IntEnum):
    A = 1


class Text(str):
    pass


class Table(dict[str, int]):
    pass


Pair = collections.namedtuple("Pair", "a b")
KNOT: collections.OrderedDict[str, Any] = collections.OrderedDict()
KNOT["again"] = KNOT
RING: collections.deque[Any] = collections.deque()
RING.append({"a": RING})


@pytest.mark.parametrize(
    "value",
    [
        *(Colour.RED, Grade.A, Text("x"), Table(a=1), Pair(1, 2)),
        *(decimal.Decimal(1), datetime.date(2020, 1, 1), Path("x"), range(3), memoryview(b"x"), slice(1), ...),
        *(np.ma.masked_array([1], [True]), np.random.default_rng(0), np.dtype("f4")),
        *(torch.Generator(), torch.nn.Linear(1, 1), torch.ones(1).untyped_storage(), torch.strided),
        *(KNOT, RING, iter([]), iter(()), NotImplemented, object),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_plain_value_is_refused_with_its_place(value: Any) -> None:
    """Subclasses too: they would come back as something else than they were."""
    said = outcome([{"k": value}])
    assert isinstance(said, str)
    assert said.startswith("v[0].k")


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.ones(2, 2).to_sparse(),
        lambda: torch.ones(2, 2).to_sparse_csr(),
        lambda: torch.ones(2, device="meta"),
        lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
        lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], layout=torch.jagged),
        lambda: torch.nn.UninitializedParameter(),
        lambda: torch.nn.LazyLinear(3).state_dict(),
    ],
    ids=["sparse", "csr", "meta", "nested", "jagged", "lazy", "lazy model"],
)
@pytest.mark.filterwarnings("ignore:Sparse CSR", "ignore:The PyTorch API of nested tensors", "ignore:Lazy modules")
def test_a_tensor_that_is_no_block_of_numbers_is_refused(make: Any) -> None:
    assert str(outcome(make())).startswith("v")


CONTAINERS: dict[str, Any] = {
    "list": lambda inner: [inner],
    "tuple": lambda inner: (inner,),
    "dict": lambda inner: {"a": inner},
    "ordered": lambda inner: collections.OrderedDict(a=inner),
    "default": lambda inner: collections.defaultdict(list, a=inner),
    "deque": lambda inner: collections.deque([inner]),
    "key": lambda inner: {(inner,): 1} if isinstance(inner, int) else {(*inner,): 1},
}


@pytest.mark.parametrize("kind", CONTAINERS)
@pytest.mark.parametrize("depth", [1, 40, 98, 99, 100, 101, 140, 260])
def test_at_any_depth_a_value_comes_back_or_is_refused(kind: str, depth: int) -> None:
    value: Any = 1
    for _ in range(depth):
        value = CONTAINERS[kind](value)
    found = outcome(value)
    if isinstance(found, str):
        assert "levels deep" in found
        assert depth >= 40
    else:
        assert found == value


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    """Return a tensor of any type whose dimensions lie in any order in memory, with gaps or without."""
    sizes = draw(st.lists(st.integers(0, 4), min_size=3, max_size=3))
    steps = draw(st.lists(st.integers(1, 2), min_size=3, max_size=3))
    whole = [size * step for size, step in zip(sizes, steps, strict=True)]
    dtype = draw(st.sampled_from([*STORAGES, torch.float8_e4m3fn, torch.uint16, torch.uint32, torch.uint64]))
    numbers = torch.arange(float(np.prod(whole))).to(dtype).reshape(whole)
    return numbers[:: steps[0], :: steps[1], :: steps[2]].permute(draw(st.permutations(range(3))))


def bits(tensor: torch.Tensor) -> list[int]:
    own = torch.empty(tensor.numel(), dtype=tensor.dtype).copy_(tensor.flatten())
    return list(own.view(torch.uint8).numpy().tobytes())


@settings(deadline=None, max_examples=120)
@given(tensors())
def test_a_tensor_in_any_order_of_memory_comes_back(tensor: torch.Tensor) -> None:
    found = outcome({"t": tensor, "again": tensor})
    for each in found.values():
        assert (each.dtype, each.shape) == (tensor.dtype, tensor.shape)
        assert bits(each) == bits(tensor)
    both = found["t"].data_ptr() == found["again"].data_ptr()
    assert both or not tensor.numel()  # what was one tensor is one again


@settings(deadline=None, max_examples=120)
@given(hn.arrays(hn.scalar_dtypes(), hn.array_shapes(min_dims=0, min_side=0, max_side=4)))
def test_any_array_of_scalars_comes_back(array: np.ndarray[Any, Any]) -> None:
    for value in (array, np.asfortranarray(array), array[..., ::-1] if array.ndim else array):
        found = outcome(value)
        assert (found.dtype, found.shape, found.tobytes()) == (value.dtype, value.shape, value.tobytes())
        assert found.flags.writeable
        assert not np.shares_memory(found, value)


KEYS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.tuples(st.text())


@settings(deadline=None, max_examples=120)
@given(st.dictionaries(KEYS, st.integers()), st.sampled_from([dict, collections.OrderedDict, collections.Counter]))
def test_keys_of_every_kind_come_back_in_their_order(pairs: dict[Any, int], kind: Any) -> None:
    value = kind(pairs)
    found = outcome(value)
    assert type(found) is kind
    assert list(map(repr, found.items())) == list(map(repr, value.items()))


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=20), st.binary(max_size=20))
def test_text_and_bytes_of_any_kind_come_back(text: str, data: bytes) -> None:
    """Half of a surrogate pair, too: file names hold them."""
    assert outcome([text, data, {text: data}]) == [text, data, {text: data}]


@pytest.mark.parametrize("power", [0, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 1000, 2031])
def test_whole_numbers_at_every_edge(power: int) -> None:
    numbers = [sign * 2**power + step for sign in (1, -1) for step in (-1, 0, 1)]
    assert outcome(numbers) == numbers


def test_a_number_beyond_255_bytes_is_refused() -> None:
    assert outcome(2**2039 - 1) == 2**2039 - 1
    assert "whole number of 256 bytes" in outcome(2**2039)


def test_what_is_saved_does_not_depend_on_where_it_lies(tmp_path: Path) -> None:
    """Equal content in other memory, in another order of making, gives the same file: a hash can be compared."""
    tree = {"a": torch.arange(4.0).reshape(2, 2).t(), "s": {"x", "y", "z"}, "n": np.arange(3), "f": frozenset({2, 1})}
    again = {**copy.deepcopy(tree), "s": {"z", "y", "x"}}
    assert write_file(tmp_path / "a", {}, tree) == write_file(tmp_path / "b", {}, again)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert read_file(tmp_path / "a").tree["a"].stride() == (1, 2)
