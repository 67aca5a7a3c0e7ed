"""Cases of `tests/cases/models`: what must come of real answers of models, through the real SDK."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from flows.graph.check import check_document
from schemas.errors import NodeError
from schemas.values import TextValue
from support.nodes.case_files import run_graph
from support.nodes.node_runner import NodeRunner
from support.servers.gemini_server import GeminiServer, text_stream
from support.servers.web_server import HttpRequest, answer
from tasks.providers.base import TextRequest, TextResponse
from tasks.providers.gemini.client import Gemini
from tasks.providers.text import EmitText, ModelCall, RecordUsage, generate_text
from tasks.registry import node_types

FOLDER: Final = Path(__file__).parents[2] / "cases" / "models"


def read_cases() -> dict[str, dict[str, Any]]:
    """Give each case by its name."""
    return {
        path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))
    }


@dataclass
class ProviderCall(ModelCall):
    """Calls of a provider, without limits."""

    provider: Gemini

    async def renew(self) -> ModelCall:
        """Allow one more."""
        return self

    async def generate_text(
        self,
        request: TextRequest,
        *,
        idempotency_key: str,
        emit: EmitText,
        record_usage: RecordUsage,
    ) -> TextResponse:
        """Make it."""
        return await generate_text(
            self.provider,
            request,
            idempotency_key=idempotency_key,
            emit=emit,
            record_usage=record_usage,
        )


def speak(case: Mapping[str, Any], server: GeminiServer) -> None:
    """Have the provider answer as the case says, or repeat what it is asked."""

    async def respond(asked: HttpRequest, writer: asyncio.StreamWriter) -> None:
        if "answer" in case:
            body, kind = case["answer"].encode(), {"content-type": "text/event-stream"}
            await answer(200, body, kind)(asked, writer)
        else:
            parts = json.loads(asked.body)["contents"][-1]["parts"]
            said = "\n".join(part["text"] for part in parts if "text" in part)
            await text_stream(f"ECHO[{said}]")(asked, writer)

    server.respond = respond


async def differences(
    case: Mapping[str, Any], runner: NodeRunner, server: GeminiServer
) -> list[str]:
    """Check a case's graph, run it, and say what is not as expected."""
    problems = check_document(case["graph"], node_types()).problems
    if problems:
        return [] if case.get("orProblem") else [problem.message for problem in problems]
    outputs = await run_graph(case, runner)
    wrong = [_difference(each, outputs, server) for each in case["expect"]]
    return [each for each in wrong if each]


def _difference(
    expected: Mapping[str, Any], outputs: Mapping[str, Any], server: GeminiServer
) -> str:
    if "calls" in expected and len(server.asked) != expected["calls"]:
        return f"{len(server.asked)} calls"
    output = outputs.get(expected.get("node", ""))
    failed = isinstance(output, NodeError)
    if "said" in expected:
        told = f"{output}".lower()
        return "" if any(word.lower() in told for word in expected["said"]) else told
    if output is not None and failed != (expected.get("status") == "FAILED"):
        return f"it gave {output!r}"
    text = output.text if isinstance(output, TextValue) else None
    if "json" in expected and json.loads(text or "null") != expected["json"]:
        return f"it gave {text}"
    return f"it gave {text}" if expected.get("text", text) != text else ""
