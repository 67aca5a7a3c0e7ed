"""Colours of videos that are not sRGB, as tables for Pillow: HDR (HLG, PQ) and wide gamuts.

White of a screen is at 203 nits in HDR (ITU-R BT.2408). What is brighter is compressed into the little
that is left above the knee, so that everything below keeps its brightness and hue.
"""

from functools import lru_cache
from math import exp
from typing import Final

from PIL import ImageFilter

_PQ, _HLG = 16, 18
_BT2020: Final = 9
_P3: Final = frozenset({11, 12})
_SIZE: Final = 49
"""Places of the table on each axis."""
_WHITE_NITS: Final = 203.0
_PEAK: Final = 1000.0 / _WHITE_NITS
"""Of the screen that HDR films are made on."""
_KNEE: Final = 0.8
"""Linear; up to here brightness stays as it is."""

Rgb = tuple[float, float, float]
Matrix = tuple[Rgb, Rgb, Rgb]

_FROM_BT2020: Final[Matrix] = (
    (1.660491, -0.587641, -0.072850),
    (-0.124550, 1.132900, -0.008349),
    (-0.018151, -0.100579, 1.118730),
)
_FROM_P3: Final[Matrix] = (
    (1.224940, -0.224940, 0.0),
    (-0.042057, 1.042057, 0.0),
    (-0.019638, -0.078636, 1.098274),
)


@lru_cache(maxsize=8)
def srgb_lut(transfer: int, primaries: int) -> ImageFilter.Color3DLUT | None:
    """Give the table to sRGB from a transfer function and primaries (ITU-T H.273), if one is needed.

    Takes a quarter of a second; a table that is small enough to be quick would be visibly wrong.
    """
    matrix = _FROM_BT2020 if primaries == _BT2020 else _FROM_P3 if primaries in _P3 else None
    if transfer in (_PQ, _HLG):
        matrix = matrix or _FROM_BT2020  # there is no other HDR for people
    if matrix is None:
        return None
    to_light = {_PQ: _pq_light, _HLG: _hlg_scene}.get(transfer, _sdr_light)
    axis = [to_light(place / (_SIZE - 1)) for place in range(_SIZE)]
    table: list[float] = []
    for blue in axis:
        for green in axis:
            for red in axis:
                rgb = (red, green, blue)
                light = _hlg_screen(rgb) if transfer == _HLG else rgb
                table += map(_encode, _tone_map(_multiply(matrix, light)))
    return ImageFilter.Color3DLUT(_SIZE, table)


def _pq_light(value: float) -> float:
    """Light of a screen, 1 is white (SMPTE ST 2084)."""
    power = value ** (32 / 2523)
    nits = 10_000 * (max(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (8192 / 1305)
    return nits / _WHITE_NITS


def _hlg_scene(value: float) -> float:
    """Light of what was filmed (ITU-R BT.2100)."""
    if value <= 0.5:
        return value * value / 3
    return (exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12


def _hlg_screen(rgb: Rgb) -> Rgb:
    """Light of a screen of 1,000 nits, 1 is white, from the light of what was filmed."""
    luminance = 0.2627 * rgb[0] + 0.6780 * rgb[1] + 0.0593 * rgb[2]
    gain = _PEAK * luminance**0.2 if luminance > 0 else 0.0
    return rgb[0] * gain, rgb[1] * gain, rgb[2] * gain


def _sdr_light(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _multiply(matrix: Matrix, rgb: Rgb) -> Rgb:
    red, green, blue = rgb
    first, second, third = matrix
    return (
        first[0] * red + first[1] * green + first[2] * blue,
        second[0] * red + second[1] * green + second[2] * blue,
        third[0] * red + third[1] * green + third[2] * blue,
    )


def _tone_map(rgb: Rgb) -> Rgb:
    """Bring the brightest of the three below 1, and the others with it."""
    brightest = max(rgb)
    if brightest <= _KNEE:
        return rgb
    room, over = 1 - _KNEE, min(brightest, _PEAK) - _KNEE
    reach = _PEAK - _KNEE
    # A curve that leaves the knee with slope 1 and meets 1 at the peak.
    curve = room * reach / (reach - room)
    factor = (_KNEE + curve * over / (curve + over)) / brightest
    return rgb[0] * factor, rgb[1] * factor, rgb[2] * factor


def _encode(linear: float) -> float:
    if linear <= 0.0031308:
        return max(linear, 0.0) * 12.92
    return min(1.055 * linear ** (1 / 2.4) - 0.055, 1.0)


@lru_cache(maxsize=8)
def gamma_table(gamma: float) -> list[int]:
    """Give the levels of sRGB for numbers that are light to the power of `gamma`."""
    return [round(255 * _encode((level / 255) ** (1 / gamma))) for level in range(256)]


@lru_cache(maxsize=8)
def chromaticity_lut(chromaticity: tuple[float, ...]) -> ImageFilter.Color3DLUT | None:
    """Give the table to sRGB from other primaries with the same curve, where they differ.

    `chromaticity` is x and y of white, red, green and blue.
    """
    if len(chromaticity) != 8 or not all(0 < value < 1 for value in chromaticity[1::2]):
        return None
    if max(abs(a - b) for a, b in zip(chromaticity, _SRGB_CHROMATICITY, strict=True)) < 0.005:
        return None
    to_xyz, from_xyz = _to_xyz(chromaticity), _inverse(_to_xyz(_SRGB_CHROMATICITY))
    if from_xyz is None or to_xyz is None:
        return None

    def convert(red: float, green: float, blue: float) -> Rgb:
        light = _multiply(to_xyz, (_sdr_light(red), _sdr_light(green), _sdr_light(blue)))
        first, second, third = _multiply(from_xyz, light)
        return _encode(first), _encode(second), _encode(third)

    return ImageFilter.Color3DLUT.generate(_SIZE, convert)


_SRGB_CHROMATICITY: Final = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)


def _to_xyz(chromaticity: tuple[float, ...]) -> Matrix | None:
    """Give the matrix from linear RGB to XYZ in which the white point is (1, 1, 1)."""
    white, *primaries = (
        (x / y, 1.0, (1 - x - y) / y)
        for x, y in zip(chromaticity[::2], chromaticity[1::2], strict=True)
    )
    columns = _transposed((primaries[0], primaries[1], primaries[2]))
    inverse = _inverse(columns)
    if inverse is None:
        return None
    scale = _multiply(inverse, white)
    rows = [
        tuple(
            value * factor / white[row] for value, factor in zip(columns[row], scale, strict=True)
        )
        for row in range(3)
    ]
    return _matrix(rows)


def _transposed(matrix: Matrix) -> Matrix:
    return _matrix([tuple(row[i] for row in matrix) for i in range(3)])


def _matrix(rows: list[tuple[float, ...]]) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = rows
    return (a, b, c), (d, e, f), (g, h, i)


def _inverse(matrix: Matrix | None) -> Matrix | None:
    if matrix is None:
        return None
    (a, b, c), (d, e, f), (g, h, i) = matrix
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    if abs(determinant) < 1e-9:
        return None
    return _matrix(
        [
            tuple(value / determinant for value in row)
            for row in (
                (e * i - f * h, c * h - b * i, b * f - c * e),
                (f * g - d * i, a * i - c * g, c * d - a * f),
                (d * h - e * g, b * g - a * h, a * e - b * d),
            )
        ]
    )
