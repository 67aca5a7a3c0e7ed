"""What designers do around their images, pixel by pixel."""

from typing import Any

import pytest
from PIL import Image

from schemas.errors import BadInputError
from support.nodes.media import encoded, stored
from support.nodes.node_runner import NodeRunner
from tasks.media.images import decode
from tasks.node_type.bind import param_problems
from tasks.nodes.image_tools.background import padded_size
from tasks.registry import node_types

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def halves(left: Any = RED, right: Any = BLUE, size: tuple[int, int] = (40, 20)) -> Image.Image:
    """Two halves side by side; RGBA where their colours are."""
    image = Image.new("RGBA" if len(left) == 4 else "RGB", size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    return image


async def made(
    runner: NodeRunner, node: str, data: dict[str, Any], format: str = "PNG", **images: Any
) -> Image.Image:
    """Run a node on images, and give what it made."""
    connected: dict[str, Any] = {
        name: [stored(encoded(each, format), runner.child) for each in given]
        if isinstance(given, list)
        else stored(encoded(given, format), runner.child)
        for name, given in images.items()
    }
    return decode(runner.child.read(await runner.run(node, data, **connected))).image


@pytest.mark.parametrize(
    ("data", "size", "upper_left", "lower_right"),
    [
        ({"angle": 90}, (20, 40), RED, BLUE),
        ({"angle": -90}, (20, 40), BLUE, RED),
        ({"angle": 180}, (40, 20), BLUE, RED),
        ({"angle": 360}, (40, 20), RED, BLUE),
        ({"angle": 0, "flip": "horizontal"}, (40, 20), BLUE, RED),
        ({"angle": 0, "flip": "vertical"}, (40, 20), RED, BLUE),
        ({"angle": 90, "flip": "horizontal"}, (20, 40), BLUE, RED),
        ({"angle": 45, "background": "#00ff00"}, (44, 44), GREEN, GREEN),
        ({"angle": 45}, (44, 44), (0, 0, 0, 0), (0, 0, 0, 0)),
    ],
)
async def test_turned(
    node_runner: NodeRunner, data: dict[str, Any], size: Any, upper_left: Any, lower_right: Any
) -> None:
    image = await made(node_runner, "rotate", data, image=halves())
    assert image.size == size
    corners = image.getpixel((0, 0)), image.getpixel((size[0] - 1, size[1] - 1))
    assert corners == (upper_left, lower_right)


async def test_what_would_be_too_large_is_said_before_it_is_made(node_runner: NodeRunner) -> None:
    wide = Image.new("L", (16_000, 2_000))
    for node, data in (
        ("rotate", {"angle": 45}),
        ("background", {"paddingPercent": 100}),
    ):
        with pytest.raises(BadInputError, match="at most 40 million") as caught:
            await made(node_runner, node, data, image=wide)
        assert caught.value.code == "picture_too_large"
    many = [Image.new("RGB", (1, 1))] * 30
    with pytest.raises(BadInputError, match="a side"):
        await made(node_runner, "grid", {"cellWidth": 4096, "columns": 30}, images=many)


async def test_adjusted(node_runner: NodeRunner) -> None:
    async def adjusted(image: Image.Image, **data: float) -> Image.Image:
        return await made(node_runner, "adjust", data, image=image)

    grey = Image.new("RGB", (10, 10), (100, 100, 100))
    assert (await adjusted(grey)).getpixel((0, 0)) == (100, 100, 100)
    assert (await adjusted(grey, brightness=50)).getpixel((0, 0)) == (150, 150, 150)
    assert (await adjusted(grey, brightness=-100)).getpixel((0, 0)) == (0, 0, 0)
    assert (await adjusted(halves(), saturation=-100)).getpixel((0, 0)) == (76, 76, 76)
    high = await adjusted(halves((90, 90, 90), (160, 160, 160)), contrast=50)
    assert (high.getpixel((0, 0)), high.getpixel((39, 0))) == ((72, 72, 72), (177, 177, 177))
    soft = await adjusted(halves(size=(200, 20)), blur=20)
    middle: Any = soft.getpixel((99, 10))
    red, _, blue = middle
    assert 100 < red < 160
    assert 95 < blue < 155
    assert soft.getpixel((0, 0)) == RED
    sharp = await adjusted(halves((90, 90, 90), (160, 160, 160)), sharpen=100)
    assert sharp.getpixel((19, 10))[0] < 90  # pyright: ignore[reportIndexIssue,reportOptionalSubscript]
    grey_photo = await adjusted(Image.new("L", (4, 4), 100), brightness=50, saturation=20, blur=1)
    assert (grey_photo.mode, grey_photo.getpixel((0, 0))) == ("L", 150)


async def test_what_is_transparent_stays_so_and_does_not_shine_through(
    node_runner: NodeRunner,
) -> None:
    image = halves((*RED, 255), (*GREEN, 0), (200, 20))
    dark = await made(node_runner, "adjust", {"brightness": -50}, image=image)
    assert dark.getpixel((0, 0)) == (128, 0, 0, 255) or dark.getpixel((0, 0)) == (127, 0, 0, 255)
    assert dark.getpixel((199, 0))[3] == 0  # pyright: ignore[reportIndexIssue,reportOptionalSubscript]
    soft = await made(node_runner, "adjust", {"blur": 20}, image=image)
    edge: Any = soft.getpixel((105, 10))
    red, green, _, alpha = edge
    assert 0 < alpha < 255
    assert red > 250
    assert green < 5


@pytest.mark.parametrize(
    ("size", "aspect", "padding", "expected"),
    [
        ((40, 20), "", 0, (40, 20)),
        ((40, 20), "1:1", 0, (40, 40)),
        ((20, 40), "1:1", 0, (40, 40)),
        ((40, 20), "16:9", 0, (40, 22)),
        ((40, 20), "", 10, (48, 28)),
        ((40, 20), "1:1", 10, (48, 48)),
        ((1, 1), "999:1", 0, (999, 1)),
    ],
)
def test_room_is_added_and_nothing_cut_off(
    size: Any, aspect: str, padding: float, expected: Any
) -> None:
    assert padded_size(size, aspect, padding) == expected


async def test_put_on_a_colour(node_runner: NodeRunner) -> None:
    square = {"color": "#00ff00", "aspect": "1:1"}
    image = await made(node_runner, "background", square, image=halves())
    assert (image.size, image.mode) == ((40, 40), "RGB")
    assert [image.getpixel(at) for at in ((0, 0), (0, 20), (39, 20))] == [GREEN, RED, BLUE]
    seen = halves((*RED, 255), (*RED, 0))
    filled = await made(node_runner, "background", {"color": "#0000ff"}, image=seen)
    assert [filled.getpixel(at) for at in ((0, 0), (39, 0))] == [RED, BLUE]
    half = await made(node_runner, "background", {"color": "#0000ff80"}, image=seen)
    assert half.getpixel((39, 0)) == (*BLUE, 128)
    photo = await node_runner.run(
        "background", {}, image=stored(encoded(halves(), "JPEG"), node_runner.child)
    )
    assert photo.media_type == "image/jpeg"  # pyright: ignore[reportAttributeAccessIssue,reportUnknownMemberType]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, (0, 0, 255)),
        ({"opacity": 50}, (127, 64, 192)),
        ({"opacity": 0}, (255, 128, 128)),
        ({"blend": "multiply"}, (0, 0, 128)),
        ({"blend": "screen"}, (255, 128, 255)),
        ({"blend": "darken"}, (0, 0, 128)),
        ({"blend": "lighten"}, (255, 128, 255)),
        ({"blend": "multiply", "opacity": 50}, (127, 64, 128)),
    ],
)
async def test_put_on_another(
    node_runner: NodeRunner, data: dict[str, Any], expected: tuple[int, ...]
) -> None:
    base, top = Image.new("RGB", (40, 20), (255, 128, 128)), Image.new("RGB", (10, 10), BLUE)
    place = {"xPercent": 50, "yPercent": 0, "widthPercent": 50, "heightPercent": 50}
    image = await made(node_runner, "overlay", place | data, image=base, overlay=top)
    found = image.getpixel((29, 5))
    assert isinstance(found, tuple)
    assert all(abs(a - b) <= 1 for a, b in zip(found, expected, strict=True)), found
    # 20 by 10 pixels are free and the square is as large as fits, in their middle: 25 to 34.
    assert [image.getpixel((x, 5)) == (255, 128, 128) for x in (24, 35)] == [True, True]
    assert image.getpixel((29, 10)) == (255, 128, 128)


