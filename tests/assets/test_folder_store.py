"""The asset store: content-addressed, atomic, plain about a full disk."""

import hashlib
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assets.folder_store import FolderStore
from schemas.errors import NotFoundError, ProviderError


def test_bytes_come_back_under_their_hash(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    sha256 = store.put(b"a picture")
    assert sha256 == hashlib.sha256(b"a picture").hexdigest()
    assert store.read(sha256) == b"a picture"


def test_the_same_bytes_twice_are_one_file(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    assert store.put(b"same") == store.put(b"same")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64, "0" * 63 + "/"])
def test_what_is_not_there_is_not_found(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFoundError):
        FolderStore(tmp_path).read(name)


def test_a_link_in_the_folder_leads_nowhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    store = FolderStore(tmp_path / "assets")
    name = hashlib.sha256(b"secret").hexdigest()
    (store.folder / name[:2]).mkdir(parents=True)
    (store.folder / name[:2] / name).symlink_to(secret)
    with pytest.raises(NotFoundError):
        store.read(name)
    store.put(b"secret")  # takes the place of the link
    secret.write_bytes(b"changed")
    assert store.read(name) == b"secret"


def test_a_file_that_is_received_is_kept_under_its_hash(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    with store.open_incoming() as file:
        file.write(b"a pic")
        file.write(b"ture")
        assert list(store.unused_since(before=2e10)) == []
        sha256 = file.commit()
    assert (sha256, file.size) == (hashlib.sha256(b"a picture").hexdigest(), 9)
    assert store.read(sha256) == b"a picture"


def test_a_file_that_is_received_and_not_kept_is_gone(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    with store.open_incoming() as file:
        file.write(b"x" * 1000)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_disk_that_fills_while_a_file_is_received_is_said_plainly(small_disk: Path) -> None:
    store = FolderStore(small_disk)
    with pytest.raises(ProviderError) as caught, store.open_incoming() as file:
        file.write(b"y" * 400_000)
    assert caught.value.code == "storage_full"
    assert store.read(store.put(b"x" * 100_000)) == b"x" * 100_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(tmp_path)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_full_disk_is_said_plainly_and_leaves_no_half_file(small_disk: Path) -> None:
    store = FolderStore(small_disk)
    kept = store.put(b"x" * 100_000)

    with pytest.raises(ProviderError) as caught:
        store.put(b"y" * 400_000)

    assert caught.value.code == "storage_full"
    assert "free some space" in caught.value.message
    assert store.read(kept) == b"x" * 100_000
    files = [path for path in small_disk.rglob("*") if path.is_file()]
    assert [path.name for path in files] == [kept]


def make_old(store: FolderStore, sha256: str) -> None:
    os.utime(store.path(sha256), (1, 1))


def test_only_bytes_that_nobody_put_for_long_are_named_and_removed(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    old, new = store.put(b"old"), store.put(b"new")
    make_old(store, old)
    assert list(store.unused_since(before=1000)) == [old]
    for sha256 in (old, new):
        store.remove(sha256, before=1000)
    assert store.read(new) == b"new"
    with pytest.raises(NotFoundError):
        store.path(old)


def test_bytes_put_again_are_not_removed(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    sha256 = store.put(b"wanted again")
    make_old(store, sha256)
    assert list(store.unused_since(before=1000)) == [sha256]
    store.put(b"wanted again")  # after it was named, before it is removed
    store.remove(sha256, before=1000)
    assert store.read(sha256) == b"wanted again"


def test_bytes_put_and_removed_at_the_same_time_are_never_missing(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    with ThreadPoolExecutor(2) as threads:
        for number in range(200):
            data = str(number).encode()
            sha256 = store.put(data)
            make_old(store, sha256)
            jobs = [threads.submit(store.put, data), threads.submit(store.remove, sha256, 1000)]
            for job in jobs:
                job.result()
            assert store.read(sha256) == data, number


def test_what_a_crash_left_half_written_is_removed_after_a_while(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    folder = store.path(store.put(b"x")).parent
    (folder / ".new-half").write_bytes(b"ha")
    store.remove_partial_files(before=1000)
    assert (folder / ".new-half").exists()
    os.utime(folder / ".new-half", (1, 1))
    store.remove_partial_files(before=1000)
    assert not (folder / ".new-half").exists()


def test_a_draft_is_read_at_once_and_gets_its_name_when_it_is_durable(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    sha256 = store.put_draft(b"a crop")
    assert store.read(sha256) == b"a crop"
    assert list(store.unused_since(before=float("inf"))) == []

    for _ in range(2):
        store.make_durable(sha256)
        assert store.path(sha256).name == sha256
        assert store.read(sha256) == b"a crop"
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_drafts_are_read_while_they_become_durable(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    with ThreadPoolExecutor(3) as threads:
        for number in range(200):
            data = str(number).encode()
            sha256 = store.put_draft(data)
            jobs = [threads.submit(store.make_durable, sha256) for _ in range(2)]
            assert threads.submit(store.read, sha256).result() == data
            for job in jobs:
                job.result()
            assert store.path(sha256).name == sha256


def test_a_draft_that_a_crash_of_the_machine_spoiled_is_not_trusted(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    sha256 = store.put_draft(b"a crop")
    store.path(sha256).write_bytes(b"")
    for put in (store.put_draft, store.put):
        assert put(b"a crop") == sha256
        assert store.read(sha256) == b"a crop"


def test_what_nobody_has_stored_cannot_be_made_durable(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        FolderStore(tmp_path).make_durable("0" * 64)
