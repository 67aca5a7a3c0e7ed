"""Every node type, run on its own example and on what goes wrong."""

import base64
import json
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, get_args
from uuid import uuid4

import pytest
from PIL import Image

from schemas.errors import BadInputError
from schemas.graph import VOLATILE_DATA
from schemas.node_type import CATEGORIES, KINDS, NodeCategory, NodeTypeSpec
from schemas.values import ImageValue, Kind, TextValue, Value
from support.nodes.media import encoded, make_video, numbered_pixels, stored, stored_video
from support.nodes.node_runner import NodeRunner
from tasks.media.images import decode
from tasks.node_type.bind import param_problems
from tasks.node_type.form import HINTS, GroupWidget, Widget
from tasks.node_type.outputs import values_by_handle
from tasks.node_type.ports import input_ports
from tasks.node_type.rectangle import pixel_edges
from tasks.nodes.text import text as text_node
from tasks.registry import catalogue, node_types, single_node_type

PHOTO = "https://www.example.com/photo.jpg"
CLIP = "https://www.example.com/clip.mp4"


def _connected(node: str, node_runner: NodeRunner) -> dict[str, Value]:
    """Give a node what its required inputs need, by their kinds."""
    required = [port for port in input_ports(node_types()[node]) if port.required]
    return {port.handle: _value(port.kinds, node_runner) for port in required}


def _value(kinds: Sequence[Kind], node_runner: NodeRunner) -> Value:
    if "video" in kinds:
        return stored_video(make_video(), node_runner.child)
    if "image" in kinds:
        return stored(encoded(numbered_pixels((40, 30))), node_runner.child)
    return TextValue(text="1")


@pytest.mark.parametrize("node", list(node_types()))
async def test_the_example_of_every_node_type_works(node: str, node_runner: NodeRunner) -> None:
    node_runner.web.pages = {PHOTO: encoded(Image.new("RGB", (8, 6)), "JPEG"), CLIP: make_video()}
    example = node_types()[node].example.data

    output = await node_runner.run(node, example, **_connected(node, node_runner))

    ports = node_types()[node].outputs
    kinds = {port.handle: "list" if port.is_list else port.kind for port in ports}
    given = {handle: value.kind for handle, value in values_by_handle(output, ports).items()}
    assert given.items() <= kinds.items()
    assert given
    assert param_problems(node_types()[node], example, frozenset()) == []


def test_the_node_types_of_the_contract_are_there() -> None:
    assert {"crop", "frame", "image", "llm", "resize", "text", "video"} <= node_types().keys()


def _luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_kind_has_a_colour_that_is_seen_on_white_and_on_black() -> None:
    assert [kind.id for kind in KINDS] == list(get_args(Kind.__value__))
    assert [category.id for category in CATEGORIES] == list(get_args(NodeCategory.__value__))
    for kind in KINDS:
        light = _luminance(kind.color)
        assert 1.05 / (light + 0.05) >= 3, kind  # WCAG 2.2, 1.4.11: graphics need 3 to 1
        assert (light + 0.05) / 0.05 >= 3, kind


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.id)
def test_what_a_form_is_told_about_params_is_about_params_and_inputs_that_are_there(
    entry: NodeTypeSpec,
) -> None:
    schema: Any = entry.params
    media = {port.handle for port in entry.inputs if {"image", "video"} & set(port.kinds)}
    for param in schema["properties"].values():
        told = {key for key in param if key.startswith("x-")}
        assert param["title"]
        assert told <= HINTS
        assert param.get("x-widget") in (None, *get_args(Widget))
        assert param.get("x-over") in (None, *media)
        assert ("x-accept" in param) == (param.get("x-widget") == "media")
    for group in schema.get("x-groups", ()):
        assert group["title"]
        assert set(group["params"]) <= schema["properties"].keys()
        assert group["widget"] in get_args(GroupWidget)
        if group["widget"] == "rectangle":
            assert len(group["params"]) == 4
            assert group["over"] in media


def test_a_param_that_can_be_uploaded_is_the_one_that_assets_are_found_by() -> None:
    for entry in catalogue():
        properties: Any = entry.params["properties"]
        media = [name for name, param in properties.items() if param.get("x-widget") == "media"]
        assert media == ([node_types()[entry.id].asset_param] if media else [])


