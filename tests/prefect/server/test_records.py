"""The route of our Prefect server that takes records of runs, read back through Prefect's API."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
import pytest

from flows.prefect.records.snapshot import (
    MAX_BODY_BYTES,
    RECORDS_PATH,
    ArtifactRecord,
    LogRecord,
    RunRecord,
    StateRecord,
    TaskRunRecord,
)
from local.prefect.auth import get_auth_string
from support.product.prefect_server import PrefectServer

BEGAN = datetime.now(UTC).replace(microsecond=250_000) - timedelta(hours=1)
"""Lately: flow runs that ended 90 days ago are deleted by Prefect's server soon after its start."""


def after(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def state(of: UUID, type_: Any, name: str, seconds: float) -> StateRecord:
    at = after(seconds)
    return StateRecord(id=uuid5(of, f"{name} {at}"), type=type_, name=name, timestamp=at)


def record(run: UUID, seq: int, *, ended: bool) -> RunRecord:
    """A run of one node that failed once, as it is in the middle or at its end."""
    task = uuid5(run, "task")
    states = [state(run, "PENDING", "Pending", 0), state(run, "RUNNING", "Running", 1)]
    attempts = [
        state(task, "RUNNING", "Running", 1.5),
        state(task, "SCHEDULED", "AwaitingRetry", 2),
        state(task, "RUNNING", "Retrying", 3),
    ]
    if ended:
        states.append(state(run, "COMPLETED", "Completed", 4))
        attempts.append(state(task, "COMPLETED", "Completed", 3.75))
    return RunRecord(
        seq=seq,
        flow=f"Flow of {run}",
        flow_version="7",
        deployment=("nobody", "nothing"),
        flow_run_id=run,
        name="A workflow · 1",
        tags=["nodeloom", f"run:{run}"],
        parameters={"run_id": str(run)},
        created=BEGAN,
        start_time=after(1),
        end_time=after(4) if ended else None,
        states=states,
        task_runs=[
            TaskRunRecord(
                id=task,
                name="Node",
                task_key="llm-execution",
                tags=["llm"],
                inputs={"userMessage": [uuid5(run, "other")]},
                retries=2,
                run_count=2,
                start_time=after(1.5),
                end_time=after(3.75) if ended else None,
                states=attempts,
            )
        ],
        logs=[
            LogRecord(
                id=uuid5(task, f"line {place}"),
                task_run_id=task,
                level=20,
                message=f"line {place}",
                timestamp=after(2 + place / 10),
            )
            for place in range(3)
        ],
        artifacts=[
            ArtifactRecord(
                id=uuid5(run, "artifact"),
                key=f"workflow-{run}-progress",
                type="progress",
                data=100 if ended else 50,
                description="How far it is.",
                task_run_id=None,
                created=after(4),
            )
        ],
    )


@pytest.fixture
def api(home: Path, prefect_server: PrefectServer) -> Iterator[httpx.Client]:
    auth = httpx.BasicAuth(*(get_auth_string(home) or "").split(":", 1))
    with httpx.Client(base_url=prefect_server.api_url, auth=auth, timeout=60) as client:
        yield client


def send(api: httpx.Client, *records: RunRecord) -> dict[str, str]:
    body = {"runs": [each.model_dump(mode="json") for each in records]}
    answer = api.post(RECORDS_PATH, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def read(api: httpx.Client, run: UUID) -> dict[str, Any]:
    """All that Prefect's API says of a flow run."""
    filters = {"flow_runs": {"id": {"any_": [str(run)]}}}
    [task] = api.post("/task_runs/filter", json=filters).json()
    logs = {"logs": {"flow_run_id": {"any_": [str(run)]}}, "sort": "TIMESTAMP_ASC"}
    return {
        "flow run": _stable(api.get(f"/flow_runs/{run}").json()),
        "states": api.get("/flow_run_states/", params={"flow_run_id": str(run)}).json(),
        "task": _stable(task),
        "attempts": api.get("/task_run_states/", params={"task_run_id": task["id"]}).json(),
        "logs": api.post("/logs/filter", json=logs).json(),
        "graph": api.get(f"/flow_runs/{run}/graph-v2").json(),
        "artifacts": [
            {name: each[name] for name in ("key", "data", "flow_run_id")}
            for each in api.post("/artifacts/filter", json=filters).json()
        ],
    }


def _stable(found: dict[str, Any]) -> dict[str, Any]:
    moving = {"updated", "estimated_run_time", "estimated_start_time_delta"}
    return {name: value for name, value in found.items() if name not in moving}


def test_prefect_shows_a_record_as_if_it_had_been_there(api: httpx.Client) -> None:
    run = uuid4()
    assert send(api, record(run, 9, ended=True)) == {str(run): "recorded"}

    seen = read(api, run)
    flow_run, task = seen["flow run"], seen["task"]
    assert datetime.fromisoformat(flow_run["start_time"]) == after(1)
    assert datetime.fromisoformat(flow_run["end_time"]) == after(4)
    assert (flow_run["total_run_time"], flow_run["run_count"]) == (3, 1)
    assert (flow_run["state_type"], flow_run["flow_version"]) == ("COMPLETED", "7")
    assert flow_run["state"]["id"] == flow_run["state_id"]
    assert [(each["type"], each["timestamp"]) for each in seen["states"]] == [
        (type_, after(at).isoformat().replace("+00:00", "Z"))
        for type_, at in (("PENDING", 0), ("RUNNING", 1), ("COMPLETED", 4))
    ]
    assert api.get(f"/flows/{flow_run['flow_id']}").json()["name"] == f"Flow of {run}"
    assert (task["total_run_time"], task["run_count"]) == (2.25, 2)
    assert (task["start_time"], task["state_name"]) == (
        after(1.5).isoformat().replace("+00:00", "Z"),
        "Completed",
    )
    names = ["Running", "AwaitingRetry", "Retrying", "Completed"]
    assert [each["name"] for each in seen["attempts"]] == names
    assert task["task_inputs"]["userMessage"] == [
        {"input_type": "task_run", "id": str(uuid5(run, "other"))}
    ]
    assert [each["message"] for each in seen["logs"]] == ["line 0", "line 1", "line 2"]
    assert datetime.fromisoformat(seen["logs"][1]["timestamp"]) == after(2.1)
    [[id, node]] = seen["graph"]["nodes"]
    assert (id, node["state_type"]) == (task["id"], "COMPLETED")
    latest = api.get(f"/artifacts/workflow-{run}-progress/latest").json()
    assert (latest["flow_run_id"], latest["data"]) == (str(run), 100)


def test_the_same_record_changes_nothing_and_an_older_one_neither(api: httpx.Client) -> None:
    run = uuid4()
    assert send(api, record(run, 5, ended=False)) == {str(run): "recorded"}
    assert read(api, run)["flow run"]["state_name"] == "Running"
    assert send(api, record(run, 9, ended=True)) == {str(run): "recorded"}
    seen = read(api, run)

    assert send(api, record(run, 9, ended=True)) == {str(run): "current"}
    assert send(api, record(run, 5, ended=False)) == {str(run): "current"}
    assert read(api, run) == seen


def test_what_somebody_set_in_prefect_stays_until_the_run_has_ended(api: httpx.Client) -> None:
    run = uuid4()
    send(api, record(run, 5, ended=False))
    cancelling = {"state": {"type": "CANCELLING", "name": "Cancelling"}, "force": True}
    api.post(f"/flow_runs/{run}/set_state", json=cancelling).raise_for_status()
    assert send(api, record(run, 6, ended=False)) == {str(run): "recorded"}
    assert read(api, run)["flow run"]["state_name"] == "Cancelling"
    send(api, record(run, 9, ended=True))
    assert read(api, run)["flow run"]["state_name"] == "Completed"


def test_flow_runs_that_are_not_ours_are_left_alone(api: httpx.Client) -> None:
    flow = api.post("/flows/", json={"name": "somebody else's"}).json()["id"]
    made = api.post("/flow_runs/", json={"flow_id": flow, "state": {"type": "RUNNING"}}).json()
    assert send(api, record(UUID(made["id"]), 9, ended=True)) == {made["id"]: "foreign"}
    assert api.get(f"/flow_runs/{made['id']}").json()["state_type"] == "RUNNING"


def test_a_large_record_comes_in_parts_and_an_addition_needs_what_it_adds_to(
    api: httpx.Client,
) -> None:
    run = uuid4()
    whole = record(run, 9, ended=True)
    first = whole.model_copy(update={"partial": True, "logs": [], "artifacts": []})
    last = whole.model_copy(update={"task_runs": [], "after_seq": 9})
    assert send(api, last) == {str(run): "missing"}
    assert api.get(f"/flow_runs/{run}").status_code == 404
    assert send(api, first) == {str(run): "recorded"}
    assert send(api, last) == {str(run): "recorded"}
    assert read(api, run)["flow run"]["state_name"] == "Completed"


def test_a_batch_that_is_wrong_is_refused_with_its_place(api: httpx.Client) -> None:
    wrong = record(uuid4(), 9, ended=True).model_dump(mode="json") | {"seq": 0}
    answer = api.post(RECORDS_PATH, json={"runs": [wrong]})
    assert answer.status_code == 422
    assert "runs.0.seq" in answer.json()["exception_message"]
    assert api.post(RECORDS_PATH, content=b"{").status_code == 422
    assert api.post(RECORDS_PATH, content=b" " * (MAX_BODY_BYTES + 1)).status_code == 413
    assert httpx.post(f"{api.base_url}{RECORDS_PATH[1:]}", json={}).status_code == 401
