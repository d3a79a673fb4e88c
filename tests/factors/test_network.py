"""The network: addresses that were spoken to."""

from __future__ import annotations

from collections.abc import Callable

from samerun.factors.factor import Plan, Scene
from samerun.factors.network import Network
from samerun.record.missing import Missing
from samerun.record.observation import Observation


def test_addresses_are_read_and_compared(scene: Callable[..., Scene], ended: Callable[..., Observation]) -> None:
    assert isinstance(Network().read(scene()), Missing)
    values = Network().read(scene(observed=ended(sockets=frozenset({"h:443", "a:80"}))))
    assert values == {"a:80": "connected", "h:443": "connected"}
    assert [each.subject for each in Network().differences(values, {"a:80": "connected"})] == ["h:443"]


def test_it_is_taken_away_from_a_program_that_used_it(plan: Callable[..., Plan]) -> None:
    assert list(Network().variations({})) == []
    (away,) = Network().variations({"example.org:443": "connected"})
    present = plan()
    Network().give(present, away)
    assert present.setup == {"no_network": True}
    Network().give(again := plan(), {"example.org:443": "connected"})
    assert again.setup == {}
