"""The tools that plan, start, read and cancel runs, and show what came of them."""

from typing import Final
from urllib.parse import quote

from mcp_types import CallToolResult

from api.mcp.answers import answer, cut_texts, images_of, read_image, with_addresses
from api.mcp.connection import ApiConnection, Json
from api.mcp.runs import Progress, present, run_to_end, unfinished
from api.mcp.tools import CURSOR, ID_SCHEMA, LIMIT, NODE_ID, WORKFLOW_ID, EditingTool
from schemas.wire.run import RunStatus

_RUN_ID: Final = ID_SCHEMA | {"description": "Id of the run."}
_RUN: Final[Json] = {
    "inputs": {"type": "object", "description": "Values of the workflow's inputs, by name."},
    "scope": {
        "type": "object",
        "description": 'Which nodes: {"kind": "all"}, {"kind": "nodes", "nodeIds": […]}, {"kind": "from" or'
        ' "until", "nodeId": …}, {"kind": "failed", "runId": …}.',
    },
    "reuse": {"enum": ["auto", "always", "never"]},
}


async def _plan_workflow(api: ApiConnection, arguments: Json, _: Progress) -> CallToolResult:
    path = f"/api/workflows/{arguments['workflowId']}/plan"
    return answer((await api.call("POST", path, body=_wanted_run(arguments))).json())


def _wanted_run(arguments: Json) -> Json:
    return {key: arguments[key] for key in _RUN if key in arguments}


async def _run_workflow(api: ApiConnection, arguments: Json, progress: Progress) -> CallToolResult:
    path = f"/api/workflows/{arguments['workflowId']}/runs"

    async def start() -> str:
        body = _wanted_run(arguments)
        started = await api.call("POST", path, body=body, idempotent=True)
        return started.json()["id"]

    if arguments.get("wait") is False:
        return answer({"runId": await start(), "status": RunStatus.PENDING})
    return await _present_run(api, await run_to_end(api, start, progress))


async def _read_run(api: ApiConnection, arguments: Json, _: Progress) -> CallToolResult:
    return await _present_run(api, await api.read(f"/api/runs/{arguments['runId']}"))


async def _present_run(api: ApiConnection, run: Json) -> CallToolResult:
    """Give a run with the results of its nodes, and the images among its declared ones."""
    keys = ("id", "workflowId", "revision", "status", "counts", "inputs", "outputs", "durationMs")
    of_node = ("nodeId", "label", "nodeType", "status", "reused", "output", "outputs", "error")
    found: Json = {key: run[key] for key in keys}
    nodes = [{key: node[key] for key in of_node} for node in run["nodeExecutions"]]
    found["nodes"] = [{key: value for key, value in node.items() if value} for node in nodes]
    if run["status"] != RunStatus.COMPLETED:
        found["problem"] = unfinished(run)
    return await present(api, run, found, run["outputs"])


async def _read_node(api: ApiConnection, arguments: Json, _: Progress) -> CallToolResult:
    node_id = quote(arguments["nodeId"], safe="")
    node = await api.read(f"/api/runs/{arguments['runId']}/nodes/{node_id}")
    found = with_addresses(node, api.address)
    return answer(found, await images_of(api, [found["output"], found["outputs"]]))


async def _read_asset(api: ApiConnection, arguments: Json, _: Progress) -> CallToolResult:
    asset_id = arguments["assetId"]
    image = await read_image(api, asset_id)
    value = {"assetId": asset_id, "url": f"{api.address}/api/assets/{asset_id}"}
    return answer(value, [image])


async def _list_runs(api: ApiConnection, arguments: Json, _: Progress) -> CallToolResult:
    workflow_id = arguments.pop("workflowId", None)
    path = "/api/runs" if workflow_id is None else f"/api/workflows/{workflow_id}/runs"
    return answer(cut_texts(await api.read(path, **{"limit": 20} | arguments)))


async def _cancel_run(api: ApiConnection, arguments: Json, _: Progress) -> CallToolResult:
    run_id = arguments["runId"]
    await api.call("POST", f"/api/runs/{run_id}/cancel")
    return answer({"runId": run_id, "cancelling": True})


RUN_TOOLS: Final = (
    EditingTool(
        "plan-workflow",
        "Plan a run",
        "Say which nodes a run would run, reuse or skip, and why; nothing is started.",
        "read",
        {"workflowId": WORKFLOW_ID} | _RUN,
        ("workflowId",),
        _plan_workflow,
    ),
    EditingTool(
        "run-workflow",
        "Run a workflow",
        "Run a workflow as it is stored and give the results of all nodes. With `wait: false` it answers at once:"
        " read-run has the results later. Cancelling the call cancels the run.",
        "run",
        {"workflowId": WORKFLOW_ID} | _RUN | {"wait": {"type": "boolean"}},
        ("workflowId",),
        _run_workflow,
    ),
    EditingTool(
        "list-runs",
        "Runs",
        "List runs, the newest first, of one workflow or of all.",
        "read",
        {"workflowId": WORKFLOW_ID, "limit": LIMIT, "cursor": CURSOR},
        (),
        _list_runs,
    ),
    EditingTool(
        "read-run",
        "One run",
        "Give a run: its status, what each node gave, and what went wrong. Long texts are cut.",
        "read",
        {"runId": _RUN_ID},
        ("runId",),
        _read_run,
    ),
    EditingTool(
        "read-node",
        "One node of a run",
        "Give all that one node of a run took and gave, with its images.",
        "read",
        {"runId": _RUN_ID, "nodeId": NODE_ID},
        ("runId", "nodeId"),
        _read_node,
    ),
    EditingTool(
        "read-image",
        "An image",
        "Show a stored image, made small.",
        "read",
        {"assetId": ID_SCHEMA},
        ("assetId",),
        _read_asset,
    ),
    EditingTool(
        "cancel-run",
        "Cancel a run",
        "Cancel a run that has not ended.",
        "run",
        {"runId": _RUN_ID},
        ("runId",),
        _cancel_run,
        deletes=True,
    ),
)
