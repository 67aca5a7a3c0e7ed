"""The record of a flow run that our server is to make for a run which Prefect's engine executes."""

from datetime import timedelta
from uuid import uuid5

from prefect.client.schemas import FlowRun

from flows.prefect.records.snapshot import HOSTED_SEQ, RunRecord, StateRecord


def hosted_run_record(flow_run: FlowRun, flow_name: str, deployment: tuple[str, str]) -> RunRecord:
    """Give the record of a flow run that has just begun; Prefect retries it from the deployment."""
    running = flow_run.state
    assert running is not None
    begun_at = running.timestamp
    created_at = begun_at - timedelta(microseconds=1)
    pending_id = uuid5(flow_run.id, "pending")
    return RunRecord(
        seq=HOSTED_SEQ,
        flow=flow_name,
        flow_version=flow_run.flow_version or "",
        deployment=deployment,
        flow_run_id=flow_run.id,
        name=flow_run.name,
        tags=flow_run.tags,
        parameters=flow_run.parameters,
        created=created_at,
        start_time=begun_at,
        end_time=None,
        states=[
            StateRecord(id=pending_id, type="PENDING", name="Pending", timestamp=created_at),
            StateRecord(id=running.id, type="RUNNING", name="Running", timestamp=begun_at),
        ],
        task_runs=[],
        logs=[],
        artifacts=[],
    )
