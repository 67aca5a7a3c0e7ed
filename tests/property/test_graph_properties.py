"""What holds for every graph: random ones look for the exception."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.graph.check import check, check_document
from flows.graph.read import read_graph
from flows.planning.plan import Plan, content_sha256, make_plan
from schemas.errors import InvalidGraphError
from schemas.graph import Graph
from schemas.wire.run import ScopeAll
from support.nodes.graphs import any_graphs, graph, node, working_graphs
from tasks.registry import node_types

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
GRAPH_WORDS = ["name", "nodes", "edges", "viewport", "x", "y", "zoom", "position"]
NODE_WORDS = ["id", "type", "data", "label", "settings", "text", "image", "crop", "llm"]
EDGE_WORDS = ["source", "target", "sourceHandle", "source_handle", "targetHandle", "order"]
WORDS = [*GRAPH_WORDS, *NODE_WORDS, *EDGE_WORDS, "kind", "asset", "assetId"]
graph_like: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([*WORDS, "", "n0", 0, 1.5, None, True, "\x00", "\ud800", float("nan")]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6)
    ),
    max_leaves=30,
)
"""JSON made of the words of our documents, which gets further than other JSON."""


def planned(made: Graph) -> Plan:
    return make_plan(made, node_types(), ScopeAll(kind="all"))


@given(any_graphs())
def test_check_is_silent_exactly_when_plan_succeeds(made: Graph):
    problems = check(made, node_types())
    if not problems:
        assert len(planned(made).steps) == len(made.nodes)
        return
    with pytest.raises(InvalidGraphError) as error:
        planned(made)
    assert list(error.value.problems) == problems


@given(working_graphs())
def test_a_working_graph_has_no_problems_and_every_node_once_after_its_needs(made: Graph):
    steps = planned(made).steps
    assert sorted(step.node_id for step in steps) == sorted(each.id for each in made.nodes)
    seen: set[str] = set()
    for step in steps:
        assert step.dependencies <= seen
        seen.add(step.node_id)


@given(working_graphs())
def test_every_edge_is_bound_once(made: Graph):
    bound = [
        (source.node_id, step.node_id, binding.handle)
        for step in planned(made).steps
        for binding in step.bindings
        for source in binding.sources
    ]
    assert sorted(bound) == sorted((e.source, e.target, e.target_handle or "") for e in made.edges)


@given(any_graphs())
def test_a_document_survives_reading_and_storing(made: Graph):
    reading = read_graph(made.document())
    if reading.graph is not None:
        stored = json.loads(json.dumps(reading.graph.document()))
        again = read_graph(stored)
        assert again.graph is not None
        assert again.graph.document() == stored
        assert content_sha256(again.graph) == content_sha256(made)


@given(working_graphs(), st.floats(-1e6, 1e6), st.text(min_size=1, max_size=20))
def test_moving_nodes_and_renaming_the_workflow_change_nothing_else(
    made: Graph, x: float, name: str
):
    moved = made.model_copy(deep=True)
    moved.name = name
    for each in moved.nodes:
        each.position.x = x
    assert content_sha256(moved) == content_sha256(made)
    assert planned(moved) == planned(made)


@given(working_graphs(), st.data())
def test_an_unrelated_node_changes_no_other_step(made: Graph, data: st.DataObject):
    at = data.draw(st.integers(0, len(made.nodes)))
    more = graph(*made.nodes[:at], node("new"), *made.nodes[at:], *made.edges)
    before = {
        step.node_id: (step.bindings, step.dependencies, step.data) for step in planned(made).steps
    }
    after = {
        step.node_id: (step.bindings, step.dependencies, step.data) for step in planned(more).steps
    }
    after.pop("new")
    assert after == before


@given(json_values | graph_like)
def test_no_json_makes_reading_fail(raw: Any):
    checked = check_document(raw, node_types())
    assert checked.graph is not None or checked.problems
    for problem in checked.problems:
        problem.model_dump_json()


@given(
    st.fixed_dictionaries(
        {
            "name": st.just("Test"),
            "nodes": st.lists(
                st.fixed_dictionaries(
                    {
                        "id": st.sampled_from(["n0", "n1"]) | graph_like,
                        "type": st.sampled_from(list(node_types())) | graph_like,
                        "position": st.just({"x": 0, "y": 0}) | graph_like,
                    },
                    optional={"data": st.dictionaries(st.sampled_from(WORDS), graph_like)},
                ),
                max_size=3,
            ),
            "edges": st.lists(st.dictionaries(st.sampled_from(WORDS), graph_like), max_size=3),
        }
    )
)
def test_no_almost_right_graph_makes_reading_fail(raw: dict[str, Any]):
    checked = check_document(raw, node_types())
    if checked.graph is None:
        assert any(problem.blocks_saving for problem in checked.problems)
    else:
        json.dumps(checked.graph.document(), allow_nan=False).encode()
        content_sha256(checked.graph)
