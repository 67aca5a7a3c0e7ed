"""A user is deleted while their run is executed: it stops, and the executor works on for others."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import NodeExecution
from db.users import delete_user
from support.product.backend import Backend, edge, eventually, graph, node

STOP_SECONDS = 6


def test_a_run_in_flight_stops_when_its_user_is_deleted(backend: Backend) -> None:
    slow, never = "wait 60 say a", "say never after the deletion"
    nodes = [node("n0", "llm", userMessage=slow), node("n1", "llm", userMessage=never)]
    run_id = backend.start(graph(nodes, [edge("n0", "n1", "systemPrompt")]), owner="leaver")
    eventually(lambda: backend.read_run(run_id).status("n0") == "RUNNING")
    with Session(backend.engine) as session, session.begin():
        delete_user(session, "leaver")

    lost = f"run {run_id} is no longer ours"
    eventually(lambda: any(lost in worker.output() for worker in backend.workers), STOP_SECONDS)
    assert backend.run(graph([node("a", "text", text="and on it goes")])).run.status == "COMPLETED"
    assert backend.scripted_model.count(never) == 0
    with Session(backend.engine) as session:
        left = select(func.count()).where(NodeExecution.owner_id == "leaver")
        assert session.scalar(left) == 0
