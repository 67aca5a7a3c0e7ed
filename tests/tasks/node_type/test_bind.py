"""From typed data and connected values to the arguments of a node."""

import tracemalloc
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from schemas.errors import BadInputError
from schemas.values import ImageValue, NumberValue, TextValue, Value, VideoValue, text_bytes
from tasks.node_type.bind import bind, input_values
from tasks.node_type.ports import input_ports
from tasks.node_type.texts import join_texts, joined_bytes
from tasks.nodes.crop import CropParams
from tasks.registry import node_types

IMAGE = ImageValue(
    asset_id=UUID(int=1), sha256="0" * 64, media_type="image/png", width=4, height=3, bytes=9
)
VIDEO = VideoValue(**IMAGE.model_dump(exclude={"kind"}), duration_seconds=2)


def _bound(node: str, data: dict[str, Any], **connected: Value | list[Value]) -> tuple[Any, Any]:
    arrived = {
        handle: value if isinstance(value, list) else [value] for handle, value in connected.items()
    }
    return bind(node_types()[node], data, arrived)


def _bind_error(node: str, data: dict[str, Any], **connected: Any) -> BadInputError:
    with pytest.raises(BadInputError) as caught:
        _bound(node, data, **connected)
    return caught.value


def _text(text: str) -> TextValue:
    return TextValue(text=text)


# Ports


def test_every_param_is_a_port_of_the_same_name() -> None:
    for node_type in node_types().values():
        handles = {port.handle for port in input_ports(node_type) if port.param}
        assert handles == set(node_type.params.model_json_schema()["properties"])


def test_ports_are_those_of_the_contract() -> None:
    ports = {
        (node, port.handle): port
        for node, node_type in node_types().items()
        for port in input_ports(node_type)
    }
    assert ports["llm", "images"].kinds == ("image",)
    assert ports["llm", "images"].many
    assert not ports["llm", "images"].required
    assert ports["llm", "userMessage"].many
    assert ports["llm", "userMessage"].placeholder
    assert ports["llm", "systemPrompt"].kinds == ("text",)
    assert ports["crop", "image"].required
    assert ports["crop", "xPercent"].kinds == ("number", "text")
    assert ports["resize", "fit"].kinds == ("text",)
    assert ports["frame", "video"].kinds == ("video",)
    assert ports["frame", "timestamp"].kinds == ("number", "text")


# Binding


def test_a_connected_value_wins_over_the_typed_one() -> None:
    params, _ = _bound("text", {"text": "typed"}, text=_text("connected"))
    assert params.text == "connected"


def test_label_settings_and_run_state_are_no_params() -> None:
    data = {"label": "A", "settings": {"retries": 1}, "status": "RUNNING", "text": "tea"}
    params, _ = _bound("text", data)
    assert params.text == "tea"


def test_several_texts_are_joined_with_a_blank_line_in_their_order() -> None:
    params, _ = _bound("llm", {}, userMessage=[_text("b"), _text("a"), _text("c")])
    assert params.user_message == "b\n\na\n\nc"


def test_connected_text_takes_the_place_of_the_placeholder_in_one_pass() -> None:
    typed = {"userMessage": "First {{input}}, then {{input}}; never {{other}}."}
    params, _ = _bound("llm", typed, userMessage=_text("{{input}}!"))
    assert params.user_message == "First {{input}}!, then {{input}}!; never {{other}}."


def test_a_placeholder_counts_only_where_the_port_has_one() -> None:
    params, _ = _bound("text", {"text": "a {{input}}"}, text=_text("b"))
    assert params.text == "b"


@pytest.mark.parametrize(
    "written",
    [
        "{{ input }}",
        "{{input }}",
        "{{\tinput\n}}",
        "{{\u00a0input\u2003}}",
        "{{\u200binput\ufeff}}",
    ],
)
def test_white_space_within_the_braces_does_not_matter(written: str) -> None:
    params, _ = _bound("llm", {"userMessage": f"Say {written} twice"}, userMessage=_text("WORD"))
    assert params.user_message == "Say WORD twice"


@pytest.mark.parametrize("written", ["{{ in put }}", "{input}", "{{inputs}}", "{{Input}}"])
def test_other_words_are_no_placeholder(written: str) -> None:
    params, _ = _bound("llm", {"userMessage": written}, userMessage=_text("WORD"))
    assert params.user_message == "WORD"


def test_a_placeholder_without_a_connection_is_not_sent() -> None:
    error = _bind_error("llm", {"userMessage": "a {{ input }}"})
    assert error.code == "missing_input"
    assert "“User message” holds {{input}}" in error.message


