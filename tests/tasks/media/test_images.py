"""What comes in as a picture, what comes out, and what is refused."""

import io
import struct
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageCms

from schemas.errors import BadInputError
from support.nodes.media import encoded, numbered_pixels, plain_png
from tasks.media import image_file, images, jpeg


def _decoded(data: bytes) -> Image.Image:
    return images.decode(data).image


def _again(data: bytes) -> Image.Image:
    """Decode, encode, and open the result with a plain Pillow."""
    return Image.open(io.BytesIO(images.encode(images.decode(data))[0]))


def _stored_as(orientation: int, upright: Image.Image, format: str, **options: Any) -> bytes:
    """Give the picture as a camera stores it that was held in another way."""
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    lying = upright.transpose(back[orientation]) if orientation in back else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(lying, format, exif=exif, **options)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_is_applied_and_then_gone(orientation: int) -> None:
    upright = numbered_pixels((5, 3))
    data = _stored_as(orientation, upright, "PNG")

    assert _decoded(data).tobytes() == upright.tobytes()
    assert images.inspect_image(data) == ("image/png", 5, 3)
    assert not _again(data).getexif()


PARTS = [(0, 0, 50, 40), (200, 30, 260, 190), (0, 300, 300, 420), (299, 419, 300, 420)]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("JPEG", {"subsampling": 0, "restart_marker_rows": 1}),
        ("PNG", {}),
    ],
)
def test_a_part_is_what_the_whole_has_there(
    format: str, options: dict[str, Any], orientation: int, part: images.Box
) -> None:
    colours = numbered_pixels((30, 42)).resize((300, 420), Image.Resampling.BICUBIC)
    data = _stored_as(orientation, colours, format, **options)
    sizes: list[images.Size] = []

    def choose(size: images.Size) -> images.Box:
        sizes.append(size)
        return part

    found = images.decode_region(data, choose)

    assert sizes == [(300, 420)]
    assert found.image.tobytes() == _decoded(data).crop(part).tobytes()


