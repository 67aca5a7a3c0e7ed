"""Pictures beside what libvips sees in them; `make oracle` makes more."""

import io
import os
from dataclasses import replace

import pytest
from PIL import Image

from support.oracle.difference import difference
from support.oracle.pictures import Picture, make_file, make_pictures, seen_by_libvips
from tasks.media.images import decode, encode

COUNT = int(os.environ.get("NODELOOM_ORACLE", "17"))


@pytest.mark.parametrize("picture", list(make_pictures(COUNT)), ids=str)
def test_a_picture_is_what_libvips_sees(picture: Picture) -> None:
    data = make_file(picture)
    seen = seen_by_libvips(picture, data)
    decoded = replace(decode(data), source_format="PNG")  # what writing as JPEG loses is no fault
    written = Image.open(io.BytesIO(encode(decoded)[0]))
    assert written.size == seen.size
    assert ("A" in written.getbands()) == (seen.mode == "RGBA")
    assert difference(written.convert(seen.mode), seen) <= picture.tolerance
