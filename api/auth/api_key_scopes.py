"""What an API key may be used for: decided here for every operation, and nowhere else."""

from typing import Any, Final

from api.auth.identity import Identity
from api.auth.links import LINK_PATH
from schemas.errors import ApiKeyScopeError
from schemas.wire.api_key import ApiKeyScope

OPERATION_SCOPES: Final[dict[str, ApiKeyScope]] = {
    "startRun": "run",
    "callFunction": "run",
    "startFunctionBatch": "run",
    "startWorkflowBatch": "run",
    "previewFunctionBatch": "read",
    "previewWorkflowBatch": "read",
    "cancelBatch": "run",
    "retryBatch": "run",
    "cancelRun": "run",
    "mcp": "read",
    "pauseRun": "run",
    "resumeRun": "run",
    "checkWorkflow": "read",
    "planWorkflow": "read",
    "previewSchedule": "read",
    "createSchedule": "run",
    "updateSchedule": "run",
    "deleteSchedule": "run",
}
"""Of the operations that `GET` reads and everything else writes is not true of."""
FUNCTION_KEY_SCOPES: Final[dict[str, ApiKeyScope]] = {
    "mcp": "read",
    "readMe": "read",
    "listFunctions": "read",
    "describeFunctions": "read",
    "readFunction": "read",
    "readRun": "read",
    "streamRunEvents": "read",
    "readAsset": "read",
    "callFunction": "run",
    "cancelRun": "run",
    "uploadAsset": "run",
}
"""All that a key for functions may do, with the scope that it needs: with its functions, and with the runs that it
started. Files it finds by their ids only, which it learns from results."""
SESSION_ONLY_OPERATIONS: Final = frozenset({"createApiKey", "listApiKeys", "deleteApiKey"})
"""No key may do this: who has one could make another that nobody knows of."""
PUBLIC_PATHS: Final = frozenset(
    {
        "/",
        "/workflows",
        "/workflows/{page}",
        "/f/{page}",
        "/s/{page}",
        "/keys",
        "/webhooks",
        "/editor/{name}",
        "/icon.svg",
        "/health/live",
        "/health/ready",
        "/api/sign-in",
        "/schema",
        "/schema/openapi.json",
        "/schema/reader",
        "/schema/reader/{name}",
        "/schema/{path}",
        "/errors",
        "/errors/style.css",
        "/errors/{code}",
        "/webhooks/clerk",
    }
)
"""The addresses that nobody has to sign in for; all others are closed, new ones too.

The documents of the editor are among them: they are the same for everybody, and hold nothing."""


def required_scope(operation: str, method: str) -> ApiKeyScope:
    """Give the scope that an operation needs."""
    return OPERATION_SCOPES.get(operation, "read" if method in {"GET", "HEAD"} else "write")


def check_scope(user: Identity, operation: str, method: str) -> None:
    """Refuse what the user's API key is not for. Raises ApiKeyScopeError."""
    if user.signed_in_with != "key":
        return
    if operation in SESSION_ONLY_OPERATIONS:
        raise ApiKeyScopeError(
            "key_not_allowed",
            "API keys are made and deleted by people who are signed in, not by keys.",
        )
    needed = required_scope(operation, method)
    if user.functions is not None:
        if operation not in FUNCTION_KEY_SCOPES:
            names = ", ".join(user.functions)
            raise ApiKeyScopeError(
                "key_not_allowed",
                f"This API key is for these functions only: {names}. It can read and call them, and"
                " follow the runs that it started.",
            )
        needed = FUNCTION_KEY_SCOPES[operation]
    if needed not in user.scopes:
        raise ApiKeyScopeError(
            "scope_missing",
            f"This API key is for {', '.join(user.scopes)}, and this needs {needed}: use a key that"
            " has this scope.",
            scope=needed,
        )


def add_security_schemes(document: dict[str, Any]) -> None:
    """Say in the OpenAPI document, in place, how to sign in and what needs it."""
    document["components"]["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key (`nlk_…`, with one of the scopes read, write and run), or a"
            " session token of Clerk. In local mode nothing needs to be sent.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__session",
            "description": "Clerk's session cookie, for pages of the same site.",
        },
    }
    document["components"]["securitySchemes"]["link"] = {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of a share link, `nls_…`; it opens the addresses of this link only.",
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path in PUBLIC_PATHS:
                operation["security"] = []
                if path.startswith("/api/"):
                    operation["responses"].pop("401", None)
            elif path.startswith(LINK_PATH):
                operation["security"] = [{"link": []}]
            else:
                id = operation["operationId"]
                needed = (
                    [] if id in SESSION_ONLY_OPERATIONS else [required_scope(id, method.upper())]
                )
                operation["security"] = [{"bearer": needed}, {"session": []}]
