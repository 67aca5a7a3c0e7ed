"""Broken and hostile pictures and videos, made by an engine of our own.

Only HEIC comes from files, those of the cases: nothing here can write it.

`pictures` and `videos` give mutants of good files, always the same ones for a seed: cut short,
bits turned, sizes lied about, chunks doubled, dropped, exchanged, files spliced. Checksums of
PNG chunks are put right half of the time, or no mutant would get past them.
"""

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from PIL import Image, PngImagePlugin

from support.nodes.media import encoded, make_video, numbered_pixels

Mutate = Callable[[random.Random, bytearray], bytes]
NUMBERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""What decoders stumble over."""
CASES = Path(__file__).parents[2] / "cases/files"


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Give a chunk with its right checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    """Give a PNG with a header, these chunks and an end."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    inside = b"".join([png_chunk(b"IHDR", header), *chunks, png_chunk(b"IEND", b"")])
    return b"\x89PNG\r\n\x1a\n" + inside


@cache
def valid_images() -> tuple[bytes, ...]:
    """Small pictures of all formats, with all that they can hold."""
    rgb = numbered_pixels((48, 40))
    rgba = rgb.convert("RGBA")
    rgba.putalpha(Image.linear_gradient("L").resize(rgba.size))
    others = [Image.new("RGB", rgb.size, colour) for colour in ("red", "green", "blue")]
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "x" * 200, zip=True)
    notes.add_itxt("Title", "y" * 200, zip=True)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a picture"
    profile = _profile()
    return (
        encoded(rgb, "PNG", pnginfo=notes, exif=exif, icc_profile=profile),
        encoded(rgba, "PNG"),
        encoded(rgb.quantize(17), "PNG", transparency=3),
        encoded(rgb.convert("1"), "PNG"),
        encoded(Image.new("I;16", (40, 40), 999), "PNG"),
        encoded(rgb, "PNG", save_all=True, append_images=others),
        encoded(rgb, "JPEG", exif=exif, icc_profile=profile, quality=80),
        encoded(rgb, "JPEG", progressive=True, subsampling=0),
        encoded(rgb.convert("L"), "JPEG", restart_marker_rows=1),
        encoded(rgb.convert("CMYK"), "JPEG"),
        encoded(rgb, "MPO", save_all=True, append_images=others[:1]),
        encoded(rgb, "WEBP", quality=60, exif=exif, icc_profile=profile),
        encoded(rgba, "WEBP", lossless=True),
        encoded(rgba, "WEBP", quality=50),
        encoded(rgb, "WEBP", save_all=True, append_images=others, duration=20),
        encoded(rgb.quantize(64), "GIF", interlace=1),
        encoded(rgb.quantize(9), "GIF", transparency=1),
        encoded(rgb, "GIF", save_all=True, append_images=others, duration=20, loop=0),
        encoded(rgb, "AVIF", exif=exif, icc_profile=profile),
        encoded(rgba, "AVIF", quality=90),
        (CASES / "heic-quarters.heic").read_bytes(),
    )


def _profile() -> bytes:
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


@cache
def valid_videos() -> tuple[bytes, ...]:
    """Small videos of all four containers."""
    return (
        make_video(frames=12),
        make_video(frames=12, options={"movflags": "frag_keyframe+empty_moov"}),
        make_video("mov", "mpeg4", frames=6),
        make_video("webm", "libvpx", frames=8),
        make_video("matroska", "libx264", frames=8),
    )


def images(count: int, seed: int = 0) -> Iterator[bytes]:
    """Give so many broken pictures."""
    return _mutants(valid_images(), count, seed)


def videos(count: int, seed: int = 0) -> Iterator[bytes]:
    """Give so many broken videos."""
    return _mutants(valid_videos(), count, seed)


def _mutants(good: tuple[bytes, ...], count: int, seed: int) -> Iterator[bytes]:
    chance = random.Random(seed)
    for number in range(count):
        data = bytearray(good[number % len(good)])
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            mutate = chance.choice((*_MUTATIONS, _splice(good)))
            data = bytearray(mutate(chance, data)) or bytearray(b"\x00")
        yield _with_checksums(data) if chance.random() < 0.5 else bytes(data)


def _cut(chance: random.Random, data: bytearray) -> bytes:
    return bytes(data[: chance.randrange(len(data))])


