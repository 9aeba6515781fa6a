from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from kg.errors import OutputError, StoreError
from kg.output import replacing_folder, write_file

CONTENTS = ("graph.ttl", "store")


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_whole_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "graph.ttl"

    write_file(path, b"new")

    assert path.read_bytes() == b"new"
    assert names(path.parent) == ["graph.ttl"]


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()

    write_file(tmp_path / "graph.ttl", b"new")

    assert (tmp_path / "graph.ttl").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    path.touch()
    path.chmod(0o640)

    write_file(path, b"new")

    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.ttl").write_bytes(b"old")
    (tmp_path / "link.ttl").symlink_to("real.ttl")

    write_file(tmp_path / "link.ttl", b"new")

    assert (tmp_path / "link.ttl").is_symlink()
    assert (tmp_path / "real.ttl").read_bytes() == b"new"


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "graph.ttl"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fdopen", full_disk)

    with pytest.raises(OutputError, match=r"graph\.ttl: cannot be written: No space left on device"):
        write_file(path, b"new")

    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["graph.ttl"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_device_is_written_to_directly() -> None:
    with pytest.raises(OutputError, match="/dev/full: cannot be written: No space left on device"):
        write_file(Path("/dev/full"), b"new")

    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


def test_a_file_where_a_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OutputError, match=r"graph\.ttl: cannot be written"):
        write_file(tmp_path / "file" / "graph.ttl", b"new")


def test_a_new_folder_appears_only_when_filled(tmp_path: Path) -> None:
    target = tmp_path / "out"

    with replacing_folder(target, contents=CONTENTS) as folder:
        (folder / "graph.ttl").write_bytes(b"new")
        seen_before_the_end = target.exists()

    assert not seen_before_the_end
    assert names(tmp_path) == ["out"]
    assert names(target) == ["graph.ttl"]


def test_an_old_folder_is_replaced_and_the_users_own_files_stay(tmp_path: Path) -> None:
    target = tmp_path / "out"
    (target / "store").mkdir(parents=True)
    (target / "notes.md").write_text("mine")

    with replacing_folder(target, contents=CONTENTS) as folder:
        (folder / "graph.ttl").write_bytes(b"new")

    assert names(tmp_path) == ["out"]
    assert names(target) == ["graph.ttl", "notes.md"]
    assert (target / "notes.md").read_text() == "mine"


def test_a_folder_behind_a_link_is_replaced_behind_it(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to("disk")

    with replacing_folder(tmp_path / "out", contents=CONTENTS) as folder:
        (folder / "graph.ttl").write_bytes(b"new")

    assert (tmp_path / "out").is_symlink()
    assert names(tmp_path / "disk") == ["graph.ttl"]


@pytest.mark.parametrize("error", [StoreError("store", "broken"), KeyboardInterrupt()])
def test_when_filling_fails_the_old_folder_stays(tmp_path: Path, error: BaseException) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "graph.ttl").write_bytes(b"old")

    def fill() -> None:
        with replacing_folder(target, contents=CONTENTS) as folder:
            (folder / "graph.ttl").write_bytes(b"half")
            raise error

    with pytest.raises(type(error)):
        fill()

    assert (target / "graph.ttl").read_bytes() == b"old"
    assert names(tmp_path) == ["out"]


def test_a_full_disk_while_filling_names_the_folder(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="out: cannot be written: No space left on device"),
        replacing_folder(tmp_path / "out", contents=CONTENTS),
    ):
        full_disk()

    assert names(tmp_path) == []


def test_when_the_new_folder_cannot_move_in_the_old_one_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "graph.ttl").write_bytes(b"old")
    replace = Path.replace

    def refuse_new(self: Path, to: Path) -> Path:
        if ".new-" in self.name:
            full_disk()
        return replace(self, to)

    monkeypatch.setattr(Path, "replace", refuse_new)

    with (
        pytest.raises(OutputError, match="No space left"),
        replacing_folder(target, contents=CONTENTS) as folder,
    ):
        (folder / "graph.ttl").write_bytes(b"new")

    assert (target / "graph.ttl").read_bytes() == b"old"
    assert names(tmp_path) == ["out"]


def test_an_error_inside_the_new_folder_names_the_place_the_user_knows(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match="out: cannot be written: Disk quota exceeded") as raised,
        replacing_folder(tmp_path / "out", contents=CONTENTS) as folder,
    ):
        raise OutputError(str(folder / "store"), "cannot be written: Disk quota exceeded")

    assert raised.value.where == str(tmp_path / "out")
