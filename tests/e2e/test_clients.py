"""Clients generated from the OpenAPI document: they are typed, and run a workflow."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from support.hostile.npm_packages import require_npm_packages
from support.product.nodeloom import Up

ROOT = Path(__file__).parents[2]
CLIENTS = ROOT / "tests" / "clients"
BIN = Path(sys.executable).parent
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
        *("--meta", "none", "--fail-on-warning"),
        cwd=tmp_path,
    )
    names = {path.stem for path in (package / "models").glob("*.py")}
    assert {"llm_node", "run_read", "error_document", "scope_until", "graph"} <= names
    # An object of any form, and an OpenAPI document, have no model of ours.
    anonymous = {"llm_data_response_schema_type_0", "describe_functions_response_200"}
    assert {name for name in names if name[-1].isdigit()} == anonymous

    program = shutil.copy(CLIENTS / "run_workflow.py", tmp_path)
    typed(tmp_path)
    api = up.addresses["api"]
    wanted = {"name": "A program", "scopes": ["read", "write", "run"]}
    key = httpx.post(f"{api}/api/keys", json=wanted).raise_for_status().json()["secret"]
    assert json.loads(do(sys.executable, program, api, key, cwd=tmp_path)) == ANSWER


def test_a_typescript_client_is_typed_and_runs_a_workflow(up: Up, tmp_path: Path) -> None:
    tools = require_npm_packages() / "node_modules"
    (tmp_path / "node_modules").symlink_to(tools)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(CLIENTS / "run-workflow.ts", tmp_path)
    do(tools / ".bin" / "openapi-typescript", DOCUMENT, "-o", "nodeloom.d.ts", cwd=tmp_path)
    do(
        tools / ".bin" / "tsc",
        *("--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes"),
        *("--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom", "run-workflow.ts"),
        cwd=tmp_path,
    )
    told = do("node", "run-workflow.js", up.addresses["api"], cwd=tmp_path)
    assert json.loads(told) == ANSWER