def test_the_catalogue_is_json_with_a_title_for_every_port() -> None:
    for entry in catalogue():
        json.dumps(entry.model_dump(mode="json"))
        assert entry.title
        assert entry.description
        assert "label" not in entry.params["properties"]  # pyright: ignore[reportOperatorIssue]
        for port in entry.inputs:
            assert port.title != port.handle
            assert port.handle not in VOLATILE_DATA


def test_a_module_that_defines_no_node_type_is_refused() -> None:
    with pytest.raises(RuntimeError, match="defines none"):
        single_node_type(ModuleType("empty"), "empty")


def test_a_node_type_under_another_name_than_its_file_is_refused() -> None:
    module = ModuleType("other")
    vars(module)["text"] = text_node

    with pytest.raises(RuntimeError, match="must define exactly one node type, called other"):
        single_node_type(module, "other")


async def test_a_text_is_passed_on_as_it_is(node_runner: NodeRunner) -> None:
    assert (await node_runner.run("text", {"text": " tea {{input}} "})).text == " tea {{input}} "


@pytest.mark.parametrize("text", ["", " \n "])
async def test_an_empty_text_fails_with_what_to_do(node_runner: NodeRunner, text: str) -> None:
    with pytest.raises(BadInputError, match="write something into it") as caught:
        await node_runner.run("text", {"text": text})
    assert caught.value.code == "empty_text"


@pytest.mark.parametrize("size", [(40, 30), (41, 29), (7, 5), (3, 3), (101, 67)])
def test_a_grid_of_crops_covers_every_pixel_exactly_once(size: tuple[int, int]) -> None:
    third = 100 / 3
    for pixels in size:
        covered = [
            pixel
            for start in (0, third, 2 * third)
            for pixel in range(*pixel_edges(start, third, pixels))
        ]
        assert covered == list(range(pixels))


@pytest.mark.parametrize("parts", [2, 3, 6, 7, 9, 10])
def test_neighbouring_edges_meet_however_the_percent_were_written(parts: int) -> None:
    for pixels in range(parts, 200):
        for digits in (1, 2, 4, 12):
            share = round(100 / parts, digits)
            starts = [round(index * share, digits) for index in range(parts)]
            tiles = [pixel_edges(start, share, pixels) for start in starts]
            assert all(tiles[i][1] == tiles[i + 1][0] for i in range(parts - 1))


async def test_crops_put_together_are_the_image_again(node_runner: NodeRunner) -> None:
    whole = numbered_pixels((41, 29))
    value = stored(encoded(whole), node_runner.child)
    again = Image.new("RGB", whole.size)
    left = 0
    for x, width in ((0, 33.33), (33.33, 33.33), (66.66, 33.34)):
        data = {"xPercent": x, "widthPercent": width}
        part = decode(
            node_runner.child.read(await node_runner.run("crop", data, image=value))
        ).image
        again.paste(part, (left, 0))
        left += part.width

    assert left == 41
    assert again.tobytes() == whole.tobytes()


@pytest.mark.parametrize(("x", "width"), [(0, 0.001), (50, 0), (100, 0), (99.999, 0.001)])
async def test_at_least_one_pixel_comes_out(
    node_runner: NodeRunner, photo: ImageValue, x: float, width: float
) -> None:
    data = {"xPercent": x, "widthPercent": width, "yPercent": x, "heightPercent": width}
    output = await node_runner.run("crop", data, image=photo)

    assert (output.width, output.height) == (1, 1)


async def test_a_rectangle_over_the_edge_fails_when_its_numbers_are_connected(
    node_runner: NodeRunner, photo: ImageValue
) -> None:
    with pytest.raises(BadInputError, match="over the right edge") as caught:
        await node_runner.run(
            "crop", {"xPercent": 60}, image=photo, widthPercent=TextValue(text="50")
        )
    assert caught.value.code == "bad_input"


async def test_crop_counts_from_the_upright_image(node_runner: NodeRunner) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned clockwise: 40 by 30 becomes 30 by 40
    lying = stored(encoded(numbered_pixels((40, 30)), "PNG", exif=exif), node_runner.child)

    output = await node_runner.run("crop", {"heightPercent": 25}, image=lying)

    assert (lying.width, lying.height) == (30, 40)
    assert (output.width, output.height) == (30, 10)


