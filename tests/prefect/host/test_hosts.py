"""Both hosts give the same: random graphs and all templates, with failures, retries and branches."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.nodes.media import make_video
from support.product.backend import Backend, EndedRun, edge, graph, node

EXAMPLES = Path(__file__).parents[3] / "examples"
MESSAGES = ["say fine", "fail 1 say late", "fail 9 say never", "refuse", "limit 0.2 say slow", ""]


def with_files(backend: Backend, document: Any) -> Any:
    """The document with its files uploaded."""
    document = json.loads(json.dumps(document))
    for each in document["nodes"]:
        if each["type"] in ("image", "video"):
            photo = (EXAMPLES / "media" / "coffee.jpg").read_bytes()
            id = backend.upload(photo if each["type"] == "image" else make_video())
            each["data"]["source"] = {"kind": "asset", "assetId": str(id)}
    return document


def rows(ended: EndedRun) -> dict[str, Any]:
    """What must not depend on the host."""
    found = {
        id: (
            row.status,
            row.attempt,
            row.error,
            row.skip_reason,
            row.reused,
            content(row.output),
            content(row.other_outputs),
            content(row.input),
            row.usage,
            row.cache_key is not None,
        )
        for id, row in ended.nodes.items()
    }
    return found | {"run": (ended.run.status, ended.run.error)}


def content(value: Any) -> Any:
    """A value without the ids of assets, which are each installation's own."""
    if isinstance(value, dict):
        return {key: content(each) for key, each in value.items() if key != "asset_id"}
    return [content(each) for each in value] if isinstance(value, list) else value


@st.composite
def documents(draw: st.DrawFn) -> Any:
    """Texts, a picture and its crops, models that fail or answer; any of them fed by others."""
    nodes, edges = [node("photo", "image")], list[Any]()
    texts, images = list[str](), ["photo"]
    for index in range(draw(st.integers(1, 7))):
        id, kind = f"n{index}", draw(st.sampled_from(["text", "llm", "llm", "crop"]))
        if kind == "crop":
            edges.append(edge(draw(st.sampled_from(images)), id, "image"))
            if texts and draw(st.booleans()):
                edges.append(edge(draw(st.sampled_from(texts)), id, "xPercent"))
            # No two crops are the same: which of them takes over from the other is chance.
            nodes.append(node(id, "crop", heightPercent=50 + index))
            images.append(id)
            continue
        said = draw(st.sampled_from(MESSAGES))
        said = said and f"{said} {index}"  # the model fails by message, whoever asks first
        sources = draw(st.lists(st.sampled_from(texts), max_size=2, unique=True)) if texts else []
        data: dict[str, Any] = {"text": f"{index}"} if kind == "text" else {"userMessage": said}
        if kind == "llm":
            retries = draw(st.integers(0, 2))
            data["settings"] = {"retries": retries, "retryDelaySeconds": 0.02}
            data["systemPrompt"] = f"You are {index}."
            edges += [edge(source, id, "systemPrompt") for source in sources]
        nodes.append(node(id, kind, **data))
        texts.append(id)
    return graph(nodes, edges)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(documents())
def test_random_graphs_give_the_same_rows_through_both_hosts(
    hosted: Backend, direct: Backend, document: Any
) -> None:
    found = [rows(each.run(with_files(each, document))) for each in (hosted, direct)]
    for each in (hosted, direct):
        each.scripted_model.forget()
    assert found[0] == found[1]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_template_gives_the_same_rows_through_both_hosts(
    hosted: Backend, direct: Backend, path: Path
) -> None:
    document = json.loads(path.read_text("utf-8"))
    found = [rows(each.run(with_files(each, document))) for each in (hosted, direct)]
    assert found[0] == found[1]
    assert found[0]["run"] == ("COMPLETED", None)
