"""The tools that read, make, change, judge and publish workflows: what people do in the editor."""

from collections.abc import Iterable
from typing import Any, Final, cast

from mcp_types import CallToolResult

from api.mcp.answers import answer, with_addresses
from api.mcp.connection import ApiConnection, Json, refused_error
from api.mcp.runs import Progress
from api.mcp.tools import CURSOR, ID_SCHEMA, LIMIT, MAX_PAGE, NODE_ID, WORKFLOW_ID, EditingTool
from schemas.graph import DECLARED_NAME, MAX_EDGES

_GRAPH_KEYS: Final = ("name", "nodes", "edges", "viewport", "inputs", "outputs")
_IDS: Final = {"type": "array", "items": NODE_ID, "maxItems": MAX_EDGES}
_OBJECTS: Final = {"type": "array", "items": {"type": "object"}, "maxItems": MAX_EDGES}
_REVISION: Final = {
    "type": "integer",
    "minimum": 1,
    "description": "The revision that you read and changed; refused if somebody has saved since.",
}
_GRAPH: Final[Json] = {
    "name": {"type": "string"},
    "nodes": _OBJECTS | {"description": "Each {id, type, position: {x, y}, data}."},
    "edges": _OBJECTS
    | {"description": "Each {id, source, sourceHandle, target, targetHandle, data: {order}?}."},
    "inputs": _OBJECTS
    | {
        "description": "What callers give: {name, nodeId, param, title?, description?, required?, default?}."
    },
    "outputs": _OBJECTS
    | {"description": "What callers get: {name, nodeId, handle?, title?, description?}."},
}


async def _list_node_types(api: ApiConnection, _: Json, __: Progress) -> CallToolResult:
    catalogue = await api.read("/api/node-types")
    keys = ("id", "title", "description", "inputs", "outputs")
    items = [{key: each[key] for key in keys} for each in catalogue["items"]]
    for item in items:
        item["inputs"] = [_port(port) for port in item["inputs"]]
        item["outputs"] = [_port(port) for port in item["outputs"]]
    return answer({"items": items})


def _port(port: Json) -> Json:
    keys = ("handle", "kinds", "kind", "isList", "required", "many")
    return {key: port[key] for key in keys if port.get(key)}


async def _read_node_type(api: ApiConnection, arguments: Json, _: Progress) -> CallToolResult:
    catalogue = await api.read("/api/node-types")
    for item in catalogue["items"]:
        if item["id"] == arguments["type"]:
            return answer(item)
    known = ", ".join(item["id"] for item in catalogue["items"])
    raise refused_error("unknown_node_type", f"There is no such node type. There are: {known}.")


async def _list_models(api: ApiConnection, _: Json, __: Progress) -> CallToolResult:
    return answer(await api.read("/api/models"))


async def _list_workflows(api: ApiConnection, arguments: Json, _: Progress) -> CallToolResult:
    page = await api.read("/api/workflows", **{"limit": MAX_PAGE} | arguments)
    for item in page["items"]:
        del item["preview"]
    return answer(page)


async def _read_workflow(api: ApiConnection, arguments: Json, _: Progress) -> CallToolResult:
    workflow = await api.read(f"/api/workflows/{arguments['workflowId']}")
    if ids := set(arguments.get("nodeIds", ())):
        workflow["nodes"] = [node for node in workflow["nodes"] if node["id"] in ids]
        ends = ("source", "target")
        workflow["edges"] = [
            edge for edge in workflow["edges"] if any(edge[end] in ids for end in ends)
        ]
    return answer(workflow)


async def _create_workflow(api: ApiConnection, arguments: Json, _: Progress) -> CallToolResult:
    made = (await api.call("POST", "/api/workflows", body=_placed(arguments))).json()
    return await _saved(api, made)


async def _save_workflow(api: ApiConnection, arguments: Json, _: Progress) -> CallToolResult:
    stored = await api.read(f"/api/workflows/{arguments['workflowId']}")
    kept = {"viewport": stored["viewport"]}
    graph = {key: value for key, value in arguments.items() if key in _GRAPH_KEYS}
    return await _save(api, arguments, kept | graph)


async def _patch_workflow(api: ApiConnection, arguments: Json, _: Progress) -> CallToolResult:
    stored = await api.read(f"/api/workflows/{arguments['workflowId']}")
    graph: Json = {key: stored[key] for key in _GRAPH_KEYS}
    removed = set(arguments.get("removeNodes", ()))
    removed_edges = set(arguments.get("removeEdges", ()))
    ends = ("source", "target")
    graph["nodes"] = _merged(graph["nodes"], arguments.get("nodes", ()), removed)
    edges = _merged(graph["edges"], arguments.get("edges", ()), removed_edges)
    graph["edges"] = [e for e in edges if not any(e.get(end) in removed for end in ends)]
    graph |= {key: arguments[key] for key in ("name", "inputs", "outputs") if key in arguments}
    return await _save(api, arguments, graph)


def _merged(stored: list[Json], changes: Iterable[Json], removed: set[str]) -> list[Json]:
    """Give what is stored, changed by id: of a node's data only the fields that are given."""
    found = {each["id"]: each for each in stored if each["id"] not in removed}
    new: list[Json] = []
    for change in changes:
        id = change.get("id")
        if not isinstance(id, str) or id not in found:
            new.append(change)  # also what has no id: the API says so
            continue
        before, data = found[id], change.get("data")
        merged = (
            {**before.get("data", {}), **cast("Json", data)} if isinstance(data, dict) else data
        )
        found[id] = before | change | ({"data": merged} if "data" in change else {})
    return [*found.values(), *new]


