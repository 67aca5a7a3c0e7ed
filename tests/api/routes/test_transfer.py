"""Workflows as files: out, in, and with their pictures to somewhere else."""

import asyncio
import base64
import json
import os
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.routes import transfer
from cli.graphs import export_workflow, import_files
from schemas.settings import Settings
from support.api.client import Api, Rows, graph, text_node
from support.database.rows import make_workflow
from support.nodes.media import encoded, make_video

GONE = "00000000-0000-0000-0000-00000000000a"


def media(id: str, type: str, asset: str) -> dict[str, Any]:
    data = {"source": {"kind": "asset", "assetId": asset}}
    return {"id": id, "type": type, "position": {"x": 0, "y": 0}, "data": data}


async def upload(api: Api | httpx.AsyncClient, file: bytes) -> str:
    answer = await api.post("/api/assets", files={"file": ("x", file)})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def noise(side: int) -> bytes:
    return encoded(Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)))


def red_image(side: int = 20) -> bytes:
    return encoded(Image.new("RGB", (side, side), "red"))


@pytest.fixture
async def kit_workflow(api: Api) -> dict[str, Any]:
    """A workflow with a picture, used twice, and a video."""
    image, video = await upload(api, red_image()), await upload(api, make_video())
    nodes = (media("p", "image", image), media("q", "image", image), media("v", "video", video))
    return (await api.post("/api/workflows", json=graph(*nodes, name="Größtes Kit"))).json()


async def test_an_export_is_a_graph_file_that_names_its_assets(
    api: Api, kit_workflow: dict[str, Any]
):
    answer = await api.get(f"/api/workflows/{kit_workflow['id']}/export")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == (
        "attachment; filename*=UTF-8''gr%C3%B6%C3%9Ftes-kit.json"
    )
    assert answer.json() == {
        key: kit_workflow[key] for key in ("name", "nodes", "edges", "viewport")
    }


async def test_a_file_with_its_assets_can_be_taken_in_by_another_nodeloom(
    api: Api, kit_workflow: dict[str, Any], rows: Rows
):
    whole = (await api.get(f"/api/workflows/{kit_workflow['id']}/export?assets=true")).json()
    assert sorted(file["mediaType"] for file in whole["assets"].values()) == [
        "image/png",
        "video/mp4",
    ]
    # As if from elsewhere: under ids that nobody here knows.
    text = json.dumps(whole)
    for number, id in enumerate(whole["assets"]):
        text = text.replace(id, f"{number}{id[1:-1]}{number}")
    answer = await api.post("/api/workflows/import", json=json.loads(text))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["problems"], made["notes"]) == ([], [])
    assert answer.headers["location"] == f"/api/workflows/{made['workflow']['id']}"
    assert made["workflow"]["nodes"] == kit_workflow["nodes"]  # the same bytes are the same assets
    history = await api.get(f"{answer.headers['location']}/versions")
    assert history.json()["items"][0]["origin"] == "imported"


async def test_an_import_says_what_is_still_to_be_done(api: Api):
    nodes = [
        media("known", "image", GONE),
        {"id": "c", "type": "crop", "position": {"x": 0, "y": 0}},
        {
            "id": "f",
            "type": "image",
            "position": {"x": 0, "y": 0},
            "data": {"source": {"kind": "file", "path": "media/x.jpg"}},
        },
    ]
    body = {"nodes": nodes, "colour": "red", "assets": {GONE: {"data": "!!"}}}
    answer = await api.post("/api/workflows/import?name=From%20a%20file", json=body)
    made = answer.json()
    assert answer.status_code == 201, answer.text
    assert made["workflow"]["name"] == "From a file"
    assert {(p["nodeId"], p["code"]) for p in made["problems"]} == {
        ("known", "asset_not_found"),
        ("c", "missing_input"),
        ("f", "file_not_uploaded"),
    }
    assert made["notes"] == [
        "“colour” is no part of a graph and was left out.",
        f"The file “{GONE}” inside of the document cannot be used: it is not valid base64.",
    ]