async def test_nothing_below_leaves_an_overlay_as_it_is(node_runner: NodeRunner) -> None:
    clear, top = Image.new("RGBA", (20, 20), (0, 0, 0, 0)), Image.new("RGB", (20, 20), RED)
    image = await made(node_runner, "overlay", {"blend": "multiply"}, image=clear, overlay=top)
    assert (image.mode, image.getpixel((10, 10))) == ("RGB", RED)
    logo = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    same = await made(node_runner, "overlay", {}, image=halves(), overlay=logo)
    assert same.tobytes() == halves().tobytes()


async def test_a_rectangle_over_the_edge_is_a_problem() -> None:
    place = {"xPercent": 80, "widthPercent": 30}
    (problem,) = param_problems(node_types()["overlay"], place, frozenset())
    assert problem.param == "widthPercent"


@pytest.mark.parametrize(
    ("format", "media_type"), [("jpeg", "image/jpeg"), ("png", "image/png"), ("webp", "image/webp")]
)
async def test_written_in_another_format(
    node_runner: NodeRunner, format: str, media_type: str
) -> None:
    source = stored(encoded(halves((*RED, 255), (*RED, 0))), node_runner.child)
    data = {"format": format, "background": "#0000ff"}
    value: Any = await node_runner.run("convert", data, image=source)
    assert value.media_type == media_type
    image = decode(node_runner.child.read(value)).image
    found: Any = image.getpixel((39, 10))
    if format == "jpeg":
        assert all(abs(a - b) < 8 for a, b in zip(found, BLUE, strict=True))
    else:
        assert found[3] == 0
    noise: Any = Image.effect_noise((200, 200), 80).convert("RGB")
    sizes = [
        (
            await node_runner.run(
                "convert",
                {"format": format, "quality": quality},
                image=stored(encoded(noise), node_runner.child),
            )
        ).bytes  # pyright: ignore[reportAttributeAccessIssue,reportUnknownMemberType]
        for quality in (20, 90)
    ]
    assert (sizes[0] < sizes[1]) == (format != "png")


