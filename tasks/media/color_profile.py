"""What the numbers of a picture mean, and how they become sRGB: ICC profiles, gamma of PNG files."""

import io
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from PIL import Image, ImageChops, ImageCms

from tasks.media.color_lut import chromaticity_lut, gamma_table

_GREY_MODES: Final = frozenset({"1", "L", "LA", "La", "I", "F"})
_SRGB_GAMMA: Final = 1 / 2.2
_SAME_GAMMA: Final = 0.005
_SAME_LEVELS: Final = 2
"""By so many of 255 a profile may differ from sRGB and still be one: rounding is not the same everywhere."""


@dataclass(frozen=True)
class Colors:
    """What a file says of its numbers; nothing: they are sRGB."""

    profile: bytes | None = None
    """An ICC profile."""
    gamma: float | None = None
    """Of a PNG without a profile: its numbers are light to this power."""
    chromaticity: tuple[float, ...] | None = None
    """Of the same: x and y of white, red, green and blue."""

    def to_srgb(self, image: Image.Image) -> Image.Image:
        """Convert the numbers; L, RGB and RGBA stay what they are, CMYK becomes RGB."""
        mode = "RGB" if image.mode in ("CMYK", "YCCK") else image.mode
        if self.profile and not is_srgb(self.profile):
            image = _by_profile(image, self.profile, mode)
        elif self.gamma or self.chromaticity:
            image = _by_channel(image, self._by_numbers)
        return image if image.mode == mode else image.convert(mode)

    def _by_numbers(self, image: Image.Image) -> Image.Image:
        if self.gamma and abs(self.gamma - _SRGB_GAMMA) > _SAME_GAMMA:
            image = image.point(gamma_table(self.gamma) * len(image.getbands()))
        lut = chromaticity_lut(self.chromaticity) if self.chromaticity else None
        return image if lut is None or image.mode != "RGB" else image.filter(lut)


def colors_of(image: Image.Image) -> Colors:
    """Read what an opened file says; a profile for other pixels than it has is left out."""
    info = image.info
    profile: bytes | None = info.get("icc_profile")
    if profile:
        is_grey = image.mode in _GREY_MODES or image.mode.startswith("I;")
        wanted = "GRAY" if is_grey else "CMYK" if image.mode in ("CMYK", "YCCK") else "RGB"
        return Colors(profile) if _space(profile) == wanted else Colors()
    if image.format != "PNG" or "srgb" in info:
        return Colors()
    gamma, chromaticity = info.get("gamma"), info.get("chromaticity")
    return Colors(
        gamma=gamma if isinstance(gamma, float) and 0.1 <= gamma <= 10 else None,
        chromaticity=chromaticity if isinstance(chromaticity, tuple) else None,
    )


@lru_cache(maxsize=32)
def is_srgb(profile: bytes) -> bool:
    """Whether a profile leaves sRGB as it is, whatever it calls itself."""
    colors = _sample_colors()
    converted = _converted(colors, profile, "RGB")
    if converted is None:
        return False
    extrema: Any = ImageChops.difference(colors, converted).getextrema()
    return max(high for _, high in extrema) <= _SAME_LEVELS


def _sample_colors() -> Image.Image:
    """Give an image of colours from all over, greys among them."""
    levels = (0, 16, 48, 96, 128, 176, 224, 255)
    data = bytes(
        value
        for red in levels
        for green in levels
        for blue in levels
        for value in (red, green, blue)
    )
    return Image.frombytes("RGB", (len(data) // 3, 1), data)


def _by_profile(image: Image.Image, profile: bytes, mode: str) -> Image.Image:
    if _space(profile) != "GRAY":
        return _converted(image, profile, mode) or image
    # A grey picture; with alpha it is RGBA by now, with the same number three times.
    grey = _converted(image.getchannel(0), profile, "RGB")
    if grey is None:
        return image
    if image.mode == "L":
        return grey.getchannel(0)
    return Image.merge(image.mode, (*grey.split(), *image.split()[3:]))


def _converted(image: Image.Image, profile: bytes, mode: str) -> Image.Image | None:
    """Convert to sRGB by a profile; None where it is damaged or does not fit."""
    try:
        converted: Any = ImageCms.profileToProfile(
            image,
            ImageCms.getOpenProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode=mode,
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    converted.info = {}  # it names the profile it was converted to
    return converted


def _by_channel(image: Image.Image, convert: Any) -> Image.Image:
    """Convert the colours of an image and leave its alpha alone."""
    if image.mode != "RGBA":
        return convert(image)
    alpha = image.getchannel(3)
    converted = convert(image.convert("RGB"))
    converted.putalpha(alpha)
    return converted


def _space(profile: bytes) -> str:
    """Give the colours that a profile is for, as its header says: RGB, GRAY, CMYK."""
    return profile[16:20].decode("ascii", "replace").strip().upper()
