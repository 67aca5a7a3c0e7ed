"""Uploads are judged by their content."""

import pickle

import pytest
from PIL import Image

from schemas.errors import BadInputError
from schemas.values import MediaInfo
from support.nodes.media import encoded, make_video
from tasks.media.probe import inspect_upload
from tasks.media.sniff import sniff


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_an_image_is_known_by_its_bytes(format: str) -> None:
    info = inspect_upload(encoded(Image.new("RGB", (5, 4)), format))
    assert info == MediaInfo(f"image/{format.lower()}", 5, 4)


def test_a_video_is_known_by_its_bytes() -> None:
    assert inspect_upload(make_video(frames=25)) == MediaInfo("video/mp4", 64, 48, 1.0)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        b"BM" + bytes(60),
        b"II*\x00" + bytes(60),
        bytes(4) + b"ftypmif1" + bytes(60),
        b"#EXTM3U\n",
    ],
)
def test_everything_else_is_unsupported(data: bytes) -> None:
    with pytest.raises(
        BadInputError, match="upload a JPEG, PNG, WebP, GIF, AVIF or HEIC picture"
    ) as caught:
        inspect_upload(data)
    assert caught.value.code == "unsupported_media"


def test_a_page_that_begins_like_an_image_is_unreadable() -> None:
    with pytest.raises(BadInputError) as caught:
        inspect_upload(b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>")
    assert caught.value.code == "picture_unreadable"


def test_an_old_quicktime_file_is_a_video() -> None:
    assert sniff(bytes(4) + b"moov" + bytes(60)) == "video/quicktime"


def test_errors_travel_between_processes() -> None:
    with pytest.raises(BadInputError) as caught:
        inspect_upload(b"hello")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.code, again.retryable) == ("unsupported_media", False)
