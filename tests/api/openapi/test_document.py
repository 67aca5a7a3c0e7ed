"""The OpenAPI document: whole, typed, and served with its reader from here alone."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from api.openapi.complete import complete_document
from api.openapi.document import openapi_document
from schemas.settings import Settings
from support.api.client import Api
from tasks.registry import catalogue

LOCAL = Settings().model_copy(update={"database_url": None, "auth": "local"})


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi_document(LOCAL)


def walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    ):
        yield from walk(item)


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_it_is_made_without_a_database(document: dict[str, Any]):
    assert document["openapi"].startswith("3.1")
    assert complete_document(document, {}) == document


def test_every_reference_leads_somewhere(document: dict[str, Any]):
    components = document["components"]["schemas"]
    references = {each["$ref"] for each in walk(document) if isinstance(each.get("$ref"), str)}
    assert references
    assert {ref.removeprefix("#/components/schemas/") for ref in references} <= components.keys()


def test_operations_have_names_that_make_good_functions(document: dict[str, Any]):
    names = [operation["operationId"] for operation in operations(document)]
    assert len(names) == len(set(names)) >= 20
    assert {"listWorkflows", "saveWorkflow", "startRun", "streamRunEvents"} <= set(names)
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name) for name in names)
    assert all(operation["summary"] and operation["tags"] for operation in operations(document))


def test_a_node_is_told_from_others_by_its_type(document: dict[str, Any]):
    components = document["components"]["schemas"]
    node = components["Node"]
    assert node["discriminator"]["propertyName"] == "type"
    assert set(node["discriminator"]["mapping"]) == {spec.id for spec in catalogue()}
    assert {item["$ref"] for item in node["oneOf"]} == set(
        node["discriminator"]["mapping"].values()
    )
    assert {"id", "type", "position"} == set(components["LlmNode"]["required"])
    llm = components["LlmNode"]["properties"]
    assert llm["type"] == {"const": "llm", "type": "string"}
    assert llm["data"] == {"$ref": "#/components/schemas/LlmData"}
    assert "label" in components["LlmData"]["properties"]
    assert components["WorkflowRead"]["properties"]["nodes"]["items"] == {
        "$ref": "#/components/schemas/Node"
    }


def test_every_example_of_the_catalogue_is_valid_under_its_component(document: dict[str, Any]):
    for spec in catalogue():
        schema = {"$ref": f"#/components/schemas/{spec.id.capitalize()}Data"} | {
            "components": document["components"]
        }
        jsonschema.Draft202012Validator(schema).validate(spec.example.data)
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(schema).validate({"noSuchParam": 1})


def test_request_bodies_refuse_unknown_fields(document: dict[str, Any]):
    components = document["components"]["schemas"]
    for name in ("Graph", "RunCreate", "WorkflowRename", "PositionsUpdate", "NodePosition"):
        assert components[name]["additionalProperties"] is False


def test_every_error_is_documented_as_problem_details(document: dict[str, Any]):
    for operation in operations(document):
        for status, answer in operation["responses"].items():
            if int(status) >= 400 and operation["operationId"] != "readReadiness":
                assert list(answer["content"]) == ["application/problem+json"], operation
        assert {"403", "500", "503"} <= operation["responses"].keys()
        if "requestBody" in operation:
            assert {"400", "413", "415", "422"} <= operation["responses"].keys()


async def test_the_document_and_its_reader_need_no_other_address(api: Api):
    http_client = await api.get("/schema/openapi.json")
    assert http_client.headers["content-type"] == "application/json"
    assert http_client.json()["paths"].keys() == openapi_document(LOCAL)["paths"].keys()
    assert (await api.get("/schema")).json() == http_client.json()

    page = await api.get("/schema", headers={"Accept": "text/html"}, follow_redirects=True)
    assert page.url.path == "/schema/reader"
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(loaded) == 4
    for path in loaded:
        assert path.startswith("/")
        assert (await api.get(path)).status_code == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/schema/nothing", "/schema/reader/nothing.js", "/schema/nothing.json"]
)
async def test_nothing_else_is_under_schema(api: Api, path: str):
    answer = await api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_catalogue_is_sent_once(api: Api):
    first = await api.get("/api/node-types")
    assert [item["id"] for item in first.json()["items"]] == [spec.id for spec in catalogue()]
    again = await api.get("/api/node-types", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert json.dumps(first.json()["items"][0]["params"])


def test_a_scope_is_told_from_others_by_its_kind(document: dict[str, Any]):
    components = document["components"]["schemas"]
    for model in ("RunCreate", "RunRead", "RunSummary"):
        assert components[model]["properties"]["scope"]["$ref"] == "#/components/schemas/Scope"
    scope = components["Scope"]
    assert scope["discriminator"]["propertyName"] == "kind"
    assert set(scope["discriminator"]["mapping"]) == {"all", "nodes", "from", "until", "failed"}
    request = jsonschema.Draft202012Validator(
        components["RunCreate"] | {"components": document["components"]}
    )
    request.validate({"scope": {"kind": "nodes", "nodeIds": ["a"]}})
    with pytest.raises(jsonschema.ValidationError):
        request.validate({"scope": {"kind": "nodes", "nodeId": "a"}})
