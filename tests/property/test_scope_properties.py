"""What holds for every scope, and for the keys of every graph."""

import hashlib
from collections.abc import Mapping
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import JsonValue

from flows.graph.topology import Topology
from flows.planning.cache_key import resolve_step
from flows.planning.plan import make_plan, plan_nodes
from flows.planning.scope import nodes_in_scope
from schemas.graph import Graph, Node
from schemas.values import ImageValue, TextValue, Value
from schemas.wire.run import ScopeAll, ScopeFailed, ScopeFrom, ScopeNodes, ScopeUntil
from support.nodes.graphs import keyed_graphs, working_graphs
from tasks.registry import node_types

ALL = ScopeAll(kind="all")
FAILED = ScopeFailed(kind="failed", run_id=UUID(int=1))


def ids(made: Graph) -> list[str]:
    return [node.id for node in made.nodes]


def descendants(made: Graph, id: str) -> frozenset[str]:
    return nodes_in_scope(Topology.of(made), ScopeFrom(kind="from", node_id=id))


def ancestors(made: Graph, id: str) -> frozenset[str]:
    return nodes_in_scope(Topology.of(made), ScopeUntil(kind="until", node_id=id))


@given(working_graphs(), st.data())
def test_from_is_closed_under_what_depends_and_until_under_what_is_needed(
    made: Graph, data: st.DataObject
):
    id = data.draw(st.sampled_from(ids(made)))
    for each in made.edges:
        assert each.source not in descendants(made, id) or each.target in descendants(made, id)
        assert each.target not in ancestors(made, id) or each.source in ancestors(made, id)
    assert Topology.of(made).entering(ancestors(made, id)) == frozenset()
    assert descendants(made, id) & ancestors(made, id) == {id}


@given(working_graphs())
def test_what_depends_on_a_node_is_what_needs_it(made: Graph):
    for one in ids(made):
        for other in ids(made):
            assert (other in descendants(made, one)) == (one in ancestors(made, other))


@given(working_graphs(), st.data())
def test_failed_nodes_together_are_the_union_of_what_each_one_takes_along(
    made: Graph, data: st.DataObject
):
    failed = data.draw(st.sets(st.sampled_from(ids(made))))
    together = nodes_in_scope(Topology.of(made), FAILED, failed)
    assert together == frozenset[str]().union(*(descendants(made, id) for id in failed))
    assert nodes_in_scope(Topology.of(made), FAILED, together) == together
    assert nodes_in_scope(Topology.of(made), FAILED, ids(made)) == nodes_in_scope(
        Topology.of(made), ALL
    )


@given(working_graphs(), st.data())
def test_a_part_is_planned_as_it_is_planned_in_the_whole(made: Graph, data: st.DataObject):
    chosen = data.draw(st.sets(st.sampled_from(ids(made)), min_size=1))
    scope = ScopeNodes(kind="nodes", node_ids=tuple(sorted(chosen)))
    part = make_plan(made, node_types(), scope)
    whole = {step.node_id: step for step in make_plan(made, node_types(), ALL).steps}
    assert {step.node_id for step in part.steps} == chosen
    seen = set(part.external_inputs)
    for step in part.steps:
        assert (step.bindings, step.data) == (
            whole[step.node_id].bindings,
            whole[step.node_id].data,
        )
        assert step.dependencies <= seen
        seen.add(step.node_id)
    assert part == plan_nodes(made, node_types(), chosen)  # what an executor plans from the rows


def keys(made: Graph) -> Mapping[str, str]:
    """The key of every node, where each output is made of the node's own key."""
    found: dict[str, str] = {}
    outputs: dict[str, dict[str, Value]] = {}
    for step in make_plan(made, node_types(), ALL).steps:
        node_type = node_types()[step.node_type]
        connected = step.connected(outputs) or {}
        resolved = resolve_step(step, node_type, connected, demo=False)
        assert resolved is not None
        found[step.node_id] = resolved.key
        outputs[step.node_id] = {"output": output(resolved.key, node_type.output)}
    return found


def output(key: str, kind: str) -> Value:
    if kind == "text":
        return TextValue(text=key)
    sha256 = hashlib.sha256(key.encode()).hexdigest()
    return ImageValue(
        asset_id=UUID(key[:32]), sha256=sha256, media_type="image/png", width=1, height=1, bytes=1
    )


@given(keyed_graphs(), st.floats(-1e6, 1e6), st.text(min_size=1, max_size=20))
def test_moving_renaming_labelling_and_settings_change_no_key(made: Graph, x: float, word: str):
    changed = made.model_copy(deep=True)
    changed.name = word
    changed.nodes.reverse()
    for each in changed.nodes:
        each.position.x = x
        each.data |= {"label": word, "settings": {"retries": 1, "reuse": "never"}}
    assert keys(changed) == keys(made)


@given(keyed_graphs())
def test_other_ids_change_no_key(made: Graph):
    renamed = made.model_copy(deep=True)
    for each in renamed.nodes:
        each.id = f"new {each.id}"
    for edge in renamed.edges:
        edge.source, edge.target = f"new {edge.source}", f"new {edge.target}"
    assert keys(renamed) == {f"new {id}": key for id, key in keys(made).items()}


CHANGES: dict[str, dict[str, JsonValue]] = {
    "text": {"text": "something else"},
    "image": {"source": {"kind": "url", "url": "https://example.com/other"}},
    "llm": {"temperature": 0.25},
    "crop": {"xPercent": 1, "widthPercent": 50},
}


def changed_keys(made: Graph, changed: Graph) -> set[str]:
    old, new = keys(made), keys(changed)
    return {id for id in new if new[id] != old.get(id)}


@given(keyed_graphs(), st.data())
def test_changing_a_param_changes_exactly_the_keys_of_the_node_and_what_depends_on_it(
    made: Graph, data: st.DataObject
):
    id = data.draw(st.sampled_from(ids(made)))
    changed = made.model_copy(deep=True)
    node = _node(changed, id)
    node.data.update(CHANGES[node.type])
    assert changed_keys(made, changed) == descendants(made, id)


@given(keyed_graphs(), st.data())
def test_removing_an_input_changes_exactly_the_keys_of_the_node_and_what_depends_on_it(
    made: Graph, data: st.DataObject
):
    removable = [edge for edge in made.edges if edge.target_handle != "image"]
    assume(removable)
    gone = data.draw(st.sampled_from(removable))
    changed = made.model_copy(deep=True)
    changed.edges = [edge for edge in changed.edges if edge.id != gone.id]
    assert changed_keys(made, changed) == descendants(made, gone.target)


def _node(made: Graph, id: str) -> Node:
    return next(node for node in made.nodes if node.id == id)
