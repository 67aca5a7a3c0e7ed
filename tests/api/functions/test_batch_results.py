"""Results of a batch: a table that no spreadsheet executes, and a .zip of what came out."""

import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.routes.functions.batch_results import escape_text
from db.tables import Asset, Batch, BatchRow
from schemas.wire.run import RunStatus
from support.api.batches import (
    count,
    end,
    feed,
    listed,
    started,
    stored,
)
from support.api.client import Api, Rows, Worker
from support.database.rows import completed, running
from support.nodes.media import encoded

Workers = Callable[[str], Worker]


async def test_results_are_a_table_that_no_spreadsheet_executes(
    api: Api, rows: Rows, worker: Workers
) -> None:
    url = await stored(api)
    texts = ["=1+1", "@SUM(A1)", "-3.5", "+49 30 1", 'a "b"\nc']
    id = (await started(api, url, {"rows": [{"topic": text} for text in texts]}))["id"]
    await feed(rows, id)
    for row in await listed(api, id):
        await end(worker(row["runId"]), "=cmd|' /C calc'!A0")
    await feed(rows, id)
    answer = await api.get(f"/api/batches/{id}/results.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert [row["topic"] for row in table] == [
        "'=1+1",
        "'@SUM(A1)",
        "-3.5",
        "'+49 30 1",
        'a "b"\nc',
    ]
    assert {row["post"] for row in table} == {"'=cmd|' /C calc'!A0"}
    assert {(row["status"], row["error"]) for row in table} == {("COMPLETED", "")}


@pytest.mark.parametrize("text", ["=A1", "+1+1", "-1+1", "@x", "\t=1", "\r=1"])
def test_texts_like_formulas_begin_with_an_apostrophe(text: str) -> None:
    assert escape_text(text) == f"'{text}"


async def test_a_zip_of_images_gives_a_row_for_each_and_results_come_as_one(
    api: Api, rows: Rows, worker: Workers
) -> None:
    image = {"id": "i", "type": "image", "position": {"x": 0, "y": 0}, "data": {}}
    crop = {"id": "c", "type": "crop", "position": {"x": 0, "y": 0}, "data": {}}
    wire = {
        "id": "e",
        "source": "i",
        "target": "c",
        "sourceHandle": "output",
        "targetHandle": "image",
    }
    url = await stored(
        api,
        nodes=[image, crop],
        edges=[wire],
        inputs=[{"name": "photo", "nodeId": "i", "param": "source", "required": True}],
        outputs=[{"name": "cut", "nodeId": "c"}],
    )
    await api.post(f"{url}/publish", json={"name": "cut"})

    def packed(**files: bytes) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return target.getvalue()

    pictures = {
        f"{name}.png": encoded(Image.new("RGB", (9, 9), name), "PNG") for name in ("red", "blue")
    }
    headers = {"Content-Type": "application/zip"}
    bad = packed(**pictures, **{"text.png": b"no picture"})
    refused = await api.post("/api/functions/cut/batches", content=bad, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "batch_has_problems")
    assert "Row 3: The file “text.png” cannot be used" in refused.json()["problems"][0]["message"]

    assert (await rows(count, Batch), await rows(count, BatchRow), await rows(count, Asset)) == (
        0,
        0,
        0,
    )
    preview = await api.post(
        "/api/functions/cut/batches/preview", content=packed(**pictures), headers=headers
    )
    assert (preview.json()["rowCount"], preview.json()["problems"]) == (2, [])
    answer = await api.post(
        "/api/functions/cut/batches", content=packed(**pictures), headers=headers
    )
    assert answer.status_code == 202, answer.text
    id = answer.json()["id"]
    assert await rows(count, Asset) == 2
    await feed(rows, id)
    made = await listed(api, id)
    wanted = made[0]["inputs"]["photo"]["assetId"]
    held = await api.delete(f"/api/assets/{wanted}")
    assert held.status_code == 409, held.text

    def values(session: Session) -> list[dict[str, Any]]:
        found = session.scalars(select(Asset)).all()
        names = ("sha256", "media_type", "width", "height", "bytes")
        return [
            {"kind": "image", "assetId": str(each.id)}
            | {
                ("mediaType" if name == "media_type" else name): getattr(each, name)
                for name in names
            }
            for each in found
        ]

    value = (await rows(values))[0]
    for row in made:
        executor = worker(row["runId"])
        await executor.claim()
        await executor.change(
            running("i"), completed("i", value), running("c"), completed("c", value)
        )
        await executor.finish(RunStatus.COMPLETED)
    await feed(rows, id)
    results = await api.get(f"/api/batches/{id}/results.zip")
    with zipfile.ZipFile(io.BytesIO(results.content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["results.csv", "00001-cut.png", "00002-cut.png"]
        assert Image.open(archive.open("00001-cut.png")).size == (9, 9)
