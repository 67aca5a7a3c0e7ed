"""The examples as templates: one request makes each a workflow that can run."""

import tomllib
from datetime import date
from itertools import groupby
from pathlib import Path

import pytest

from api.routes import templates
from api.routes.templates import TemplateCosts
from schemas.settings import Settings
from support.api.client import Api
from tasks.providers.base import Model
from tasks.providers.registry import ModelName

ROOT = Path(__file__).parents[3]
IDS = [path.stem for path in (ROOT / "examples").glob("*.json")]
PURPOSES = ["Products", "Marketing", "Texts", "Pictures and film"]


async def test_the_templates_are_listed_the_marketing_kit_first(api: Api):
    items = (await api.get("/api/templates")).json()["items"]
    assert sorted(item["id"] for item in items) == sorted(IDS)
    assert len(items) >= 10
    assert items[0]["name"] == "Product Marketing Kit"
    assert [purpose for purpose, _ in groupby(item["purpose"] for item in items)] == PURPOSES
    for item in items:
        assert item["description"].endswith(".")
        assert item["nodeCount"] == len(item["layout"]["boxes"])
        assert item["layout"]["lines"]
        assert item["inputs"]
        assert item["outputs"]


def costs(**changes: object) -> dict[str, str]:
    """Give what each template costs with these settings, by its id."""
    costs = TemplateCosts(Settings().model_copy(update=changes), date(2026, 12, 1))
    return {each.id: costs.describe(each.document) for each in templates.templates().values()}


def test_a_template_says_what_it_costs(monkeypatch: pytest.MonkeyPatch):
    own = costs(demo_model=False)
    # Two calls with 2,000 tokens at $0.75 and 1,000 at $3.75 for a million.
    assert own["product-marketing-kit"] == "2 model calls, about $0.01"
    assert own["blog-post-to-social-media"] == "4 model calls, about $0.02"
    assert own["crop-grid"] == "Costs nothing: no model is asked"
    demo = costs(demo_model=True)
    assert demo["video-thumbnails"] == "1 model call, answered by the demo model at no cost"

    def known_model(model: ModelName) -> Model:
        return Model(model.name)

    monkeypatch.setattr(templates, "known_model", known_model)
    unknown = costs(demo_model=False)
    assert unknown["product-marketing-kit"] == "2 model calls, whose price is not known here"
    assert TemplateCosts(Settings(), date(2026, 12, 1)).note == ""


async def test_the_list_says_by_what_costs_are_estimated(api: Api):
    page = (await api.get("/api/templates")).json()
    assert "2,000 tokens of question and 1,000 of answer in each call" in page["costNote"]


@pytest.mark.parametrize("id", IDS)
async def test_a_template_becomes_a_workflow_without_problems(api: Api, id: str):
    answer = await api.post(f"/api/templates/{id}")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["problems"], made["notes"]) == ([], [])
    url = answer.headers["location"]
    sources = [
        node["data"]["source"] for node in made["workflow"]["nodes"] if "source" in node["data"]
    ]
    for source in sources:
        assert source["kind"] == "asset"
        assert (await api.get(f"/api/assets/{source['assetId']}")).status_code == 200
    assert (await api.post(f"{url}/runs", json={})).status_code == 202
    history = (await api.get(f"{url}/versions")).json()["items"]
    assert [entry["origin"] for entry in history] == ["template"]


async def test_a_template_can_be_used_again(api: Api):
    first, second = [(await api.post("/api/templates/crop-grid")).json() for _ in range(2)]
    assert first["workflow"]["id"] != second["workflow"]["id"]
    assert first["workflow"]["nodes"] == second["workflow"]["nodes"]


@pytest.mark.parametrize(
    "id", ["nothing", "..%2Fpyproject", "crop-grid.json", "%00", "..", "x" * 5000]
)
async def test_only_templates_can_be_used(api: Api, id: str):
    answer = await api.post(f"/api/templates/{id}")
    assert answer.status_code in (404, 405), answer.text
    assert (await api.get("/api/workflows")).json()["items"] == []


async def test_a_template_whose_video_was_never_made_says_what_to_do(
    api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(templates, "FOLDER", tmp_path)
    answer = await api.post("/api/templates/product-marketing-kit")
    assert (answer.status_code, answer.json()["code"]) == (503, "templates_missing")
    assert "make media" in answer.json()["detail"]


def test_every_example_is_a_template_and_goes_into_the_package():
    assert sorted(f"{id}.json" for id in IDS) == sorted(
        path.name for path in (ROOT / "examples").glob("*.json")
    )
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert "examples" in wheel["targets"]["wheel"]["packages"]
    ignored = {
        line.strip("/")
        for line in (ROOT / ".gitignore").read_text().splitlines()
        if line.startswith("/examples/")
    }
    assert ignored == set(wheel["targets"]["wheel"]["artifacts"])
