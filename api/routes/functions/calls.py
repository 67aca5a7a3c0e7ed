"""What a call of a function starts, and what came of it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from litestar import Request
from pydantic import JsonValue
from sqlalchemy.orm import Session

from api.http.multipart import is_form
from api.http.strict_json import MAX_GRAPH_BODY_BYTES, StrictJsonRequest
from api.media.embedded import extract_input_files
from api.routes.functions.forms import read_form_inputs
from api.state.app_state import AppState
from db.assets import add_assets
from db.lists.functions import get_function, get_result_executions
from db.lists.webhooks import check_webhook, record_function_call
from db.runs import IdempotentRequest, find_idempotent_run, get_run
from db.tables import NodeExecution
from flows.functions.publish import function_signature
from flows.functions.results import present_declared_outputs, present_error
from flows.runs.start import StartRequest, start_run
from schemas.demo_model import DEMO_MODEL
from schemas.errors import InvalidInputError
from schemas.graph import MAX_DECLARATIONS
from schemas.values import MediaValue
from schemas.wire.run import RunCreate, StartedBy, Trigger
from schemas.wire.workflow import FunctionResult

Inputs = Mapping[str, JsonValue]


@dataclass(frozen=True)
class CallInputs:
    """What a call gives; its files are stored, and still have to be made known."""

    values: dict[str, JsonValue]
    files: list[MediaValue]
    raw: dict[str, JsonValue]
    """As they were sent: what an idempotency key is for."""


async def receive_inputs(
    request: Request[Any, Any, Any], app_state: AppState, owner_id: str, name: str
) -> CallInputs:
    """Read the inputs of a call, JSON or a form; of a form only where there is such a function.

    Raises:
        BadInputError, InvalidInputError, NotFoundError, ProviderError: see `read_form_inputs`.
    """
    if not is_form(request):
        given = await read_json_inputs(request)
        values, files = await extract_input_files(app_state.uploads, owner_id, given)
        return CallInputs(values, files, given)
    function = await app_state.database.run(get_function, owner_id, name)
    properties = function_signature(function).inputs["properties"]
    values, files = await read_form_inputs(request, app_state.uploads, owner_id, properties)
    return CallInputs(values, files, values)


async def read_json_inputs(request: Request[Any, Any, Any]) -> dict[str, JsonValue]:
    """Read inputs from JSON; a body that is left out has none. Raises InvalidInputError."""
    assert isinstance(request, StrictJsonRequest)
    inputs = await request.bounded_json(MAX_GRAPH_BODY_BYTES)
    if inputs is None:
        return {}
    if not isinstance(inputs, dict) or len(inputs) > MAX_DECLARATIONS:
        raise InvalidInputError(
            "inputs_not_an_object",
            f"The body is an object of inputs by name, {MAX_DECLARATIONS} at most, such as"
            ' {"topic": "Teapots"}.',
        )
    return inputs


def idempotent_call(key: str | None, name: str, inputs: Inputs) -> IdempotentRequest | None:
    """Hash what is asked for, so that a key used for something else is noticed."""
    if key is None:
        return None
    asked = json.dumps([name, inputs], sort_keys=True)
    return IdempotentRequest(key, hashlib.sha256(asked.encode()).digest())


def start_call(
    session: Session,
    owner_id: str,
    name: str,
    *,
    inputs: Inputs,
    files: Sequence[MediaValue],
    started_by: StartedBy | None,
    idempotency: IdempotentRequest | None,
    trigger: Trigger = "api",
    webhook_id: UUID | None = None,
) -> UUID:
    """Make the run, unless this very call has made it before."""
    earlier = idempotency and find_idempotent_run(session, owner_id, idempotency)
    if earlier:
        return earlier
    function = get_function(session, owner_id, name).row
    add_assets(session, owner_id, files)
    request = StartRequest(
        owner_id=owner_id,
        workflow_id=function.workflow_id,
        trigger=trigger,
        started_by=started_by,
        run=RunCreate(inputs=dict(inputs)),
        idempotency=idempotency,
        revision=function.revision,
        version_id=function.version_id,
        strict_inputs=True,
    )
    if webhook_id is not None:
        check_webhook(session, owner_id, webhook_id)
    run_id = start_run(session, request)
    record_function_call(session, owner_id, run_id, name, webhook_id)
    return run_id


def is_by_demo_model(executions: Sequence[NodeExecution]) -> bool:
    """Whether the built-in demo model wrote what one of these nodes gave."""
    return any((each.usage or {}).get("model") == DEMO_MODEL for each in executions)


def read_result(session: Session, owner_id: str, run_id: UUID) -> FunctionResult:
    """Give what came of a call so far. Raises NotFoundError."""
    run = get_run(session, owner_id, run_id)
    executions = get_result_executions(session, run)
    return FunctionResult(
        run_id=run.id,
        status=run.status,
        outputs=present_declared_outputs(run.declared_outputs or {}, executions),
        demo=is_by_demo_model(executions),
        error=present_error(run.error),
    )
