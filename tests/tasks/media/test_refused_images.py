"""Pictures that are damaged, cut short, too large or of another format."""

import pytest
from PIL import Image

from schemas.errors import BadInputError
from support.nodes.media import encoded, numbered_pixels, plain_png
from tasks.media import images


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_an_image_that_is_cut_short_is_unreadable(format: str) -> None:
    data = encoded(numbered_pixels((64, 64)), format)

    with pytest.raises(BadInputError) as caught:
        images.decode(data[: len(data) // 2])
    assert caught.value.code == "picture_unreadable"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_an_image_that_is_cut_short_is_already_noticed_at_upload(format: str) -> None:
    data = encoded(numbered_pixels((64, 64)), format)

    with pytest.raises(BadInputError, match="damaged or cut short"):
        images.inspect_image(data[: len(data) // 2])


@pytest.mark.parametrize("format", ["BMP", "TIFF", "PPM", "ICO", "PCX", "TGA", "JPEG2000"])
def test_other_formats_stay_closed(format: str) -> None:
    with pytest.raises(BadInputError) as caught:
        images.decode(encoded(Image.new("RGB", (16, 16)), format))
    assert caught.value.code == "picture_unreadable"


@pytest.mark.parametrize(
    ("width", "height"), [(30_000, 30_000), (16_385, 1), (1, 89_000_000), (8_000, 5_001)]
)
def test_a_bomb_is_refused_before_a_pixel_is_read(width: int, height: int) -> None:
    bomb = plain_png(width, height)

    for read in (images.decode, images.inspect_image):
        with pytest.raises(BadInputError) as caught:
            read(bomb)
        assert caught.value.code == "picture_too_large"
        assert f"{width:,} by {height:,}" in caught.value.message


def test_a_file_over_the_limit_is_refused_at_upload() -> None:
    with pytest.raises(BadInputError) as caught:
        images.inspect_image(bytes(images.MAX_BYTES + 1))
    assert caught.value.code == "picture_too_large"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_damaged_file_is_refused_by_an_error_of_ours_or_gives_an_image(format: str) -> None:
    data = encoded(numbered_pixels((32, 32)), format)
    codes: set[str] = set()
    sizes: set[tuple[int, int]] = set()
    for place in range(0, len(data), max(1, len(data) // 150)):
        damaged = data[:place] + bytes([data[place] ^ 0x5A]) + data[place + 1 :]
        try:
            decoded = images.decode(images.encode(images.decode(damaged))[0])
        except BadInputError as error:
            codes.add(error.code)
        else:
            sizes.add(decoded.image.size)
    assert codes
    assert (32, 32) in sizes


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("missing", [1, 2])
def test_a_jpeg_may_miss_the_mark_of_its_end(missing: int, *, progressive: bool) -> None:
    data = encoded(numbered_pixels((100, 80)), "JPEG", progressive=progressive)

    whole = images.decode(data).image
    assert images.inspect_image(data[:-missing]) == ("image/jpeg", 100, 80)
    assert images.decode(data[:-missing]).image.tobytes() == whole.tobytes()


@pytest.mark.parametrize("missing", [12, 60, 400])
def test_a_jpeg_that_misses_pixels_is_still_refused(missing: int) -> None:
    noise = Image.effect_noise((100, 80), 90).convert("RGB")
    data = encoded(noise, "JPEG", quality=90)
    for read in (images.decode, images.inspect_image):
        with pytest.raises(BadInputError) as caught:
            read(data[:-missing])
        assert caught.value.code == "picture_unreadable"
