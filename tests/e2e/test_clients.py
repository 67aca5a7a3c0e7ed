"""Clients: those generated from an OpenAPI document are typed; every kind has the same results of a function."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from local.prefect.auth import get_auth_string
from nodeloom_client import Client
from support.api.mcp_client import Connect, over_http, over_stdio
from support.hostile.npm_packages import FOLDER, require_npm_packages
from support.product.backend import edge, eventually, graph, node
from support.product.nodeloom import Up

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "tests" / "clients"
BIN = Path(sys.executable).parent
PHOTO = ROOT / "examples" / "media" / "coffee.jpg"
TEXT = "A cup."
DOCUMENT = ROOT / "docs" / "openapi.json"
ANSWER = {"status": "COMPLETED", "text": "Good morning,\n\nOsaka"}
GENERATOR = "nodeloom_client/client.py"
"""A template of the generator, the same for every API."""


def do(*command: object, cwd: Path) -> str:
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def typed(folder: Path) -> None:
    rules: dict[str, Any] = {
        "typeCheckingMode": "standard",
        "venvPath": str(BIN.parent.parent),
        "venv": BIN.parent.name,
        "ignore": [GENERATOR],
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(rules))
    do(BIN / "basedpyright", ".", cwd=folder)


def test_a_python_client_is_typed_and_runs_a_workflow(up: Up, tmp_path: Path) -> None:
    package = tmp_path / "nodeloom_client"
    do(
        BIN / "openapi-python-client",
        *("generate", "--path", DOCUMENT, "--output-path", package),
        *("--config", ROOT / "clients" / "openapi-python-client.yaml"),
        *("--meta", "none", "--fail-on-warning"),
        cwd=tmp_path,
    )
    names = {path.stem for path in (package / "models").glob("*.py")}
    assert {"llm_node", "run_read", "error_document", "scope_until", "graph"} <= names
    # Objects whose names or form are the user's, and an OpenAPI document, have no model of ours.
    anonymous = {
        "llm_data_response_schema_type_0",
        "describe_functions_response_200",
        "batch_create_mapping_type_0",
    }
    assert {name for name in names if name[-1].isdigit()} == anonymous

    program = shutil.copy(CLIENTS / "run_workflow.py", tmp_path)
    typed(tmp_path)
    api = up.addresses["api"]
    wanted = {"name": "A program", "scopes": ["read", "write", "run"]}
    key = httpx.post(f"{api}/api/keys", json=wanted).raise_for_status().json()["secret"]
    assert json.loads(do(sys.executable, program, api, key, cwd=tmp_path)) == ANSWER


def compiled(program: str, document: object, types: str, folder: Path) -> None:
    """Compile a program with the types that are made from a document; skips the test where there is no npm."""
    tools = require_npm_packages() / "node_modules"
    (folder / "node_modules").symlink_to(tools)
    (folder / "package.json").write_text('{"type": "module"}')
    shutil.copy(CLIENTS / f"{program}.ts", folder)
    do(tools / ".bin" / "openapi-typescript", document, "-o", f"{types}.d.ts", cwd=folder)
    do(
        tools / ".bin" / "tsc",
        *("--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes"),
        *("--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom", f"{program}.ts"),
        cwd=folder,
    )


def test_a_typescript_client_is_typed_and_runs_a_workflow(up: Up, tmp_path: Path) -> None:
    compiled("run-workflow", DOCUMENT, "nodeloom", tmp_path)
    told = do("node", "run-workflow.js", up.addresses["api"], cwd=tmp_path)
    assert json.loads(told) == ANSWER


def published(http: httpx.Client) -> int:
    """Store and publish a function that cuts a photo and repeats a text."""
    nodes = [node("note", "text"), node("photo", "image"), node("cut", "crop", widthPercent=50)]
    declared = {
        "inputs": [
            {"name": "photo", "nodeId": "photo", "param": "source", "required": True},
            {"name": "text", "nodeId": "note", "param": "text"},
            {"name": "height", "nodeId": "cut", "param": "heightPercent", "default": 100},
        ],
        "outputs": [{"name": "post", "nodeId": "note"}, {"name": "tile", "nodeId": "cut"}],
    }
    document = graph(nodes, [edge("photo", "cut", "image")]) | declared
    stored = http.post("/api/workflows", json=document)
    assert stored.status_code == 201, stored.text
    id = stored.json()["id"]
    http.post(f"/api/workflows/{id}/publish", json={"name": "card"}).raise_for_status()
    return id


def from_typescript(api: str, asset_id: str, folder: Path) -> Any:
    """Call it with a client that is made from the document of what is published."""
    compiled("call-function", f"{api}/api/functions/openapi.json", "functions", folder)
    told = json.loads(do("node", "call-function.js", api, asset_id, cwd=folder))
    assert told["refused"] == ["height"]
    return told["outputs"]


def from_prefect(up: Up, http: httpx.Client, workflow: int, inputs: dict[str, Any]) -> Any:
    """Start the workflow as the form of its deployment does; give the outputs of its run."""
    timing = {"kind": "cron", "cron": "0 0 1 1 *"}
    schedule = {"name": "Yearly", "timing": timing, "inputs": inputs}
    made = http.post(f"/api/workflows/{workflow}/schedules", json=schedule)
    assert made.status_code == 201, made.text
    auth = httpx.BasicAuth(*(get_auth_string(up.home) or ":").split(":", 1))
    url = f"{up.addresses['prefect']}/api"
    with httpx.Client(base_url=url, auth=auth, timeout=60, trust_env=False) as prefect:
        tags = {"tags": {"all_": ["nodeloom", f"workflow:{workflow}"]}}
        found: Any = eventually(
            lambda: prefect.post("/deployments/filter", json={"deployments": tags}).json(), 120
        )
        start = f"/deployments/{found[0]['id']}/create_flow_run"
        prefect.post(start, json={"parameters": {"inputs": inputs}}).raise_for_status()

    def ended() -> Any:
        runs = http.get(f"/api/workflows/{workflow}/runs").json()["items"]
        return next((r for r in runs if r["trigger"] == "prefect" and r["finishedAt"]), None)

    run = eventually(ended, 180)
    assert run["status"] == "COMPLETED", run
    return http.get(f"/api/runs/{run['id']}").json()["outputs"]


async def from_agent(connect: Connect, api: str, inputs: dict[str, Any]) -> Any:
    """Call it as a tool; addresses of files, which agents get whole, as the API gives them."""
    async with connect(api) as agent:
        called = await agent.call_tool("card", inputs)
    return json.loads(json.dumps(called.structured_content).replace(f"{api}/api/", "/api/"))


def test_every_client_and_prefect_have_the_same_results(up: Up, tmp_path: Path) -> None:
    api = up.addresses["api"]
    with httpx.Client(base_url=api, timeout=120, trust_env=False) as http:
        workflow = published(http)
        with Client(api) as client:
            stored = client.upload(PHOTO)
            inputs = {"photo": stored, "text": TEXT}
            from_python = client.call("card", {"photo": PHOTO, "text": TEXT}).outputs
        raw = http.post("/api/functions/card", json=inputs, headers={"Prefer": "wait=100"})
        assert (raw.status_code, raw.json()["status"]) == (200, "COMPLETED"), raw.text
        wanted = raw.json()["outputs"]
        assert wanted["post"] == {"kind": "text", "text": TEXT}
        assert wanted["tile"]["kind"] == "image"
        assert from_python == wanted
        for connect in (over_http, over_stdio):
            assert asyncio.run(from_agent(connect, api, inputs)) == wanted
        assert from_prefect(up, http, workflow, inputs) == wanted
    if (FOLDER / "node_modules").is_dir():  # the others have been compared without it
        assert from_typescript(api, stored["assetId"], tmp_path) == wanted
