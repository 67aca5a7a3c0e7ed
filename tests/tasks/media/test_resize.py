"""Large pictures are scaled in bands, and nobody can see where they meet."""

import pytest
from PIL import Image, ImageChops

from support.nodes.media import numbered_pixels
from tasks.media.resize import Region, Size, scale_region

LARGE = (1300, 900)
WHOLE = (0.0, 0.0, 1300.0, 900.0)


def _coarse(mode: str) -> Image.Image:
    """Give a picture with edges everywhere, and parts that cannot be seen."""
    return numbered_pixels((130, 90)).resize(LARGE, Image.Resampling.NEAREST).convert(mode)


def _half_seen() -> Image.Image:
    image = _coarse("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(LARGE))
    return image


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize(
    ("size", "part"),
    [
        ((650, 450), WHOLE),
        ((333, 251), WHOLE),
        ((2600, 1801), WHOLE),
        ((1000, 700), (20.25, 31.5, 1290.75, 899.0)),
    ],
)
def test_bands_give_what_one_piece_gives(mode: str, size: Size, part: Region) -> None:
    image = _half_seen() if mode == "RGBA" else _coarse(mode)
    seen = _seen(image)
    wide = (part[0], 0, part[2], image.height)
    across = seen.resize((size[0], image.height), Image.Resampling.LANCZOS, box=wide)
    tall = (0, part[1], size[0], part[3])
    one_piece = across.resize(size, Image.Resampling.LANCZOS, box=tall).convert(mode)
    difference = ImageChops.difference(_seen(scale_region(image, size, part)), _seen(one_piece))

    # Where a band begins between two pixels, its place is rounded.
    assert all(high <= 1 for _, high in _extremes(difference))


def test_bands_that_begin_at_pixels_give_the_same_bytes() -> None:
    image = _coarse("RGB")
    one_piece = image.resize((650, 300), Image.Resampling.LANCZOS)

    assert scale_region(image, (650, 300), WHOLE).tobytes() == one_piece.tobytes()


def _seen(image: Image.Image) -> Image.Image:
    """Give the colours as far as they can be seen."""
    return image.convert("RGBa") if image.mode == "RGBA" else image


def _extremes(image: Image.Image) -> list[tuple[float, float]]:
    found = image.getextrema()
    return [found] if isinstance(found[0], (int, float)) else list(found)  # pyright: ignore[reportReturnType, reportArgumentType]
