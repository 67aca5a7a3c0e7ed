"""Examples in the OpenAPI document that several operations share, and those of components."""

from typing import Any, Final

from api.openapi.operations import Schema

_CREATED: Final = "2026-11-02T09:30:00Z"
_RUN: Final = "7f1d9c52-3c59-4d4e-9b0a-0d6c1f0f6a11"
_ASSET: Final = "0b9f6a34-51a2-5d0c-8f3e-4a7c2d1e9b60"

Examples = dict[str, tuple[str, Any]]
"""By name: what a body shows, and the body."""

LLM_GRAPH: Final[Schema] = {
    "name": "Slogan",
    "nodes": [
        {
            "id": "product",
            "type": "text",
            "position": {"x": 0, "y": 0},
            "data": {"label": "Product", "text": "A ceramic teapot, hand-made in Kyoto."},
        },
        {
            "id": "slogan",
            "type": "llm",
            "position": {"x": 320, "y": 0},
            "data": {
                "label": "Slogan",
                "systemPrompt": "You write short, honest slogans.",
                "userMessage": "Write a slogan for this product: {{input}}",
            },
        },
    ],
    "edges": [
        {
            "id": "product-slogan",
            "source": "product",
            "sourceHandle": "output",
            "target": "slogan",
            "targetHandle": "userMessage",
        }
    ],
    "viewport": {"x": 0, "y": 0, "zoom": 1},
}
DRAFT: Final[Schema] = {
    "name": "Unfinished",
    "nodes": [{"id": "crop", "type": "crop", "position": {"x": 0, "y": 0}}],
    "edges": [],
}


GRAPH_EXAMPLES: Final[Examples] = {
    "slogan": ("A text and a model that writes a slogan for it", LLM_GRAPH),
    "draft": ("A draft: it can be saved, though its picture is still missing", DRAFT),
}
RUN_EXAMPLES: Final[Examples] = {
    "all": ("Everything", {}),
    "nodes": ("Some nodes", {"scope": {"kind": "nodes", "nodeIds": ["product"]}, "reuse": "auto"}),
    "until": ("A node and what it needs", {"scope": {"kind": "until", "nodeId": "slogan"}}),
    "afresh": ("Everything, nothing taken over", {"scope": {"kind": "all"}, "reuse": "never"}),
}

_COUNTS: Final[Schema] = {
    "total": 2,
    "pending": 0,
    "running": 0,
    "completed": 2,
    "failed": 0,
    "cancelled": 0,
    "skipped": 0,
    "reused": 1,
}
_USAGE: Final[Schema] = {"inputTokens": 31, "outputTokens": 9, "totalTokens": 40}
_SUMMARY: Final[Schema] = {
    "id": _RUN,
    "workflowId": 1,
    "revision": 1,
    "status": "COMPLETED",
    "scope": {"kind": "all"},
    "reuse": "auto",
    "trigger": "api",
    "startedBy": {"kind": "api_key", "name": "Nightly build"},
    "createdAt": _CREATED,
    "startedAt": "2026-11-02T09:30:00.048Z",
    "finishedAt": "2026-11-02T09:30:01.212Z",
    "durationMs": 1164,
    "pauseRequestedAt": None,
    "counts": _COUNTS,
    "usage": _USAGE,
    "error": None,
    "prefectUrl": None,
    "scheduleId": None,
    "dueAt": None,
    "late": False,
}
_PRODUCT: Final[Schema] = {"kind": "text", "text": "A ceramic teapot, hand-made in Kyoto."}
_TIMES: Final[Schema] = {
    "startedAt": "2026-11-02T09:30:00.052Z",
    "finishedAt": "2026-11-02T09:30:01.205Z",
    "durationMs": 1153,
}
_EXECUTIONS: Final[list[Schema]] = [
    {
        "id": "4be3b6a4-3f0c-4a52-8a0e-0c7a54b2a9a1",
        "nodeId": "product",
        "nodeType": "text",
        "label": "Product",
        "status": "COMPLETED",
        "attempt": 0,
        "reused": True,
        "reusedFrom": "51b8f6f0-0f4f-4d7e-9a0f-5a3c1b1c7d10",
        "reason": "It ran with the same text before.",
        "input": {"text": [_PRODUCT]},
        "output": _PRODUCT,
        "outputs": {},
        "error": None,
        "skipReason": None,
        "usage": None,
        **_TIMES,
    },
    {
        "id": "9d20f5a8-0b8b-4f6e-8f55-9b2f7c6d1e02",
        "nodeId": "slogan",
        "nodeType": "llm",
        "label": "Slogan",
        "status": "COMPLETED",
        "attempt": 1,
        "reused": False,
        "reusedFrom": None,
        "reason": None,
        "input": {"userMessage": [_PRODUCT]},
        "output": {"kind": "text", "text": "Kyoto in every cup."},
        "outputs": {},
        "error": None,
        "skipReason": None,
        "usage": {"model": "gemini-3.8-flash", **_USAGE, "finishReason": None, "repairs": 0},
        **_TIMES,
    },
]
_WORKFLOW: Final[Schema] = {"id": 1, "revision": 1, "createdAt": _CREATED, "updatedAt": _CREATED}
_TOKEN: Final[Schema] = {
    "kind": "token",
    "nodeId": "slogan",
    "attempt": 1,
    "offset": 8,
    "text": " in every cup.",
}
_PREVIEW: Final[Schema] = {
    "kind": "preview",
    "nodeId": "picture",
    "attempt": 1,
    "value": {
        "kind": "image",
        "assetId": _ASSET,
        "mediaType": "image/jpeg",
        "width": 512,
        "height": 512,
        "bytes": 41_033,
        "url": f"/api/assets/{_ASSET}",
    },
}

