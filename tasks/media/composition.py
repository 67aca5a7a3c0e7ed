"""Images on top of each other and on colours; after Compositing and Blending Level 1 of the W3C."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, Literal

from PIL import Image, ImageChops

from tasks.media.color_profile import Colors
from tasks.media.images import DecodedImage
from tasks.media.resize import Size

TRANSPARENT: Final = "#00000000"
BlendMode = Literal["normal", "multiply", "screen", "overlay", "soft-light", "darken", "lighten"]
_BAND_ROWS: Final = 256
"""So many rows are mixed at a time: what comes out is the same, and the memory for it stays small."""
_BLENDS: Final[Mapping[str, Callable[[Image.Image, Image.Image], Image.Image]]] = {
    "multiply": ImageChops.multiply,
    "screen": ImageChops.screen,
    "overlay": ImageChops.overlay,
    "soft-light": ImageChops.soft_light,
    "darken": ImageChops.darker,
    "lighten": ImageChops.lighter,
}


def to_srgb(decoded: DecodedImage, mode: Literal["RGB", "RGBA"] | None = None) -> DecodedImage:
    """Give an image whose numbers are sRGB, so that colours can be put beside them."""
    image = decoded.colors.to_srgb(decoded.image)
    if mode and image.mode != mode:
        image = image.convert(mode)
    return replace(decoded, image=image, colors=Colors())


def on_color(image: Image.Image, color: str) -> Image.Image:
    """Put an sRGB image on a colour; what is opaque afterwards has no alpha any more."""
    if image.mode != "RGBA":
        return image
    canvas = Image.alpha_composite(Image.new("RGBA", image.size, color), image)
    return drop_opaque_alpha(canvas)


def drop_opaque_alpha(image: Image.Image) -> Image.Image:
    """Give an RGBA image as RGB where every pixel is opaque: it may be stored as a photograph then."""
    opaque = image.mode == "RGBA" and image.getchannel("A").getextrema()[0] == 255
    return image.convert("RGB") if opaque else image


def paste(
    base: Image.Image, image: Image.Image, place: Size, opacity: float, mode: BlendMode
) -> None:
    """Put an RGBA image into an RGBA one, its left upper corner at `place`; `opacity` from 0 to 1.

    A blend mode counts as far as there is something below: on what is transparent, the image stays as it is.
    """
    for upper in range(0, image.height, _BAND_ROWS):
        band = image.crop((0, upper, image.width, min(upper + _BAND_ROWS, image.height)))
        _paste_band(base, band, (place[0], place[1] + upper), opacity, mode)


def _paste_band(
    base: Image.Image, image: Image.Image, place: Size, opacity: float, mode: BlendMode
) -> None:
    box = (*place, place[0] + image.width, place[1] + image.height)
    below = base.crop(box)
    alpha = image.getchannel("A").point([round(value * opacity) for value in range(256)])
    colors = image.convert("RGB")
    if mode != "normal":
        mixed = _BLENDS[mode](below.convert("RGB"), colors)
        colors = Image.composite(mixed, colors, below.getchannel("A"))
    colors.putalpha(alpha)
    base.paste(Image.alpha_composite(below, colors), box)
