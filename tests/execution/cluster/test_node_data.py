"""A node's copy of a run's data, and the ways that files go."""

from __future__ import annotations

import pytest

from automl.errors import MissingPartError, UserInputError
from automl.execution.cluster.node_data import NodeFolder, send_data
from automl.execution.cluster.post import Parcel, Post, read
from automl.execution.cluster.storage_post import StoragePost

from .conftest import begin_run


class Counting(Post):
    """Keeps everything in memory and counts how often something was asked for."""

    def __init__(self):
        self.asked = 0

    def send(self, path):
        return Parcel(tuple(read(path)))

    def parts(self, parcel):
        self.asked += 1
        yield from parcel.parts


@pytest.fixture
def root(tmp_path):
    (tmp_path / "node").mkdir()
    return tmp_path / "node"


def test_data_is_unpacked_once_a_node_and_goes_with_the_last_that_looks_at_it(root, tmp_path):
    post = Counting()
    data = send_data(begin_run(tmp_path / "run", "many examples"), post)
    first, second = NodeFolder(root), NodeFolder(root)
    first.take(data, post)
    first.take(data, post)
    second.take(data, post)
    assert post.asked == len(data.files) == 2
    for folder in (first, second):
        assert (folder.run / "data" / "x_train.npy").read_text() == "many examples"
    first.close()
    assert not first.run.exists()
    assert (second.run / "data" / "x_train.npy").read_text() == "many examples"
    second.close()
    assert not [path for path in root.iterdir() if path.is_dir()]


def test_other_data_of_another_run_is_kept_apart(root, tmp_path):
    post = Counting()
    folders = []
    for text in ("these", "those"):
        folders.append(NodeFolder(root))
        folders[-1].take(send_data(begin_run(tmp_path / text, text), post), post)
    texts = [(folder.run / "data" / "x_train.npy").read_text() for folder in folders]
    assert texts == ["these", "those"]


def test_what_a_killed_worker_left_is_removed_by_the_next(root):
    (root / "worker-1-dead").mkdir()
    (root / "worker-1-dead.lock").touch()
    (root / "data-old").mkdir()
    (root / "data-old.lock").touch()
    folder = NodeFolder(root)
    assert {path.name for path in root.iterdir() if path.is_dir()} == {folder.run.name}


def test_half_a_copy_is_never_seen(root, tmp_path):
    class Failing(Counting):
        def parts(self, parcel):
            yield b"half"
            raise OSError("the connection broke")

    data = send_data(begin_run(tmp_path / "run"), Counting())
    folder = NodeFolder(root)
    with pytest.raises(OSError, match="broke"):
        folder.take(data, Failing())
    folder.take(data, Counting())
    assert (folder.run / "data" / "x_train.npy").read_text() == "examples"


def test_a_run_without_data_of_its_own_is_refused(tmp_path):
    with pytest.raises(UserInputError, match="has none"):
        send_data(tmp_path, Counting())


def test_files_go_through_storage_and_nothing_stays_there(tmp_path):
    pytest.importorskip("fsspec")
    post = StoragePost(f"file://{tmp_path}/storage")
    post.check()
    (tmp_path / "weights").write_bytes(b"w" * 1000)
    parcel, other = post.send(tmp_path / "weights"), post.send(tmp_path / "weights")
    post.receive(parcel, tmp_path / "there" / "weights")
    assert (tmp_path / "there" / "weights").read_bytes() == b"w" * 1000
    post.discard(parcel)
    with pytest.raises(FileNotFoundError):
        post.receive(parcel, tmp_path / "again")
    assert not (tmp_path / "again").exists()
    post.receive(other, tmp_path / "again")
    post.close()
    assert list((tmp_path / "storage").iterdir()) == []


def test_storage_that_cannot_be_used_is_said_in_one_line(tmp_path):
    pytest.importorskip("fsspec")
    (tmp_path / "file").touch()
    with pytest.raises(UserInputError, match=r"--storage must be a folder .* Received: file://"):
        StoragePost(f"file://{tmp_path}/file").check()
    with pytest.raises((UserInputError, MissingPartError), match=r"--storage .*nosuch://x"):
        StoragePost("nosuch://x").check()