async def test_a_hostile_file_inside_is_named_and_left_out(api: Api):
    page = base64.b64encode(b"<svg onload=alert(1)>").decode()
    body = graph(media("p", "image", GONE)) | {"assets": {GONE: {"data": page}}}
    made = (await api.post("/api/workflows/import", json=body)).json()
    assert "cannot be used" in made["notes"][0]
    assert [problem["code"] for problem in made["problems"]] == ["asset_not_found"]


async def test_files_that_no_node_names_are_not_kept(api: Api):
    body = graph() | {"assets": {GONE: {"data": base64.b64encode(red_image()).decode()}}}
    answer = await api.post("/api/workflows/import", json=body)
    assert (answer.status_code, answer.json()["notes"]) == (201, [])
    stored = await api.get(f"/api/assets/{GONE}")
    assert stored.status_code == 404


async def test_images_in_the_graph_itself_become_assets(api: Api):
    source = {
        "kind": "base64",
        "mediaType": "image/png",
        "data": base64.b64encode(red_image()).decode(),
    }
    node = media("p", "image", "") | {"data": {"source": source}}
    made = (await api.post("/api/workflows/import", json=graph(node))).json()
    assert made["workflow"]["nodes"][0]["data"]["source"]["kind"] == "asset"
    assert made["problems"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], "no_graph"),
        ({}, "no_graph"),
        ({"nodes": {}}, "no_graph"),
        ({"nodes": [{"id": "a", "type": "telepathy"}]}, "invalid_graph"),
        ({"nodes": [text_node("a"), text_node("a")]}, "invalid_graph"),
        ({"nodes": [text_node("a\0")]}, "invalid_graph"),
        ({"nodes": [], "name": "a\0"}, "invalid_graph"),
        ({"nodes": [], "viewport": []}, "invalid_graph"),
    ],
)
async def test_what_is_no_graph_is_refused_with_a_reason(api: Api, body: Any, code: str):
    answer = await api.post("/api/workflows/import", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert (await api.get("/api/workflows")).json()["items"] == []


async def test_a_file_may_be_larger_than_a_graph_but_not_endless(api: Api):
    """The body is sent in one piece: what is refused is refused by its length."""
    filler = {"assets": {GONE: {"data": "A" * 12_000_000}}}
    assert (await api.post("/api/workflows/import", json=graph() | filler)).status_code == 201
    answer = await api.post(
        "/api/workflows/import",
        content=b"{" + b" " * transfer.MAX_FILE_BYTES + b"}",
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_too_many_bytes_are_not_put_into_a_file(
    api: Api, kit_workflow: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(transfer, "MAX_EMBEDDED_BYTES", 100)
    answer = await api.get(f"/api/workflows/{kit_workflow['id']}/export?assets=true")
    assert (answer.status_code, answer.json()["code"]) == (422, "too_large_to_embed")
    assert (await api.get(f"/api/workflows/{kit_workflow['id']}/export")).status_code == 200


async def test_an_export_of_which_a_file_goes_meanwhile_is_a_broken_transfer_and_in_the_log(
    http_client: httpx.AsyncClient, settings: Settings, caplog: pytest.LogCaptureFixture
):
    images = [await upload(http_client, noise(1_900)) for _ in range(2)]
    nodes = [media(id, "image", image) for id, image in zip("pq", images, strict=True)]
    made = (await http_client.post("/api/workflows", json=graph(*nodes))).json()
    url = f"/api/workflows/{made['id']}/export?assets=true"
    async with http_client.stream("GET", url) as answer:
        assert answer.status_code == 200
        pieces = answer.aiter_bytes()
        await anext(pieces)
        shutil.rmtree(settings.assets_folder)  # while the first of two files is being sent
        with pytest.raises(httpx.RemoteProtocolError):
            [piece async for piece in pieces]
    said = f"the export of workflow {made['id']} broke off after "
    assert [said in line and "asset_bytes_missing" in line for line in caplog.messages].count(
        True
    ) == 1


async def test_somebody_elses_workflow_is_not_exported(api: Api, rows: Rows):
    foreign = await rows(make_workflow, "ann")
    theirs = await api.get(f"/api/workflows/{foreign.id}/export?assets=true")
    nobodys = await api.get("/api/workflows/424242/export?assets=true")
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.text.replace(str(foreign.id), "424242") == nobodys.text


async def test_somebody_elses_image_is_not_exported_through_ones_own_graph(
    api: Api, rows: Rows, kit_workflow: dict[str, Any]
):
    def change_owner(session: Session) -> None:
        make_workflow(session, "ann")
        session.execute(text("set session_replication_role = replica"))
        session.execute(text("update assets set owner_id = 'ann'"))
        session.execute(text("set session_replication_role = origin"))

    await rows(change_owner)
    whole = (await api.get(f"/api/workflows/{kit_workflow['id']}/export?assets=true")).json()
    assert "assets" not in whole


async def test_the_command_line_takes_a_folder_in_and_gives_it_out_whole(
    http_client: httpx.AsyncClient, settings: Settings, tmp_path: Path, capsys: Any
):
    (tmp_path / "red.png").write_bytes(red_image())
    source = {"kind": "file", "path": "red.png"}
    node = media("p", "image", "") | {"data": {"source": source}}
    file, out = tmp_path / "graph.json", tmp_path / "out.json"
    file.write_text(json.dumps(graph(node) | {"colour": 1}))
    there = settings.model_copy(update={"api_url": str(http_client.base_url)})
    assert await asyncio.to_thread(import_files, there, [file]) == 0
    told = capsys.readouterr().out
    assert "graph.json: workflow 1\n  “colour” is no part of a graph" in told
    await asyncio.to_thread(export_workflow, there, 1, out, assets=True)
    (embedded,) = json.loads(out.read_text())["assets"].values()
    assert base64.b64decode(embedded["data"]) == red_image()
    assert await asyncio.to_thread(import_files, there, [out]) == 0


async def test_a_bad_file_keeps_no_other_one_from_being_imported(
    http_client: httpx.AsyncClient, settings: Settings, tmp_path: Path, capsys: Any
):
    wrong = text_node("w") | {"data": {"label": "Brief", "text": 5, "txt": ""}}
    draft = {"id": "c", "type": "crop", "position": {"x": 0, "y": 0}, "data": {"label": "Cut"}}
    texts = {
        "broken": "{",
        "digits": f'{{"nodes": [{"9" * 5000}]}}',
        "refused": json.dumps(graph(wrong)),
        "odd": '{"nodes": [{"id": "n\\ud800", "position": {"x": NaN}}]}',
        "list": "[]",
        "draft": json.dumps(graph(draft)),
        "good": json.dumps(graph(text_node("a"))),
    }
    files = [tmp_path / f"{name}.json" for name in texts]
    for file, content in zip(files, texts.values(), strict=True):
        file.write_text(content)
    files.insert(0, tmp_path / "absent.json")
    there = settings.model_copy(update={"api_url": str(http_client.base_url)})
    assert await asyncio.to_thread(import_files, there, files) == 1
    printed = capsys.readouterr()
    assert f"{files[3]}: 2 problems\n  node w “Brief”, text: " in printed.out
    assert f"{files[6]}: workflow 1\n{files[6]}, before it can run: 1 problem" in printed.out
    assert "node c “Cut”, image: " in printed.out
    assert f"{files[7]}: workflow 2\n" in printed.out
    first, *reasons = printed.err.splitlines()
    assert first == "2 of 8 imported. Not imported:"
    assert [str(file) in line for file, line in zip(files, reasons, strict=False)] == [True] * 6
    assert "line 1, column 2" in reasons[1]
    assert reasons[3].endswith("2 problems, see above")


def test_files_after_the_first_are_not_tried_where_nobody_answers(
    settings: Settings, tmp_path: Path, capsys: Any
):
    file = tmp_path / "graph.json"
    file.write_text(json.dumps(graph()))
    nobody = settings.model_copy(update={"api_url": "http://127.0.0.1:9"})
    assert import_files(nobody, [file, file]) == 1
    first, *reasons = capsys.readouterr().err.splitlines()
    assert first == "0 of 2 imported. Not imported:"
    assert len(reasons) == 2
    assert "does not answer" in reasons[1]