def test_of_a_jpeg_what_is_below_a_part_need_not_be_there() -> None:
    data = encoded(numbered_pixels((640, 480)), "JPEG")
    broken = data[: len(data) * 2 // 3]

    top = images.decode_region(broken, lambda _: (0, 0, 640, 100))
    assert top.image.tobytes() == _decoded(data).crop((0, 0, 640, 100)).tobytes()
    with pytest.raises(BadInputError, match="damaged or cut short"):
        images.decode_region(broken, lambda _: (0, 300, 640, 480))


def test_scans_are_counted_also_where_a_file_hides_them() -> None:
    colours = numbered_pixels((64, 64))
    simple, progressive = encoded(colours, "JPEG"), encoded(colours, "JPEG", progressive=True)
    frame = simple[simple.index(b"\xff\xc0") : simple.index(b"\xff\xda") + 14]
    # What looks like a segment with a simple picture in it is a mark without any length.
    hidden = progressive[:2] + b"\xff\x01\x00\x02" + frame + progressive[2:]

    assert jpeg.count_scans(simple) == 1
    assert jpeg.count_scans(simple + b"\xff\xda") == 1  # decoders stop after the pixels
    assert jpeg.count_scans(progressive) == progressive.count(b"\xff\xda") > 1
    assert jpeg.count_scans(hidden) == 1 + jpeg.count_scans(progressive)


def test_a_part_of_an_image_for_print_is_of_the_same_colours() -> None:
    data = encoded(numbered_pixels((64, 300)).convert("CMYK"), "JPEG")
    part = (3, 5, 60, 90)

    found = images.decode_region(data, lambda _: part).image

    assert found.tobytes() == _decoded(data).crop(part).tobytes()


def test_metadata_does_not_survive() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    data = encoded(numbered_pixels((8, 8)), "JPEG", exif=exif, comment=b"a secret", dpi=(300, 300))
    written, _ = images.encode(images.decode(data))

    assert b"taken at home" in data
    assert b"a secret" in data
    assert b"taken at home" not in written
    assert b"a secret" not in written


@pytest.mark.parametrize(
    ("format", "mode", "media_type"),
    [
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("PNG", "RGB", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "LA", "image/png"),
        ("PNG", "1", "image/png"),
        ("PNG", "P", "image/png"),
        ("WEBP", "RGBA", "image/webp"),
        ("WEBP", "RGB", "image/webp"),
        ("GIF", "P", "image/png"),
    ],
)
def test_the_format_that_comes_out_follows_the_one_that_came_in(
    format: str, mode: str, media_type: str
) -> None:
    data = encoded(Image.new(mode, (9, 7)), format)
    written, written_type = images.encode(images.decode(data))
    result = Image.open(io.BytesIO(written))

    assert written_type == media_type
    assert result.size == (9, 7)
    assert result.mode in ("L", "RGB", "RGBA")
    assert images.encode(images.decode(written))[1] == media_type


def test_alpha_is_kept() -> None:
    half = Image.new("RGBA", (4, 4), (10, 20, 30, 128))

    assert _again(encoded(half)).getpixel((1, 1)) == (10, 20, 30, 128)
    assert _decoded(encoded(half.convert("LA"))).mode == "RGBA"


XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>"""


@pytest.mark.parametrize("format", ["JPEG", "WEBP", "AVIF"])
def test_what_xmp_says_of_the_rotation_is_left_out_as_in_browsers(format: str) -> None:
    data = encoded(numbered_pixels((16, 8)), format, xmp=XMP)
    assert b"tiff:Orientation" in data
    assert _decoded(data).size == (16, 8)
    assert images.inspect_image(data)[1:] == (16, 8)


def test_a_palette_becomes_colours_and_its_transparent_entry_becomes_alpha() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putdata([0, 1])

    assert list(_decoded(encoded(image)).get_flattened_data()) == [(255, 0, 0), (0, 0, 255)]
    transparent = _decoded(encoded(image, transparency=1))
    assert list(transparent.getchannel("A").get_flattened_data()) == [255, 0]


def test_16_bit_grey_is_scaled_to_8_bits_not_clipped() -> None:
    greys = [0, 257, 25_700, 32_896, 65_535]
    row = b"\x00" + b"".join(struct.pack(">H", grey) for grey in greys)
    data = plain_png(len(greys), 1, bits=16, colour=0, pixels=row)

    assert list(_decoded(data).get_flattened_data()) == [0, 1, 100, 128, 255]
    transparent = struct.pack(">H", 25_700)
    data = plain_png(len(greys), 1, bits=16, colour=0, pixels=row, transparent=transparent)
    assert list(_decoded(data).getchannel("A").get_flattened_data()) == [255, 255, 0, 255, 255]
    assert list(_decoded(data).getchannel("G").get_flattened_data()) == [0, 1, 100, 128, 255]


def test_of_an_animated_image_the_first_frame_is_taken() -> None:
    frames = [Image.new("RGB", (6, 6), colour) for colour in ("red", "lime", "blue")]
    for format in ("GIF", "WEBP"):
        options = {"lossless": True} if format == "WEBP" else {}
        data = encoded(frames[0], format, save_all=True, append_images=frames[1:], **options)
        assert _decoded(data).convert("RGB").getpixel((3, 3)) == (255, 0, 0)


def test_cmyk_becomes_rgb() -> None:
    red = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    pixel = _decoded(encoded(red, "JPEG", quality=100)).getpixel((8, 8))

    assert isinstance(pixel, tuple)
    assert pixel[0] > 200
    assert max(pixel[1:]) < 60


def test_colours_of_another_profile_become_srgb_and_the_profile_goes() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"----").replace(b"gXYZ", b"rXYZ").replace(b"----", b"gXYZ")
    for name in (b"sRGB", "sRGB".encode("utf-16-be")):
        swapped = swapped.replace(name, name.swapcase())  # no longer says that it is plain sRGB

    result = _again(encoded(Image.new("RGB", (8, 8), "red"), icc_profile=swapped))

    assert "icc_profile" not in result.info
    red, green, blue = result.getpixel((4, 4))  # pyright: ignore[reportGeneralTypeIssues]
    assert green > 200
    assert max(red, blue) < 50


def test_a_profile_that_does_not_fit_is_dropped() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()

    for profile in (lab, b"no profile at all"):
        result = _again(encoded(Image.new("RGB", (8, 8), "red"), icc_profile=profile))
        assert "icc_profile" not in result.info
        assert result.getpixel((4, 4)) == (255, 0, 0)


def test_a_large_jpeg_is_decoded_small_when_little_of_it_is_wanted() -> None:
    data = encoded(Image.new("RGB", (1600, 800)), "JPEG")

    assert images.decode(data).image.size == (1600, 800)
    small = images.decode(data, min_size=(200, 100)).image.size
    assert small == (400, 200)


@pytest.mark.parametrize(
    ("size", "box", "fit", "result"),
    [
        ((400, 300), (200, 200), "contain", (200, 150)),
        ((40, 30), (200, 200), "contain", (200, 150)),
        ((1, 1000), (10, 10), "contain", (1, 10)),
        ((400, 300), (200, 200), "cover", (200, 200)),
        ((400, 300), (50, 200), "fill", (50, 200)),
    ],
)
def test_every_fit_gives_the_size_it_promises(
    size: tuple[int, int], box: tuple[int, int], fit: images.Fit, result: tuple[int, int]
) -> None:
    decoded = images.DecodedImage(Image.new("RGB", size), "PNG")

    assert decoded.resized(box, fit).image.size == result


def test_cover_takes_the_middle() -> None:
    image = Image.new("RGB", (300, 100), "red")
    image.paste("blue", (100, 0, 200, 100))
    result = images.DecodedImage(image, "PNG").resized((100, 100), "cover").image

    assert result.getpixel((50, 50)) == (0, 0, 255)
    assert result.getpixel((3, 50)) == (0, 0, 255)


def test_a_model_gets_a_jpeg_on_white_of_at_most_2048_pixels_a_side() -> None:
    data = encoded(Image.new("RGBA", (3000, 30), (0, 0, 0, 0)))
    result = Image.open(io.BytesIO(images.encode_for_model(data)))

    assert (result.format, result.size) == ("JPEG", (2048, 20))
    assert result.getpixel((5, 5)) == (255, 255, 255)


def test_a_thumbnail_is_never_larger_than_the_image(tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(encoded(Image.new("RGB", (400, 100)), "JPEG"))

    assert Image.open(io.BytesIO(images.thumbnail(path, 100)[0])).size == (100, 25)
    assert Image.open(io.BytesIO(images.thumbnail(path, 4000)[0])).size == (400, 100)


def test_every_size_of_a_jpeg_keeps_its_proportions() -> None:
    """As the same picture as PNG does: decoding at a part of the size must not show."""
    random = Random(7)
    for _ in range(60):
        size = (random.randint(40, 3000), random.randint(40, 3000))
        box = (random.randint(8, 400), random.randint(8, 400))
        data = encoded(Image.new("RGB", size, "teal"), "JPEG")

        reduced = images.decode(data, min_size=box).resized(box, "contain").image.size
        whole = images.decode(data).resized(box, "contain").image.size
        assert reduced == whole, f"{size} into {box}"


def test_a_reduced_jpeg_shows_the_same_part() -> None:
    """1,601 by 1,201 are no multiple of eight: what is cut off at the edges must be the same."""
    image = Image.linear_gradient("L").resize((1601, 1201)).convert("RGB")
    data = encoded(image, "JPEG", quality=95)
    for fit in ("cover", "contain", "fill"):
        reduced = images.decode(data, min_size=(100, 90)).resized((100, 90), fit).image
        whole = images.decode(data).resized((100, 90), fit).image
        extrema: Any = ImageChops.difference(reduced, whole).getextrema()
        assert max(high for _, high in extrema) <= 3


def test_a_photograph_of_fifty_megapixels_is_decoded_at_a_half(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(image_file, "MAX_PIXELS", 100_000)
    image = Image.new("RGB", (640, 480), "red")
    image.paste("blue", (320, 0, 640, 480))
    data = encoded(image, "JPEG", quality=95)

    assert images.inspect_image(data) == ("image/jpeg", 640, 480)
    assert images.decode(data).image.size == (320, 240)
    right = images.decode_region(data, lambda size: (size[0] // 2, 0, size[0], size[1])).image
    assert right.size == (160, 240)
    assert right.getpixel((80, 120)) == pytest.approx((0, 0, 254), abs=3)
    with pytest.raises(BadInputError) as caught:
        images.decode(encoded(image, "PNG"))
    assert caught.value.code == "picture_too_large"


@pytest.mark.parametrize(("format", "media_type"), [("AVIF", "image/avif"), ("WEBP", "image/webp")])
def test_newer_formats_are_read(format: str, media_type: str) -> None:
    data = encoded(Image.new("RGB", (40, 30), "orange"), format)
    assert images.inspect_image(data) == (media_type, 40, 30)
    assert images.encode(images.decode(data))[1] == (
        "image/jpeg" if format == "AVIF" else "image/webp"
    )
