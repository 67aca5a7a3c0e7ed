"""Pictures that are too much for the process that works on them: only their node fails."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from PIL import Image
from sqlalchemy.orm import Session

from assets.folder_store import FolderStore
from db.assets import add_asset
from db.users import ensure_user
from schemas.values import MediaInfo, media_value
from support.nodes.media import encoded
from support.product.backend import OWNER, Backend, edge, eventually, graph, node
from support.product.processes import descendants


def add_image(backend: Backend, data: bytes, size: tuple[int, int], media_type: str) -> UUID:
    """Make an asset without the judgement that an upload goes through."""
    sha256 = FolderStore(backend.home / "assets").put(data)
    asset = media_value(OWNER, sha256, len(data), MediaInfo(media_type, *size))
    with Session(backend.engine) as session, session.begin():
        ensure_user(session, OWNER, "ann@example.org")
        return add_asset(session, OWNER, asset).asset_id


def resizing(asset_id: UUID, *widths: int) -> Any:
    """A picture, and one node for each width that scales it."""
    source = {"kind": "asset", "assetId": str(asset_id)}
    nodes = [node("picture", "image", source=source)]
    nodes += [
        node(f"to-{width}", "resize", width=width, height=width * 3 // 4, fit="fill")
        for width in widths
    ]
    return graph(nodes, [edge("picture", f"to-{width}", "image") for width in widths])


def photograph(backend: Backend) -> UUID:
    noise = Image.effect_noise((800, 600), 80).resize((2400, 1800)).convert("RGB")
    return add_image(backend, encoded(noise, "JPEG"), noise.size, "image/jpeg")


def children(pid: int) -> list[int]:
    """The processes that work on pictures: what the one that forks them has forked."""
    found = descendants(pid)
    return sorted(child for child, command in found.items() if "forkserver" in command)[1:]


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def kill_children(backend: Backend) -> None:
    """Wait until a child works on a picture, and kill them all."""

    def current() -> list[int]:
        return [id for each in backend.workers if each.running for id in children(each.pid)]

    def spent(child: int) -> float:
        with suppress(FileNotFoundError, ProcessLookupError):
            return cpu_seconds(child)
        return 0.0  # it has ended meanwhile

    before = {id: spent(id) for id in current()}
    eventually(lambda: any(spent(id) - before.get(id, 0) > 0.1 for id in current()))
    for child in current():
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


def test_an_image_that_unpacks_to_gigabytes_fails_its_node_and_nothing_else(
    backend: Backend,
) -> None:
    bomb = encoded(Image.new("1", (30_000, 30_000)), "PNG")  # 110 KB of file
    worker = next(each for each in backend.workers if each.running)
    bombed = backend.start(resizing(add_image(backend, bomb, (30_000, 30_000), "image/png"), 100))
    fine = backend.start(resizing(photograph(backend), 120))

    ended = backend.end(bombed)
    assert ended.status("to-100") == "FAILED"
    assert ended.nodes["to-100"].error is not None
    assert ended.nodes["to-100"].error["code"] == "picture_too_large"
    assert backend.end(fine).run.status == "COMPLETED"
    assert worker.running


def test_a_child_that_is_killed_once_was_perhaps_killed_for_others(backend: Backend) -> None:
    run_id = backend.start(resizing(photograph(backend), 6_001))
    kill_children(backend)
    assert backend.end(run_id).run.status == "COMPLETED"


def test_a_child_that_is_killed_for_its_memory_fails_its_node_and_nothing_else(
    backend: Backend,
) -> None:
    """SIGKILL, as the kernel does when the machine's memory is used up."""
    worker = next(each for each in backend.workers if each.running)
    other = backend.start(graph([node("wait", "llm", userMessage="wait 1 say other")]))
    run_id = backend.start(resizing(photograph(backend), 6_000))
    for _ in range(2):
        kill_children(backend)

    ended = backend.end(run_id)
    assert ended.status("to-6000") == "FAILED"
    assert ended.nodes["to-6000"].error is not None
    assert ended.nodes["to-6000"].error["code"] == "child_died"
    assert backend.end(other).run.status == "COMPLETED"
    assert (ended.run.epoch, worker.running) == (1, True)
    assert backend.run(resizing(photograph(backend), 130)).run.status == "COMPLETED"


def test_images_use_every_core(backend: Backend) -> None:
    for other in [each for each in backend.workers if each.running][1:]:
        other.stop()
    (worker,) = [each for each in backend.workers if each.running]
    ended = backend.run(resizing(photograph(backend), 1_600, 1_601, 1_602, 1_603))

    assert ended.run.status == "COMPLETED", [row.error for row in ended.nodes.values()]
    assert len(children(worker.pid)) == os.cpu_count()
    spent = [cpu_seconds(child) for child in children(worker.pid)]
    assert min(spent) > 0.1, spent