def _turn_bits(chance: random.Random, data: bytearray) -> bytes:
    for _ in range(chance.randint(1, 16)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return bytes(data)


def _turn_bits_in_front(chance: random.Random, data: bytearray) -> bytes:
    """Headers decide more than pixels."""
    for _ in range(chance.randint(1, 4)):
        data[chance.randrange(min(len(data), 200))] = chance.choice(NUMBERS) & 0xFF
    return bytes(data)


def _lie_about_a_number(chance: random.Random, data: bytearray) -> bytes:
    form = chance.choice((">I", "<I", ">H", "<H", ">Q"))
    size = struct.calcsize(form)
    if len(data) > size:
        number = chance.choice(NUMBERS) & (256**size - 1)
        struct.pack_into(form, data, chance.randrange(min(len(data), 600) - size + 1), number)
    return bytes(data)


def _double_a_part(chance: random.Random, data: bytearray) -> bytes:
    first, last = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return bytes(data[:last] + data[first:last] * chance.choice((1, 2, 50)) + data[last:])


def _drop_a_part(chance: random.Random, data: bytearray) -> bytes:
    first = chance.randrange(len(data))
    return bytes(data[:first] + data[first + chance.randint(1, 64) :])


def _fill_a_part(chance: random.Random, data: bytearray) -> bytes:
    first = chance.randrange(len(data))
    length = chance.randint(1, 300)
    return bytes(data[:first] + bytes([chance.choice((0, 0xFF))]) * length + data[first + length :])


def _splice(good: tuple[bytes, ...]) -> Mutate:
    def splice(chance: random.Random, data: bytearray) -> bytes:
        other = chance.choice(good)
        return bytes(data[: chance.randrange(len(data))]) + other[chance.randrange(len(other)) :]

    return splice


_MUTATIONS: tuple[Mutate, ...] = (
    _cut,
    _turn_bits,
    _turn_bits_in_front,
    _lie_about_a_number,
    _lie_about_a_number,
    _double_a_part,
    _drop_a_part,
    _fill_a_part,
)


def _with_checksums(data: bytearray) -> bytes:
    """Put the checksums of a PNG's chunks right, as far as its chunks can still be found."""
    if bytes(data[:8]) != b"\x89PNG\r\n\x1a\n":
        return bytes(data)
    at = 8
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        if end + 4 > len(data):
            break
        data[end : end + 4] = struct.pack(">I", zlib.crc32(data[at + 4 : end]))
        at = end + 4
    return bytes(data)


def decompression_bombs() -> dict[str, Callable[[], bytes]]:
    """Give makers of small files that want much memory or time."""
    flood = cache(lambda: zlib.compress(bytes(200_000_000), 6))
    return {
        "30,000 by 30,000 in one bit": lambda: encoded(Image.new("1", (30_000, 30_000)), "PNG"),
        "1 by 89,000,000": lambda: _tall_png(89_000_000),
        "16,385 by 1": lambda: encoded(Image.new("L", (16_385, 1)), "PNG"),
        "a header of 2^31 a side": lambda: png_of(2**31 - 1, 2**31 - 1, *_idat(8)),
        "a header of nothing": lambda: png_of(0, 10, *_idat(8)),
        "pixels without end": lambda: png_of(64, 64, png_chunk(b"IDAT", flood())),
        "zTXt": lambda: png_of(8, 8, png_chunk(b"zTXt", b"k\0\0" + flood()), *_idat(8)),
        "iTXt": lambda: png_of(8, 8, png_chunk(b"iTXt", b"k\0\1\0\0\0" + flood()), *_idat(8)),
        "iCCP": lambda: png_of(8, 8, png_chunk(b"iCCP", b"k\0\0" + flood()), *_idat(8)),
        "100,000 texts": lambda: png_of(8, 8, *_texts(100_000), *_idat(8)),
        "50,000 frames of PNG": lambda: png_of(8, 8, *_frames(50_000), *_idat(8)),
        "JPEG of 65,535 a side": lambda: _jpeg_of(65_535, 65_535),
        "JPEG of 400 scans": lambda: many_scans(400, (16_000, 2_500)),
        "JPEG of 60,000 segments": lambda: _with_segments(60_000),
        "WebP of 16,383 a side": lambda: _webp_of(16_383, 16_383),
        "WebP of 20,000 frames": lambda: _webp_flood(20_000),
        "GIF of 65,535 a side": lambda: _gif_of(65_535, 65_535),
        "GIF of 100,000 frames": lambda: _gif_flood(100_000),
        "GIF of 1,000 large frames": lambda: _gif_flood(1_000, side=6_000),
        "GIF of 20,000 comments": lambda: (
            _gif_of(8, 8)[:-1] + b"\x21\xfe" + (b"\xff" + b"c" * 255) * 20_000 + b"\0;"
        ),
    }


def _texts(count: int) -> Iterator[bytes]:
    return (png_chunk(b"tEXt", b"k%d\0v" % number) for number in range(count))


def _frames(count: int) -> Iterator[bytes]:
    yield png_chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0))
    for number in range(count):
        control = struct.pack(">IIIIIHHBB", number, 8, 8, 0, 0, 1, 1, 0, 0)
        yield png_chunk(b"fcTL", control)


