"""Says what a run of a stored workflow would do; nothing is started."""

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from assets.store import AssetStore
from db.assets import add_assets
from db.queue.node_states import find_cached_results
from db.workflows import get_workflow
from flows.engine.result_cache import cached_result
from flows.planning.cache_key import ReusableResult, ReusePolicy
from flows.planning.preview import preview_plan
from flows.runs.start import prepare_run
from schemas.values import MediaValue, outputs_adapter
from schemas.wire.plan import PlanRead
from schemas.wire.run import RunCreate
from tasks.registry import node_types


def preview_run(
    session: Session,
    owner_id: str,
    workflow_id: int,
    request: RunCreate,
    files: Sequence[MediaValue] = (),
    *,
    store: AssetStore,
    demo: bool,
) -> PlanRead:
    """Plan a run, look up what it could take over, and say what it would do and why.

    `files` came with the request and are made known. `demo` says whether the demo model answers. Raises what `flows.runs.start.start_run` does.
    """
    add_assets(session, owner_id, files)
    prepared = prepare_run(session, get_workflow(session, owner_id, workflow_id), request)

    def find(keys: Collection[str]) -> dict[str, ReusableResult]:
        rows = find_cached_results(session, owner_id, keys)
        found = {key: cached_result(row, store.probably_contains) for key, row in rows.items()}
        return {key: earlier for key, earlier in found.items() if earlier is not None}

    return preview_plan(
        prepared.graph,
        prepared.plan,
        node_types=node_types(),
        policy=ReusePolicy(request.reuse, partial=request.scope.kind != "all", demo=demo),
        find=find,
        external={
            id: ReusableResult(each.run_id, outputs_adapter.validate_python(each.outputs))
            for id, each in prepared.inputs.items()
        },
    )
