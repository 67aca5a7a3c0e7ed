"""Everything that the OpenAPI document allows, and much that it does not, against a real server.

No answer of 500 or more, none with a status, media type, header or body that the document does
not describe, and nothing taken that it refuses. A short form by default; `make fuzz` runs more.
"""

import json
import math
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from PIL import Image
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation

from api.openapi.document import openapi_document
from schemas.settings import Settings
from support.api.client import graph, text_node
from support.nodes.media import encoded

CASES = 400 * int(os.environ.get("NODELOOM_FUZZ", "1"))
"""Over all operations together."""
SEED = int(os.environ.get("NODELOOM_FUZZ_SEED", "1"))
TOLERATED = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)
PATIENCE_SECONDS = 5.0
"""On a loaded machine; alone, the slowest answer takes a tenth of a second."""
RULES = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
ROOT = Path(__file__).parents[2]
CONFIG = schemathesis.Config.from_dict(
    {"generation": {"allow-extra-parameters": False, "with-security-parameters": False}}
)
"""Unknown query parameters are ignored, as everywhere on the web; tokens have tests of their own."""
OPERATION_IDS = [
    operation["operationId"]
    for path in json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))["paths"].values()
    for operation in path.values()
    if operation["operationId"] != "streamWorkflowEvents"  # it has no end; tests/api has its tests
]


@cache
def operations() -> dict[str, APIOperation[Any, Any, Any, Any]]:
    """Those of the document; read with the first test, not by every process that finds tests."""
    settings = Settings().model_copy(update={"auth": "local", "database_url": None})
    schema = schemathesis.openapi.from_dict(openapi_document(settings), config=CONFIG)
    return {
        found.ok().definition.raw["operationId"]: found.ok()
        for found in schema.get_all_operations()
        if isinstance(found, Ok)
    }


def modes(operation: APIOperation[Any, Any, Any, Any]) -> tuple[GenerationMode, ...]:
    """What an operation takes can be right or wrong; one that takes nothing is only right."""
    takes = operation.body or operation.path_parameters or operation.query or operation.headers
    return (
        (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if takes else (GenerationMode.POSITIVE,)
    )


@dataclass
class Things:
    """Objects that exist, whose ids are put into half of the requests."""

    ids: dict[str, str]
    sent: int = 0
    statuses: dict[int, int] = field(default_factory=dict[int, int])


@pytest.fixture(scope="module")
def things(client: httpx.Client) -> Iterator[Things]:
    warm = client.post("/api/assets", files={"file": encoded(Image.new("RGB", (4, 3)))})
    template = client.get("/api/templates").json()["items"][0]["id"]
    found = Things({"assetId": warm.json()["id"], "templateId": template})
    yield found
    said = f"{found.sent} requests; answers by status: {dict(sorted(found.statuses.items()))}"
    sys.stderr.write(f"\n{said}\n")


def make_more(client: httpx.Client, ids: dict[str, str]) -> None:
    """Make what the operation before may have deleted."""
    workflow = client.post("/api/workflows", json=graph(text_node("a"))).json()["id"]
    run = client.post(f"/api/workflows/{workflow}/runs").json()["id"]
    assert client.post(f"/api/runs/{run}/cancel").status_code == 202
    ids |= {"workflowId": str(workflow), "runId": run, "version": "1", "nodeId": "a"}
    key = client.post("/api/keys", json={"name": "x", "scopes": ["read"]})
    if key.status_code == 201:  # there may be as many as one user may have
        ids["keyId"] = key.json()["id"]


@pytest.mark.parametrize("operation_id", OPERATION_IDS)
def test_every_answer_is_documented(
    operation_id: str, address: str, things: Things, client: httpx.Client
):
    operation = operations()[operation_id]
    runs = sum(len(modes(each)) for each in operations().values())
    session = requests.Session()
    make_more(client, things.ids)
    rules = CHECKS.get_by_names(list(RULES))
    strict = [*rules, *CHECKS.get_by_names(["negative_data_rejection"])]
    for mode in modes(operation):
        each = math.ceil(CASES / runs)

        @seed(SEED)
        @settings(
            max_examples=each,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=TOLERATED,
        )
        @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
        def ask(case: Any, real: bool) -> None:
            if real:
                case.path_parameters.update(
                    {name: id for name, id in things.ids.items() if name in case.path_parameters}
                )
            answer = case.call(base_url=address, session=session, timeout=20)
            things.sent += 1
            assert answer.elapsed < PATIENCE_SECONDS
            things.statuses[answer.status_code] = things.statuses.get(answer.status_code, 0) + 1
            if operation_id == "streamRunEvents" and answer.status_code == 200:
                return  # its events are no JSON that a rule could judge; tests/api does
            case.validate_response(answer, checks=rules if real else strict)

        try:
            ask()
        except Unsatisfiable:  # every text is a right one: nothing wrong can be sent
            assert mode is GenerationMode.NEGATIVE
