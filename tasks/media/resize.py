"""Pictures in another size: which part becomes which size, and how it is scaled."""

import os
from concurrent.futures import ThreadPoolExecutor
from math import ceil, floor
from typing import Final, Literal

from PIL import Image

Size = tuple[int, int]
Region = tuple[float, float, float, float]
"""Left, upper, right, lower, in pixels and parts of them."""
Fit = Literal["contain", "cover", "fill"]

_BANDS: Final = 4
"""A large picture is scaled in so many bands side by side, whatever the number of processors: what
comes out is the same everywhere."""
_REDUCING_GAP: Final = 2.0
"""A picture is first reduced to so many times its size to be, roughly and fast, if it is larger."""
_BAND_THRESHOLD_PIXELS: Final = 1_000_000
"""Pixels from which on a picture is scaled in bands."""
_LANCZOS: Final = Image.Resampling.LANCZOS
_LANCZOS_RADIUS: Final = 3
"""Pixels on either side, of the coarser of both pictures."""


def fit_region(size: Size, box: Size, fit: Fit) -> tuple[Region, Size]:
    """Give which part of a picture of `size` becomes a picture of which size.

    `contain`: all of it, scaled up or down until it touches the box from inside. `cover`: its
    middle part of the box's proportions, in the box's size. `fill`: all of it, stretched.
    """
    width, height = size
    whole = (0.0, 0.0, float(width), float(height))
    if fit == "fill":
        return whole, box
    across, down = box[0] / width, box[1] / height
    if fit == "contain":
        scale = min(across, down)
        return whole, (max(1, round(width * scale)), max(1, round(height * scale)))
    scale = max(across, down)
    left = (width - box[0] / scale) / 2
    upper = (height - box[1] / scale) / 2
    return (max(0.0, left), max(0.0, upper), width - max(0.0, left), height - max(0.0, upper)), box


def scale_region(image: Image.Image, size: Size, region: Region) -> Image.Image:
    """Scale a part of the picture; Lanczos, after a fast first reduction of large ones."""
    across, down = (region[2] - region[0]) / size[0], (region[3] - region[1]) / size[1]
    reduced = max(across, down) >= 2 * _REDUCING_GAP
    if (
        reduced
        or size[0] * size[1] * max(across, 1) * max(down, 1) < _BAND_THRESHOLD_PIXELS
        or size[1] < _BANDS
    ):
        return image.resize(size, _LANCZOS, box=region, reducing_gap=_REDUCING_GAP)
    if image.mode == "RGBA":  # what cannot be seen must not shine through
        return _in_bands(image.convert("RGBa"), size, region).convert("RGBA")
    return _in_bands(image, size, region)


def _in_bands(image: Image.Image, size: Size, region: Region) -> Image.Image:
    """Scale band by band, each with the rows of its neighbours that its edges are mixed with."""
    left, upper, right, lower = region
    down = (lower - upper) / size[1]
    radius = _LANCZOS_RADIUS * max(down, 1) + 1

    def band(first: int, last: int) -> Image.Image:
        above, below = upper + first * down, min(upper + last * down, lower)
        start, end = max(0, floor(above - radius)), min(image.height, ceil(below + radius))
        rows = image.crop((0, start, image.width, end))
        # Always across and then down; where one step does both, Pillow takes the cheaper order.
        rows = rows.resize((size[0], end - start), _LANCZOS, (left, 0, right, end - start))
        return rows.resize(
            (size[0], last - first), _LANCZOS, (0, above - start, size[0], below - start)
        )

    edges = [size[1] * number // _BANDS for number in range(_BANDS + 1)]
    result = Image.new(image.mode, size)
    # Threads are enough: Pillow lets go of the interpreter's lock while it scales.
    with ThreadPoolExecutor(min(_BANDS, os.cpu_count() or 1)) as threads:
        for first, done in zip(edges, threads.map(band, edges[:-1], edges[1:]), strict=False):
            result.paste(done, (0, first))
    return result
