"""Which host a run gets: the whole table."""

from itertools import product
from typing import Any

import pytest

from flows.planning.plan import make_plan
from flows.prefect.host.choice import PrefectStatus, RunHost, choose_host, uses_network
from schemas.settings import PrefectMode
from schemas.wire.run import ScopeAll
from support.nodes.graphs import URL, edge, graph, node
from tasks.registry import node_types

DIRECT, LOAD, PREFECT = RunHost.DIRECT, RunHost.DIRECT_AND_LOAD, RunHost.PREFECT
ASSET = {"kind": "asset", "assetId": "0b8f2f0e-58a5-4a2c-9f39-3a1f6c7d2a11"}


@pytest.mark.parametrize(
    ("mode", "began", "network", "while_loading", "loaded"),
    [
        ("auto", False, False, DIRECT, DIRECT),
        ("auto", False, True, LOAD, PREFECT),
        ("auto", True, False, PREFECT, PREFECT),
        ("auto", True, True, PREFECT, PREFECT),
        *(
            ("tasks", began, network, PREFECT, PREFECT)
            for began, network in product([0, 1], [0, 1])
        ),
        *(
            (mode, began, network, DIRECT, DIRECT)
            for mode, began, network in product(["record", "off"], [0, 1], [0, 1])
        ),
    ],
)
def test_the_host_of_a_run(
    mode: PrefectMode, began: bool, network: bool, while_loading: RunHost, loaded: RunHost
) -> None:
    for status, expected in (
        (PrefectStatus.UNREACHABLE, DIRECT),
        (PrefectStatus.NOT_LOADED, while_loading),
        (PrefectStatus.LOADED, loaded),
    ):
        chosen = choose_host(mode, status, began_in_prefect=began, uses_network=network)
        assert chosen is expected, status


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([node("a"), node("p", "image", source=ASSET), node("c", "crop")], False),
        ([node("a", "llm")], True),
        ([node("p", "image", source=URL)], True),
        ([node("a"), node("p", "image", source=None), edge("a", "p", "source")], True),
    ],
)
def test_only_nodes_that_ask_another_machine_count(parts: Any, expected: bool) -> None:
    if any(getattr(part, "type", "") == "crop" for part in parts):
        parts = [*parts, edge("p", "c", "image")]
    steps = make_plan(graph(*parts), node_types(), ScopeAll(kind="all")).steps
    assert uses_network(steps, node_types()) is expected
