"""Functions: published, listed, described, called, taken back."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from sqlalchemy.orm import Session

from api.auth.identity import Identity
from api.http.allowed_methods import IDEMPOTENT
from api.http.responses import LOCATION, error_responses, success_responses
from api.live.prefer import PREFERENCE_APPLIED, Prefer, applied_headers, parse_wait
from api.media.inline import inline_images
from api.openapi.functions import functions_document
from api.openapi.operations import operation_docs
from api.routes.functions.calls import idempotent_call, read_result, receive_inputs, start_call
from api.routes.functions.forms import FORM_SCHEMA, MAX_FORM_BYTES
from api.routes.runs import IdempotencyKey
from api.routes.workflows import valid_workflow_id
from api.state.app_state import AppState
from api.state.waiting import wait_for_run
from api.views.function import present_function, present_function_summary
from db.assets import get_asset
from db.lists.functions import delete_function, get_function, list_functions
from flows.functions.publish import publish_function
from schemas.wire.workflow import FunctionPage, FunctionPublish, FunctionRead, FunctionResult

Inline = Annotated[
    bool,
    QueryParameter(
        description="Give images inside of the answer, as `data:` addresses, up to 8 MB of them."
    ),
]


WebhookId = Annotated[
    UUID | None,
    HeaderParameter(
        name="Nodeloom-Webhook",
        description="The id of a webhook with `onRequest`: it is told of the end of this run.",
    ),
]


class FunctionController(Controller):
    """Workflows that programs call by name."""

    path = "/api"
    tags = ("Functions",)

    @post(
        "/workflows/{workflow_id:int}/publish",
        operation_id="publishFunction",
        summary="Publish a workflow as a function",
        status_code=200,
        responses=error_responses(404, 409),
        opt=operation_docs({"current": ("The workflow as it is stored now", {"name": "slogan"})}),
    )
    async def publish_function(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        workflow_id: FromPath[int],
        data: JSONBody[FunctionPublish],
    ) -> FunctionRead:
        """Have a name stand for a version of the workflow: calls run it until you publish another one.

        A graph with problems is refused with them. Where programs that call the function would break (an
        input removed, renamed or made required, a result removed): 409, and `problems` says how.
        """
        id = valid_workflow_id(workflow_id)

        def publish(session: Session, owner_id: str) -> FunctionRead:
            return present_function(publish_function(session, owner_id, id, data))

        return await app_state.database.run(publish, user.id)

    @get("/functions", operation_id="listFunctions", summary="Your functions, by name")
    async def list_functions(
        self, app_state: NamedDependency[AppState], user: NamedDependency[Identity]
    ) -> FunctionPage:
        """List what is published; functions of deleted workflows are not, until these are restored."""
        found = await app_state.database.run(list_functions, user.id, user.functions)
        return FunctionPage(items=[present_function_summary(each) for each in found])

    @get(
        "/functions/openapi.json",
        operation_id="describeFunctions",
        summary="OpenAPI document of your functions",
        opt=operation_docs(content={"application/json": {"type": "object"}}),
    )
    async def describe_functions(
        self, app_state: NamedDependency[AppState], user: NamedDependency[Identity]
    ) -> Response[Any]:
        """Give an OpenAPI 3.1 document with one typed operation for each of your functions."""
        found = await app_state.database.run(list_functions, user.id, user.functions)
        document = functions_document(present_function(each) for each in found)
        return Response(document, headers={"Cache-Control": "no-store"})

    @get(
        "/functions/{function_name:str}",
        operation_id="readFunction",
        summary="One function",
        responses=error_responses(404),
    )
    async def read_function(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        function_name: FromPath[str],
    ) -> FunctionRead:
        """Give what a function takes and gives, as JSON Schemas, and an example of a call."""
        found = await app_state.database.run(get_function, user.id, function_name)
        return present_function(found)

    @post(
        "/functions/{function_name:str}",
        operation_id="callFunction",
        summary="Call a function",
        status_code=202,
        responses=error_responses(400, 404, 409, 413, 415, 507)
        | success_responses(FunctionResult, "The run has ended; `status` says how"),
        request_max_body_size=MAX_FORM_BYTES,
        opt={"rate": "runs"}
        | IDEMPOTENT
        | operation_docs(
            {"slogan": ("Inputs by name", {})},
            body={"application/json": {"type": "object"}, "multipart/form-data": FORM_SCHEMA},
        ),
        response_headers=[LOCATION, PREFERENCE_APPLIED],
    )
    async def call_function(
        self,
        request: Request[Any, Any, Any],
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        function_name: FromPath[str],
        *,
        idempotency_key: IdempotencyKey = None,
        prefer: Prefer = None,
        inline: Inline = False,
        webhook_id: WebhookId = None,
    ) -> Response[FunctionResult]:
        """Run the published version with these inputs, and give its results by name.

        The body is an object of inputs, as `GET /api/functions/{name}` describes them; or a form with a field for
        each, files as they are. With `Prefer: wait=60` the
        answer comes with the run's end: 200, or 202 where it takes longer. The same `Idempotency-Key` with the same
        body is the same run, whatever happened in between. Values that do not fit: 422, `problems` has all of them.
        """
        wait = parse_wait(prefer)
        inputs = await receive_inputs(request, app_state, user.id, function_name)
        idempotency = idempotent_call(idempotency_key, function_name, inputs.raw)
        database = app_state.database
        run_id = await database.run(
            start_call,
            user.id,
            function_name,
            inputs=inputs.values,
            files=inputs.files,
            started_by=user.started_by,
            idempotency=idempotency,
            webhook_id=webhook_id,
        )
        if wait:
            await wait_for_run(request, app_state, user.id, run_id, wait)
        result = await database.run(read_result, user.id, run_id)
        if inline:
            read_asset = partial(database.run, get_asset, user.id)
            outputs = await inline_images(app_state.store, read_asset, result.outputs)
            result = result.model_copy(update={"outputs": outputs})
        headers = {"Location": f"/api/runs/{run_id}"} | applied_headers(wait)
        return Response(result, status_code=200 if result.status.terminal else 202, headers=headers)

    @delete(
        "/functions/{function_name:str}",
        operation_id="deleteFunction",
        summary="Take a function back",
        responses=error_responses(404),
    )
    async def delete_function(
        self,
        app_state: NamedDependency[AppState],
        user: NamedDependency[Identity],
        function_name: FromPath[str],
    ) -> None:
        """Have the name stand for nothing any more; the workflow and its runs stay."""
        await app_state.database.run(delete_function, user.id, function_name)
