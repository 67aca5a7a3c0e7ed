"""Files over HTTP: judged by their content, given back whole, in parts and small."""

import asyncio
import hashlib
import io
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from PIL import Image

import api.routes.assets
from db.assets import add_asset
from schemas.values import MediaInfo, media_value
from support.api.client import Api
from support.nodes.media import encoded, make_video


def png(width: int = 40, height: int = 30) -> bytes:
    return encoded(Image.new("RGB", (width, height), "teal"))


async def upload(api: Api, data: bytes, name: str = "file.bin", **fields: str) -> Any:
    return await api.post("/api/assets", files={"file": (name, data, "text/html")}, data=fields)


async def test_an_image_is_known_by_its_content_not_its_name(api: Api):
    data = png()
    answer = await upload(api, data, "page.html")
    asset = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == asset["url"] == f"/api/assets/{asset['id']}"
    assert (asset["mediaType"], asset["width"], asset["height"]) == ("image/png", 40, 30)
    assert asset["bytes"] == len(data)
    file = await api.get(asset["url"])
    assert file.content == data
    assert file.headers["content-type"] == "image/png"


async def test_a_downloaded_file_can_never_act_as_a_page(api: Api):
    url = (await upload(api, png())).json()["url"]
    headers = (await api.get(url)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "immutable" in headers["cache-control"]


def files_in(folder: Path) -> list[str]:
    return [each.name for each in folder.rglob("*") if each.is_file()]


HOSTILE_NAMES = [
    "../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "/etc/passwd",
    "C:\\windows\\win.ini",
    'a"; filename="page.html',
    "a\r\nX-Evil: 1",
    "page.html",
    "<img src=x onerror=alert(1)>.svg",
    "\u202egnp.exe",
    "a" * 1000,
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
async def test_the_name_of_an_upload_goes_nowhere(api: Api, app: Litestar, name: str):
    folder: Path = app.state.app_state.store.folder
    answer = await upload(api, png(), name)
    asset = answer.json()
    file = await api.get(asset["url"])
    assert file.headers["content-disposition"] == f'inline; filename="{asset["id"]}.png"'
    assert "x-evil" not in file.headers
    assert files_in(folder) == [hashlib.sha256(png()).hexdigest()]


async def test_what_is_no_image_is_saved_and_not_shown(
    api: Api, clip: tuple[str, bytes], app: Litestar
):
    headers = (await api.get(clip[0])).headers
    assert headers["content-disposition"].startswith("attachment; filename=")
    assert headers["content-disposition"].endswith('.mp4"')

    page = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    app_state = app.state.app_state
    owner = (await api.get("/api/me")).json()["id"]
    info = MediaInfo("image/svg+xml", 1, 1)
    forged = media_value(owner, app_state.store.put(page), len(page), info)
    await app_state.database.run(add_asset, owner, forged)  # as if a check had failed
    headers = (await api.get(f"/api/assets/{forged.asset_id}")).headers
    assert headers["content-disposition"].startswith("attachment; filename=")
    assert headers["content-security-policy"].startswith("sandbox; default-src 'none'")


async def test_an_upload_is_never_held_in_memory(http_client: httpx.AsyncClient, app: Litestar):
    """40 MB in the file and 20 MB in another field: only pieces of it are ever there."""
    large = png() + bytes(40_000_000)

    async def body() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\n'
        for _ in range(20):
            yield bytes(1_000_000)
        yield b'\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        for start in range(0, len(large), 1_000_000):
            yield large[start : start + 1_000_000]
        yield b"\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    await http_client.get("/health/live")
    tracemalloc.start()
    try:
        answer = await http_client.post("/api/assets", content=body(), headers=headers)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer.status_code == 201, answer.text
    assert answer.json()["bytes"] == len(large)
    assert peak < 15_000_000
    assert files_in(app.state.app_state.store.folder / "incoming") == []


async def test_the_same_file_again_is_the_same_asset(api: Api):
    data = png()
    assert (await upload(api, data)).json()["id"] == (await upload(api, data)).json()["id"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "unsupported_media"),
        (b"<html><script>alert(1)</script>", "unsupported_media"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_media"),
        (b"%!PS-Adobe", "unsupported_media"),
        (png()[:60], "picture_unreadable"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(64), "video_unreadable"),
    ],
)
async def test_a_file_that_cannot_be_used_is_refused(api: Api, data: bytes, code: str):
    answer = await upload(api, data)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_an_upload_is_a_form_with_a_file(api: Api):
    as_json = await api.post("/api/assets", json={"file": "/etc/passwd"})
    assert (as_json.status_code, as_json.json()["code"]) == (415, "not_multipart")
    as_text = await api.post("/api/assets", files={"other": b"x"})
    assert (as_text.status_code, as_text.json()["code"]) == (400, "invalid_upload")
    no_file = await api.post("/api/assets", data={"file": "/etc/passwd"}, files={"other": b"x"})
    assert (no_file.status_code, no_file.json()["code"]) == (400, "invalid_upload")


@pytest.mark.parametrize(
    "body",
    [b"", b"garbage", b"--b", b"--b\r\n\r\n", b"--b\r\nContent-Disposition: form-data\r\n\r\nx"],
)
async def test_a_broken_form_is_refused(api: Api, body: bytes):
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await api.post("/api/assets", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_upload")


async def test_an_image_may_not_be_as_large_as_a_video(api: Api, monkeypatch: pytest.MonkeyPatch):
    data = png()
    monkeypatch.setattr("api.media.uploads.MAX_IMAGE_BYTES", len(data) - 1)
    answer = await upload(api, data)
    assert (answer.status_code, answer.json()["code"]) == (413, "asset_too_large")


async def test_a_body_over_the_limit_is_not_even_read(api: Api):
    size = api_limit() + 1
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(size)}
    answer = await api.post("/api/assets", content=b"--b\r\n", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def api_limit() -> int:
    return api.routes.assets.MAX_VIDEO_BYTES + api.routes.assets.FORM_BYTES


@pytest.fixture
async def clip(api: Api) -> tuple[str, bytes]:
    """The address and the bytes of an uploaded video."""
    data = make_video()
    asset = (await upload(api, data)).json()
    assert asset["mediaType"] == "video/mp4"
    assert asset["durationSeconds"] == pytest.approx(2.0)
    return asset["url"], data


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=10-", 10, None),
        ("bytes=-5", -5, None),
        ("bytes=5-999999999", 5, None),
    ],
)
async def test_a_player_gets_the_part_it_asks_for(
    api: Api, clip: tuple[str, bytes], wanted: str, first: int, last: int | None
):
    url, data = clip
    answer = await api.get(url, headers={"Range": wanted})
    part = data[first:] if last is None else data[first : last + 1]
    start = len(data) + first if first < 0 else first
    assert answer.status_code == 206
    assert answer.content == part
    assert answer.headers["content-length"] == str(len(part))
    assert answer.headers["content-range"] == f"bytes {start}-{start + len(part) - 1}/{len(data)}"


