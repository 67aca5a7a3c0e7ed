"""Videos: what is in them, and the picture at a moment."""

from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from schemas.errors import BadInputError
from support.nodes.media import make_video, rotated, sound, with_matrix
from tasks.media import videos
from tasks.media.color_lut import srgb_lut
from tasks.media.timestamp import parse_timestamp


@pytest.fixture(scope="module")
def clip() -> bytes:
    """Two seconds, 25 frames a second; frame i has the grey 5 i."""
    return make_video()


def _frame_number(source: Path | bytes, timestamp: float | str) -> int:
    image = videos.frame_at(source, parse_timestamp(timestamp)).image
    grey = image.convert("L").getpixel((20, 20))
    assert isinstance(grey, int)
    return round(grey / 5)


@pytest.mark.parametrize(
    ("format", "codec", "media_type"),
    [
        ("mp4", "libx264", "video/mp4"),
        ("mov", "mpeg4", "video/quicktime"),
        ("webm", "libvpx-vp9", "video/webm"),
        ("matroska", "libx264", "video/x-matroska"),
    ],
)
def test_every_container_is_read(format: str, codec: str, media_type: str) -> None:
    data = make_video(format, codec, frames=30)

    facts = videos.inspect_video(data)
    assert (facts.media_type, facts.width, facts.height) == (media_type, 64, 48)
    assert facts.duration_seconds == pytest.approx(1.2, abs=0.05)
    assert _frame_number(data, 1) in (24, 25)
    assert _frame_number(data, "100%") in (28, 29)


@pytest.mark.parametrize(
    ("timestamp", "number"),
    [
        (0, 0),
        (0.039, 0),
        (0.04, 1),
        (1, 25),
        ("1.02", 25),
        (1.5, 37),
        (1.96, 49),
        (2, 49),
        ("0%", 0),
        ("50%", 25),
        ("100%", 49),
        ("0:00:01.5", 37),
        ("0:01", 25),
    ],
)
def test_the_frame_on_the_screen_at_a_moment_is_given(
    clip: bytes, timestamp: float | str, number: int
) -> None:
    assert _frame_number(clip, timestamp) == number


def test_a_stored_video_is_read_from_its_file(clip: bytes, tmp_path: Path) -> None:
    path = tmp_path / "without-an-extension"
    path.write_bytes(clip)

    assert _frame_number(path, 1) == 25


@pytest.mark.parametrize("timestamp", [2.1, "3", "0:01:00", 1e9])
def test_past_the_end_is_an_error_that_says_the_length(clip: bytes, timestamp: float | str) -> None:
    with pytest.raises(BadInputError, match=r"2\.000 seconds long") as caught:
        videos.frame_at(clip, parse_timestamp(timestamp))
    assert caught.value.code == "past_the_end"


def test_a_recording_without_a_length_in_its_header_is_measured() -> None:
    live = make_video("matroska", "libvpx", options={"live": "1"})

    assert videos.inspect_video(live).duration_seconds == pytest.approx(2, abs=0.05)
    assert _frame_number(live, "100%") in (48, 49)


def test_a_video_that_was_recorded_upright_comes_out_upright() -> None:
    lying = rotated(make_video(size=(64, 48)))

    facts = videos.inspect_video(lying)
    assert (facts.width, facts.height) == (48, 64)
    assert videos.frame_at(lying, parse_timestamp(0)).image.size == (48, 64)


def test_a_video_of_a_single_image_has_a_frame_at_its_end() -> None:
    single = make_video(frames=1)

    assert (videos.inspect_video(single).duration_seconds or 0) > 0
    assert _frame_number(single, "100%") == 0


def test_a_file_with_sound_only_has_no_video() -> None:
    with pytest.raises(BadInputError) as caught:
        videos.inspect_video(sound())
    assert caught.value.code == "no_video"


@pytest.mark.parametrize("kept", [40, 400])
def test_a_video_that_is_cut_short_is_unreadable(clip: bytes, kept: int) -> None:
    with pytest.raises(BadInputError) as caught:
        videos.inspect_video(clip[:kept])
    assert caught.value.code == "video_unreadable"


def test_a_playlist_that_names_other_files_is_no_video() -> None:
    playlists = [
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/hosts",
    ]

    for playlist in playlists:
        with pytest.raises(BadInputError) as caught:
            videos.inspect_video(playlist)
        assert caught.value.code == "video_unreadable"


