"""Whether Prefect's dashboard shows what became of the runs, once it had time to catch up."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

import httpx

CATCH_UP_SECONDS: Final = 180.0
POLL_SECONDS: Final = 3.0
_PAGE: Final = 200
_UNFINISHED: Final = {"SCHEDULED", "PENDING", "RUNNING", "CANCELLING", "PAUSED"}
_MAX_CLAIMS: Final = 20


@dataclass(frozen=True)
class MirrorReport:
    """What Prefect's API says about the runs of a round."""

    runs: int
    task_runs: int
    hosted: int
    """Runs that Prefect executed, at least from their last claim on."""
    recorded_later: int
    """Runs that were recorded after they had ended."""
    missing: int
    mismatched: int
    """Runs whose newest flow run has another state than our row."""
    open: tuple[str, ...]
    """Flow runs and task runs without an end, although every run has ended."""
    missing_nodes: tuple[str, ...]
    """Completed nodes without a completed task run, and what Prefect shows of each instead."""
    seconds: float
    """Until it agreed, or until the time for that was over."""

    @property
    def agrees(self) -> bool:
        """Whether it shows everything as it was."""
        return not (self.missing or self.mismatched or self.open or self.missing_nodes)


def compare_with_prefect(
    nodes: Sequence[Any], statuses: Mapping[UUID, str], prefect: httpx.Client
) -> MirrorReport:
    """Wait until Prefect has caught up with our rows, or the time for that is over."""
    started_at = time.monotonic()
    while True:
        seconds = time.monotonic() - started_at
        try:
            mirror_report = _query_prefect(nodes, statuses, prefect, seconds)
        except httpx.TransportError:  # its server may have been started a moment ago
            if seconds > CATCH_UP_SECONDS:
                raise
        else:
            if mirror_report.agrees or seconds > CATCH_UP_SECONDS:
                return mirror_report
        time.sleep(POLL_SECONDS)


def _query_prefect(
    nodes: Sequence[Any], statuses: Mapping[UUID, str], prefect: httpx.Client, seconds: float
) -> MirrorReport:
    flow_runs: dict[UUID, list[Any]] = defaultdict(list)
    open_ends: list[str] = []
    for each in _read_pages(prefect, "/flow_runs/filter", {"tags": {"all_": ["nodeloom"]}}):
        run_id = UUID(_tag_value(each, "run:"))
        flow_runs[run_id].append(each)
        if each["state_type"] in _UNFINISHED:
            open_ends.append(f"flow run {each['id']} of {run_id}: {each['state_type']}")
    shown: dict[str, str] = {}
    for each in _read_pages(prefect, "/task_runs/filter", {"tags": {"all_": ["nodeloom"]}}):
        if each["state_type"] in _UNFINISHED:
            open_ends.append(
                f"task run {each['id']} of {each['flow_run_id']}: {each['state_type']}"
            )
        shown[each["id"]] = each["state_type"]
    newest = {
        id: max(run_count, key=lambda one: int(_tag_value(one, "claim:")))
        for id, run_count in flow_runs.items()
    }
    return MirrorReport(
        runs=len(newest.keys() & statuses.keys()),
        task_runs=len(shown),
        hosted=sum(_is_hosted(id, each) for id, each in newest.items()),
        recorded_later=sum("recorded-later" in each["tags"] for each in newest.values()),
        missing=len(statuses.keys() - newest.keys()),
        mismatched=sum(
            newest[id]["state_type"] != statuses[id] for id in newest.keys() & statuses.keys()
        ),
        open=tuple(open_ends),
        missing_nodes=tuple(
            f"{run_id} {node_id}: {states or 'nothing'}"
            for id, run_id, node_id, _, status in nodes
            if status == "COMPLETED" and "COMPLETED" not in (states := _states(shown, id))
        ),
        seconds=seconds,
    )


def _is_hosted(run_id: UUID, flow_run: Any) -> bool:
    """Whether a flow run is neither the recorder's nor made when its run had ended."""
    return (
        UUID(flow_run["id"]) != uuid5(run_id, "flow run")
        and "recorded-later" not in flow_run["tags"]
    )


def _states(shown: Mapping[str, str], execution_id: UUID) -> list[str]:
    """Give what Prefect shows of a node in each claim of its run, and in a record of it: 0."""
    ids = (str(uuid5(execution_id, str(claim))) for claim in range(_MAX_CLAIMS))
    return [shown[id] for id in ids if id in shown]


def _read_pages(prefect: httpx.Client, path: str, flow_runs: Any) -> Iterator[Any]:
    offset = 0
    while True:
        body = {"flow_runs": flow_runs, "limit": _PAGE, "offset": offset, "sort": "ID_DESC"}
        page = prefect.post(path, json=body).raise_for_status().json()
        yield from page
        if len(page) < _PAGE:
            return
        offset += _PAGE


def _tag_value(flow_run: Any, prefix: str) -> str:
    return next(tag.removeprefix(prefix) for tag in flow_run["tags"] if tag.startswith(prefix))
