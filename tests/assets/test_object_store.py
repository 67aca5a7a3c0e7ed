"""The asset store in a bucket, on a real S3-compatible server."""

import hashlib
import os
import pickle
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assets.bucket import REFRESH_SECONDS, open_bucket
from assets.folder_store import FolderStore
from assets.object_store import MIN_CACHED_SECONDS, ObjectStore
from assets.store import open_store
from chaos.stack.s3_server import S3Server, s3_server
from schemas.errors import NotFoundError, ProviderError
from schemas.settings import Settings

DAY = 86_400.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with s3_server(tmp_path_factory.mktemp("bucket")) as server:
        yield server


@pytest.fixture
def machines(
    server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[ObjectStore, ObjectStore]]:
    """Two machines with one bucket, and a cache each."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    open_bucket.cache_clear()
    url = f"{server.url}/{tmp_path.name}"
    yield tuple(ObjectStore(url, FolderStore(tmp_path / name), 50_000_000) for name in "ab")  # pyright: ignore[reportReturnType]
    open_bucket.cache_clear()


def objects(server: S3Server, tmp_path: Path, below: str) -> list[str]:
    folder = server.objects / tmp_path.name / below
    return sorted(
        file.name for file in folder.rglob("*") if file.is_file() and len(file.name) == 64
    )


def make_old(server: S3Server, tmp_path: Path, key: str, seconds: float) -> None:
    """Have an object look as if nobody had put it for a while."""
    file, when = server.objects / tmp_path.name / key, time.time() - seconds
    for beside in server.folder.rglob(f"{file.name}*"):  # then the file's own time counts
        if beside != file and not beside.is_relative_to(server.objects):
            beside.unlink()
    os.utime(file, (when, when))
    open_bucket.cache_clear()  # a process that knows nothing yet


def test_what_one_machine_puts_another_reads(machines: tuple[ObjectStore, ObjectStore]) -> None:
    a, b = machines
    sha256 = a.put(b"a picture")
    assert sha256 == hashlib.sha256(b"a picture").hexdigest()
    assert b.contains(sha256)
    assert b.read(sha256) == b"a picture"
    assert b"".join(b.read_range(sha256, 2, 4)) == b"pict"


def test_a_part_is_read_from_the_bucket_without_fetching_the_whole(
    machines: tuple[ObjectStore, ObjectStore],
) -> None:
    a, b = machines
    data = os.urandom(7_000_000)  # more than one part of an upload
    sha256 = a.put(data)
    assert b"".join(b.read_range(sha256, 5_000_000, 1_500_000)) == data[5_000_000:6_500_000]
    assert not list(b.local.list_files())
    assert b.path(sha256).read_bytes() == data


def test_a_draft_is_seen_elsewhere_only_once_it_is_durable(
    machines: tuple[ObjectStore, ObjectStore],
) -> None:
    a, b = machines
    sha256 = a.put_draft(b"made by a node")
    assert a.read(sha256) == b"made by a node"
    with pytest.raises(NotFoundError):
        b.read(sha256)
    a.make_durable(sha256)
    assert b.read(sha256) == b"made by a node"


def test_a_file_that_is_received_is_uploaded(machines: tuple[ObjectStore, ObjectStore]) -> None:
    a, b = machines
    with a.open_incoming() as file:
        file.write(b"a vid")
        file.write(b"eo")
        sha256 = file.commit()
    assert b.read(sha256) == b"a video"
    assert not list((a.local.folder / "incoming").iterdir())


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", "", "A" * 64])
def test_what_is_not_there_is_not_found(
    machines: tuple[ObjectStore, ObjectStore], name: str
) -> None:
    with pytest.raises(NotFoundError):
        machines[0].read(name)


def test_a_damaged_object_is_never_given(
    machines: tuple[ObjectStore, ObjectStore], server: S3Server, tmp_path: Path
) -> None:
    a, b = machines
    sha256 = a.put(b"right")
    (server.objects / tmp_path.name / sha256[:2] / sha256).write_bytes(b"wrong")
    with pytest.raises(ProviderError, match="is damaged"):
        b.read(sha256)
    assert not list(b.local.list_files())


def test_a_store_goes_to_another_process_as_it_is(
    machines: tuple[ObjectStore, ObjectStore],
) -> None:
    a, _ = machines
    assert pickle.loads(pickle.dumps(a)) == a


def test_what_is_removed_can_come_back_for_a_day(
    machines: tuple[ObjectStore, ObjectStore], server: S3Server, tmp_path: Path
) -> None:
    """Somebody writes a row about an object in the moment when it is removed."""
    a, b = machines
    sha256 = a.put(b"unused")
    make_old(server, tmp_path, f"{sha256[:2]}/{sha256}", 2 * DAY)
    before = time.time() - DAY
    assert list(a.unused_since(before)) == [sha256]
    a.remove(sha256, before)
    assert not list(a.unused_since(2e10))
    assert objects(server, tmp_path, "removed") == [sha256]
    assert list(a.trashed_before(before)) == []  # not before a day is over
    assert b.read(sha256) == b"unused"  # a reader brings it back
    assert objects(server, tmp_path, "removed") == []

    make_old(server, tmp_path, f"{sha256[:2]}/{sha256}", 2 * DAY)
    a.remove(sha256, before)
    make_old(server, tmp_path, f"removed/{sha256}", 2 * DAY)
    assert list(a.trashed_before(before)) == [sha256]
    a.purge(sha256)
    b.local.remove(sha256, 2e10)
    with pytest.raises(NotFoundError):
        b.read(sha256)


def test_who_is_to_refer_to_an_old_object_puts_it_again(
    machines: tuple[ObjectStore, ObjectStore], server: S3Server, tmp_path: Path
) -> None:
    a, b = machines
    sha256 = a.put(b"the same again")
    make_old(server, tmp_path, f"{sha256[:2]}/{sha256}", max(2 * DAY, REFRESH_SECONDS))
    assert b.put(b"the same again") == sha256
    before = time.time() - DAY
    a.remove(sha256, before)  # found untouched a moment earlier
    assert list(a.unused_since(2e10)) == [sha256]


def test_an_object_that_retention_took_is_uploaded_again_from_the_cache(
    machines: tuple[ObjectStore, ObjectStore], server: S3Server, tmp_path: Path
) -> None:
    a, b = machines
    sha256 = a.put(b"cached")
    (server.objects / tmp_path.name / sha256[:2] / sha256).unlink()
    open_bucket.cache_clear()
    assert a.put_draft(b"cached") == sha256
    a.make_durable(sha256)
    assert b.read(sha256) == b"cached"


def test_the_cache_keeps_its_size_and_what_is_in_use(
    machines: tuple[ObjectStore, ObjectStore],
) -> None:
    a, _ = machines
    small = ObjectStore(a.url, a.local, 25_000)
    names = [small.put(os.urandom(10_000)) for _ in range(4)]
    small.evict()
    assert len(list(a.local.list_files())) == 4  # all were used just now
    long_ago = time.time() - MIN_CACHED_SECONDS - 10
    for number, name in enumerate(names[:3]):
        os.utime(a.local.path(name), (long_ago + number, long_ago + number))
    small.evict()
    assert {name for name, *_ in a.local.list_files()} == set(names[2:])
    assert len(small.read(names[0])) == 10_000  # fetched again


def test_a_store_that_is_away_for_a_while_is_waited_for(
    machines: tuple[ObjectStore, ObjectStore], server: S3Server
) -> None:
    a, b = machines
    server.stop()
    try:
        with pytest.raises(ProviderError) as caught:
            a.check_writable()  # who only looks does not wait
        assert caught.value.retryable
        with ThreadPoolExecutor() as pool, socket.create_server((server.host, server.port)) as door:
            putting = pool.submit(a.put, b"patience")
            for _ in range(2):  # it is tried again after it was turned away
                door.accept()[0].close()
            assert not putting.done()
            door.close()
            server.start()
            sha256 = putting.result(timeout=20)
    finally:
        if server.part is None:
            server.start()
    assert b.read(sha256) == b"patience"


def test_wrong_credentials_and_buckets_are_told(
    machines: tuple[ObjectStore, ObjectStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, _ = machines
    a.check_writable()
    nowhere = ObjectStore("s3://no-such-bucket/x", a.local, 1)
    with pytest.raises(ProviderError, match="no such bucket") as caught:
        nowhere.check_writable()
    assert not caught.value.retryable
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    open_bucket.cache_clear()
    with pytest.raises(ProviderError, match="refuses these credentials"):
        a.put(b"never")


def test_the_setting_names_a_folder_or_a_bucket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NODELOOM_HOME", str(tmp_path))
    assert open_store(Settings()) == FolderStore(tmp_path / "assets")
    monkeypatch.setenv("NODELOOM_ASSETS", "gs://bucket/some/where")
    store = open_store(Settings())
    assert isinstance(store, ObjectStore)
    assert store.local.folder == tmp_path / "cache" / "assets"
    for wrong in ("ftp://host/x", "s3://user:secret@bucket", "s3://bucket?x=1", "memory://"):
        monkeypatch.setenv("NODELOOM_ASSETS", wrong)
        with pytest.raises(ValueError, match="an object store is"):
            Settings()
