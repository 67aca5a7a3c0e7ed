"""Scopes: which nodes a run is about, and what may keep it from starting."""

from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError

from flows.planning.plan import Plan, make_plan
from schemas.errors import InvalidGraphError
from schemas.graph import Graph
from schemas.problem import Problem, ProblemCode
from schemas.wire.run import RunCreate, Scope, scope_adapter
from support.nodes.graphs import chain, edge, graph, node
from tasks.registry import node_types

#   words ─┬─> first ──> second ──> last
#   other ─┘                 └────> side
KIT = graph(
    node("words"),
    node("other"),
    node("first", "llm"),
    node("second", "llm"),
    node("last", "llm"),
    node("side", "llm"),
    edge("words", "first", "userMessage"),
    edge("other", "first", "userMessage"),
    edge("first", "second", "userMessage"),
    edge("second", "last", "userMessage"),
    edge("second", "side", "userMessage"),
)


def scope(**body: Any) -> Scope:
    return scope_adapter.validate_python(body)


def plan(made: Graph = KIT, *, unfinished: tuple[str, ...] = (), **body: Any) -> Plan:
    return make_plan(made, node_types(), scope(**body), frozenset(unfinished))


def order(made: Plan) -> list[str]:
    return [step.node_id for step in made.steps]


def problems(made: Graph = KIT, **body: Any) -> list[Problem]:
    with pytest.raises(InvalidGraphError) as error:
        plan(made, **body)
    return list(error.value.problems)


def test_from_is_the_node_and_everything_that_depends_on_it():
    made = plan(kind="from", nodeId="second")
    assert order(made) == ["second", "last", "side"]
    assert made.external_inputs == {"first"}


def test_until_is_the_node_and_everything_that_it_needs():
    made = plan(kind="until", nodeId="second")
    assert order(made) == ["words", "other", "first", "second"]
    assert made.external_inputs == set()


def test_a_selection_is_these_nodes_in_the_order_of_their_needs():
    made = plan(kind="nodes", nodeIds=["last", "words", "last"])
    assert order(made) == ["words", "last"]
    assert made.external_inputs == {"second"}
    assert [step.ordinal for step in made.steps] == [0, 1]


def test_failed_is_what_did_not_complete_and_what_depends_on_it():
    made = plan(kind="failed", runId=uuid4(), unfinished=("second", "no longer there"))
    assert order(made) == ["second", "last", "side"]


def test_a_step_keeps_its_inputs_from_outside_of_the_scope():
    [step] = plan(kind="nodes", nodeIds=["second"]).steps
    assert step.dependencies == {"first"}
    assert [binding.sources for binding in step.bindings] == [(("first", "output"),)]


def test_a_node_that_is_not_there_is_named():
    [problem] = problems(kind="from", nodeId="gone")
    assert (problem.code, problem.node_id) == (ProblemCode.UNKNOWN_NODE, "gone")
    found = problems(kind="nodes", nodeIds=["gone", "words", "gone", "lost"])
    assert [problem.node_id for problem in found] == ["gone", "lost"]


def test_a_run_in_which_everything_completed_leaves_nothing_to_run():
    [problem] = problems(kind="failed", runId=uuid4())
    assert problem.code is ProblemCode.NOTHING_TO_RUN
    assert "completed" in problem.message


BROKEN = graph(
    node("words"),
    node("good", "llm"),
    node("hot", "llm", temperature=9),
    node("lonely", "crop"),
    edge("words", "good", "userMessage"),
    edge("hot", "good", "systemPrompt"),
)


def test_a_broken_node_outside_of_the_scope_refuses_nothing():
    assert order(plan(BROKEN, kind="nodes", nodeIds=["words", "good"])) == ["words", "good"]
    assert [problem.node_id for problem in problems(BROKEN, kind="until", nodeId="good")] == ["hot"]
    assert [problem.node_id for problem in problems(BROKEN, kind="all")] == ["hot", "lonely"]


def test_an_edge_into_the_scope_is_judged_and_one_that_leaves_it_is_not():
    wrong = graph(
        node("photo", "image"),
        node("writer", "llm"),
        node("crop", "crop"),
        edge("photo", "writer", "userMessage"),
        edge("writer", "crop", "image"),
    )
    [problem] = problems(wrong, kind="nodes", nodeIds=["writer"])
    assert (problem.code, problem.edge_id) == (
        ProblemCode.KIND_MISMATCH,
        "photo-writer-userMessage",
    )
    assert order(plan(wrong, kind="nodes", nodeIds=["photo"])) == ["photo"]


def test_a_circle_matters_only_to_a_scope_that_it_is_in():
    circle = graph(
        node("words"),
        node("a", "llm"),
        node("b", "llm"),
        edge("a", "b", "userMessage"),
        edge("b", "a", "userMessage"),
    )
    assert order(plan(circle, kind="from", nodeId="words")) == ["words"]
    assert [each.code for each in problems(circle, kind="from", nodeId="a")] == [ProblemCode.CYCLE]


def test_the_longest_chain_has_a_scope_without_a_deep_stack():
    assert len(plan(chain(5_000), kind="from", nodeId="n1").steps) == 4_999


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "nodes"},
        {"kind": "nodes", "nodeIds": []},
        {"kind": "nodes", "nodeIds": "abc"},
        {"kind": "nodes", "nodeIds": [""]},
        {"kind": "nodes", "nodeIds": [7]},
        {"kind": "nodes", "nodeIds": ["a"], "nodeId": "a"},
        {"kind": "nodes", "nodeIds": ["a"] * 501},
        {"kind": "from"},
        {"kind": "from", "nodeId": None},
        {"kind": "until", "nodeId": "x" * 129},
        {"kind": "until", "nodeId": "x", "depth": 1},
        {"kind": "failed"},
        {"kind": "failed", "runId": "latest"},
        {"kind": "failed", "runId": 1},
        {"kind": "elsewhere"},
        {"nodeId": "x"},
    ],
)
def test_what_is_no_scope_is_refused(body: dict[str, Any]):
    with pytest.raises(ValidationError):
        RunCreate.model_validate({"scope": body})


def test_a_scope_survives_being_stored():
    for body in (
        {"kind": "all"},
        {"kind": "nodes", "nodeIds": ["a", "b"]},
        {"kind": "from", "nodeId": "a"},
        {"kind": "until", "nodeId": "a"},
        {"kind": "failed", "runId": str(uuid4())},
    ):
        assert RunCreate.model_validate({"scope": body}).scope.model_dump(mode="json") == body
