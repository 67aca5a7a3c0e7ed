"""The commands of docs/prefect.md, in their order, lead to a scheduled run and its artifacts."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from local.prefect.server import client_environment
from support.product.backend import Backend, eventually

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "prefect.md").read_text("utf-8")
OURS = ("make run", "export ")
"""What the test has done already."""
KIT = "/deployments/name/run-workflow/marketing-kit"


def commands() -> list[str]:
    """Those of the first section."""
    first = PAGE.split("## From nothing to a scheduled run")[1].split("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", first, re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines() if line.strip()]
    return [line for line in lines if not line.startswith(OURS)]


def run(backend: Backend, command: str) -> str:
    words = [
        str(Path(sys.executable).parent / word.removeprefix(".venv/bin/"))
        if word.startswith(".venv/bin/")
        else word
        for word in shlex.split(command)
    ]
    environment = os.environ | client_environment(backend.home, backend.prefect_api_url)
    done = subprocess.run(
        words,
        cwd=ROOT,
        env=environment | {"NODELOOM_API_URL": backend.api_url},
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def test_who_follows_the_page_sees_a_scheduled_run_with_its_artifacts(
    backend: Backend, deployment: Any
) -> None:
    api = backend.start_api()
    try:
        said: dict[str, str] = {}
        number = ""
        for command in commands():
            # Every ten seconds instead of every minute.
            soon = command.replace('--cron "* * * * *" --timezone UTC', "--interval 10")
            said[command] = run(backend, soon.replace("workflow_id=1", f"workflow_id={number}"))
            if " import " in command:
                found = re.search(r"\d+", said[command])
                assert found, said[command]
                number = found[0]
        assert len(said) == 5

        scheduled = {
            "deployments": {"id": {"any_": [backend.prefect(KIT)["id"]]}},
            "flow_runs": {"state": {"name": {"any_": ["Completed"]}}},
        }
        [flow_run, *_] = eventually(lambda: backend.prefect("/flow_runs/filter", **scheduled), 120)
        assert flow_run["auto_scheduled"]
        assert flow_run["parameters"] == {"workflow_id": int(number)}
        only = {"flow_run_id": {"any_": [flow_run["id"]]}}

        def kinds() -> set[str]:
            return {each["type"] for each in backend.prefect("/artifacts/filter", artifacts=only)}

        eventually(lambda: kinds() >= {"table", "markdown", "image"}, 120)
    finally:
        backend.prefect(
            f"/deployments/{backend.prefect(KIT)['id']}/pause_deployment", reason="over"
        )
        api.stop()
