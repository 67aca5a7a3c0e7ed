"""What operators do with flow runs of ours in Prefect: suspend, resume, mark as ended. On a real server."""

import time
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from db.queue.pauses import request_pause, request_resume
from flows.prefect.names import recorded_flow_run_id
from support.product.backend import OWNER, Backend, EndedRun, edge, eventually, graph, node


def chain(*messages: str) -> Any:
    nodes = [node(f"n{i}", "llm", userMessage=message) for i, message in enumerate(messages)]
    edges = [edge(f"n{i}", f"n{i + 1}", "systemPrompt") for i in range(len(messages) - 1)]
    return graph(nodes, edges)


def started(backend: Backend, *messages: str) -> tuple[UUID, UUID]:
    """A run that is executed inside of a flow run; gives the ids of both."""
    eventually(lambda: hosted(backend, messages[0]))  # Prefect is imported beside the first ones
    return started_somewhere(backend, *messages)


def hosted(backend: Backend, message: str) -> bool:
    run = backend.run(chain(f"say first, so that Prefect is loaded, {message}")).run
    return run.prefect_flow_run_id not in (None, recorded_flow_run_id(run.id))


def started_somewhere(backend: Backend, *messages: str) -> tuple[UUID, UUID]:
    run_id = backend.start(chain(*messages))
    eventually(lambda: backend.scripted_model.count(messages[0]))
    flow_run_id = eventually(lambda: backend.read_run(run_id).run.prefect_flow_run_id)
    shown(backend, flow_run_id, "Running")
    return run_id, flow_run_id


def shown(backend: Backend, flow_run_id: UUID, name: str, message: str = "") -> Any:
    """The state of a flow run once it has this name, and a message that says this."""

    def poll() -> Any:
        state = backend.prefect(f"/flow_runs/{flow_run_id}")["state"]
        fits = state["name"] == name and message in (state["message"] or "")
        return state if fits else None

    return eventually(poll, 40)


def put_into(backend: Backend, flow_run_id: UUID, type: str, name: str, **more: Any) -> None:
    state = {"type": type, "name": name, **more}
    done = backend.prefect(f"/flow_runs/{flow_run_id}/set_state", state=state, force=False)
    assert done["status"] == "ACCEPT", done


def paused(backend: Backend, run_id: UUID) -> EndedRun:
    def poll() -> EndedRun | None:
        seen = backend.read_run(run_id)
        return seen if seen.run.status == "WAITING" else None

    return eventually(poll, 30)


def finished(backend: Backend, flow_run_id: UUID) -> list[str]:
    """The lines of a flow run's log that say in which state it is left."""
    wanted = {"flow_run_id": {"any_": [str(flow_run_id)]}}
    found = backend.prefect("/logs/filter", logs=wanted, sort="TIMESTAMP_ASC", limit=200)
    lines = [each["message"] for each in found if each["task_run_id"] is None]
    return [line for line in lines if line.startswith("Finished in state")]


def test_suspended_and_resumed_in_prefect_it_goes_on_in_the_same_flow_run(
    backend: Backend, deployment: Any
) -> None:
    assert deployment["id"]
    first, second = "wait 12 say the first suspended", "say the second suspended"
    run_id, flow_run_id = started(backend, first, second)
    put_into(backend, flow_run_id, "PAUSED", "Suspended", state_details={"pause_reschedule": True})
    seen = paused(backend, run_id)
    assert (seen.status("n0"), seen.status("n1")) == ("COMPLETED", "PENDING")
    shown(backend, flow_run_id, "Suspended", f"Run {run_id} is paused")
    time.sleep(6)
    assert backend.read_run(run_id).run.status == "WAITING"
    assert backend.scripted_model.count(second) == 0
    backend.prefect(f"/flow_runs/{flow_run_id}/resume", run_input=None)
    ended = backend.end(run_id)
    assert (ended.run.status, ended.run.prefect_flow_run_id) == ("COMPLETED", flow_run_id)
    shown(backend, flow_run_id, "Completed")
    assert (backend.scripted_model.count(first), backend.scripted_model.count(second)) == (1, 1)


def test_our_pause_is_shown_as_suspended_and_our_resume_as_running(backend: Backend) -> None:
    first, second = "wait 3 say the first of ours", "wait 8 say the second of ours"
    run_id, flow_run_id = started(backend, first, second)
    with Session(backend.engine) as session, session.begin():
        request_pause(session, OWNER, run_id)
    paused(backend, run_id)
    shown(backend, flow_run_id, "Suspended", f"Run {run_id} is paused")
    [line] = eventually(lambda: finished(backend, flow_run_id))
    assert line.startswith(f'Finished in state Suspended("Run {run_id} is paused.')
    with Session(backend.engine) as session, session.begin():
        request_resume(session, OWNER, run_id)
    shown(backend, flow_run_id, "Running")
    ended = backend.end(run_id)
    assert (ended.run.status, ended.run.prefect_flow_run_id) == ("COMPLETED", flow_run_id)
    shown(backend, flow_run_id, "Completed")
    assert (backend.scripted_model.count(first), backend.scripted_model.count(second)) == (1, 1)
    tasks = backend.task_runs(flow_run_id, 2)
    inputs = tasks["N1"]["task_inputs"]["systemPrompt"]
    assert [each["id"] for each in inputs] == [tasks["N0"]["id"]]


def test_a_run_that_is_executed_outside_of_prefect_is_paused_from_there_too(
    backend: Backend,
) -> None:
    for worker in backend.workers:
        worker.stop()
    recording = backend.start_worker(NODELOOM_PREFECT="record")
    run_id, flow_run_id = started_somewhere(backend, "wait 8 say the first outside", "say never")
    assert flow_run_id == recorded_flow_run_id(run_id)
    put_into(backend, flow_run_id, "PAUSED", "Suspended", state_details={"pause_reschedule": True})
    shown(backend, flow_run_id, "Suspended", f"Run {run_id} begins no further node")
    paused(backend, run_id)
    shown(backend, flow_run_id, "Suspended", f"Run {run_id} is paused")
    recording.stop()
    backend.start_worker(NODELOOM_PUBLIC_URL="http://127.0.0.1:8000")  # for the tests that follow


def test_marked_as_failed_in_prefect_a_run_is_cancelled(backend: Backend) -> None:
    first, second = "wait 20 say the first marked", "say never after the mark"
    run_id, flow_run_id = started(backend, first, second)
    put_into(backend, flow_run_id, "FAILED", "Failed")
    assert backend.end(run_id, 15).run.status == "CANCELLED"
    shown(backend, flow_run_id, "Cancelled")
    assert backend.scripted_model.count(second) == 0


def test_marked_as_completed_in_prefect_a_run_goes_on_and_prefects_page_says_so(
    backend: Backend,
) -> None:
    first, second = "wait 15 say the first of a mark", "say the second of a mark"
    run_id, flow_run_id = started(backend, first, second)
    put_into(backend, flow_run_id, "COMPLETED", "Completed")
    shown(backend, flow_run_id, "Running", f"Run {run_id} goes on")
    ended = backend.end(run_id)
    assert ended.run.status == "COMPLETED"
    shown(backend, flow_run_id, "Completed")
    assert backend.scripted_model.count(second) == 1
