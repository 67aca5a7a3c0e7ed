"""Makes the record of a run from our rows: its states, its nodes' attempts, logs and artifacts.

Pure. Everything has the time of our rows, and an id that follows from them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from db.mirror.recorded_runs import RecordedRun, RunEventRow
from db.runs import count_nodes
from db.tables import NodeExecution
from flows.graph.check import NodeTypes
from flows.limits.tags import MODEL_TAG_PREFIX, step_model, step_tags
from flows.planning.compiled import compile_version
from flows.planning.plan import Step
from flows.prefect.names import (
    claim_tags,
    clean_name,
    flow_name,
    flow_run_name,
    flow_run_parameters,
    run_tags,
    task_run_id,
)
from flows.prefect.records.artifact_text import (
    MAX_CONTENT_ARTIFACTS,
    Artifact,
    ShownRun,
    content_artifact,
    progress_artifact,
    shows_content,
    summary_artifacts,
    to_record,
)
from flows.prefect.records.snapshot import (
    MAX_STATES,
    MAX_TASK_RUNS,
    ArtifactRecord,
    LogRecord,
    RunRecord,
    StateRecord,
    StateType,
    TaskRunRecord,
)
from flows.prefect.states import task_run_end_state, to_outcome
from schemas.errors import AppError
from schemas.settings import Settings
from schemas.wire.run import NodeStatus, Usage

INFO: Final = 20
ERROR: Final = 40
_RECORD_EPOCH: Final = 0
"""In place of a claim: the task runs of a record show what all claims of a run did."""
_MICROSECOND: Final = timedelta(microseconds=1)
# Pauses are shown by `flows.prefect.mirror.requests`, in the form in which Prefect can end them.
_OPEN_STATES: Final[Mapping[str, tuple[StateType, str]]] = {
    "PENDING": ("PENDING", "Pending"),
    "RUNNING": ("RUNNING", "Running"),
}
_OPEN_MESSAGES: Final = {
    "PENDING": "It waits for a worker: its last one stopped, or somebody resumed it.",
}
_WORKER_LOST: Final = "executor_lost"


@dataclass(frozen=True)
class RecordMaker:
    """Makes records of runs, as an operator may see them."""

    node_types: NodeTypes
    settings: Settings
    deployment: tuple[str, str]
    """Flow and name of the deployment from which Prefect retries runs."""
    installation_tag: str

    def make(self, run: RecordedRun, flow_run_id: UUID) -> list[RunRecord]:
        """Give the record of a run, in parts if it is large; the last one has all but nodes."""
        return _Record(self, run, flow_run_id).parts()


class _States(list[StateRecord]):
    """The states of a flow run or task run, one after the other."""

    def __init__(self, id: UUID) -> None:
        super().__init__()
        self.id = id

    def add(
        self,
        type_: Any,
        name: str,
        at: datetime,
        message: str | None = None,
        *,
        until: datetime | None = None,
    ) -> None:
        """Add a state, later than the last one: Prefect takes two of one moment for the same."""
        if self:
            at = max(at, self[-1].timestamp + _MICROSECOND)
        id = uuid5(self.id, f"{type_} {at.isoformat()}")
        state = StateRecord(
            id=id, type=type_, name=name, timestamp=at, message=message, scheduled_time=until
        )
        self.append(state)


class _Record:
    """One run on its way into its record."""

    def __init__(self, maker: RecordMaker, run: RecordedRun, flow_run_id: UUID) -> None:
        self._maker = maker
        self._run = run
        self._row = run.run
        self._id = flow_run_id
        self._ids = {
            node_id: task_run_id(id, _RECORD_EPOCH) for node_id, id in run.execution_ids.items()
        }
        self._steps = {step.node_id: step for step in _plan(run, maker.node_types)}
        self._tags = run_tags(run.run.workflow_id, run.run.id)
        self._ended = run.status.terminal
        self._logs: list[LogRecord] = []
        self._line_counts: Counter[UUID] = Counter()

    def parts(self) -> list[RunRecord]:
        events: dict[str, list[RunEventRow]] = {}
        for event in self._run.events:
            if event.kind == "node":
                events.setdefault(event.body["nodeId"], []).append(event)
        task_runs = [
            self._task_run(node, events.get(node.node_id, ()))
            for node in self._run.nodes
            if _is_visible(node)
        ]
        states = self._states()
        self._log_run(states)
        chunks = [
            task_runs[first : first + MAX_TASK_RUNS]
            for first in range(0, max(len(task_runs), 1), MAX_TASK_RUNS)
        ]
        return [
            RunRecord(
                seq=self._run.seq,
                after_seq=self._run.after_seq if place == 0 else self._run.seq,
                partial=place < len(chunks) - 1,
                flow=flow_name(self._run.workflow_name, self._row.workflow_id),
                flow_version=str(self._row.revision),
                deployment=self._maker.deployment,
                flow_run_id=self._id,
                name=flow_run_name(self._run.workflow_name, self._row.id),
                tags=[
                    self._maker.installation_tag,
                    *claim_tags(self._row.workflow_id, self._row.id, self._row.epoch),
                    *self._model_tags(),
                ],
                parameters=flow_run_parameters(self._row.workflow_id, self._row.id),
                created=self._row.created_at,
                start_time=self._row.started_at,
                end_time=self._row.finished_at,
                states=states,
                task_runs=chunk,
                logs=self._logs_of(chunk, last=place == len(chunks) - 1),
                artifacts=self._artifacts() if place == len(chunks) - 1 else [],
            )
            for place, chunk in enumerate(chunks)
        ]

    def _states(self) -> list[StateRecord]:
        """Give the states of the flow run: those of the run."""
        row, states = self._row, _States(self._id)
        states.add("PENDING", "Pending", row.created_at)
        before = None
        for event in self._run.events:
            status = event.body["status"]
            if event.kind != "run" or status == before:  # the same, where it was asked to pause
                continue
            before = status
            if status not in _OPEN_STATES:
                continue
            if status == "RUNNING" and len(states) == 1:
                states.add("RUNNING", "Running", row.started_at or event.at)
            elif status != "PENDING" or len(states) > 1:
                states.add(*_OPEN_STATES[status], event.at, _OPEN_MESSAGES.get(status))
        if row.finished_at is not None:
            error = row.error or {}
            lost = error.get("code") == _WORKER_LOST
            name = "Crashed" if lost else self._run.status.capitalize()
            message = " ".join(filter(None, (f"{self._summary()}.", error.get("message"))))
            states.add(name.upper(), name, row.finished_at, message)
        return states[-MAX_STATES:]

    def _summary(self) -> str:
        counts = count_nodes(self._run.nodes)
        others = {"failed": counts.failed, "skipped": counts.skipped, "cancelled": counts.cancelled}
        done = f"{counts.completed} of {counts.total} nodes completed"
        return ", ".join([done, *(f"{count} {word}" for word, count in others.items() if count)])

    def _model_tags(self) -> list[str]:
        types = self._maker.node_types
        models = {step_model(step, types[step.node_type]) for step in self._steps.values()}
        return sorted(clean_name(f"{MODEL_TAG_PREFIX}{model}") for model in models if model)[:50]

    def _task_run(self, node: NodeExecution, events: Sequence[RunEventRow]) -> TaskRunRecord:
        id = self._ids[node.node_id]
        step = self._steps.get(node.node_id)
        model = step and step_model(step, self._maker.node_types[step.node_type])
        retries = step.retries if step else 0
        states = self._attempts(node, events, retries, f" with {model}" if model else "")
        if NodeStatus(node.status).terminal:
            end = task_run_end_state(to_outcome(node))
            assert node.finished_at is not None
            states.add(end.type.value, end.name or "", node.finished_at, end.message)
            self._log_end(id, node, states[-1])
        label = clean_name(node.label)
        return TaskRunRecord(
            id=id,
            name=f"{label} · {clean_name(model)}" if model else label,
            task_key=step.task_name if step else node.node_type,
            tags=[*self._step_tags(step, model), *self._tags],
            inputs=self._inputs(step),
            retries=retries,
            retry_delay=step.retry_delay_seconds if step else 0.0,
            run_count=max(1, sum(state.type == "RUNNING" for state in states)),
            start_time=node.started_at or states[0].timestamp,
            end_time=states[-1].timestamp if states[-1].final else None,
            states=states[-MAX_STATES:],
        )

    def _attempts(
        self, node: NodeExecution, events: Sequence[RunEventRow], retries: int, asks: str
    ) -> _States:
        """Give the states of a node's attempts, those that a recovery lost among them."""
        states = _States(self._ids[node.node_id])
        first = 1
        begun: dict[int, RunEventRow] = {}
        for event in events:
            attempt = event.body["attempt"]
            if event.body["status"] == "RUNNING":
                begun[attempt] = event
            elif event.body["status"] == "PENDING" and begun:
                for number, one in begun.items():
                    self._add_attempt(states, one.at, number, one.body["error"])
                states.add("PENDING", "Pending", event.at, "Its worker stopped.")
                self._log(
                    states.id, event.at, f"Attempt {attempt} was lost with its worker.", ERROR
                )
                first, begun = attempt + 1, {}
        if node.started_at is None:  # its result was taken over
            return states
        numbers = range(first, max(node.attempt, first) + 1)
        for attempt, at in zip(numbers, _attempt_times(node, numbers, begun), strict=True):
            event = begun.get(attempt) if attempt > first else None
            self._add_attempt(states, at, attempt, event and event.body["error"])
            last = max(retries + first, attempt)
            self._log(states.id, at, f"Attempt {attempt} of {last} begins{asks}.")
        return states

    def _add_attempt(
        self, states: _States, at: datetime, attempt: int, error: Mapping[str, Any] | None
    ) -> None:
        """Say that an attempt began, and the one before it failed, if there was one."""
        is_retry = bool(states) and states[-1].type == "RUNNING"
        if is_retry:
            failed_at = at - _MICROSECOND
            message = f"{error['code']}: {error['message']}" if error else None
            states.add("SCHEDULED", "AwaitingRetry", failed_at, message, until=at)
            text = f"Attempt {attempt - 1} failed; trying again"
            self._log(states.id, failed_at, f"{text}: {message}" if message else f"{text}.", ERROR)
        states.add("RUNNING", "Retrying" if is_retry else "Running", at)

    def _step_tags(self, step: Step | None, model: str | None) -> list[str]:
        if step is None:
            return []
        kinds = step_tags(step, self._maker.node_types[step.node_type], model)
        return [clean_name(tag) for tag in kinds]

    def _inputs(self, step: Step | None) -> dict[str, list[UUID]]:
        """Give the edges; what enters from outside of the scope has no task run."""
        return {
            binding.handle: [
                self._ids[source.node_id]
                for source in binding.sources
                if source.node_id in self._ids
            ]
            for binding in (step.bindings if step else ())
        }

    def _log(self, task_run_id: UUID | None, at: datetime, message: str, level: int = INFO) -> None:
        about = task_run_id or self._row.id
        self._line_counts[about] += 1
        self._logs.append(
            LogRecord(
                # Told again, it may have another time: that of an event is known only at the end.
                id=uuid5(about, f"line {self._line_counts[about]}"),
                task_run_id=task_run_id,
                level=level,
                message=message,
                timestamp=at,
            )
        )

    def _log_end(self, id: UUID, node: NodeExecution, end: StateRecord) -> None:
        assert node.finished_at is not None
        if node.reused:
            self._log(id, node.finished_at, f"Nothing was to be done: {end.message}.")
        elif node.status != "COMPLETED":
            self._log(id, node.finished_at, f"{end.name}: {end.message}", ERROR)
        else:
            self._log(id, node.finished_at, _usage_summary(node))

    def _log_run(self, states: Iterable[StateRecord]) -> None:
        row = self._row
        self._log(
            None,
            row.created_at,
            f"Run {row.id} of revision {row.revision}, started by {row.trigger}.",
        )
        for state in states:
            if state.message:
                level = ERROR if state.type in {"FAILED", "CRASHED"} else INFO
                self._log(None, state.timestamp, f"{state.name}: {state.message}", level)

    def _logs_of(self, task_runs: Sequence[TaskRunRecord], *, last: bool) -> list[LogRecord]:
        ids = {each.id for each in task_runs}
        return [
            line
            for line in self._logs
            if line.task_run_id in ids or (line.task_run_id is None and last)
        ]

    def _artifacts(self) -> list[ArtifactRecord]:
        """Give how far a run is; at its end all that may be shown of it."""
        if not self._ended:
            return [self._artifact(progress_artifact(self._run.ended_nodes, self._row.total_nodes))]
        shown = ShownRun.of(self._row, self._run.workflow_name)
        settings = self._maker.settings
        nodes = self._run.nodes
        found = [self._artifact(each) for each in summary_artifacts(shown, nodes, settings)]
        if shows_content(settings, shown.owner_id):
            contents = ((node, content_artifact(shown, node, settings)) for node in nodes)
            found += [
                self._artifact(each, self._ids[node.node_id]) for node, each in contents if each
            ][:MAX_CONTENT_ARTIFACTS]
        return found

    def _artifact(self, artifact: Artifact, task_run: UUID | None = None) -> ArtifactRecord:
        at = self._row.finished_at or self._row.created_at
        return to_record(artifact, self._id, self._row.workflow_id, task_run, at)


