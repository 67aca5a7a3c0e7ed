"""A version is read, checked and planned once, as long as the node types are the same."""

from dataclasses import replace
from uuid import uuid4

import pytest

from flows.planning import compiled
from flows.planning.compiled import CompiledVersion, catalogue_digest, compile_version
from flows.planning.plan import make_plan
from schemas.problem import ProblemCode
from schemas.wire.run import ScopeAll
from support.nodes.graphs import chain, edge, graph, node
from tasks.registry import node_types


def test_a_version_is_read_once() -> None:
    stored, id = graph(node("a")).document(), uuid4()
    first = compile_version(id, stored, node_types())
    assert compile_version(id, stored | {"name": "Renamed"}, node_types()) is first
    assert compile_version(uuid4(), stored, node_types()) is not first


def test_few_large_versions_are_remembered_and_the_newest_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compiled, "MAX_CHARACTERS", 2_500)
    stored = graph(node("a", text="x" * 1_000)).document()
    ids = [uuid4() for _ in range(3)]
    first, *others = [compile_version(id, stored, node_types()) for id in ids]
    assert compile_version(ids[2], stored, node_types()) is others[1]
    assert compile_version(ids[0], stored, node_types()) is not first


def test_steps_follow_the_document_at_hand_whichever_was_compiled_first() -> None:
    id, nodes = uuid4(), frozenset("ab")
    for order in ("ab", "ba", "ab"):
        document = graph(*(node(each) for each in order)).document()
        steps = compile_version(id, document, node_types()).plan(nodes).steps
        assert [(step.node_id, step.ordinal) for step in steps] == [(order[0], 0), (order[1], 1)]


def test_it_is_checked_again_by_other_node_types() -> None:
    stored, id = graph(node("a")).document(), uuid4()
    changed = dict(node_types())
    changed["text"] = replace(changed["text"], version=2)
    assert catalogue_digest(changed.values()) != catalogue_digest(node_types().values())
    first = compile_version(id, stored, node_types())
    other = compile_version(id, stored, changed)
    assert other is not first
    assert [step.version for step in other.plan(frozenset("a")).steps] == [2]


def test_the_plan_of_a_scope_is_made_once() -> None:
    made = chain(5)
    version = CompiledVersion.of(made, node_types())
    nodes = frozenset(version.topology.nodes)
    assert version.check(nodes) == ()
    assert version.plan(nodes) is version.plan(nodes)
    assert version.plan(nodes) == make_plan(made, node_types(), ScopeAll(kind="all"))


def test_what_is_wrong_elsewhere_is_no_problem_of_a_part() -> None:
    version = CompiledVersion.of(graph(node("a"), node("b", "crop")), node_types())
    assert [each.code for each in version.problems] == [ProblemCode.MISSING_INPUT]
    assert version.check(frozenset("a")) == ()
    assert version.check(frozenset("ab")) == version.problems


def test_what_is_no_graph_has_problems() -> None:
    document = graph(node("a"), edge("a", "b", "text")).document()
    version = compile_version(uuid4(), document, node_types())
    assert version.graph is None
    assert [each.code for each in version.problems] == [ProblemCode.DANGLING_EDGE]