def _idat(side: int) -> tuple[bytes]:
    return (png_chunk(b"IDAT", zlib.compress((b"\0" + bytes(side * 3)) * side)),)


def _tall_png(height: int) -> bytes:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(2_000_000)) for _ in range(height * 2 // 2_000_000))
    return png_of(1, height, png_chunk(b"IDAT", packed + packer.flush()), colour=0)


def _jpeg_of(width: int, height: int) -> bytes:
    data = bytearray(encoded(Image.new("L", (8, 8)), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    struct.pack_into(">HH", data, at, height, width)
    return bytes(data)


def many_scans(count: int, size: tuple[int, int], *, noise: bool = False) -> bytes:
    """A progressive JPEG whose last scan comes again and again: each decodes the whole picture."""
    image = Image.effect_noise(size, 90) if noise else Image.new("L", size)
    data = encoded(image, "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + b"\xff\xd9"


def _with_segments(count: int) -> bytes:
    data = encoded(Image.new("L", (8, 8)), "JPEG")
    return data[:2] + b"\xff\xe1\x00\x08Exif\0\0" * count + data[2:]


def _webp_of(width: int, height: int) -> bytes:
    data = bytearray(encoded(Image.new("RGB", (16, 16)), "WEBP", quality=1))
    at = data.index(b"\x9d\x01\x2a") + 3
    struct.pack_into("<HH", data, at, width, height)
    return bytes(data)


def _webp_flood(count: int) -> bytes:
    colours = [Image.new("RGB", (16, 16), name) for name in ("red", "blue")]
    data = encoded(colours[0], "WEBP", save_all=True, append_images=colours[1:], duration=9)
    first = data.index(b"ANMF")
    length = 8 + int.from_bytes(data[first + 4 : first + 8], "little")
    inside = data[12:first] + data[first : first + length] * count
    return b"RIFF" + struct.pack("<I", len(inside) + 4) + b"WEBP" + inside


def _gif_of(width: int, height: int) -> bytes:
    data = bytearray(encoded(Image.new("P", (8, 8)), "GIF"))
    struct.pack_into("<HH", data, 6, width, height)
    return bytes(data)


def _gif_flood(count: int, side: int = 8) -> bytes:
    file = io.BytesIO()
    Image.new("P", (side, side)).save(file, "GIF")
    data = file.getvalue()
    first = data.index(b"\x2c", 13)
    return data[:first] + data[first:-1] * count + b";"


def foreign_formats() -> dict[str, bytes]:
    """Give files of every format that is not taken: what Pillow writes, and some it only reads."""
    found = {
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%id) (w) file\n",
        "psd": b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 9, 9, 8, 3) + bytes(40),
        "fits": b"SIMPLE  =                    T".ljust(2880),
        "html": b"<!doctype html><script>alert(1)</script>",
        "pdf": b"%PDF-1.7\n",
        "zip": b"PK\x03\x04" + bytes(40),
        "wmf": b"\xd7\xcd\xc6\x9a" + bytes(40),
        "m3u8": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        "concat": b"ffconcat version 1.0\nfile /etc/passwd\n",
    }
    image = Image.new("RGB", (16, 16), "teal")
    for name in ("BMP", "DDS", "ICNS", "ICO", "JPEG2000", "PCX", "PPM", "SGI", "TGA", "TIFF"):
        found[name.lower()] = encoded(image, name)
    return found


def polyglots() -> dict[str, bytes]:
    """Give good pictures that are something else as well."""
    image = Image.new("RGB", (16, 16), "teal")
    script = b"*/=1;alert(document.domain)//"
    gif = encoded(image.quantize(4), "GIF")
    return {
        "png and zip": encoded(image) + b"PK\x05\x06" + bytes(18),
        "png and html": encoded(image) + b"<script>alert(1)</script>",
        "png with php": png_of(
            8, 8, png_chunk(b"tEXt", b"k\0<?php system($_GET[0]);?>"), *_idat(8)
        ),
        "jpeg with html": encoded(image, "JPEG", comment=b"<script>alert(1)</script>"),
        "gif and script": gif[:-1] + b"\x21\xfe" + bytes([len(script)]) + script + b"\0;",
        "webp and html": encoded(image, "WEBP") + b"<script>alert(1)</script>",
    }


def hostile_videos() -> dict[str, Callable[[], bytes]]:
    """Give makers of videos that lie about themselves."""
    mp4 = cache(lambda: make_video(frames=12))
    mkv = cache(lambda: make_video("matroska", "libx264", frames=8))
    long = struct.pack(">Q", 2**63 - 1)
    return {
        "100,000 atoms deep": lambda: _nested(b"moov", 100_000),
        "100,000 tracks": lambda: mp4()[:40] + _atom(b"moov", _atom(b"trak", b"") * 100_000),
        "endless by its header": lambda: _with(mp4(), b"mvhd", 16, b"\xff" * 4),
        "endless by its track": lambda: _with(mp4(), b"mdhd", 16, b"\xff" * 4),
        "endless in 64 bits": lambda: _with(mp4(), b"mdhd", 0, b"\1\0\0\0" + bytes(20) + long),
        "a clock of nothing": lambda: _with(mp4(), b"mdhd", 12, bytes(4)),
        "a clock of 2^32": lambda: _with(mp4(), b"mdhd", 12, b"\xff" * 4),
        "2^32 times": lambda: _with(mp4(), b"stts", 4, b"\xff" * 4),
        "2^32 frames": lambda: _with(mp4(), b"stsz", 4, bytes(4) + b"\xff" * 4),
        "2^32 frames of one size": lambda: _with(mp4(), b"stsz", 4, b"\0\0\0\1" + b"\xff" * 4),
        "2^32 frames, each 2^32 long": lambda: _with(
            _with(mp4(), b"stsz", 4, b"\0\0\0\1\x7f" + b"\xff" * 3), b"stts", 4, _EVER
        ),
        "2^32 chunks": lambda: _with(mp4(), b"stco", 4, b"\xff" * 4),
        "2^32 edits": lambda: _with(mp4(), b"elst", 4, b"\xff" * 4),
        "65,535 a side": lambda: _with(mp4(), b"avc1", 24, b"\xff" * 4),
        "65,535 a side in its stream": lambda: mp4().replace(b"\x67\x64\0\x0a", b"\x67\x64\0\xff"),
        "an atom without an end": lambda: mp4()[:-40] + b"\xff\xff\xff\xffmoov",
        "an atom of 2^63": lambda: mp4()[:32] + b"\0\0\0\1moov" + long,
        "a Matroska of 2^56": lambda: _with(mkv(), b"\x18\x53\x80\x67", 0, b"\x01" + b"\xfe" * 7),
        "a Matroska that lasts for ever": lambda: _with(
            mkv(), b"\x44\x89", 1, struct.pack(">d", float("inf"))
        ),
        "a Matroska that lasts for no number": lambda: _with(
            mkv(), b"\x44\x89", 1, struct.pack(">d", float("nan"))
        ),
        "a Matroska of 10^300 s": lambda: _with(mkv(), b"\x44\x89", 1, struct.pack(">d", 1e300)),
        "200,000 empty clusters": lambda: mkv() + b"\x1f\x43\xb6\x75\x80" * 200_000,
        "a playlist with a head": lambda: mp4()[:32] + b"#EXTM3U\nfile:///etc/passwd\n",
    }


_EVER = b"\0\0\0\1\xff\xff\xff\xff\x7f\xff\xff\xff"


def _atom(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + kind + data


def _nested(kind: bytes, depth: int) -> bytes:
    sizes = range(8 * depth, 0, -8)
    return _atom(b"ftyp", b"isom" + bytes(8)) + b"".join(struct.pack(">I", n) + kind for n in sizes)


def _with(data: bytes, mark: bytes, offset: int, what: bytes) -> bytes:
    """Write over a file from so many bytes behind a mark on."""
    at = data.index(mark) + len(mark) + offset
    return data[:at] + what + data[at + len(what) :]
