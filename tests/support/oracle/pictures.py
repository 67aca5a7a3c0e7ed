"""Pictures of many kinds, and what libvips sees in them: its own decoders and its own copy of littlecms."""

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pyvips
from PIL import Image

from support.oracle.profiles import PRIMARIES, grey_profile, rgb_profile

_MODES: Final = ("RGB", "L", "RGBA", "LA", "P", "CMYK", "1", "I;16")
_FORMATS: Final[dict[str, tuple[str, ...]]] = {
    "PNG": ("RGB", "L", "RGBA", "LA", "P", "1", "I;16"),
    "JPEG": ("RGB", "L", "CMYK"),
    "WEBP": ("RGB", "RGBA"),
    "GIF": ("P", "L"),
    "AVIF": ("RGB", "RGBA"),
}
_ORIENTATION_TAG: Final = 0x0112
_GAMMAS: Final = (1.0, 1.8, 2.2, 2.6)
_CMYK_PROFILE: Final = "cmyk"
"""That libvips brings along."""


@dataclass(frozen=True)
class Picture:
    """How a picture is made."""

    seed: int
    format: str
    mode: str
    profile: str | None
    """`grey 1.8`, `p3 2.2`, `cmyk`; None: there is none."""
    orientation: int
    size: tuple[int, int]
    quality: int = 95
    progressive: bool = False
    subsampling: int = 0
    lossless: bool = False

    def __str__(self) -> str:
        kind = f"{self.seed}-{self.format}-{self.mode}-{self.profile or 'plain'}"
        return f"{kind}-{self.orientation}".replace(" ", "-")

    @property
    def tolerance(self) -> float:
        """Of the mean of differences.

        CMYK profiles are tables, which the two interpolate differently; AVIF's halved colours are
        enlarged softly by libavif and hard by libheif.
        """
        return 2 if self.mode == "CMYK" or self.format == "AVIF" else 0.7


def make_pictures(count: int) -> Iterator[Picture]:
    """Give kinds of pictures: every format and mode, in combinations that differ."""
    kinds = [(format, mode) for format, modes in _FORMATS.items() for mode in modes]
    for seed in range(count):
        chosen = random.Random(seed)
        format, mode = kinds[seed % len(kinds)]
        yield Picture(
            seed=seed,
            format=format,
            mode=mode,
            profile=_choose_profile(chosen, format, mode),
            orientation=chosen.choice((1, *range(1, 9)))
            if format in ("JPEG", "WEBP", "PNG")
            else 1,
            size=chosen.choice(((96, 64), (65, 97), (128, 128), (301, 50))),
            quality=chosen.choice((90, 95, 100)),
            progressive=chosen.random() < 0.4,
            subsampling=chosen.choice((0, 1, 2)),
            lossless=chosen.random() < 0.5,
        )


def make_file(picture: Picture) -> bytes:
    """Write the picture."""
    image = _drawn(picture.size, picture.seed)
    alpha = Image.linear_gradient("L").resize(picture.size)
    if picture.mode in ("RGBA", "LA"):
        image = image.convert("RGB" if picture.mode == "RGBA" else "L")
        image.putalpha(alpha)
    elif picture.mode == "I;16":
        grey = image.convert("L")
        image = Image.frombytes("I;16", grey.size, b"".join(bytes((v, v)) for v in grey.tobytes()))
    elif picture.mode == "P":
        image = image.quantize(64)
    else:
        image = image.convert(picture.mode)
    options: dict[str, Any] = {}
    if picture.profile:
        options["icc_profile"] = profile_bytes(picture.profile)
    if picture.orientation != 1:
        exif = Image.Exif()
        exif[_ORIENTATION_TAG] = picture.orientation
        options["exif"] = exif.tobytes()
    if picture.format == "JPEG":
        options |= {
            "quality": picture.quality,
            "progressive": picture.progressive,
            "subsampling": picture.subsampling,
        }
    elif picture.format == "WEBP":
        options |= {"lossless": picture.lossless, "quality": picture.quality}
    elif picture.format == "AVIF":
        options |= {"quality": picture.quality, "speed": 10}
    file = io.BytesIO()
    image.save(file, picture.format, **options)
    return file.getvalue()


def seen_by_libvips(picture: Picture, data: bytes) -> Image.Image:
    """Give the upright picture in sRGB, RGBA where it has alpha."""
    image: Any = pyvips.Image.new_from_buffer(data, "")
    image = image.autorot()
    if picture.profile:
        image = image.icc_transform("srgb", embedded=True, intent="perceptual", depth=8)
    else:
        image = image.colourspace("srgb")
    image = image.cast("uchar")
    if image.bands in (1, 2):  # grey is three times the same
        grey = image[0]
        image = grey.bandjoin([grey, grey, *([image[1]] if image.bands == 2 else [])])
    mode = "RGBA" if image.bands == 4 else "RGB"
    return Image.frombytes(mode, (image.width, image.height), bytes(image.write_to_memory()))


@cache
def profile_bytes(name: str) -> bytes:
    """Give a profile by its name."""
    if name == _CMYK_PROFILE:
        return bytes(pyvips.Operation.call("profile_load", _CMYK_PROFILE))
    kind, gamma = name.split()
    return grey_profile(float(gamma)) if kind == "grey" else rgb_profile(kind, float(gamma), "sRGB")


def _choose_profile(chosen: random.Random, format: str, mode: str) -> str | None:
    if format == "GIF" or mode in ("1", "I;16") or chosen.random() < 0.25:
        return _CMYK_PROFILE if mode == "CMYK" else None
    if mode == "CMYK":
        return _CMYK_PROFILE
    if mode in ("L", "LA"):
        return f"grey {chosen.choice(_GAMMAS)}"
    return f"{chosen.choice(sorted(PRIMARIES))} {chosen.choice(_GAMMAS)}"


def _drawn(size: tuple[int, int], seed: int) -> Image.Image:
    """Give an image with soft changes of all three colours, and no symmetry."""
    chosen = random.Random(seed)
    noise = Image.frombytes("RGB", (4, 3), chosen.randbytes(36))
    image = noise.resize(size, Image.Resampling.BICUBIC)
    image.paste((230, 20, 30), (0, 0, size[0] // 4, size[1] // 4))
    return image