def test_a_damaged_video_is_refused_by_an_error_of_ours_or_gives_a_frame(clip: bytes) -> None:
    codes: set[str] = set()
    frames = 0
    for place in range(0, len(clip), max(1, len(clip) // 60)):
        damaged = clip[:place] + bytes([clip[place] ^ 0xA5]) + clip[place + 1 :]
        try:
            videos.frame_at(damaged, parse_timestamp("50%"))
        except BadInputError as error:
            codes.add(error.code)
        else:
            frames += 1
    assert codes
    assert frames


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (12.5, 12.5),
        (0, 0),
        ("12.5", 12.5),
        (" 7 ", 7),
        ("50%", 5),
        ("12.5 %", 1.25),
        ("1:02", 62),
        ("01:02:03.5", 3723.5),
        ("0:00:01.000", 1),
    ],
)
def test_timestamps_are_read_as_people_write_them(written: float | str, seconds: float) -> None:
    assert parse_timestamp(written).to_seconds(10) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "written",
    [-1, float("nan"), float("inf"), "", "soon", "-3", "101%", "%", "1:2:3:4", "1:75", "1e9", "٣"],
)
def test_other_timestamps_are_refused_with_the_accepted_forms(written: float | str) -> None:
    with pytest.raises(BadInputError, match="share of the length") as caught:
        parse_timestamp(written)
    assert caught.value.code == "bad_timestamp"


@pytest.mark.parametrize("format", ["matroska", "mov", "mp4", "webm"])
@pytest.mark.parametrize("start", [0.2, 1, 7.5])
def test_a_video_begins_at_zero_whatever_its_file_says(format: str, start: float) -> None:
    codec = "libvpx" if format == "webm" else "libx264"
    late = make_video(format, codec, start=start, options={"use_editlist": "0"})

    assert videos.inspect_video(late).duration_seconds == pytest.approx(2, abs=0.05)
    assert [_frame_number(late, at) for at in (0, 1, "50%", "100%")] == [0, 25, 25, 49]


@pytest.mark.parametrize(
    ("matrix", "red_at"),
    [
        ((1, 0, 0, 1), (0, 0)),
        ((-1, 0, 0, 1), (1, 0)),
        ((1, 0, 0, -1), (0, 1)),
        ((-1, 0, 0, -1), (1, 1)),
        ((0, 1, -1, 0), (1, 0)),
        ((0, -1, 1, 0), (0, 1)),
        ((0, 1, 1, 0), (0, 0)),
        ((0, -1, -1, 0), (1, 1)),
    ],
)
def test_every_display_matrix_is_followed(
    matrix: tuple[int, int, int, int], red_at: tuple[int, int]
) -> None:
    """The picture has a red quarter at the upper left; red_at is the corner where it is shown."""
    picture = Image.new("RGB", (96, 64), "white")
    picture.paste("red", (0, 0, 48, 32))
    turned = with_matrix(make_video(pictures=[picture] * 3), *matrix)

    facts = videos.inspect_video(turned)
    image = videos.frame_at(turned, parse_timestamp(0)).image

    assert image.size == (facts.width, facts.height) == ((96, 64) if matrix[0] else (64, 96))
    corners = {(x, y) for x in (0, 1) for y in (0, 1) if _is_red(image, x, y)}
    assert corners == {red_at}


def _is_red(image: Image.Image, x: int, y: int) -> bool:
    place = (
        image.width // 8 + x * image.width * 3 // 4,
        image.height // 8 + y * image.height * 3 // 4,
    )
    red, green, _ = _rgb(image, place)
    return red > 180 and green < 90


def _rgb(image: Image.Image, place: tuple[int, int]) -> tuple[int, int, int]:
    color = image.convert("RGB").getpixel(place)
    assert isinstance(color, tuple)
    red, green, blue = color
    return int(red), int(green), int(blue)


@pytest.mark.parametrize("aspect", [Fraction(64, 45), Fraction(16, 11), Fraction(10, 11)])
def test_pixels_that_are_not_square_are_shown_as_they_are_meant(aspect: Fraction) -> None:
    wide = make_video(size=(720, 576), frames=2, aspect=aspect)

    facts = videos.inspect_video(wide)
    size = videos.frame_at(wide, parse_timestamp(0)).image.size

    assert size == (facts.width, facts.height) == (round(720 * aspect), 576)


@pytest.mark.parametrize(
    ("transfer", "signal"),
    [(16, 0.5806888810), (18, 0.75)],
    ids=["PQ", "HLG"],
)
def test_white_of_hdr_is_nearly_white(transfer: int, signal: float) -> None:
    """203 nits, which BT.2408 has as the white of a page: 58 % of PQ, 75 % of HLG."""
    lut = srgb_lut(transfer, 9)
    assert lut is not None
    grey = Image.new("RGB", (1, 1), (round(255 * signal),) * 3)

    red, green, blue = _rgb(grey.filter(lut), (0, 0))

    assert 232 <= min(red, green, blue) <= max(red, green, blue) <= 250


def test_colours_that_a_screen_has_need_no_table() -> None:
    assert srgb_lut(1, 1) is None
    assert srgb_lut(2, 2) is None
