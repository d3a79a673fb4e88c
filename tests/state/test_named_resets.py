from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from torch import nn

from samerun.state.named_draws import NamedDraws
from samerun.state.named_resets import NamedResets, Places


def run(deed: Callable[[], object], module: str = "m", seed: int = 0, **tensors: torch.Tensor) -> NamedResets:
    with torch.no_grad(), NamedResets(seed, module, Places(tensors.items())) as mode:
        deed()
    return mode


def numbers(name: str, count: int, low: float = 0.0, high: float = 1.0) -> torch.Tensor:
    tensor = torch.empty(count)
    NamedDraws(0, name).fill_uniform(tensor, low, high)
    return tensor


def test_a_fill_draws_the_numbers_of_the_name() -> None:
    a, b = torch.zeros(4), torch.zeros(4)
    run(lambda: (b.uniform_(), a.uniform_(-1, 3)), a=a, b=b)
    assert torch.equal(a, numbers("a", 4, -1, 3))
    assert torch.equal(b, numbers("b", 4))


def test_a_second_fill_goes_on_where_the_first_ended() -> None:
    a = torch.zeros(4)
    run(lambda: (a.uniform_(), a.uniform_()), a=a)
    assert torch.equal(a, numbers("a", 8)[4:])


def test_a_part_of_a_parameter_draws_its_numbers_too() -> None:
    a, b = torch.zeros(4, 3), torch.zeros(6)
    run(lambda: (a[1:3].uniform_(), a[:, 2].uniform_(), b.view(2, 3)[1].uniform_()), a=a, b=b)
    assert torch.equal(a[1, :2], numbers("a", 2))
    assert torch.equal(a[:, 2], numbers("a", 10)[6:])
    assert torch.equal(b[3:], numbers("b", 3))


def test_parameters_in_one_memory_keep_their_own_names() -> None:
    memory = torch.zeros(6)
    a, b = memory[:3], memory[3:]
    run(lambda: (b.uniform_(), a.uniform_()), a=a, b=b)
    assert torch.equal(a, numbers("a", 3))
    assert torch.equal(b, numbers("b", 3))


def test_what_is_drawn_elsewhere_belongs_to_what_was_touched_last() -> None:
    a = torch.zeros(4)
    elsewhere: list[torch.Tensor] = []
    run(lambda: (elsewhere.append(torch.rand(3)), a.zero_(), elsewhere.append(torch.rand(3))), "net.fc", a=a)
    assert torch.equal(elsewhere[0], numbers("net.fc()", 3))
    assert torch.equal(elsewhere[1], numbers("a", 3))


def orthogonal_and_more(a: torch.Tensor) -> None:
    nn.init.orthogonal_(a)
    nn.init.trunc_normal_(a, std=2.0, a=-1, b=1)


def test_torchs_own_functions_with_tensors_of_their_own_depend_on_the_name_alone() -> None:
    a, again, b = torch.zeros(5, 5), torch.zeros(5, 5), torch.zeros(5, 5)
    run(lambda: orthogonal_and_more(a), a=a, b=b)
    run(lambda: (orthogonal_and_more(b), orthogonal_and_more(again)), "other", b=b, a=again)
    assert torch.equal(a, again)
    assert not torch.equal(a, b)
    assert a.abs().max() <= 1


def test_other_random_operations_are_seeded_by_the_name() -> None:
    a, again, b = torch.zeros(50), torch.zeros(50), torch.zeros(50)
    run(lambda: a.exponential_(), a=a)
    torch.rand(3)
    run(lambda: again.exponential_(), a=again)
    run(lambda: b.exponential_(), b=b)
    assert torch.equal(a, again)
    assert not torch.equal(a, b)


def test_the_global_generator_is_left_alone() -> None:
    a = torch.zeros(5, 5)
    before = torch.get_rng_state()
    run(lambda: (orthogonal_and_more(a), nn.init.sparse_(a, 0.5), a.bernoulli_(), torch.randperm(3)), a=a)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_generator_of_the_programs_own_is_used() -> None:
    a, expected = torch.zeros(4), torch.zeros(4)
    run(lambda: a.uniform_(generator=torch.Generator().manual_seed(5)), a=a)
    assert torch.equal(a, expected.uniform_(generator=torch.Generator().manual_seed(5)))


def test_the_defaults_of_the_fills_are_torchs() -> None:
    a = torch.zeros(20_000)
    run(lambda: a.normal_(), a=a)
    assert a.std().item() == pytest.approx(1.0, abs=0.02)
    run(lambda: a.normal_(std=3.0), a=a)
    assert a.std().item() == pytest.approx(3.0, abs=0.06)
    run(lambda: a.uniform_(to=7.0), a=a)
    assert a.max().item() == pytest.approx(7.0, abs=0.01)


def test_numbers_made_anew_have_the_wanted_kind() -> None:
    made: list[torch.Tensor] = []
    run(
        lambda: made.extend([torch.randn(3, dtype=torch.float64), torch.rand(2, 2), torch.randn(2, dtype=torch.cfloat)])
    )
    assert [(each.dtype, tuple(each.shape)) for each in made] == [
        (torch.float64, (3,)),
        (torch.float32, (2, 2)),
        (torch.complex64, (2,)),
    ]


def test_what_was_written_to_is_known() -> None:
    a, b, c = torch.zeros(4), torch.zeros(4), torch.zeros(4)
    mode = run(lambda: (a.uniform_(), b.sum(), torch.empty_like(b), c.data.fill_(2.0)), a=a, b=b, c=c)
    assert mode.touched == {"a", "c"}


def test_torchs_compiler_is_not_imported_for_it() -> None:
    program = (
        "import sys; from torch import nn; from samerun.state import initialise; initialise(nn.Linear(2, 2), 0); "
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_places_are_found_from_their_first_to_their_last_element() -> None:
    memory = torch.zeros(10)
    places = Places([("x", memory[2:5]), ("empty", torch.zeros(0))]).plus([("y", memory[7:8])])
    found = [places.name_of(memory[i : i + 1]) for i in range(10)]
    assert found == [None, None, "x", "x", "x", None, None, "y", None, None]
    assert places.plus([]) is places
    assert places.name_of(torch.zeros(0)) is None