async def _save(api: ApiConnection, arguments: Json, graph: Json) -> CallToolResult:
    path = f"/api/workflows/{arguments['workflowId']}"
    headers = {"If-Match": str(arguments["revision"])}
    saved = await api.call("PUT", path, body=_placed(graph), headers=headers)
    return await _saved(api, saved.json())


async def _saved(api: ApiConnection, workflow: Json) -> CallToolResult:
    """Say what was stored, and what keeps it from running."""
    check = (await api.call("POST", f"/api/workflows/{workflow['id']}/check")).json()
    stored = {key: workflow[key] for key in ("id", "revision", "name")}
    ids = {"nodeIds": [node["id"] for node in workflow["nodes"]]}
    return answer(stored | ids | {key: check[key] for key in ("problems", "warnings")})


def _placed(graph: Json) -> Json:
    """Give nodes without a position one: in a row, below each other every five."""
    nodes: list[Any] = []
    for number, node in enumerate(graph.get("nodes", ())):
        place = {"x": number % 5 * 400, "y": number // 5 * 400}
        nodes.append({"position": place, **node})
    return {"edges": [], **graph, "nodes": nodes}


async def _check_workflow(api: ApiConnection, arguments: Json, _: Progress) -> CallToolResult:
    path = f"/api/workflows/{arguments['workflowId']}/check"
    return answer((await api.call("POST", path)).json())


async def _publish_workflow(api: ApiConnection, arguments: Json, _: Progress) -> CallToolResult:
    path = f"/api/workflows/{arguments.pop('workflowId')}/publish"
    published = (await api.call("POST", path, body=arguments)).json()
    return answer({"tool": published["name"]} | with_addresses(published, api.address))


async def _unpublish_function(api: ApiConnection, arguments: Json, _: Progress) -> CallToolResult:
    await api.call("DELETE", f"/api/functions/{arguments['name']}")
    return answer({"name": arguments["name"], "published": False})


WORKFLOW_TOOLS: Final = (
    EditingTool(
        "list-node-types",
        "Node types",
        "List what nodes can do: inputs and outputs of each type, with their kinds. Read this first; read-node-type"
        " has the params of one.",
        "read",
        {},
        (),
        _list_node_types,
    ),
    EditingTool(
        "read-node-type",
        "One node type",
        "Give a node type with the JSON Schema of its params (which stand in the node's data) and an example.",
        "read",
        {"type": {"type": "string", "maxLength": 64}},
        ("type",),
        _read_node_type,
    ),
    EditingTool(
        "list-models",
        "Models",
        "List the models that llm nodes can ask: what each sees, costs, and whether it can be used here.",
        "read",
        {},
        (),
        _list_models,
    ),
    EditingTool(
        "list-workflows",
        "Workflows",
        "List stored workflows, the newest first; `q` finds names.",
        "read",
        {"q": {"type": "string", "maxLength": 200}, "limit": LIMIT, "cursor": CURSOR},
        (),
        _list_workflows,
    ),
    EditingTool(
        "read-workflow",
        "One workflow",
        "Give a workflow's graph and revision; `nodeIds` has only these nodes and their edges given.",
        "read",
        {"workflowId": WORKFLOW_ID, "nodeIds": _IDS},
        ("workflowId",),
        _read_workflow,
    ),
    EditingTool(
        "create-workflow",
        "Make a workflow",
        "Store a new workflow. A draft with problems is stored, too; the answer has all of them.",
        "write",
        _GRAPH,
        ("name", "nodes"),
        _create_workflow,
    ),
    EditingTool(
        "save-workflow",
        "Replace a workflow",
        "Save a whole graph in place of the stored one; earlier versions are kept.",
        "write",
        {"workflowId": WORKFLOW_ID, "revision": _REVISION} | _GRAPH,
        ("workflowId", "revision", "name", "nodes", "edges"),
        _save_workflow,
        deletes=True,
    ),
    EditingTool(
        "patch-workflow",
        "Change a workflow",
        "Change parts of a graph: nodes and edges by id (new ids are added; of a node's data only the given fields"
        " change), nodes and edges to remove, and inputs and outputs as a whole.",
        "write",
        {"workflowId": WORKFLOW_ID, "revision": _REVISION}
        | _GRAPH
        | {"removeNodes": _IDS, "removeEdges": _IDS},
        ("workflowId", "revision"),
        _patch_workflow,
    ),
    EditingTool(
        "check-workflow",
        "Check a workflow",
        "Give everything that keeps a workflow from running, each with its place.",
        "read",
        {"workflowId": WORKFLOW_ID},
        ("workflowId",),
        _check_workflow,
    ),
    EditingTool(
        "publish-workflow",
        "Publish a workflow",
        "Have a name stand for the workflow as it is stored: it is then a tool of that name, and a function of the"
        " HTTP API. Where callers would break, it is refused unless `force` is true.",
        "write",
        {
            "workflowId": WORKFLOW_ID,
            "name": {"type": "string", "pattern": DECLARED_NAME},
            "versionId": ID_SCHEMA,
            "force": {"type": "boolean"},
        },
        ("workflowId", "name"),
        _publish_workflow,
    ),
    EditingTool(
        "unpublish-function",
        "Take a function back",
        "Have a name stand for nothing any more; the workflow and its runs stay.",
        "write",
        {"name": {"type": "string", "pattern": DECLARED_NAME}},
        ("name",),
        _unpublish_function,
        deletes=True,
    ),
)
