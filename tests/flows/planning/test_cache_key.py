"""Keys of results, and which of them may be taken over."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from flows.planning.cache_key import ResolvedStep, ReusePolicy, resolve_step
from flows.planning.plan import Step, make_plan
from schemas.values import ImageValue, TextValue, Value
from schemas.wire.run import ScopeAll
from support.nodes.graphs import edge, graph, node
from tasks.registry import node_types

ASSET = {"kind": "asset", "assetId": "5d6ad5a1-3a0c-4c8c-9f0e-6a1f6a2f6f0b"}
URL = {"kind": "url", "url": "https://example.com/a.jpg"}


def step(type: str, /, id: str = "n", **data: Any) -> Step:
    photo = [node("photo", "image"), edge("photo", id, "image")]
    made = graph(node(id, type, **data), *(photo if type in ("crop", "resize") else []))
    steps = make_plan(made, node_types(), ScopeAll(kind="all")).steps
    return next(each for each in steps if each.node_id == id)


def resolved(of: Step, *, demo: bool = False, **connected: Sequence[Value]) -> ResolvedStep:
    found = resolve_step(of, node_types()[of.node_type], connected, demo=demo)
    assert found is not None
    return found


def key(of: Step, *, demo: bool = False, **connected: Sequence[Value]) -> str:
    return resolved(of, demo=demo, **connected).key


def image_value(sha256: str, asset: int = 1) -> ImageValue:
    return ImageValue(
        asset_id=UUID(int=asset),
        sha256=sha256 * 64,
        media_type="image/png",
        width=4,
        height=3,
        bytes=9,
    )


def test_id_label_and_settings_are_not_in_a_key():
    one = step("llm", "a", label="One", settings={"retries": 0, "reuse": "never"})
    assert key(one) == key(step("llm", "b", label="Two"))


def test_a_default_that_is_written_out_changes_nothing():
    assert key(step("llm")) == key(step("llm", temperature=None, systemPrompt=""))
    assert key(step("crop", yPercent=0), image=[image_value("a")]) == key(
        step("crop", yPercent=0.0), image=[image_value("a")]
    )


def test_params_are_in_a_key():
    keys = {
        key(step("llm")),
        key(step("llm", temperature=0)),
        key(step("llm", userMessage="Sing.")),
    }
    assert len(keys) == 3


def test_a_connected_text_counts_and_the_typed_one_that_it_replaces_does_not():
    arrived: list[Value] = [TextValue(text="Sing.")]
    typed, other = step("llm", userMessage="Write."), step("llm", userMessage="Dance.")
    assert key(typed, userMessage=arrived) == key(other, userMessage=arrived)
    assert key(typed, userMessage=arrived) == key(step("llm", userMessage="Sing."))
    assert key(typed, userMessage=arrived) != key(typed)


def test_an_image_counts_by_its_bytes():
    crop = step("crop")
    assert key(crop, image=[image_value("a", 1)]) == key(crop, image=[image_value("a", 2)])
    assert key(crop, image=[image_value("a")]) != key(crop, image=[image_value("b")])


def test_the_order_of_images_counts():
    writer = step("llm")
    one, other = image_value("a"), image_value("b")
    assert key(writer, images=[one, other]) != key(writer, images=[other, one])


def test_the_type_counts():
    image = [image_value("a")]
    assert key(step("crop"), image=image) != key(step("resize"), image=image)


def test_the_demo_model_is_never_taken_for_the_real_one():
    assert key(step("llm"), demo=True) != key(step("llm"))
    assert key(step("text"), demo=True) == key(step("text"))


def test_inputs_that_do_not_fit_have_no_key():
    crop = step("crop")
    words: list[Value] = [TextValue(text="half")]
    connected = {"image": [image_value("a")], "xPercent": words}
    assert resolve_step(crop, node_types()["crop"], connected, demo=False) is None


@pytest.mark.parametrize(
    ("type", "data", "pure"),
    [
        ("text", {}, True),
        ("crop", {}, True),
        ("llm", {}, False),
        ("llm", {"temperature": 0.1}, False),
        ("llm", {"temperature": 0}, False),
        ("image", {"source": URL}, False),
        ("image", {"source": ASSET}, True),
        ("video", {"source": URL}, False),
        ("video", {"source": ASSET}, True),
    ],
)
def test_what_is_a_function_of_its_inputs_is_taken_over_in_every_run(
    type: str, data: dict[str, Any], pure: bool
):
    one = step(type, **data)
    connected: Any = {"image": [image_value("a")]} if type == "crop" else {}
    params = resolved(one, **connected).params
    assert ReusePolicy().allows(one, node_types()[type], params) is pure
    assert ReusePolicy(partial=True).allows(one, node_types()[type], params)
    assert not ReusePolicy("never", partial=True).allows(one, node_types()[type], params)


def test_a_node_whose_settings_say_always_gives_the_same_in_every_run():
    writer = step("llm", settings={"reuse": "always"})
    params = resolved(writer).params
    assert ReusePolicy().allows(writer, node_types()["llm"], params)
    assert not ReusePolicy("never").allows(writer, node_types()["llm"], params)


def test_a_node_whose_settings_say_never_is_never_taken_over():
    words = step("text", settings={"reuse": "never"})
    policy = ReusePolicy(partial=True)
    assert not policy.allows(words, node_types()["text"], resolved(words).params)
