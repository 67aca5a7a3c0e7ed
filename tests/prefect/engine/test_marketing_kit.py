"""The Marketing Kit that newcomers run: what a changed prompt costs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from assets.folder_store import FolderStore
from db.assets import add_asset
from db.users import ensure_user
from schemas.values import media_value
from schemas.wire.run import ScopeUntil
from support.nodes.media import make_video
from support.product.backend import OWNER, Backend, EndedRun
from tasks.media.probe import inspect_upload

EXAMPLES = Path(__file__).parents[3] / "examples"
UNTIL_POST = ScopeUntil(kind="until", node_id="post")
"""The whole kit; as it is a part by name, earlier answers of models are good enough."""
MEDIA = {"photo", "crop", "film", "frame"}


def upload(backend: Backend, data: bytes) -> UUID:
    sha256 = FolderStore(backend.home / "assets").put(data)
    asset = media_value(OWNER, sha256, len(data), inspect_upload(data))
    with Session(backend.engine) as session, session.begin():
        ensure_user(session, OWNER, "ann@example.org")
        return add_asset(session, OWNER, asset).asset_id


@pytest.fixture(scope="module")
def kit(backend: Backend) -> Callable[..., Any]:
    """Gives the example with its files uploaded and some of its texts changed."""
    files = {
        "photo": upload(backend, (EXAMPLES / "media" / "coffee.jpg").read_bytes()),
        "film": upload(backend, make_video()),
    }

    def changed(**texts: str) -> Any:
        document = json.loads((EXAMPLES / "product-marketing-kit.json").read_text("utf-8"))
        for node in document["nodes"]:
            if node["id"] in files:
                source = {"kind": "asset", "assetId": str(files[node["id"]])}
                node["data"]["source"] = source
            if node["id"] in texts:
                node["data"]["text"] = texts[node["id"]]
        return document

    return changed


def ran(ended: EndedRun) -> set[str]:
    assert ended.run.status == "COMPLETED", ended.run.error
    assert len(ended.nodes) == 9
    return {id for id, row in ended.nodes.items() if not row.reused}


def test_changing_one_prompt_runs_exactly_what_depends_on_it(
    backend: Backend, kit: Callable[..., Any]
) -> None:
    def run(**texts: str) -> tuple[set[str], int]:
        backend.save(workflow_id, kit(**texts))
        calls = len(backend.scripted_model.calls)
        return ran(backend.run_stored(workflow_id, UNTIL_POST)), len(
            backend.scripted_model.calls
        ) - calls

    workflow_id = backend.store(kit())
    assert len(ran(backend.run_stored(workflow_id))) == 9
    assert run() == (set(), 0)
    assert run(editor="Be brief.") == ({"editor", "post"}, 1)
    assert run(details="A blue jug.") == ({"details", "description", "post"}, 2)
    # The description is asked for anew and says the same: nothing is new for the post.
    assert run(copywriter="Be kind.") == ({"copywriter", "description"}, 1)


def test_a_full_run_asks_the_models_anew_and_works_on_no_image_again(
    backend: Backend, kit: Callable[..., Any]
) -> None:
    workflow_id = backend.store(kit(details="A red bowl."))
    backend.run_stored(workflow_id)
    again = backend.run_stored(workflow_id)
    assert ran(again) == {"description", "post"}


def test_a_full_run_told_to_reuse_always_runs_exactly_what_a_changed_prompt_touches(
    backend: Backend, kit: Callable[..., Any]
) -> None:
    workflow_id = backend.store(kit(details="A white plate."))
    first = backend.run_stored(workflow_id, reuse="never")

    def run(**texts: str) -> tuple[EndedRun, int]:
        backend.save(workflow_id, kit(**({"details": "A white plate."} | texts)))
        calls = len(backend.scripted_model.calls)
        told = backend.plan_stored(workflow_id, reuse="always")
        ended = backend.run_stored(workflow_id, reuse="always")
        for id, row in ended.nodes.items():
            assert told[id].action == ("reuse" if row.reused else "run"), told[id]
        return ended, len(backend.scripted_model.calls) - calls

    again, asked = run()
    assert (ran(again), asked) == (set(), 0)
    assert {row.reused_from for row in again.nodes.values()} == {first.run.id}

    changed, asked = run(details="A black plate.")
    assert (ran(changed), asked) == ({"details", "description", "post"}, 2)
    reused = {row.reused_from for row in changed.nodes.values() if row.reused}
    assert reused == {again.run.id}
    told = backend.plan_stored(workflow_id, reuse="always")
    assert told["post"].reason == "Its inputs are the same as in an earlier run."

    changed, asked = run(editor="Be loud.")
    assert (ran(changed), asked) == ({"editor", "post"}, 1)


def test_a_node_that_is_never_to_be_reused_runs_although_the_run_reuses_always(
    backend: Backend, kit: Callable[..., Any]
) -> None:
    document = kit(details="A stubborn plate.")
    for node in document["nodes"]:
        if node["id"] == "description":
            node["data"]["settings"] = {"reuse": "never"}
    workflow_id = backend.store(document)
    backend.run_stored(workflow_id)
    calls = len(backend.scripted_model.calls)
    assert ran(backend.run_stored(workflow_id, reuse="always")) == {"description"}
    assert len(backend.scripted_model.calls) - calls == 1
    told = backend.plan_stored(workflow_id, reuse="always")
    assert told["description"].reason == "Its settings say that it runs each time."


def test_an_image_whose_bytes_are_gone_is_made_again(
    backend: Backend, kit: Callable[..., Any]
) -> None:
    workflow_id = backend.store(kit(details="A green pot."))
    first = backend.run_stored(workflow_id)
    output = first.nodes["crop"].output
    assert output is not None
    store = FolderStore(backend.home / "assets")
    store.path(output["sha256"]).unlink()

    again = backend.run_stored(workflow_id, UNTIL_POST)
    assert ran(again) == {"crop"}  # the same bytes again: the post needs nothing new
    assert store.path(output["sha256"]).is_file()
