"""A tool: what clients see of it, which scope its API key needs, and what it does."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import jsonschema
from mcp_types import CallToolResult, Tool, ToolAnnotations

from api.mcp.connection import ApiConnection, Json, refused_error
from api.mcp.runs import Progress
from schemas.graph import MAX_ID_LENGTH
from schemas.wire.api_key import ApiKeyScope

MAX_PROBLEMS: Final = 20
MAX_PAGE: Final = 50
WORKFLOW_ID: Final = {"type": "integer", "minimum": 1, "description": "Id of the workflow."}
NODE_ID: Final = {"type": "string", "maxLength": MAX_ID_LENGTH}
ID_SCHEMA: Final = {"type": "string", "pattern": "^[0-9a-fA-F-]{36}$"}
CURSOR: Final = {"type": "string", "description": "`nextCursor` of the page before."}
LIMIT: Final = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE}
Call = Callable[[ApiConnection, Json, Progress], Awaitable[CallToolResult]]
"""Does it with arguments that fit the schema. Raises RefusedError."""


@dataclass(frozen=True)
class EditingTool:
    """A tool that every Nodeloom has, beside the functions of its user.

    Its name has a hyphen, which no name of a function has: so the two never meet.
    """

    name: str
    title: str
    description: str
    scope: ApiKeyScope
    parameters: Json
    """JSON Schemas of the arguments, by name."""
    required: tuple[str, ...]
    call: Call
    deletes: bool = False

    @property
    def input_schema(self) -> Json:
        """The schema of all arguments."""
        return {
            "type": "object",
            "properties": self.parameters,
            "required": list(self.required),
            "additionalProperties": False,
        }

    def present(self) -> Tool:
        """Present it to a client."""
        return Tool(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=self.input_schema,
            annotations=ToolAnnotations(
                read_only_hint=self.scope == "read",
                destructive_hint=self.deletes,
                open_world_hint=self.scope == "run",
            ),
        )

    async def run(self, api: ApiConnection, arguments: Json, progress: Progress) -> CallToolResult:
        """Do it. Raises RefusedError."""
        problems = list(self._problems(arguments))
        if problems:
            raise refused_error(
                "invalid_request", f"The arguments of {self.name} do not fit.", errors=problems
            )
        return await self.call(api, arguments, progress)

    def _problems(self, arguments: Json) -> Iterator[Json]:
        validator = jsonschema.Draft202012Validator(self.input_schema)
        errors: Any = validator.iter_errors(arguments)
        for error, _ in zip(errors, range(MAX_PROBLEMS), strict=False):
            field = ".".join(str(step) for step in error.absolute_path)
            yield {"field": field, "message": str(error.message)[:300]}
