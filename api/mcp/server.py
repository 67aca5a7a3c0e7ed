"""What a client of the Model Context Protocol is served, by whatever transport."""

from collections.abc import Callable, Generator
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from importlib.metadata import version
from typing import Any, Final

import anyio
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    Tool,
)

from api.mcp.answers import MAX_ANSWER_BYTES, refused
from api.mcp.connection import ApiConnection, Json, RefusedError
from api.mcp.functions import (
    call_function,
    function_changes,
    functions_digest,
    list_functions,
)
from api.mcp.run_tools import RUN_TOOLS
from api.mcp.workflows import WORKFLOW_TOOLS

PAGE_SIZE: Final = 50
"""Functions in one answer to `tools/list`."""
EDITING_TOOLS: Final = {tool.name: tool for tool in (*WORKFLOW_TOOLS, *RUN_TOOLS)}
FUNCTION_KEY_TOOLS: Final = frozenset({"read-run", "read-image", "cancel-run"})
"""What an API key for functions may use beside these."""
INSTRUCTIONS: Final = """\
Nodeloom runs visual AI workflows: graphs of nodes that pass texts, images and videos on. Tools without a hyphen in \
their names are workflows that were published as functions: call them with values. Tools with a hyphen make and run workflows.

To build a workflow: list-node-types, and read-node-type for each type that you need; create-workflow; then mend what \
`problems` names with patch-workflow until there are none; run-workflow; look at its results; publish-workflow, and it is a tool.

A node is {"id", "type", "position": {"x", "y"}, "data"}; its data has the type's params, and `label` for people. An edge \
{"id", "source", "sourceHandle": "output", "target", "targetHandle"} leads an output to an input (handle) of another node, of a kind \
that fits. Every param is also an input of that name, and a connected value wins over a typed one. Where an input takes many, texts are joined \
in the order of the edges. An image or video node has "source": {"kind": "url", "url"}, {"kind": "base64", "mediaType", \
"data"} or {"kind": "asset", "assetId"}. An llm node writes from `systemPrompt`, `userMessage` and `images`.

The workflow's `inputs` [{"name", "nodeId", "param", "required"}] and `outputs` [{"name", "nodeId"}] make it a function. \
A file is given to an input (param "source") as {"url"}, {"base64", "mediaType"} or {"assetId"}.\
"""
Context = ServerRequestContext[Any, Any]
Connect = Callable[[Context], AbstractAsyncContextManager[ApiConnection]]
"""Gives the API as the client that sent a request may use it."""


def make_server(connect: Connect) -> Server[Any]:
    """Give a server whose tools use the API by `connect`."""

    async def list_tools(ctx: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        cursor = params.cursor if params else None
        async with connect(ctx) as api:
            with _protocol_errors():
                me = await api.read("/api/me")
                functions = await list_functions(api) if "run" in me["scopes"] else []
        return _page(me, functions, cursor or "")

    async def call_tool(ctx: Context, params: CallToolRequestParams) -> CallToolResult:
        arguments, progress = dict(params.arguments or {}), ctx.session.report_progress
        tool = EDITING_TOOLS.get(params.name)
        try:
            async with connect(ctx) as api:
                if tool is not None:
                    return await tool.run(api, arguments, progress)
                return await call_function(api, params.name, arguments, progress)
        except RefusedError as error:
            return refused(error.document)

    async def listen(
        ctx: Context, params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        bus = InMemorySubscriptionBus()
        handler, result = ListenHandler(bus), SubscriptionsListenResult()

        async def publish(api: ApiConnection, known: bytes) -> None:
            async for _ in function_changes(api, known):
                await bus.publish(ToolsListChanged())
            handler.close()

        async with connect(ctx) as api:
            with _protocol_errors():
                known = await functions_digest(api)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(publish, api, known)
                result = await handler(ctx, params)
                tasks.cancel_scope.cancel()
        return result

    return Server(
        "nodeloom",
        title="Nodeloom",
        version=version("nodeloom"),
        instructions=INSTRUCTIONS,
        get_tool_input_schema=_no_header_params,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_subscriptions_listen=listen,
    )


async def notify_changes(api: ApiConnection, session: ServerSession) -> None:
    """Tell a client of an older protocol of functions that come and go."""
    known = b""  # without an answer, one look later it is told once too often
    with suppress(RefusedError):
        known = await functions_digest(api)
    async for _ in function_changes(api, known):
        await session.send_tool_list_changed()


@contextmanager
def _protocol_errors() -> Generator[None]:
    """Tell of refusals where no tool is asked for anything."""
    try:
        yield
    except RefusedError as error:
        raise MCPError(INTERNAL_ERROR, str(error), error.document) from None


def _page(me: Json, functions: list[Tool], cursor: str) -> ListToolsResult:
    """Give the tools after a name: first those that every Nodeloom has, then functions."""
    allowed = [
        tool.present()
        for name, tool in EDITING_TOOLS.items()
        if tool.scope in me["scopes"] and (me["functions"] is None or name in FUNCTION_KEY_TOOLS)
    ]
    rest = [tool for tool in functions if tool.name > cursor]
    page: list[Tool] = []
    left = MAX_ANSWER_BYTES
    for tool in rest[:PAGE_SIZE]:
        left -= len(tool.model_dump_json())
        if page and left < 0:
            break
        page.append(tool)
    more = page[-1].name if len(page) < len(rest) else None
    return ListToolsResult(tools=page if cursor else allowed + page, next_cursor=more)


def _no_header_params(_: str) -> None:
    """Say that no argument comes as a header, which the SDK would list all tools to find out."""
