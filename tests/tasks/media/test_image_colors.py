"""What the numbers of a picture mean: by what the file says, not by what its profile is called."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from support.nodes.media import encoded
from tasks.media import images
from tasks.media.color_profile import is_srgb


def _color(data: bytes) -> tuple[int, ...]:
    """Give the colour of a plain picture as it is written again."""
    image = Image.open(io.BytesIO(images.encode(images.decode(data))[0]))
    pixel: Any = image.getpixel((1, 1))
    return pixel if isinstance(pixel, tuple) else (pixel,)


def _srgb(linear: float) -> int:
    curve = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(255 * curve)


def _grey_profile(gamma: float) -> bytes:
    """Give an ICC profile of grey pixels that are light to the power of 1 / gamma."""
    tags = {
        b"wtpt": b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061),
        b"kTRC": b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2),
        b"desc": b"desc" + bytes(4) + struct.pack(">I", 5) + b"sRGB\0" + bytes(79),
    }
    offset, table, body = 132 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(
        ">I4sI4s4s4s", offset + len(body), b"lcms", 0x02400000, b"mntr", b"GRAY", b"XYZ "
    )
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061) + bytes(48)
    return header + struct.pack(">I", len(tags)) + table + body


@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.6])
@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_grey_profile_is_followed(mode: str, gamma: float) -> None:
    picture = Image.new("L", (4, 4), 100)
    if mode == "LA":
        picture = Image.merge("LA", (picture, Image.new("L", (4, 4), 80)))
    data = encoded(picture, icc_profile=_grey_profile(gamma))

    color = _color(data)

    assert color[0] == pytest.approx(_srgb((100 / 255) ** gamma), abs=2)
    assert color[1:] == ((color[0], color[0], 80) if mode == "LA" else ())


def test_a_grey_profile_of_coloured_pixels_is_left_out() -> None:
    data = encoded(Image.new("RGB", (4, 4), (200, 100, 50)), icc_profile=_grey_profile(1.0))
    assert _color(data) == (200, 100, 50)


def test_a_profile_is_srgb_by_what_it_does() -> None:
    assert is_srgb(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    named = (Path(__file__).parents[2] / "cases/files/icc-linear-named-srgb.png").read_bytes()
    profile = Image.open(io.BytesIO(named)).info["icc_profile"]
    assert b"sRGB" in profile or "sRGB".encode("utf-16-be") in profile
    assert not is_srgb(profile)


def _with_chunks(png: bytes, **chunks: bytes) -> bytes:
    """Put chunks behind the header of a PNG."""
    place = 8 + 25
    for name, body in chunks.items():
        tag = name.encode() + body
        chunk = struct.pack(">I", len(body)) + tag + struct.pack(">I", zlib.crc32(tag))
        png = png[:place] + chunk + png[place:]
    return png


@pytest.mark.parametrize("gamma", [0.3, 0.45455, 0.6, 1.0])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_the_gamma_of_a_png_is_followed(mode: str, gamma: float) -> None:
    grey = Image.new("L", (4, 4), 100)
    png = encoded(grey.convert(mode))
    data = _with_chunks(png, gAMA=struct.pack(">I", round(gamma * 100_000)))

    plain = gamma == 0.45455
    expected = 100 if plain else _srgb((100 / 255) ** (1 / gamma))
    assert _color(data)[0] == pytest.approx(expected, abs=1)
    if mode == "RGBA":
        assert _color(data)[3] == 255


def test_a_png_that_says_srgb_keeps_its_numbers() -> None:
    png = encoded(Image.new("RGB", (4, 4), (100, 150, 200)))
    data = _with_chunks(png, gAMA=struct.pack(">I", 100_000), sRGB=b"\0")
    assert _color(data) == (100, 150, 200)


def test_primaries_of_a_png_are_followed() -> None:
    """Red of a wide gamut is more than a screen's red; grey stays grey."""
    wide = (0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046)
    chunk = struct.pack(">8I", *(round(value * 100_000) for value in wide))
    red = _with_chunks(encoded(Image.new("RGB", (4, 4), (200, 60, 60))), cHRM=chunk)
    grey = _with_chunks(encoded(Image.new("RGB", (4, 4), (120, 120, 120))), cHRM=chunk)

    assert _color(red)[0] > 225
    assert _color(red)[1] < 40
    assert max(abs(level - 120) for level in _color(grey)) <= 1


@pytest.mark.parametrize("lossless", [True, False])
def test_webp_stays_as_lossless_as_it_was(*, lossless: bool) -> None:
    noise = Image.effect_noise((64, 64), 80).convert("RGB")
    data = encoded(noise, "WEBP", lossless=lossless)
    written, media_type = images.encode(images.decode(data))

    assert media_type == "image/webp"
    same = Image.open(io.BytesIO(written)).tobytes() == Image.open(io.BytesIO(data)).tobytes()
    assert same is lossless


def test_metadata_of_png_is_not_mistaken_for_colours() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("gamma", "1.0")
    assert _color(encoded(Image.new("RGB", (4, 4), (9, 99, 199)), pnginfo=info)) == (9, 99, 199)