def test_text_is_refused_before_it_is_put_together() -> None:
    typed = {"userMessage": "{{input}}" * 100_000}
    tracemalloc.start()
    try:
        error = _bind_error("llm", typed, userMessage=_text("x" * 5_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert error.code == "text_too_long"
    assert "500,000,000 bytes" in error.message
    assert peak < 20_000_000
    several: list[Value] = [_text("é" * 400_000)] * 6
    assert _bind_error("llm", {}, userMessage=several).code == "text_too_long"
    params, _ = _bound("llm", {}, userMessage=several[:5])
    assert len(params.user_message.encode()) == 5 * 800_000 + 4 * 2


def test_the_size_of_text_is_known_before_it_is_put_together() -> None:
    port = next(each for each in input_ports(node_types()["llm"]) if each.handle == "userMessage")
    for typed in ("", "ä {{input}} – {{ input }}!", "typed and replaced"):
        texts = ["tea", "Grün", "茶"]
        sizes = [text_bytes(text) for text in texts]
        assert joined_bytes(port, typed, sizes) == text_bytes(join_texts(port, typed, texts))


def test_backslashes_and_dollars_are_only_characters() -> None:
    params, _ = _bound("llm", {"userMessage": "<{{input}}>"}, userMessage=_text(r"\1 $1 \g<0>"))
    assert params.user_message == r"<\1 $1 \g<0>>"


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (_text("50"), 50),
        (_text(" 12.5\n"), 12.5),
        (_text("50%"), 50),
        (_text("50 %"), 50),
        (_text("5e1"), 50),
        (_text("+7"), 7),
        (NumberValue(number=33.3), 33.3),
    ],
)
def test_numbers_are_read_from_connected_values(value: Value, number: float) -> None:
    params, _ = _bound("crop", {"widthPercent": 1}, image=IMAGE, widthPercent=value)
    assert params.width_percent == number


@pytest.mark.parametrize(
    "text", ["", "wide", "1_000", "12,5", "0x10", "nan", "inf", "1e999", "٣", "5 0"]
)
def test_text_that_is_no_number_names_the_port_and_what_arrived(text: str) -> None:
    with pytest.raises(BadInputError, match="“Width” takes a number") as caught:
        _bound("crop", {}, image=IMAGE, widthPercent=_text(text))
    assert caught.value.code == "bad_input"
    assert f"“{text}”" in caught.value.message


def test_a_percent_sign_is_for_percent_only() -> None:
    with pytest.raises(BadInputError, match="takes a number"):
        _bound("resize", {}, image=IMAGE, width=_text("50%"))


def test_whole_numbers_may_be_written_as_floats_and_no_others() -> None:
    params, _ = _bound("resize", {"width": 10.0}, image=IMAGE, height=_text("20.0"))
    assert (params.width, params.height) == (10, 20)
    with pytest.raises(BadInputError, match=r"whole number; it is 10\.5"):
        _bound("resize", {}, image=IMAGE, height=_text("10.5"))


def test_a_connected_number_out_of_range_is_bad_input() -> None:
    with pytest.raises(BadInputError, match="“Width” must be between 0 and 100; it is"):
        _bound("crop", {}, image=IMAGE, widthPercent=_text("140"))


def test_words_and_objects_are_read_from_text() -> None:
    assert _bound("resize", {}, image=IMAGE, fit=_text(" cover "))[0].fit == "cover"
    schema = _bound("llm", {"userMessage": "a"}, responseSchema=_text('{"type": "object"}'))[0]
    assert schema.response_schema == {"type": "object"}
    with pytest.raises(BadInputError, match="contain, cover or fill; it is “zoom”"):
        _bound("resize", {}, image=IMAGE, fit=_text("zoom"))
    for text in ("{", "[1]", "[" * 100_000):
        with pytest.raises(BadInputError, match="JSON object"):
            _bound("llm", {"userMessage": "a"}, responseSchema=_text(text))


def test_a_timestamp_may_be_text_or_a_number() -> None:
    assert _bound("frame", {}, video=VIDEO, timestamp=_text("50%"))[0].timestamp == "50%"
    assert _bound("frame", {}, video=VIDEO, timestamp=NumberValue(number=3))[0].timestamp == 3


def test_images_keep_their_order() -> None:
    other = IMAGE.model_copy(update={"width": 5})
    _, inputs = _bound("llm", {}, images=[other, IMAGE])
    assert inputs.images == [other, IMAGE]


def test_a_missing_input_and_a_value_of_another_kind_are_named() -> None:
    with pytest.raises(BadInputError, match="Nothing arrived at “Image”") as caught:
        _bound("crop", {})
    assert caught.value.code == "missing_input"
    with pytest.raises(BadInputError, match="“Image” takes image; a value of kind video arrived"):
        _bound("crop", {}, image=VIDEO)
    with pytest.raises(BadInputError, match="takes number or text; a value of kind image"):
        _bound("crop", {}, image=IMAGE, xPercent=IMAGE)


def test_params_never_change() -> None:
    params, _ = _bound("crop", {}, image=IMAGE)
    assert isinstance(params, CropParams)
    with pytest.raises(ValidationError):
        params.x_percent = 3  # pyright: ignore[reportAttributeAccessIssue]


def test_the_record_shows_what_arrived_and_what_was_typed() -> None:
    data = {"userMessage": "Say tea.", "systemPrompt": " ", "temperature": 0.5}
    recorded = input_values(node_types()["llm"], data, {"images": [IMAGE]})

    assert recorded.pop("model") == _text("gemini-3.8-flash")
    assert recorded.pop("truncatedAnswer") == _text("fail")
    assert recorded == {
        "images": [IMAGE],
        "userMessage": [_text("Say tea.")],
        "temperature": NumberValue(number=0.5),
    }


def test_the_record_of_broken_data_is_what_can_be_recorded() -> None:
    data = {"xPercent": "wide", "yPercent": True, "widthPercent": float("nan"), "zoom": 3}
    recorded = input_values(node_types()["crop"], data, {"heightPercent": [_text("x")]})

    assert recorded == {"heightPercent": _text("x"), "xPercent": _text("wide")}
