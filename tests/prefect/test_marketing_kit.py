"""The Marketing Kit that newcomers run: what a changed prompt costs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from assets.folder_store import AssetStore
from db.assets import NewAsset, add_asset
from db.users import ensure_user
from schemas.wire.run import ScopeUntil
from support.media import movie
from support.world import OWNER, Ended, World
from tasks.media.probe import VideoInfo, inspect_upload
from tasks.node import asset_id

EXAMPLES = Path(__file__).parents[2] / "examples"
UNTIL_POST = ScopeUntil(kind="until", node_id="post")
"""The whole kit; as it is a part by name, earlier answers of models are good enough."""
MEDIA = {"photo", "crop", "film", "frame"}


def upload(world: World, data: bytes) -> UUID:
    info = inspect_upload(data)
    sha256 = AssetStore(world.home / "assets").put(data)
    asset = NewAsset(
        id=asset_id(OWNER, sha256, info.media_type),
        sha256=sha256,
        media_type=info.media_type,
        kind="video" if isinstance(info, VideoInfo) else "image",
        width=info.width,
        height=info.height,
        bytes=len(data),
        duration_seconds=info.duration_seconds if isinstance(info, VideoInfo) else None,
    )
    with Session(world.engine) as session, session.begin():
        ensure_user(session, OWNER, "ann@example.org")
        return add_asset(session, OWNER, asset).id


@pytest.fixture(scope="module")
def kit(world: World) -> Callable[..., Any]:
    """Gives the example with its files uploaded and some of its texts changed."""
    files = {
        "photo": upload(world, (EXAMPLES / "media" / "coffee.jpg").read_bytes()),
        "film": upload(world, movie()),
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


def ran(ended: Ended) -> set[str]:
    assert ended.run.status == "COMPLETED", ended.run.error
    assert len(ended.nodes) == 9
    return {id for id, row in ended.nodes.items() if not row.reused}


def test_changing_one_prompt_runs_exactly_what_depends_on_it(
    world: World, kit: Callable[..., Any]
) -> None:
    def run(**texts: str) -> tuple[set[str], int]:
        world.save(workflow_id, kit(**texts))
        calls = len(world.brain.calls)
        return ran(world.run_stored(workflow_id, UNTIL_POST)), len(world.brain.calls) - calls

    workflow_id = world.store(kit())
    assert len(ran(world.run_stored(workflow_id))) == 9
    assert run() == (set(), 0)
    assert run(editor="Be brief.") == ({"editor", "post"}, 1)
    assert run(details="A blue jug.") == ({"details", "description", "post"}, 2)
    # The description is asked for anew and says the same: nothing is new for the post.
    assert run(copywriter="Be kind.") == ({"copywriter", "description"}, 1)


def test_a_full_run_asks_the_models_anew_and_works_on_no_picture_again(
    world: World, kit: Callable[..., Any]
) -> None:
    workflow_id = world.store(kit(details="A red bowl."))
    world.run_stored(workflow_id)
    again = world.run_stored(workflow_id)
    assert ran(again) == {"description", "post"}


def test_a_full_run_told_to_reuse_always_runs_exactly_what_a_changed_prompt_touches(
    world: World, kit: Callable[..., Any]
) -> None:
    workflow_id = world.store(kit(details="A white plate."))
    first = world.run_stored(workflow_id, reuse="never")

    def run(**texts: str) -> tuple[Ended, int]:
        world.save(workflow_id, kit(**({"details": "A white plate."} | texts)))
        calls = len(world.brain.calls)
        told = world.plan_stored(workflow_id, reuse="always")
        ended = world.run_stored(workflow_id, reuse="always")
        for id, row in ended.nodes.items():
            assert told[id].action == ("reuse" if row.reused else "run"), told[id]
        return ended, len(world.brain.calls) - calls

    again, asked = run()
    assert (ran(again), asked) == (set(), 0)
    assert {row.reused_from for row in again.nodes.values()} == {first.run.id}

    changed, asked = run(details="A black plate.")
    assert (ran(changed), asked) == ({"details", "description", "post"}, 2)
    reused = {row.reused_from for row in changed.nodes.values() if row.reused}
    assert reused == {again.run.id}
    told = world.plan_stored(workflow_id, reuse="always")
    assert told["post"].reason == f"Same inputs as in run {str(changed.run.id)[:8]}."

    changed, asked = run(editor="Be loud.")
    assert (ran(changed), asked) == ({"editor", "post"}, 1)


def test_a_node_that_is_never_to_be_reused_runs_although_the_run_reuses_always(
    world: World, kit: Callable[..., Any]
) -> None:
    document = kit(details="A stubborn plate.")
    for node in document["nodes"]:
        if node["id"] == "description":
            node["data"]["settings"] = {"reuse": "never"}
    workflow_id = world.store(document)
    world.run_stored(workflow_id)
    calls = len(world.brain.calls)
    assert ran(world.run_stored(workflow_id, reuse="always")) == {"description"}
    assert len(world.brain.calls) - calls == 1
    told = world.plan_stored(workflow_id, reuse="always")
    assert told["description"].reason == "Its settings say that it runs each time."


def test_a_picture_whose_bytes_are_gone_is_made_again(
    world: World, kit: Callable[..., Any]
) -> None:
    workflow_id = world.store(kit(details="A green pot."))
    first = world.run_stored(workflow_id)
    output = first.nodes["crop"].output
    assert output is not None
    store = AssetStore(world.home / "assets")
    store.path(output["sha256"]).unlink()

    again = world.run_stored(workflow_id, UNTIL_POST)
    assert ran(again) == {"crop"}  # the same bytes again: the post needs nothing new
    assert store.path(output["sha256"]).is_file()