_RECORD: Final = {
    "id": _ASSET,
    "mediaType": "image/jpeg",
    "width": 640,
    "height": 427,
    "bytes": 81_234,
    "url": f"/api/assets/{_ASSET}",
    "durationSeconds": None,
}

COMPONENT_EXAMPLES: Final[dict[str, Schema]] = {
    "AssetPage": {"items": [{**_RECORD, "createdAt": _CREATED}], "nextCursor": None},
    "AssetRecord": _RECORD,
    "CheckResult": {
        "problems": [
            {
                "code": "missing_input",
                "message": "“crop crop” needs an image: connect an image to its “Image” input.",
                "nodeId": "crop",
                "edgeId": None,
                "port": "image",
                "param": None,
                "input": None,
            }
        ],
        "warnings": [],
        "outOfDate": [],
    },
    "ErrorDocument": {
        "type": "/errors/workflow_not_found",
        "title": "Workflow not found",
        "status": 404,
        "detail": "There is no workflow 7.",
        "code": "workflow_not_found",
    },
    "Graph": LLM_GRAPH,
    "PlanRead": {
        "steps": [
            {"nodeId": "product", "action": "reuse", "reason": "It ran with the same text before."},
            {"nodeId": "slogan", "action": "run", "reason": "It has no result yet."},
        ]
    },
    "RunPage": {
        "items": [{**_SUMMARY, "lastImage": None, "lastText": "Kyoto in every cup."}],
        "nextCursor": None,
    },
    "RunRead": {**_SUMMARY, "inputs": {}, "outputs": {}, "nodeExecutions": _EXECUTIONS},
    "PreviewEventRead": _PREVIEW,
    "TokenEventRead": _TOKEN,
    "WorkflowPage": {
        "items": [
            {
                "name": "Slogan",
                **_WORKFLOW,
                "deletedAt": None,
                "nodeCount": 2,
                "lastRun": {
                    "id": _RUN,
                    "status": "COMPLETED",
                    "createdAt": _CREATED,
                    "finishedAt": _TIMES["finishedAt"],
                },
                "preview": {
                    "layout": {
                        "width": 1,
                        "height": 0.375,
                        "boxes": [
                            {"type": "text", "x": 0, "y": 0, "w": 0.5, "h": 0.375},
                            {"type": "llm", "x": 0.5, "y": 0, "w": 0.5, "h": 0.375},
                        ],
                        "lines": [[0, 1]],
                    },
                    "thumbnails": [f"/api/assets/{_ASSET}?width=320"],
                },
            }
        ],
        "nextCursor": "MjAyNi0xMS0wMlQwOTozMDowMCswMDowMCAx",
    },
    "WorkflowRead": {**_WORKFLOW, **LLM_GRAPH, "inputs": [], "outputs": []},
}
"""By component; each is valid under it."""