async def test_side_by_side(node_runner: NodeRunner) -> None:
    colors = (RED, GREEN, BLUE)
    squares = [Image.new("RGB", (30, 30), color) for color in colors]
    cells = {"cellWidth": 20, "cellHeight": 20, "gap": 10}
    image = await made(node_runner, "grid", cells, images=squares)
    assert image.size == (50, 50)
    middles = [image.getpixel(at) for at in ((10, 10), (40, 10), (10, 40), (40, 40), (25, 10))]
    assert middles == [RED, GREEN, BLUE, WHITE, WHITE]
    row = await made(node_runner, "grid", cells | {"columns": 9}, images=squares)
    assert row.size == (80, 20)
    wide = [halves(size=(60, 30))]
    contained = await made(node_runner, "grid", cells, images=wide)
    assert [contained.getpixel((10, y)) for y in (0, 19)] == [WHITE, WHITE]
    covered = await made(node_runner, "grid", cells | {"fit": "cover"}, images=wide)
    assert covered.getpixel((0, 0)) == RED


@pytest.mark.parametrize(
    ("node", "data", "param", "message"),
    [
        ("background", {"color": "white"}, "color", "such as “#ffffff”; it is “white”"),
        ("background", {"aspect": "16/9"}, "aspect", "such as “16:9”"),
        ("background", {"aspect": "0:1"}, "aspect", "such as “16:9”"),
        ("rotate", {"background": "#fff"}, "background", "such as “#ffffff”"),
        ("convert", {"quality": 101}, "quality", "between 1 and 100"),
        ("grid", {"cellWidth": 8}, "cellWidth", "between 16 and 4,096"),
    ],
)
def test_what_no_form_allows_is_a_problem_with_its_param(
    node: str, data: dict[str, Any], param: str, message: str
) -> None:
    (problem,) = param_problems(node_types()[node], data, frozenset())
    assert problem.param == param
    assert message in problem.message