def _is_visible(node: NodeExecution) -> bool:
    """Whether a node's work has begun, or was taken over; what was skipped is not shown."""
    return node.started_at is not None or node.reused


def _plan(run: RecordedRun, node_types: NodeTypes) -> Sequence[Step]:
    """Plan the run's nodes again; none where the graph can no longer be read."""
    compiled = compile_version(run.run.version_id, run.graph, node_types)
    if compiled.graph is None:
        return ()
    try:
        return compiled.plan(frozenset(run.execution_ids)).steps
    except (AppError, KeyError, ValueError):
        return ()


def _usage_summary(node: NodeExecution) -> str:
    assert node.started_at is not None
    assert node.finished_at is not None
    done = f"Done after {(node.finished_at - node.started_at).total_seconds():.3f} s"
    if not node.usage:
        return f"{done}."
    used = Usage.model_validate(node.usage)
    return f"{done}; {used.input_tokens:,} tokens read, {used.output_tokens:,} written."


def _attempt_times(
    node: NodeExecution, numbers: range, begun: Mapping[int, RunEventRow]
) -> list[datetime]:
    """Give when attempts began: the first as its row says, the others as their events do.

    An event has the time of its commit. The end of a node, and what comes after an attempt, may have
    been written by the same commit with the time of its moment, which is earlier.
    """
    assert node.started_at is not None
    times: list[datetime] = []
    latest = node.finished_at or datetime.max.replace(tzinfo=UTC)
    for attempt in reversed(numbers[1:]):
        event = begun.get(attempt)
        latest = min(event.at if event else latest, latest - 2 * _MICROSECOND)
        times.append(max(latest, node.started_at))
    return [node.started_at, *reversed(times)]
