"""Videos: what is in them, and the picture at a moment."""

from pathlib import Path

import pytest

from schemas.errors import BadInputError
from support.nodes.media import make_video, rotated, sound
from tasks.media import videos
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