@pytest.mark.parametrize(
    "wanted", ["bytes=5-2", "bytes=0-1,3-4", "lines=1-2", "bytes=-", "bytes=x"]
)
async def test_a_range_that_means_nothing_gets_the_whole_file(
    api: Api, clip: tuple[str, bytes], wanted: str
):
    url, data = clip
    answer = await api.get(url, headers={"Range": wanted})
    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize("wanted", ["bytes=999999999-", "bytes=-0"])
async def test_a_range_behind_the_end_is_refused(api: Api, clip: tuple[str, bytes], wanted: str):
    url, data = clip
    answer = await api.get(url, headers={"Range": wanted})
    assert (answer.status_code, answer.json()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(data)}"


async def test_a_range_of_a_file_that_has_changed_is_the_whole_file(
    api: Api, clip: tuple[str, bytes]
):
    url, data = clip
    answer = await api.get(url, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (answer.status_code, answer.content) == (200, data)


async def test_a_browser_that_has_the_file_does_not_get_it_again(api: Api):
    url = (await upload(api, png())).json()["url"]
    etag = (await api.get(url)).headers["etag"]
    again = await api.get(url, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_thumbnail_keeps_the_proportions_and_is_never_larger(api: Api):
    url = (await upload(api, png(400, 300))).json()["url"]
    for width, size in ((100, (100, 75)), (2048, (400, 300))):
        answer = await api.get(f"{url}?width={width}")
        assert Image.open(io.BytesIO(answer.content)).size == size
        assert answer.headers["x-content-type-options"] == "nosniff"
        # Prefect's pages, at another port of this machine, show it.
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert (await api.get(url)).headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_thumbnail_is_made_once_for_all_who_ask(
    api: Api, app: Litestar, monkeypatch: pytest.MonkeyPatch
):
    children, made = app.state.app_state.children, []
    call = children.call

    async def counting(function: Any, *args: Any, seconds: float) -> Any:
        made.append(args)
        return await call(function, *args, seconds=seconds)

    monkeypatch.setattr(children, "call", counting)
    url = (await upload(api, png(400, 300))).json()["url"]
    made.clear()
    answers = await asyncio.gather(*(api.get(f"{url}?width=64") for _ in range(8)))
    answers.append(await api.get(f"{url}?width=64"))
    assert len({answer.content for answer in answers}) == 1
    assert len(made) == 1


async def test_thumbnails_are_kept_up_to_a_limit(api: Api, app: Litestar):
    url = (await upload(api, png(400, 300))).json()["url"]
    thumbnails = app.state.app_state.thumbnails
    for width in (50, 60, 70, 80):
        thumbnails.max_bytes = len((await api.get(f"{url}?width={width}")).content) * 2
    assert 1 <= len(thumbnails._cache) <= 2
    assert sum(len(body) for body, _ in thumbnails._cache.values()) <= thumbnails.max_bytes


@pytest.mark.parametrize("width", ["15", "2049", "-1", "wide", "9e99"])
async def test_a_thumbnail_of_an_odd_width_is_refused(api: Api, width: str):
    url = (await upload(api, png())).json()["url"]
    answer = await api.get(f"{url}?width={width}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_a_video_has_no_thumbnail(api: Api, clip: tuple[str, bytes]):
    answer = await api.get(f"{clip[0]}?width=100")
    assert (answer.status_code, answer.json()["code"]) == (422, "no_thumbnail")


@pytest.mark.parametrize("id", ["00000000-0000-4000-8000-000000000000", "%2e%2e%2fetc", "x", "%00"])
async def test_an_asset_that_is_not_there_is_not_found(api: Api, id: str):
    answer = await api.get(f"/api/assets/{id}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def delete_stored_files(folder: Path) -> None:
    for file in folder.glob("*/*"):
        file.unlink()


async def test_an_asset_whose_bytes_are_lost_says_so(api: Api, app: Litestar):
    url = (await upload(api, png())).json()["url"]
    delete_stored_files(app.state.app_state.store.folder)
    answer = await api.get(url)
    assert (answer.status_code, answer.json()["code"]) == (404, "asset_bytes_missing")


async def test_a_full_disk_is_told(api: Api, monkeypatch: pytest.MonkeyPatch):
    import errno

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("assets.folder_store.tempfile.mkstemp", full)
    answer = await upload(api, png())
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
