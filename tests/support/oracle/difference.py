"""How far two images are from each other, for eyes rather than for compilers."""

from PIL import Image, ImageChops, ImageStat

_SIDE = 32
"""Images are compared in so many fields a side: edges of a pixel's width are nobody's fault."""


def difference(first: Image.Image, second: Image.Image) -> float:
    """Give the mean difference of a channel, of 255, between fields of two images."""
    mean = ImageStat.Stat(ImageChops.difference(_fields(first), _fields(second))).mean
    return sum(mean) / len(mean)


def _fields(image: Image.Image) -> Image.Image:
    return image.resize((_SIDE, _SIDE), Image.Resampling.BOX)
