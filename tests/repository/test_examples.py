"""The examples that newcomers run: free of problems, with all their files, well laid out."""

import json
from pathlib import Path
from typing import Any

import pytest

from flows.graph.check import check_document
from flows.planning.plan import make_plan
from schemas.problem import ProblemCode
from schemas.wire.run import ScopeAll
from tasks.providers.registry import provider_types
from tasks.registry import node_types

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted(EXAMPLES.glob("*.json"))
MADE = {"product.mp4"}
"""Media that `make media` makes; the rest is in the repository."""
NODE_WIDTH = 320
"""Of a node in the editor, in flow units."""
LEAST_HEIGHT = 240

every_example = pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


def sources(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [node["data"]["source"] for node in document["nodes"] if "source" in node["data"]]


def uploaded(document: dict[str, Any]) -> dict[str, Any]:
    """Put assets in the place of files, as `nodeloom run` does."""
    for source in sources(document):
        source.clear()
        source |= {"kind": "asset", "assetId": "5d6ad5a1-3a0c-4c8c-9f0e-6a1f6a2f6f0b"}
    return document


@every_example
def test_an_example_is_a_function_that_says_what_it_takes_and_gives(path: Path):
    document = read(path)
    for declared in (document["inputs"], document["outputs"]):
        assert declared
        for each in declared:
            assert each["title"][0].isupper()
            assert not each["title"].endswith(".")
            assert each["description"].endswith(".")
    assert any(each.get("required") for each in document["inputs"])
    ends = {node["id"] for node in document["nodes"]}
    ends -= {edge["source"] for edge in document["edges"]}
    assert ends <= {each["nodeId"] for each in document["outputs"]}


@every_example
def test_an_example_lacks_nothing_but_the_upload_of_its_files(path: Path):
    document = read(path)
    found = check_document(document, node_types()).problems
    given = {each["nodeId"] for each in document["inputs"] if each.get("required")}
    files = [
        node for node in document["nodes"] if "source" in node["data"] and node["id"] not in given
    ]
    assert [problem.code for problem in found] == [ProblemCode.FILE_NOT_UPLOADED for _ in files]
    checked = check_document(uploaded(document), node_types())
    assert checked.problems == []
    assert checked.graph is not None
    plan = make_plan(checked.graph, node_types(), ScopeAll(kind="all"))
    assert len(plan.steps) == len(document["nodes"])


@every_example
def test_the_files_of_an_example_are_there_and_credited(path: Path):
    credits = (EXAMPLES / "media" / "CREDITS.md").read_text("utf-8")
    for source in sources(read(path)):
        file = EXAMPLES / source["path"]
        assert file.name in credits
        assert file.name in MADE or file.is_file()


@every_example
def test_nodes_do_not_lie_on_each_other(path: Path):
    places = [(node["position"]["x"], node["position"]["y"]) for node in read(path)["nodes"]]
    for index, (x, y) in enumerate(places):
        for other_x, other_y in places[:index]:
            assert abs(x - other_x) > NODE_WIDTH or abs(y - other_y) >= LEAST_HEIGHT


@every_example
def test_a_reader_sees_good_labels_and_models_for_everybody(path: Path):
    nodes = read(path)["nodes"]
    labels = [node["data"]["label"] for node in nodes]
    assert len(set(labels)) == len(labels)
    for node in nodes:
        if node["type"] == "llm":
            assert provider_types()["google"].model(node["data"]["model"]).current
            # What a model thinks counts, too: an answer would be cut.
            assert not {"temperature", "maxOutputTokens"} & node["data"].keys()


def test_the_marketing_kit_has_two_branches_that_meet():
    checked = check_document(uploaded(read(EXAMPLES / "product-marketing-kit.json")), node_types())
    assert checked.graph is not None
    steps = make_plan(checked.graph, node_types(), ScopeAll(kind="all")).steps
    assert len(steps) == 9
    post = next(step for step in steps if step.node_id == "post")
    assert {binding.handle: binding.sources for binding in post.bindings} == {
        "images": (("crop", "output"), ("frame", "output")),
        "systemPrompt": (("editor", "output"),),
        "userMessage": (("description", "output"),),
    }