async def test_resize_makes_the_size_it_says(node_runner: NodeRunner, photo: ImageValue) -> None:
    for fit, size in (("contain", (20, 15)), ("cover", (20, 20)), ("fill", (20, 20))):
        output = await node_runner.run(
            "resize", {"width": 20, "height": 20.0, "fit": fit}, image=photo
        )
        assert (output.width, output.height) == size


async def test_a_result_that_no_other_node_could_read_is_refused(node_runner: NodeRunner) -> None:
    square = stored(encoded(Image.new("L", (2, 2))), node_runner.child)

    with pytest.raises(BadInputError) as caught:
        await node_runner.run("resize", {"width": 8192, "height": 8192}, image=square)
    assert caught.value.code == "picture_too_large"


async def test_a_frame_is_taken_from_a_video(node_runner: NodeRunner) -> None:
    clip = stored_video(make_video(), node_runner.child)
    output = await node_runner.run("frame", {}, video=clip, timestamp=TextValue(text="50%"))

    assert (output.media_type, output.width, output.height) == ("image/jpeg", 64, 48)


async def test_an_uploaded_image_is_passed_on_as_it_is(
    node_runner: NodeRunner, photo: ImageValue
) -> None:
    node_runner.uploads[photo.asset_id] = photo
    source = {"kind": "asset", "assetId": str(photo.asset_id)}

    assert await node_runner.run("image", {"source": source}) == photo


async def test_an_image_from_the_web_is_stored_without_metadata(node_runner: NodeRunner) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    node_runner.web.pages = {PHOTO: encoded(Image.new("RGB", (8, 6)), "JPEG", exif=exif)}

    output = await node_runner.run("image", {}, source=TextValue(text=f" {PHOTO}\n"))

    assert node_runner.web.asked == [PHOTO]
    assert (output.width, output.height, output.media_type) == (8, 6, "image/jpeg")
    assert b"taken at home" not in node_runner.child.read(output)


async def test_an_image_inside_the_document_works_too(node_runner: NodeRunner) -> None:
    data = base64.b64encode(encoded(Image.new("RGB", (3, 2)))).decode()
    source = {"kind": "base64", "mediaType": "image/png", "data": data}

    assert (await node_runner.run("image", {"source": source})).width == 3


@pytest.mark.parametrize("node", ["image", "video"])
@pytest.mark.parametrize(
    ("source", "code"),
    [
        (None, "missing_source"),
        ({"kind": "url", "url": " "}, "missing_source"),
        ({"kind": "file", "path": "a.jpg"}, "file_not_uploaded"),
        ({"kind": "asset", "assetId": str(uuid4())}, "asset_not_found"),
        ({"kind": "url", "url": "file:///etc/passwd"}, "bad_input"),
        ({"kind": "url", "url": "http://127.0.0.1/x.png"}, "bad_input"),
    ],
)
async def test_a_source_that_gives_no_file_says_why(
    node_runner: NodeRunner, node: str, source: Mapping[str, Any] | None, code: str
) -> None:
    with pytest.raises(BadInputError) as caught:
        await node_runner.run(node, {"source": source})
    assert caught.value.code == code


async def test_a_video_in_an_image_node_is_called_by_its_name(
    node_runner: NodeRunner, photo: ImageValue
) -> None:
    clip = stored_video(make_video(frames=2), node_runner.child)
    node_runner.uploads = {clip.asset_id: clip, photo.asset_id: photo}

    with pytest.raises(BadInputError, match="use a video node"):
        await node_runner.run("image", {"source": {"kind": "asset", "assetId": str(clip.asset_id)}})
    with pytest.raises(BadInputError, match="use an image node"):
        await node_runner.run(
            "video", {"source": {"kind": "asset", "assetId": str(photo.asset_id)}}
        )


async def test_a_web_page_in_place_of_an_image_is_unreadable(node_runner: NodeRunner) -> None:
    node_runner.web.pages = {PHOTO: b"<html>hello</html>", CLIP: b"<html>hello</html>"}

    for node, url in (("image", PHOTO), ("video", CLIP)):
        with pytest.raises(BadInputError, match="cannot be read"):
            await node_runner.run(node, {"source": {"kind": "url", "url": url}})


def test_the_decorator_reads_the_types_off_the_function() -> None:
    crop = node_types()["crop"]

    assert (crop.output, crop.runs_in_child, crop.effects) == ("image", True, "none")
    assert (node_types()["llm"].runs_in_child, node_types()["llm"].effects) == (False, "network")
