"""What whoever has a share link starts and sees: nothing of the graph, and no run but those of the link."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from api.routes.functions.calls import Inputs, is_by_demo_model, start_call
from db.lists.functions import get_function, get_result_executions
from db.lists.links import (
    LinkAccess,
    add_link_run,
    count_ended_steps,
    count_run,
    find_uploads,
    get_link,
    get_link_run,
    link_not_found,
)
from db.runs import IdempotentRequest, find_idempotent_run
from db.tables import WorkflowRun
from flows.functions.publish import function_signature
from flows.functions.results import (
    files_of,
    present_declared_outputs,
    present_error,
    with_file_urls,
)
from schemas.errors import InvalidGraphError, NotFoundError
from schemas.problem import Problem, ProblemCode
from schemas.values import MediaValue
from schemas.wire.functions.link import SharedFunction, SharedRun
from schemas.wire.run import RunError, StartedBy
from schemas.wire.value import Value

NOT_READY: Final = "It cannot be run as it is at the moment: tell whoever gave you the link."
FAILED: Final = "A step of it did not work. Whoever gave you the link can see why, in run {}."


def read_shared_function(session: Session, owner_id: str, link: LinkAccess) -> SharedFunction:
    """Give what the form is made of. Raises NotFoundError: the workflow was deleted."""
    row = get_link(session, owner_id, link.id)
    try:
        function = get_function(session, owner_id, link.function_name)
    except NotFoundError as error:
        raise link_not_found() from error  # what became of the workflow is its owner's
    signature = function_signature(function)
    return SharedFunction(
        title=function.workflow_name,
        inputs=signature.inputs,
        outputs=signature.outputs,
        step_count=len(function.graph["nodes"]),
        runs_left=row.max_runs - row.run_count,
        expires_at=row.expires_at,
    )


def link_idempotency(
    link: LinkAccess, request: IdempotentRequest | None
) -> IdempotentRequest | None:
    """Keep the keys of a link's users apart from those of its owner and of other links."""
    if request is None:
        return None
    key = hashlib.sha256(request.key.encode()).hexdigest()
    return IdempotentRequest(f"link {link.id} {key}", request.sha256)


def start_shared_run(
    session: Session,
    owner_id: str,
    link: LinkAccess,
    *,
    given: Inputs,
    inputs: Inputs,
    files: Sequence[MediaValue],
    started_by: StartedBy | None,
    idempotency: IdempotentRequest | None,
) -> UUID:
    """Make a run of the link's function and count it, unless this very call has made it before.

    `given` are the inputs as they came, `inputs` those with files in the place of their bytes. What is
    refused counts nothing.

    Raises:
        EndedError: the link has no run left, or is over.
        InvalidGraphError: values do not fit.
        NotFoundError: the function's workflow was deleted.
    """
    earlier = idempotency and find_idempotent_run(session, owner_id, idempotency)
    if earlier:
        get_link_run(session, owner_id, link.id, earlier)
        return earlier
    count_run(session, owner_id, link.id)
    _check_files(session, owner_id, link, given)
    try:
        run_id = start_call(
            session,
            owner_id,
            link.function_name,
            inputs=inputs,
            files=files,
            started_by=started_by,
            idempotency=idempotency,
            trigger="link",
        )
    except NotFoundError as error:
        raise link_not_found() from error
    except InvalidGraphError as error:
        raise InvalidGraphError(_shared_problems(error.problems), NOT_READY, error.code) from error
    add_link_run(session, owner_id, link.id, run_id)
    return run_id


def _check_files(session: Session, owner_id: str, link: LinkAccess, given: Inputs) -> None:
    """Refuse stored files that were not uploaded through this link. Raises InvalidGraphError."""
    named = [(name, id) for name, value in given.items() for id in _asset_ids(value)]
    ids = {uuid for _, id in named if (uuid := _uuid(id))}
    known = find_uploads(session, owner_id, link.id, ids)
    problems = [
        Problem(
            code=ProblemCode.ASSET_NOT_FOUND,
            message="The file is not there, or not any more: upload it again.",
            input=name,
        )
        for name, id in named
        if _uuid(id) not in known
    ]
    if problems:
        raise InvalidGraphError(problems, "A file is not there, or not any more.")


def _asset_ids(value: JsonValue) -> Iterator[object]:
    if isinstance(value, Mapping):
        fields = cast("Mapping[str, JsonValue]", value)
        if "assetId" in fields:
            yield fields["assetId"]
        for each in fields.values():
            yield from _asset_ids(each)
    elif isinstance(value, list):
        for each in value:
            yield from _asset_ids(each)


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _shared_problems(problems: Sequence[Problem]) -> list[Problem]:
    """Say what is wrong with inputs; what is wrong with the graph itself is its owner's."""
    shown = [
        Problem(code=each.code, message=each.message, input=each.input)
        for each in problems
        if each.input is not None
    ]
    return shown or [Problem(code=problems[0].code, message=NOT_READY)]


def read_shared_run(session: Session, owner_id: str, link: LinkAccess, run_id: UUID) -> SharedRun:
    """Give how far a run of the link is, and what came of it. Raises NotFoundError."""
    run = get_link_run(session, owner_id, link.id, run_id)
    executions = get_result_executions(session, run)
    outputs = present_declared_outputs(run.declared_outputs or {}, executions)
    address = f"/api/shared/{link.id}/runs/{run_id}/assets"
    return SharedRun(
        run_id=run.id,
        status=run.status,
        step_count=run.total_nodes,
        ended_step_count=count_ended_steps(session, owner_id, run_id),
        outputs={
            name: with_file_urls(value, lambda file: f"{address}/{file.asset_id}")
            for name, value in outputs.items()
        },
        demo=is_by_demo_model(executions),
        error=_shared_error(run),
    )


def _shared_error(run: WorkflowRun) -> RunError | None:
    """Say that a run failed: why, its nodes would say, with what their owner has written in them."""
    error = present_error(run.error)
    return error and RunError(code=error.code, message=FAILED.format(run.id))


def result_asset_ids(values: Mapping[str, Value | None]) -> set[UUID]:
    """Give the files among the results of a run."""
    return {file.asset_id for value in values.values() for file in files_of(value)}
