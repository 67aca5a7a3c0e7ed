"""What a start stores: a version of its own where it has values of its own."""

from sqlalchemy.orm import Session

from db.tables import WorkflowRun, WorkflowVersion
from db.users import ensure_user
from db.workflows import create_workflow, graph_document, rename_workflow
from flows.graph.content import content_sha256
from flows.runs.start import StartRequest, start_run
from schemas.wire.run import Trigger
from support.database.rows import move_nodes
from support.nodes.graphs import graph, node


def test_a_version_with_values_of_its_own_has_the_current_name_and_positions(
    session: Session,
) -> None:
    ensure_user(session, "ann", "ann@example.org")
    made = graph(node("a", text="old"))
    workflow = create_workflow(session, "ann", "Before", made.document(), content_sha256(made))
    trigger: Trigger = "api"
    plain = StartRequest(owner_id="ann", workflow_id=workflow.id, trigger=trigger)
    start_run(session, plain)  # compiled, and remembered
    rename_workflow(session, "ann", workflow.id, "After")
    move_nodes(session, "ann", workflow.id, {"a": {"x": 70, "y": 80}})
    session.refresh(workflow)
    changed = StartRequest(
        owner_id="ann", workflow_id=workflow.id, trigger=trigger, overrides={"a": {"text": "new"}}
    )
    run = session.get_one(WorkflowRun, start_run(session, changed))
    stored = session.get_one(WorkflowVersion, run.version_id).graph
    assert stored["name"] == "After"
    assert stored["nodes"][0]["position"] == {"x": 70, "y": 80}
    assert stored["nodes"][0]["data"]["text"] == "new"
    assert graph_document(workflow)["nodes"][0]["data"]["text"] == "old"
