"""The job templates of deploy/work-pools, against the templates that Prefect itself ships."""

import json
import re
from pathlib import Path
from typing import Any

import prefect
import pytest
from prefect.utilities.schema_tools import is_valid_schema, validate

POOLS = Path(__file__).parents[2] / "deploy" / "work-pools"
SHIPPED = (
    Path(prefect.__file__).parent
    / "server/api/collections_data/views/aggregate-worker-metadata.json"
)
PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


def shipped(kind: str) -> dict[str, Any]:
    """Prefect's own template for pools of this kind."""
    workers = json.loads(SHIPPED.read_text())[f"prefect-{kind}"]
    return workers[kind]["default_base_job_configuration"]


@pytest.mark.parametrize("kind", ["docker", "kubernetes"])
def test_a_template_is_one_that_prefect_takes(kind: str) -> None:
    ours, theirs = json.loads((POOLS / f"{kind}.json").read_text()), shipped(kind)
    is_valid_schema(ours["variables"])
    assert ours.keys() == {"job_configuration", "variables"}
    assert ours["job_configuration"].keys() == theirs["job_configuration"].keys()
    assert ours["variables"]["properties"].keys() == theirs["variables"]["properties"].keys()

    used = set(PLACEHOLDER.findall(json.dumps(ours["job_configuration"])))
    assert used == set(PLACEHOLDER.findall(json.dumps(theirs["job_configuration"])))
    assert used <= ours["variables"]["properties"].keys()


@pytest.mark.parametrize("kind", ["docker", "kubernetes"])
def test_the_defaults_fit_prefects_own_schema(kind: str) -> None:
    ours = json.loads((POOLS / f"{kind}.json").read_text())["variables"]["properties"]
    defaults = {
        name: each["default"] for name, each in ours.items() if each.get("default") is not None
    }
    assert defaults["image"] == "nodeloom:latest"
    validate(defaults, shipped(kind)["variables"], raise_on_error=True)


@pytest.mark.parametrize("kind", ["docker", "kubernetes"])
def test_no_secret_is_in_a_template(kind: str) -> None:
    said = (POOLS / f"{kind}.json").read_text()
    assert not re.search(r"SECRET_ACCESS_KEY|DATABASE_URL|API_KEY", said)
