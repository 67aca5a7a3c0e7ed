"""Stills beside those of FFmpeg's own program, over videos that it made; `make oracle` makes more."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from support.oracle.difference import difference
from support.oracle.films import Film, Shown, make_file, make_films, shown_pictures
from tasks.media.timestamp import parse_timestamp
from tasks.media.videos import frame_at, inspect_video

COUNT = int(os.environ.get("NODELOOM_ORACLE", "10"))


def moments(shown: list[Shown]) -> list[tuple[int, str]]:
    """Give numbers of pictures, each with a moment at which it is on the screen."""
    chosen = [
        (number, f"{first.seconds + 0.4 * (second.seconds - first.seconds):.4f}")
        for number, (first, second) in enumerate(pairwise(shown))
    ]
    return [*chosen[::7], (len(shown) - 1, "100%")]


@pytest.mark.parametrize("film", list(make_films(COUNT)), ids=str)
def test_a_still_is_what_ffmpeg_shows_at_that_moment(film: Film, tmp_path: Path) -> None:
    file = make_file(film, tmp_path)
    shown = shown_pictures(film, file)
    facts = inspect_video(file)
    assert facts.duration_seconds == pytest.approx(film.length_seconds, abs=0.1)
    for number, moment in moments(shown):
        still = frame_at(file, parse_timestamp(moment)).image
        assert still.size == (facts.width, facts.height) == shown[number].image.size
        others = [difference(still, each.image) for each in shown]
        assert others.index(min(others)) == number, moment
        assert min(others) <= film.tolerance, moment


def test_an_index_that_points_at_a_dependent_picture_is_not_the_end(tmp_path: Path) -> None:
    """Two pictures at one time, as broken recorders write: seeking ends between them."""
    film = Film(
        seed=0,
        suffix="webm",
        codec=("-c:v", "libvpx", "-crf", "4", "-b:v", "4M", "-cpu-used", "8"),
        size=(1280, 720),
        rate="30000/1001",
        colors="bt601",  # what VP8 is by its standard, whatever its size
        uneven=0.6,
    )
    file = make_file(film, tmp_path)
    shown = shown_pictures(film, file)
    for each in shown[::3]:
        still = frame_at(file, parse_timestamp(each.seconds + 0.01)).image
        then = [other for other in shown if abs(other.seconds - each.seconds) < 0.0005]
        assert min(difference(still, other.image) for other in then) <= film.tolerance
